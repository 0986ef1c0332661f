"""The picture of a gradient check: how the errors are spread, and how they depend on ε."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator

from optiviz.training.gradcheck import EDGES, METHODS, GradientCheck
from optiviz.views.frame import Frame
from optiviz.views.numbers import power
from optiviz.views.style import DASHED, Mark

MARKS = {
    "forward": Mark("#E69F00"),
    "backward": Mark("#CC79A7", DASHED),
    "central": Mark("#009E73"),
}
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
        frame.title(title, "Mean relative error of the derivatives, for each ε")
        frame.legend([MARKS[name] for name in METHODS], METHODS)
        (ax,) = frame.row(1, left=0.72)
        _against_eps(frame, ax, curve)
    frame.save(path)


def gradients_figure(
    frame: Frame, check: GradientCheck, curve: Sequence[GradientCheck], title: str
) -> None:
    """Draw the panels, the title, and a legend that tells the numbers."""
    with frame.style():
        frame.title(title, _note(check))
        labels = [
            f"{name}\nmean {power(check.mean[name])}, worst {power(check.worst[name])}"
            for name in METHODS
        ]
        frame.legend([MARKS[name] for name in METHODS], labels)
        left, *right = frame.row(2 if curve else 1, left=0.72)
        _spread(frame, left, check)
        for ax in right:
            _against_eps(frame, ax, curve)
            ax.axvline(check.eps, color=frame.look.muted, lw=1, ls=(0, (2, 2)), zorder=1)


def _note(check: GradientCheck) -> str:
    every = check.compared + check.both_zero
    compared, both = (f"{n:,}".replace(",", " ") for n in (check.compared, every))
    return (
        f"ε = {power(check.eps)}    {compared} of {both} derivatives compared, "
        "the others are 0 both ways"
    )


def _spread(frame: Frame, ax: Any, check: GradientCheck) -> None:
    """How many weights have which relative error, one outline for each method."""
    frame.dress(ax, "How the relative errors are spread", "relative error")
    edges = EDGES[EDGES >= 0.999 * LEAST]
    for name in METHODS:
        counts = check.counts[name][-(len(edges) - 1) :].copy()
        counts[0] += check.counts[name].sum() - counts.sum()
        style = {"color": MARKS[name].color, "baseline": 0.5, "zorder": 2}
        ax.stairs(counts, edges, fill=True, alpha=0.13, **style)
        ax.stairs(counts, edges, ls=MARKS[name].dash, lw=1.6 * frame.look.scale, **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    most = max(1, *(int(counts.max()) for counts in check.counts.values()))
    ax.set_xlim(LEAST, 1)
    ax.set_ylim(0.5, 2.5 * most)
    ax.set_ylabel("derivatives")
    ticks = [LEAST, 1e-9, 1e-6, 1e-3, 1.0]
    words = [f"≤ {power(LEAST)}", *(power(tick) for tick in ticks[1:-1]), "1"]
    ax.set_xticks(ticks, words)
    _powers(ax.yaxis)
    ax.minorticks_off()


def _against_eps(frame: Frame, ax: Any, curve: Sequence[GradientCheck]) -> None:
    """The mean relative error at every ε."""
    frame.dress(ax, "Mean relative error against ε", "ε")
    look = frame.look
    eps = [point.eps for point in curve]
    # An error of exactly 0 has no place on a logarithmic axis, so the line has a gap there.
    for name in METHODS:
        mean = [point.mean[name] or np.nan for point in curve]
        mark = MARKS[name]
        style = {"color": mark.color, "ls": mark.dash, "lw": 1.8 * look.scale}
        ax.plot(eps, mean, "o", ms=3.6 * look.scale, **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    if any(any(point.mean.values()) for point in curve):
        low, high = ax.get_ylim()
    else:  # nothing to scale the axes by
        low, high = 1e-12, 0.1
        ax.set_xlim(eps[0], eps[-1])
    ax.set_ylim(low / 1.5, high * 12)
    for x, words, side in ((0.02, "← round-off", "left"), (0.98, "truncation →", "right")):
        style = {"ha": side, "va": "top", "color": look.muted, "fontsize": 9 * look.scale}
        ax.text(x, 0.97, words, transform=ax.transAxes, **style)
    _powers(ax.xaxis)
    _powers(ax.yaxis)
    ax.minorticks_off()


def _powers(axis: Any) -> None:
    """Every second or third power of ten, in plain text."""
    axis.set_major_locator(LogLocator(numticks=6))
    axis.set_major_formatter(FuncFormatter(lambda value, _: power(value)))
