"""The picture of a gradient check: how the errors are spread, and how they depend on ε."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator

from optiviz.problems.base import Array
from optiviz.training.gradcheck import EDGES, METHODS, GradientCheck
from optiviz.views.charts.ends import Ends, room
from optiviz.views.frame import Frame
from optiviz.views.numbers import POWERS, number, power
from optiviz.views.style import DASHED, LINES, SOLID, Mark, Theme, legible
from optiviz.views.style import words as written

HUES = {"forward": "#E69F00", "backward": "#CC79A7", "central": "#009E73"}
LEAST = 1e-12  # errors below this share the histogram's first bin that is drawn


def plot_gradients(
    check: GradientCheck,
    curve: Sequence[GradientCheck],
    path: str | Path,
    *,
    title: str = "Backpropagation against differences",
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write the spread of the relative errors of a check, and the mean error against ε.

    Args:
        check: whose errors are spread out.
        curve: checks at several ε, as `error_curve` makes them; if empty, the spread stands alone.
        path: where to write; .png, .svg or .pdf by its ending.
        title: what stands above.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.

    Raises:
        UserError: an unknown ending or theme, an impossible size, or a place that cannot be
            written to.

    >>> import tempfile
    >>> from optiviz.problems import MLP
    >>> from optiviz.training import check_gradient
    >>> from optiviz.training import error_curve
    >>> toy = MLP([[0.5, -1.0]], [0], sizes=(2, 3, 2))
    >>> w = toy.start(seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plot_gradients(check_gradient(toy, w), error_curve(toy, w), f"{folder}/check.png")
    """
    frame = Frame(theme, size)
    gradients_figure(frame, check, curve, title)
    frame.save(path)


def plot_error_curve(
    curve: Sequence[GradientCheck],
    path: str | Path,
    *,
    title: str = "The error of a difference, against ε",
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write the mean error against ε alone.

    Arguments and errors as for `plot_gradients`.
    """
    frame = Frame(theme, size)
    with frame.style():
        frame.title(title, "mean relative error of the derivatives, at each ε")
        (ax,) = frame.row(1, left=0.72, right=room(frame, METHODS))
        _against_eps(frame, ax, curve, "")
    frame.save(path)


def gradients_figure(
    frame: Frame, check: GradientCheck, curve: Sequence[GradientCheck], title: str
) -> None:
    """Draw the panels, the title, and a legend that tells the numbers."""
    with frame.style():
        frame.title(title, _note(check))
        labels = [f"{name}\nmean {power(check.mean[name])}" for name in METHODS]
        frame.legend([_marks(frame.look)[name] for name in METHODS], labels)
        right = room(frame, METHODS) if curve else 0.3
        left, *others = frame.row(2 if curve else 1, left=0.72, right=right)
        _spread(frame, left, check)
        for ax in others:
            _against_eps(frame, ax, curve, "Mean relative error against ε")
            ax.axvline(check.eps, color=frame.look.muted, lw=1, ls=(0, (2, 2)), zorder=1)


def _marks(look: Theme) -> dict[str, Mark]:
    """The colour and line of each method; backward's lies on forward's, so it is dashed."""
    dashes = {"backward": DASHED}
    return {
        name: Mark(legible(hue, look, LINES), dashes.get(name, SOLID)) for name, hue in HUES.items()
    }


def _note(check: GradientCheck) -> str:
    every = check.compared + check.both_zero
    compared, both = (number(n, 9) for n in (check.compared, every))
    return (
        f"ε = {power(check.eps)}    {compared} of {both} derivatives compared, "
        "the others are 0 both ways"
    )


def _spread(frame: Frame, ax: Any, check: GradientCheck) -> None:
    """How many weights have which relative error, one outline for each method."""
    frame.dress(ax, "How the relative errors are spread", "relative error")
    least = int(np.searchsorted(EDGES, 0.999 * LEAST))
    met = np.flatnonzero(sum(check.counts.values()))
    first = max(least, int(met.min(initial=least)) - 1)
    last = min(max(int(met.max(initial=0)) + 2, first + 8), len(EDGES) - 1)
    edges, marks = EDGES[first : last + 1], _marks(frame.look)
    for name in METHODS:
        counts = check.counts[name][first:last].copy()
        counts[0] += check.counts[name][:first].sum()
        style = {"color": marks[name].color, "baseline": 0.5, "zorder": 2}
        ax.stairs(counts, edges, fill=True, alpha=0.13, **style)
        ax.stairs(counts, edges, ls=marks[name].dash, lw=1.6 * frame.look.scale, **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    most = max(1, *(int(counts.max()) for counts in check.counts.values()))
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(0.5, 2.5 * most)
    ax.set_ylabel("derivatives")
    _powers(ax.xaxis)
    if met.min(initial=least) < least:  # what is less is counted there
        words = FuncFormatter(lambda x, _: ("≤ " if x < 1.01 * LEAST else "") + str(POWERS(x)))
        ax.xaxis.set_major_formatter(words)
    _powers(ax.yaxis)
    ax.minorticks_off()


def _against_eps(frame: Frame, ax: Any, curve: Sequence[GradientCheck], title: str) -> None:
    """The mean relative error at every ε, the best one ringed, and how the error goes with ε."""
    frame.dress(ax, title, "ε")
    look, marks = frame.look, _marks(frame.look)
    eps = np.array([point.eps for point in curve])
    # An error of exactly 0 has no place on a logarithmic axis, so the line has a gap there.
    means = {name: np.array([point.mean[name] or np.nan for point in curve]) for name in METHODS}
    for name, mean in means.items():
        mark = marks[name]
        style = {"color": mark.color, "ls": mark.dash, "lw": 1.8 * look.scale}
        ax.plot(eps, mean, "o", ms=3.6 * look.scale, **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    if not any(np.isfinite(mean).any() for mean in means.values()):  # nothing to scale the axes by
        low, high = 1e-12, 0.1
        ax.set_xlim(eps[0], eps[-1])
    ax.set_ylim(low / 40, high * 12)
    ax.set_xlim(*ax.get_xlim())
    for x, words, side in ((0.02, "← round-off", "left"), (0.93, "truncation →", "right")):
        style = {"ha": side, "va": "top", "color": look.muted, "fontsize": 9 * look.scale}
        ax.text(x, 0.97, words, transform=ax.transAxes, **style)
    _best(frame, ax, eps, means)
    _powers(ax.xaxis)
    _powers(ax.yaxis)
    ax.minorticks_off()
    told = {name: mean[np.isfinite(mean)][-1:] for name, mean in means.items()}
    heads = [(eps[-1], float(last[0]) if len(last) else np.nan) for last in told.values()]
    Ends(frame, ax, [marks[name].color for name in METHODS]).show(METHODS, heads)


def _best(frame: Frame, ax: Any, eps: Array, means: dict[str, Array]) -> None:
    """Rings at the best ε, and beside them lines of the slopes that theory has on either side."""
    look, s = frame.look, frame.look.scale
    plate: Any = {"facecolor": look.background, "lw": 0, "pad": 1}
    words: Any = {
        "color": written(look.muted, look),
        "fontsize": 9 * s,
        "textcoords": "offset points",
    }
    words |= {"bbox": plate, "zorder": 5}
    told: set[float] = set()
    for name, slope in (("forward", 1), ("central", 2), ("backward", 1)):
        mean = means[name]
        if not np.isfinite(mean).any():
            continue
        best = int(np.nanargmin(mean))
        at = eps[best], mean[best]
        ax.plot(*at, "o", ms=9 * s, mfc="none", mec=look.text, mew=1.3 * s, zorder=4)
        if eps[best] in told or name == "backward":
            continue
        told.add(eps[best])
        said = f"best: {power(eps[best])}"
        up = name == "forward"  # inside its wedge, where no other line goes
        place: Any = {"ha": "center", "va": "bottom" if up else "top"}
        place |= words | {"color": look.text}
        ax.annotate(said, at, (0, (26 if up else -12) * s), **place)
        sides = [(best + 2, slope, "∝ ε²" if slope == 2 else "∝ ε")]
        sides += [(best - 2, -1, "∝ 1/ε")] if name == "forward" else []
        for i, rise, law in sides:
            if 0 <= i < len(eps) and 3 * mean[i] < np.nanmax(mean):
                x = eps[i] * np.geomspace(0.12, 8, 40)
                y = 3 * mean[i] * (x / eps[i]) ** rise
                x, y = x[y <= np.nanmax(mean)], y[y <= np.nanmax(mean)]
                ax.plot(x, y, color=look.muted, lw=1 * s, ls=(0, (4, 3)), zorder=1)
                side = "right" if rise > 0 else "left"  # above the line, away from the curves
                high = 4 * len(x) // 5 if rise > 0 else 0
                ax.annotate(law, (x[high], y[high]), (0, 5 * s), ha=side, va="bottom", **words)


def _powers(axis: Any) -> None:
    """Every second or third power of ten, in plain text."""
    axis.set_major_locator(LogLocator(numticks=6))
    axis.set_major_formatter(POWERS)
