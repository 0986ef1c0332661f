"""Where the panels of a picture stand: their room is measured from what is written beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import matplotlib
import numpy as np

from optiviz.views.numbers import Even
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.panel import Panel
from optiviz.views.scene.series import Series, crop

EDGE = 0.22  # inches that stay empty at either side
GAP = 0.16  # between what belongs to one panel and to the next
ROWS = 0.07  # and where one stands below the other
WIDE = 1.75  # times as wide as the column beside it, a panel of the plane; several share more
HIGH = 2.4  # times as high as a panel below it, where all stand below each other
TALL = 1.1  # a figure less wide than so many times its height has them so
LOW = 0.34  # inches of height of axes; a column that has less becomes two


class Place(NamedTuple):
    """A rectangle, in inches from the lower left corner of the figure."""

    left: float
    bottom: float
    right: float
    top: float


def arrange(
    figure: Any,
    kinds: list[type[Panel]],
    picture: Contents,
    ends: tuple[float, float],
    names: Callable[[list[Panel]], float],
) -> list[Panel]:
    """Make every panel of a picture, in its place.

    Args:
        figure: where; kinds: which panels, in order; picture: what they show.
        ends: the inches that other things take below and above.
        names: of the panels that are not wide, the inches that names take at their right.
    """
    axes = [figure.add_subplot() for _ in kinds]
    for axis in (axis for ax in axes for axis in (ax.xaxis, ax.yaxis)):
        axis.set_major_formatter(Even())
    panels: list[Any] = []
    for kind, ax in zip(kinds, axes, strict=True):
        panels.append(kind.dress(ax, picture) if kind.wide else kind(ax, picture))
    made = [panel for panel in panels if isinstance(panel, Panel)]
    crop([panel for panel in made if isinstance(panel, Series)])
    room = _Room(figure, axes, kinds, panels, ends)
    room.share()
    room.names = names(made)
    for _ in range(2):  # in another place an axis may have other numbers
        room.share()
        for panel in made:
            panel.fit()
    done = [
        kind(ax, picture) if kind.wide else panel
        for kind, ax, panel in zip(kinds, axes, panels, strict=True)
    ]
    room.keep_in()
    return done


class _Room:
    """The room of a figure: panels of the plane side by side, the others in columns or below."""

    def __init__(
        self,
        figure: Any,
        axes: list[Any],
        kinds: list[type[Panel]],
        panels: list[Any],
        taken: tuple[float, float],
    ) -> None:
        self.figure, self.axes, self.names = figure, axes, 0.0
        self.shares = [getattr(panel, "share", 1.0) for panel in panels]
        self.scale = matplotlib.rcParams["font.size"] / 9
        width, height = figure.get_size_inches()
        self.whole = Place(EDGE, taken[0], width - EDGE, height - taken[1])
        self.wide = [i for i, kind in enumerate(kinds) if kind.wide]
        self.breadths = [kinds[i].breadth for i in self.wide]
        rest = [i for i, kind in enumerate(kinds) if not kind.wide]
        self.tall = bool(width < TALL * height and self.wide and rest)
        self.columns = self._split(rest)
        for column in self.columns:
            label_steps([panels[i] for i in column])

    def _split(self, rest: list[int]) -> list[list[int]]:
        """One column of panels, or two where one would be too low."""
        if len(rest) < 2:
            return [rest] if rest else []
        low, high = self._ends()
        insets = [self._beside(i) for i in rest]
        free = high - low - sum(inset.top + inset.bottom for inset in insets)
        if free > LOW * self.scale * sum(self.shares[i] for i in rest):
            return [rest]
        half = -(-len(rest) // 2)
        return [rest[:half], rest[half:]]

    def _ends(self) -> tuple[float, float]:
        """The lower and the upper end of the columns."""
        low, high = self.whole.bottom, self.whole.top
        if self.tall:
            count = sum(self.shares) - len(self.wide)
            share = HIGH / max(self.breadths)  # what is broad is low
            high -= share / (share + count) * (high - low)
        return low, high

    def share(self) -> None:
        """Give every axes its place, by what stands beside it now."""
        low, high = self._ends()
        wide = [[i] for i in self.wide]
        if self.tall:
            self._side_by_side(wide, [1.0] * len(wide), high + GAP * self.scale, self.whole.top)
            self._side_by_side(self.columns, [1.0] * len(self.columns), low, high)
            return
        ratios = [WIDE * breadth / len(wide) ** 0.5 for breadth in self.breadths]
        ratios += [1.0] * len(self.columns)
        self._side_by_side(wide + self.columns, ratios, low, high)

    def _side_by_side(
        self, columns: list[list[int]], ratios: list[float], low: float, high: float
    ) -> None:
        """Columns of axes between two heights, their widths in a ratio."""
        insets = {i: self._beside(i) for column in columns for i in column}
        lefts = [max(insets[i].left for i in column) for column in columns]
        rights = [max(self._names(i) + insets[i].right for i in column) for column in columns]
        gap = GAP * self.scale
        free = self.whole.right - self.whole.left - sum(lefts) - sum(rights)
        free -= gap * (len(columns) - 1)
        x = self.whole.left
        for column, ratio, left, right in zip(columns, ratios, lefts, rights, strict=True):
            width = max(free * ratio / sum(ratios), 0.2)
            self._stack(column, insets, (x + left, width), (low, high))
            x += left + width + right + gap

    def _names(self, i: int) -> float:
        """The inches of the names beside a panel."""
        return 0.0 if i in self.wide else self.names

    def keep_in(self) -> None:
        """Move what the numbers of its whole ground push over the left edge."""
        width = self.figure.get_size_inches()[0]
        for i in self.wide:
            x, y, w, h = self.axes[i].get_position().bounds
            over = self._beside(i).left + EDGE / 4 - x * width
            if over > 0:
                self.axes[i].set_position((x + over / width, y, w, h))

    def _stack(
        self,
        column: list[int],
        insets: dict[int, Place],
        across: tuple[float, float],
        ends: tuple[float, float],
    ) -> None:
        """Axes below each other, in shares of what their words leave free."""
        gap = ROWS * self.scale
        free = ends[1] - ends[0] - gap * (len(column) - 1)
        free -= sum(insets[i].top + insets[i].bottom for i in column)
        total, y = sum(self.shares[i] for i in column), ends[1]
        inches = np.tile(self.figure.get_size_inches(), 2)
        for i in column:
            height = max(free * self.shares[i] / total, 0.05)
            y -= insets[i].top + height
            self.axes[i].set_position(np.array([across[0], y, across[1], height]) / inches)
            y -= insets[i].bottom + gap

    def _beside(self, i: int) -> Place:
        """The inches that numbers, labels and a title take at each side of axes."""
        ax = self.axes[i]
        box, dpi = ax.get_window_extent(), self.figure.dpi
        style: Any = {"bbox_extra_artists": [], "for_layout_only": True}
        around = ax.get_tightbbox(self.figure.canvas.get_renderer(), **style)
        left, bottom = box.x0 - around.x0, box.y0 - around.y0
        return Place(
            left / dpi, bottom / dpi, (around.x1 - box.x1) / dpi, (around.y1 - box.y1) / dpi
        )


def label_steps(panels: list[Panel]) -> None:
    """Only the lowest of the panels of a column that share their steps says what they are."""
    shared = [panel for panel in panels if panel.timeline]
    for panel in shared[:-1]:
        panel.ax.tick_params(labelbottom=False)
    if shared:
        shared[-1].ax.set_xlabel(shared[-1].picture.unit)
