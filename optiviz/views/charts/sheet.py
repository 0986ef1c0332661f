"""The figure of a map: its title above, its key below, and axes between them, placed in inches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from matplotlib.axes import Axes

from optiviz.errors import UserError
from optiviz.views.frame import Frame

EDGE = 0.22  # inches that stay empty


class Sheet(Frame):
    """A frame whose axes are placed in inches, counted from its lower left corner."""

    edge: ClassVar[float] = EDGE
    above: ClassVar[float] = 0.14
    small: ClassVar[float] = 9.5
    leading: ClassVar[float] = 1.25
    rows: ClassVar[tuple[float, float]] = (0.07 + 1.25 * 13 / 72, 0.13 + 1.25 * 9.5 / 72)

    @property
    def tall(self) -> bool:
        """Whether there is more room below than beside."""
        return bool(self.width < 1.1 * self.height)

    def explain(self, handles: Sequence[Any], labels: Sequence[str]) -> None:
        """Write what lines, areas and marks mean along the lower edge."""
        style: Any = {"borderaxespad": 0.2, "handlelength": 2.0, "columnspacing": 1.8}
        at = (EDGE - 0.05, self.bottom)
        self.bottom += self.key(handles, labels, at, self.width - EDGE, **style) + 0.08

    def axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        """Axes between the given inches."""
        w, h = self.width, self.height
        if not (left < right and bottom < top):
            raise UserError("There is no room for the picture: choose another shape of it.")
        return self.figure.add_axes((left / w, bottom / h, (right - left) / w, (top - bottom) / h))

    def settle(self, *axes: Axes) -> None:
        """Move the left edges in until the words beside them are on the page."""
        boxes: list[Any] = [ax.get_tightbbox() for ax in axes]
        left = min(box.x0 for box in boxes) / self.figure.dpi
        for ax in axes:
            box = ax.get_position()
            box.x0 += max(0.12 - left, 0.0) / self.width
            ax.set_position(box)
