"""The contract of a panel: draw what stands still once, then show any moment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from matplotlib.artist import Artist

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

    def __init__(self, ax: Any, picture: Contents) -> None:
        self.ax = ax
        self.picture = picture
        self.look = picture.look
        self.moving: list[Artist] = []

    @abstractmethod
    def show(self, t: int) -> None:
        """Move every moving artist to step t; a run that has ended stays at its last point."""

    def add(self, artist: Any) -> Any:
        """Keep an artist as one that moves."""
        self.moving.append(artist)
        return artist
