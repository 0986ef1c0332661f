"""The contract of a panel: draw what stands still once, then show any moment."""

from __future__ import annotations

import textwrap
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist

from optiviz.problems.base import Array
from optiviz.views.scene.contents import Contents

TITLE, LEAST = 9.5, 7  # points of a panel's title, and how small it may become in one row


class Panel(ABC):
    """One panel of a picture.

    Constructing it draws what stands still; `show` moves `moving` to a step. Whoever animates
    marks the moving artists and draws them over the still picture.
    """

    # Panels of the plane are given most of the picture; the others share a column beside them.
    wide: ClassVar[bool] = False
    # How many times as wide as usual a panel of the plane is, since it fills less of its room.
    breadth: ClassVar[float] = 1.0
    # Whether steps run along the horizontal axis.
    timeline: ClassVar[bool] = False
    # Whether what is said of a moment fades after it, as in a film.
    film: bool = False

    def __init__(self, ax: Any, picture: Contents) -> None:
        self.ax = ax
        self.picture = picture
        self.look = picture.look
        self.moving: list[Artist] = []
        self.share = 1.0  # of the height that panels in a column have
        self.heading: Any = None
        # A number, since a film is drawn when the theme's settings are over: or its axes would
        # have room for other numbers than a still picture's.
        ax.tick_params(labelsize=rcParams["font.size"])

    @classmethod
    def dress(cls, ax: Any, picture: Contents) -> None:
        """Write what will stand beside a wide panel's axes, so that its room can be measured."""
        return

    @abstractmethod
    def show(self, t: float) -> None:
        """Move every moving artist to step t; a run that has ended stays at its last point.

        Between two steps a point is on the straight way from one to the next, and what belongs to
        a step stays as it is.
        """

    def entitle(self, words: str) -> None:
        """Write the title above the axes, from the left."""
        size = TITLE * self.look.scale
        style: Any = {"fontsize": size, "color": self.look.text, "pad": 5, "parse_math": False}
        self.heading = self.ax.set_title(words, loc="left", **style)

    def fit(self) -> None:
        """Write the title as small as its axes' width asks for, in two rows if need be."""
        if self.heading is None:
            return
        text, room = self.heading, self.ax.get_window_extent().width
        ratio, least = room / text.get_window_extent().width, LEAST * self.look.scale
        words = text.get_text()
        if ratio * text.get_fontsize() < least and "\n" not in words:
            text.set_text(textwrap.fill(words, len(words) // 2 + 3))
            ratio = room / text.get_window_extent().width
        if ratio < 1:
            text.set_fontsize(0.96 * ratio * text.get_fontsize())  # widths go in whole pixels

    def follow(self) -> None:
        """Make ready for a film, in which words must not jump; a still picture needs it not."""
        return

    def add(self, artist: Any) -> Any:
        """Keep an artist as one that moves."""
        self.moving.append(artist)
        return artist


def until(points: Array, t: float) -> Array:
    """The points up to time t, the last of them on its way to the next.

    >>> until(np.array([[0.0, 0.0], [4.0, 2.0], [5.0, 5.0]]), 0.5).tolist()
    [[0.0, 0.0], [2.0, 1.0]]
    """
    now = int(t)
    passed, share = points[: now + 1], t - now
    if not share or now + 1 >= len(points):
        return passed
    return np.concatenate([passed, points[now : now + 1] * (1 - share) + points[now + 1] * share])
