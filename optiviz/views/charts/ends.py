"""Words at the ends of lines, in place of a legend: apart from each other, with leaders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from optiviz.views.frame import Frame
from optiviz.views.scene.place import spread
from optiviz.views.style import words as written

LEAD = 0.16  # inches from a line's end to its words
TIGHT = 1.12  # rows of words, as a share of their height


class Ends:
    """The words of the lines of one panel, each at its line's end and in its colour.

    Args:
        frame, ax: where; the axes of their final size.
        colors: of the lines.
        size: points of the letters, before the theme's scale.
    """

    def __init__(self, frame: Frame, ax: Any, colors: Sequence[str], size: float = 9) -> None:
        look, s = frame.look, frame.look.scale
        self.frame, self.ax = frame, ax
        text: Any = {"fontsize": size * s, "va": "center", "parse_math": False, "zorder": 6}
        line: Any = {"lw": 0.9 * s, "clip_on": False, "scalex": False, "scaley": False}
        at = ax.transAxes
        self.texts = [
            ax.text(0, 0, "", color=written(color, look), linespacing=1.1, transform=at, **text)
            for color in colors
        ]
        self.leaders = [ax.plot([], [], color=c, transform=at, **line)[0] for c in colors]

    @property
    def moving(self) -> list[Artist]:
        """What `show` moves."""
        return [*self.leaders, *self.texts]

    def show(
        self, words: Sequence[str], heads: Sequence[tuple[float, float]], x: float | None = None
    ) -> None:
        """Write words beside the lines' heads, in a column to the right of x or of all of them.

        Args:
            words: empty where a line has no head yet.
            heads: in the units of the axes.
            x: of the column, in those units.
        """
        self.ax.get_ylim()  # or limits that follow the lines are not known before it is drawn
        to = self.ax.transData + self.ax.transAxes.inverted()
        points = to.transform(np.array(heads, float).reshape(-1, 2))
        told = [i for i, said in enumerate(words) if said and np.isfinite(points[i]).all()]
        for i, (text, leader) in enumerate(zip(self.texts, self.leaders, strict=True)):
            text.set_text(words[i])
            text.set_visible(i in told)
            leader.set_visible(i in told)
        if not told:
            return
        box = self.ax.get_window_extent()
        inch = self.ax.figure.dpi / np.array([box.width, box.height])
        high = max(self.frame.inches(self.texts[i])[1] for i in told) * inch[1]
        column = points[told, 0].max() if x is None else to.transform((x, 1.0))[0]
        column += LEAD * self.frame.look.scale * inch[0]
        wanted = np.clip(points[told, 1], 0, 1)
        # Below the axes' title, too: in a film the words begin at its left.
        heights = spread(wanted.tolist(), TIGHT * high, high / 2, 1 - high / 2)
        for i, height in zip(told, heights, strict=True):
            self.texts[i].set_position((column, height))
            ends = points[i, 0] + 0.05 * inch[0], column - 0.04 * inch[0]
            self.leaders[i].set_data(ends, (np.clip(points[i, 1], 0, 1), height))


def room(frame: Frame, words: Sequence[str], size: float = 9) -> float:
    """The inches that words at the ends of lines need to the right of their axes."""
    style: Any = {"fontsize": size * frame.look.scale, "parse_math": False}
    texts = [frame.figure.text(0, 0, said, **style) for said in words]
    widest = max((frame.inches(text)[0] for text in texts), default=0.0)
    for text in texts:
        text.remove()
    return LEAD * frame.look.scale + widest + frame.edge
