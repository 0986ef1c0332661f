"""The picture of sensitivity: every rule's final loss against η, and which rates work."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from optiviz.maps import Sensitivity
from optiviz.maps.sensitivity import Curve
from optiviz.optim import describe, name_of
from optiviz.optim.describe import EVERY
from optiviz.views.charts.ends import room
from optiviz.views.charts.sheet import EDGE, Sheet
from optiviz.views.numbers import POWERS, log_axis_to_fit, number
from optiviz.views.style import Mark
from optiviz.views.style import marks as marks_of
from optiviz.views.style import words as written

# As shares of the start's height: what lies lower is rounding, and where the panel ends.
DEEPEST, HIGHEST = 1e-12, 2.2
SMALL = 8.5  # points of the words beside the rows
TOLD = 3  # stretches of rates in words


def draw_sensitivity(sheet: Sheet, found: Sensitivity, title: str = "") -> None:
    """The losses above, and a row below for each rule: where it works and where it diverges."""
    look, s = sheet.look, sheet.look.scale
    marks = marks_of([name_of(curve.rule) for curve in found.curves], look)
    sheet.title(
        title or found.problem.title,
        f"Loss after {found.steps} steps, as a share of the start's. A rate works (bar) if it ends "
        f"below {100 * found.tolerance:g} %; crosses: diverged.",
    )
    rows = min((0.12 + 0.2 * len(marks)) * s, 0.35 * (sheet.top - sheet.bottom - 0.6 * s))
    size = min(SMALL * s, 72 * rows / len(marks) / 1.25)
    names, works = _words(found)
    told = [room(sheet, words, size / s) for words in (names, works)]
    if (share := 0.55 * sheet.width / sum(told)) < 1:  # narrow: letters as small as they must be
        size, told = size * share, [share * inches for inches in told]
    left, right = max(0.36 + 0.42 * s, told[0]), sheet.width - max(told[1], EDGE)
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
    _rows(below, found, marks, sheet, size)
    for y, words, line in zip(range(0, -len(works), -1), works, marks, strict=True):
        at: Any = {"transform": below.get_yaxis_transform(), "va": "center", "fontsize": size}
        below.text(1.02, y, words, color=written(line.color, look), **at)
    above.tick_params(labelbottom=False)
    below.set_xlabel("learning rate $η$")


def _words(found: Sensitivity) -> tuple[list[str], list[str]]:
    """Of every rule its name, with what tells it from its like, and the rates that work."""
    settings = [name for name in EVERY if name != "lr"]
    rules = [curve.rule for curve in found.curves]
    alone = [sum(type(rule) is type(other) for other in rules) == 1 for rule in rules]
    names = [
        describe(rule, names=() if single else settings, between=" ")
        for rule, single in zip(rules, alone, strict=True)
    ]
    return names, [_told(curve) or "none" for curve in found.curves]


def _told(curve: Curve) -> str:
    """The stretches that work, as short as can be."""
    told = []
    for row in _longest(curve):
        low, high = (number(rate, 2) for rate in curve.lr[row][[0, -1]])
        less, more = row.start == 0, row.stop == len(curve.lr)
        ends = [] if less and more else [f"≥ {low}"] if more else [f"≤ {high}"] if less else []
        told += ends or [low if low == high else f"{low} – {high}"]
    more = len(curve.stretches) - TOLD
    return ", ".join(told) + (f" + {more} more" if more > 0 else "")


def _longest(curve: Curve) -> list[slice]:
    """Every stretch of rates that work, or the longest of many."""
    rows = sorted(curve.stretches, key=lambda row: row.start - row.stop)[:TOLD]
    return sorted(rows, key=lambda row: row.start)


def in_words(found: Sensitivity) -> list[str]:
    """For each rule the rates that work, such as "works for η from 0.01 to 0.1"."""
    return [f"works for {_said(curve)}" for curve in found.curves]


def _said(curve: Curve) -> str:
    """The stretches that work, in words."""
    if not (rows := _longest(curve)):
        return "no η tried"
    more = " and elsewhere" * (len(curve.stretches) > TOLD)
    return "η " + " and ".join(_range(curve, row) for row in rows) + more


def _range(curve: Curve, row: slice) -> str:
    """The ends of a stretch, which may go on beyond what was tried."""
    low, high = (f"{rate:.2g}" for rate in curve.lr[row][[0, -1]])
    less, more = row.start == 0, row.stop == len(curve.lr)
    if low == high and not less and not more:
        return f"near {low}"
    if more and not less:
        return f"from {low}"
    return f"from {low}{' or less' * less} to {high}{' or more' * more}"


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
    works = f"{100 * found.tolerance:g} %"
    at: Any = {"transform": ax.get_yaxis_transform(), "va": "center", "color": look.muted}
    ax.text(1.01, found.tolerance, works, fontsize=SMALL * s, **at)
    ax.yaxis.set_major_formatter(POWERS)
    ax.set_ylabel("final loss")


def _rows(ax: Axes, found: Sensitivity, marks: list[Mark], sheet: Sheet, size: float) -> None:
    """Thick where the rule works, thin where it is tried, crosses where it diverges."""
    look = sheet.look
    s = min(look.scale, ax.get_window_extent().height / ax.figure.dpi / len(marks) / 0.2)
    for y, curve, line in zip(range(0, -len(marks), -1), found.curves, marks, strict=True):
        ax.plot(curve.lr[[0, -1]], [y, y], color=line.color, lw=1.0 * s, alpha=0.55)
        for row in curve.stretches:
            # Each rate stands for the cell around it, so that a single one can be seen.
            half = (curve.lr[1] / curve.lr[0]) ** 0.5 if curve.lr[0] > 0 else 1.0
            ends = [curve.lr[row][0] / half, curve.lr[row][-1] * half]
            ax.plot(ends, [y, y], color=line.color, lw=8 * s, solid_capstyle="butt", zorder=3)
        if curve.diverged.any():
            lost = curve.lr[curve.diverged]
            pixels = ax.transData.transform(np.column_stack([lost, np.zeros_like(lost)]))[:, 0]
            _, apart = np.unique(pixels // (0.12 * s * ax.figure.dpi), return_index=True)
            crosses = lost[apart]
            ax.plot(crosses, np.full_like(crosses, y), "x", color=line.color, ms=4 * s, mew=s)
    ax.set(ylim=(0.6 - len(marks), 0.6))
    ax.set_yticks([-row for row in range(len(marks))], _words(found)[0], fontsize=size)
    ax.tick_params(axis="y", length=0)
    for words, line in zip(ax.get_yticklabels(), marks, strict=True):
        words.set_color(written(line.color, look))
    for name, spine in ax.spines.items():
        spine.set_visible(name == "bottom")
