"""The contract of a panel: draw what stands still once, then show any moment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from matplotlib.artist import Artist

from optiviz.problems.base import Array
from optiviz.views.scene.contents import Contents


class Panel(ABC):
    """One panel of a picture.

    Constructing it draws what stands still; `show` moves `moving` to a step. Whoever animates
    marks the moving artists and draws them over the still picture.
    """

    # Panels of the plane are given most of the picture; the others share a column beside them.
    wide: ClassVar[bool] = False
    projection: ClassVar[str | None] = None
    # Whether steps run along the horizontal axis.
    timeline: ClassVar[bool] = False
    # Whether what is said of a moment fades after it, as in a film.
    film: bool = False

    def __init__(self, ax: Any, picture: Contents) -> None:
        self.ax = ax
        self.picture = picture
        self.look = picture.look
        self.moving: list[Artist] = []

    @abstractmethod
    def show(self, t: float) -> None:
        """Move every moving artist to step t; a run that has ended stays at its last point.

        Between two steps a point is on the straight way from one to the next, and what belongs to
        a step stays as it is.
        """

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
