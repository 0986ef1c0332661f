"""The picture of a learning-rate range test: the loss over η, where it turns, what is suggested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from optiviz.training.lr_range import LrRange
from optiviz.views.frame import Frame
from optiviz.views.numbers import log_axis, log_axis_to_fit, number
from optiviz.views.style import LINES, blend, legible, mark
from optiviz.views.style import words as written

ABOVE = 1.6  # times the first loss, above which a curve has left the picture
NARROW = 0.72  # of a panel, left of which words stand to the right of their line


def plot_lr_range(
    found: LrRange,
    path: str | Path,
    *,
    rule: str,
    title: str,
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write the losses of a range test over η.

    Args:
        found: what the test saw.
        path: where to write; .png, .svg or .pdf by its ending.
        rule: its name, whose colour the curve has; title: what stands above.
        theme, size: see `Frame`.

    Raises:
        UserError: an unknown ending or theme, an impossible size, or no place to write to.
    """
    frame = Frame(theme, size)
    look, s = frame.look, frame.look.scale
    color = mark(rule, look).color
    with frame.style():
        frame.title(title, found.text)
        ax = frame.row(1)[0]
        frame.dress(ax, "Loss of the batch after each update; line: medians", "learning rate η")
        first = float(found.smooth[: max(len(found.smooth) // 20, 1)].mean())
        shown = np.where(found.smooth < ABOVE * first, found.smooth, np.nan)
        dots: Any = {"ls": "", "marker": "o", "ms": 2.4 * s, "mew": 0}
        ax.plot(
            found.lr,
            found.loss,
            color=legible(blend(color, look.background, 0.5), look, LINES),
            **dots,
        )
        ax.plot(found.lr, shown, color=color, lw=2.2 * s, zorder=3)
        log_axis_to_fit(ax, "x", found.lr[-1] / found.lr[0], s)
        ax.set_xlim(found.lr[0], found.lr[-1])
        low, high = float(np.nanmin(shown)), ABOVE * first
        if high > 30 * low:
            log_axis(ax, np.array([low, high]))
            ax.set_ylim(low / 1.5, high)
        else:
            ax.set_ylim(max(low - 0.15 * (high - low), 0), high)
        _say(frame, ax, found, color)
        frame.save(path)


def _say(frame: Frame, ax: Any, found: LrRange, color: str) -> None:
    """Lines at the turn and at what is suggested, with their η beside them."""
    look, s = frame.look, frame.look.scale
    told = [(found.suggested, "suggested", color, "-"), (found.turns, "least at", look.muted, ":")]
    for at, (lr, name, hue, dash) in enumerate(told):
        if lr is None:
            continue
        ax.axvline(lr, color=hue, ls=dash, lw=1.6 * s, zorder=2)
        share = np.log(lr / found.lr[0]) / np.log(found.lr[-1] / found.lr[0])
        side = -1 if (at == 0) == (share > 1 - NARROW) or share > NARROW else 1
        said = f"{name}\nη = {number(lr)}"
        style: Any = {"ha": "right" if side < 0 else "left", "va": "top", "fontsize": 9.5 * s}
        style |= {"xytext": (side * 5 * s, -4 * s), "textcoords": "offset points"}
        style |= {"color": written(hue, look), "parse_math": False}
        ax.annotate(said, (lr, 1), xycoords=("data", "axes fraction"), **style)
