"""The picture of sensitivity: every rule's final loss against η, and which rates work."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from optiviz.maps import Sensitivity
from optiviz.optim import describe, name_of
from optiviz.optim.describe import EVERY
from optiviz.views.charts.sheet import EDGE, Sheet
from optiviz.views.numbers import log_axis_to_fit
from optiviz.views.style import Mark
from optiviz.views.style import marks as marks_of

# As shares of the start's height: what lies lower is rounding, and where the panel ends.
DEEPEST, HIGHEST = 1e-12, 2.2


def draw_sensitivity(sheet: Sheet, found: Sensitivity) -> None:
    """The losses above, and a row below for each rule: where it works and where it diverges."""
    look, s = sheet.look, sheet.look.scale
    names = [name_of(curve.rule) for curve in found.curves]
    marks = marks_of(names, look)
    settings = [name for name in EVERY if name != "lr"]
    words = [describe(curve.rule, names=settings, between=" ") for curve in found.curves]
    sheet.title(
        found.problem.title,
        f"Loss after {found.steps} steps, as a share of the start's. A rate works if it ends "
        f"below {100 * found.tolerance:g} %.",
    )
    lines = [Line2D([], [], color=m.color, ls=m.dash, lw=2.6 * s) for m in marks]
    works = [rates.replace(" for η", "") for rates in in_words(found)]
    entries = [f"{word}: {rates}" for word, rates in zip(words, works, strict=True)]
    cross = Line2D([], [], color=look.muted, marker="x", ls="", ms=5 * s, mew=1.2 * s)
    lost = any(curve.diverged.any() for curve in found.curves)
    sheet.explain([*lines, *[cross] * lost], [*entries, *["diverged"] * lost])
    rows = min((0.12 + 0.2 * len(marks)) * s, 0.35 * (sheet.top - sheet.bottom - 0.6 * s))
    left, right = 0.36 + 0.42 * s, sheet.width - EDGE
    bottom = sheet.bottom + 0.44 * s
    below = sheet.axes(left, bottom, right, bottom + rows)
    above = sheet.axes(left, bottom + rows + 0.1, right, sheet.top)
    ends = [curve.lr[i] for curve in found.curves for i in (0, -1)]
    for ax in (above, below):
        if min(ends) > 0:
            log_axis_to_fit(ax, "x", max(ends) / min(ends), look.scale)
        ax.set_xlim(min(ends), max(ends))
        ax.set_axisbelow(True)
        ax.grid(axis="x", color=look.grid, linewidth=0.8)
    _losses(above, found, marks, sheet)
    _rows(below, found, marks, sheet)
    above.tick_params(labelbottom=False)
    sheet.settle(above, below)
    below.set_xlabel("learning rate η")


def in_words(found: Sensitivity) -> list[str]:
    """For each rule the rates that work, such as "works for η from 0.01 to 0.1"."""
    sentences = []
    for curve in found.curves:
        rates = curve.lr[curve.works]
        if not rates.size:
            sentences.append("works for no η tried")
            continue
        less = " or less" if curve.converged[0] and curve.works.start == 0 else ""
        more = " or more" if curve.works.stop == len(curve.lr) else ""
        low, high = f"{rates[0]:.2g}", f"{rates[-1]:.2g}"
        near = low == high and not less and not more
        range_ = f"near {low}" if near else f"from {low}{less} to {high}{more}"
        sentences.append(f"works for η {range_}")
    return sentences


def _losses(ax: Axes, found: Sensitivity, marks: list[Mark], sheet: Sheet) -> None:
    """The final losses; where a rule begins to diverge its line goes up and away."""
    look, s = sheet.look, sheet.look.scale
    least = found.problem.floor() or 0.0
    lowest = 1.0
    for curve, line in zip(found.curves, marks, strict=True):
        share = np.clip((curve.loss - least) / found.height, DEEPEST, None)
        share[curve.diverged] = np.nan
        lowest = min(lowest, float(np.nanmin(share, initial=1.0)))
        ax.plot(curve.lr, share, color=line.color, ls=line.dash, lw=2 * s, zorder=3)
        for i in np.flatnonzero(np.diff(curve.diverged.astype(int)) == 1):
            up: Any = {"color": line.color, "lw": 1.2 * s, "ls": (0, (1, 1.5))}
            ax.plot(curve.lr[i : i + 2], [share[i], HIGHEST], **up)
    ax.set(yscale="log", ylim=(min(lowest / 2, found.tolerance / 3), HIGHEST))
    ax.grid(axis="y", color=look.grid, linewidth=0.8)
    ax.minorticks_off()
    ax.axhline(found.tolerance, color=look.muted, lw=1.2 * s, ls=(0, (4, 2)), zorder=2)
    ax.set_ylabel("final loss")


def _rows(ax: Axes, found: Sensitivity, marks: list[Mark], sheet: Sheet) -> None:
    """Thick where the rule works, thin where it is tried, crosses where it diverges."""
    look = sheet.look
    s = min(look.scale, ax.get_window_extent().height / ax.figure.dpi / len(marks) / 0.2)
    for row, (curve, line) in enumerate(zip(found.curves, marks, strict=True)):
        y = -row
        ax.plot(curve.lr[[0, -1]], [y, y], color=line.color, lw=1.0 * s, alpha=0.55)
        rates = curve.lr[curve.works]
        if rates.size:
            # Each rate stands for the cell around it, so that a single one can be seen.
            half = (curve.lr[1] / curve.lr[0]) ** 0.5 if curve.lr[0] > 0 else 1.0
            ends = [rates[0] / half, rates[-1] * half]
            ax.plot(ends, [y, y], color=line.color, lw=8 * s, solid_capstyle="butt", zorder=3)
        if curve.diverged.any():
            lost = curve.lr[curve.diverged]
            pixels = ax.transData.transform(np.column_stack([lost, np.zeros_like(lost)]))[:, 0]
            _, apart = np.unique(pixels // (0.12 * s * ax.figure.dpi), return_index=True)
            crosses = lost[apart]
            ax.plot(crosses, np.full_like(crosses, y), "x", color=line.color, ms=4 * s, mew=s)
    ax.set(ylim=(0.6 - len(marks), 0.6))
    size = 8.5 * s
    names = [name_of(curve.rule) if size > 6 else "" for curve in found.curves]
    ax.set_yticks([-row for row in range(len(marks))], names, fontsize=size)
    ax.tick_params(axis="y", length=0)
    for words, line in zip(ax.get_yticklabels(), marks, strict=True):
        words.set_color(line.color)
    for name, spine in ax.spines.items():
        spine.set_visible(name == "bottom")
