"""Where words fit: boxes beside their points that keep clear of each other and of what is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optiviz.problems.base import Array

Box = tuple[float, float, float, float]  # left, bottom, right and top, in pixels
Spot = tuple[float, float]

CELL = 4.0  # pixels, within which it does not matter where a path runs
TURNS = [math.radians(angle) for angle in (20, -20, 160, -160, 60, -60, 120, -120, 90, -90)]
RINGS = (0.0, 1.0, 2.2, 3.6, 5.4, 7.6)  # heights of a word between it and its point
NUDGES = (0.0, *(0.2 * n for n in range(1, 10)), 2.3, 2.8, 3.4, 4.2, 5.2)  # heights
AROUND = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
ASIDE = 1.5  # rows between words in line with each other
BLOCKED = 1e4  # what it costs to lie on what must be seen,
CROWDED = 45.0  # where words would read on from others,
CROSSED = 7.0  # on a cell that a path runs through,
AWAY = 1.0  # a pixel away from the point, where the nearest place is free,
TURNED = 1.5  # and the next direction in the order above


@dataclass(frozen=True)
class Ground:
    """What words must keep clear of, and where they may be.

    Attributes:
        room: the width and the height that there are.
        crossed: how many cells paths run through, summed from the lower left corner.
        fixed: boxes that must be seen at any time.
        near: boxes about words, `spaced`: where others would read on from them.
    """

    room: Spot
    crossed: Array
    fixed: Sequence[Box]
    near: Sequence[Box] = ()

    def cost(self, box: Box, taken: Sequence[Box], near: Sequence[Box] = ()) -> float:
        """How bad it would be for words to lie there."""
        return self.crowd(box, taken, near) + CROSSED * self.crossings(box)

    def crowd(self, box: Box, taken: Sequence[Box], near: Sequence[Box]) -> float:
        """How bad it would be for what else is to be seen there, and read."""
        blocked = sum(overlap(box, other) for other in (*self.fixed, *taken))
        crowded = any(overlap(box, other) for other in (*self.near, *near))
        return BLOCKED * blocked + CROWDED * crowded

    def crossings(self, box: Box) -> float:
        """How many cells of paths lie in a box."""
        rows, columns = self.crossed.shape
        left, right = (min(max(int(x / CELL), 0), columns - 1) for x in (box[0], box[2] + CELL))
        low, high = (min(max(int(y / CELL), 0), rows - 1) for y in (box[1], box[3] + CELL))
        table = self.crossed
        return float(table[high, right] - table[low, right] - table[high, left] + table[low, left])

    def place(
        self,
        point: Spot,
        size: Spot,
        taken: Sequence[Box],
        gap: float,
        row: float,
        near: Sequence[Box] = (),
    ) -> Box:
        """The best place for a box of words beside a point.

        Args:
            point: what they are about; size: theirs; taken: boxes that must be seen besides.
            gap: the pixels to the point; row: the height of one line.
            near: boxes about words besides.
        """
        best: tuple[float, Box] | None = None
        for ring in RINGS:
            away = gap + ring * row
            if best and best[0] <= AWAY * (away - gap):
                break  # nothing further away can be better
            for nth, turn in enumerate(TURNS):
                box = self.inside(beside(point, size, turn, away))
                price = AWAY * (away - gap) + TURNED * nth + self.cost(box, taken, near)
                if best is None or price < best[0]:
                    best = price, box
        assert best
        return best[1]

    def nudged(self, held: Box, taken: Sequence[Box], row: float, near: Sequence[Box] = ()) -> Box:
        """A box moved as little as need be to lie on nothing that must be seen."""
        best: tuple[float, Box] | None = None
        for away in NUDGES:
            if best and best[0] <= away * row:
                break
            for x, y in AROUND if away else AROUND[:1]:
                dx, dy = away * row * x, away * row * y
                box = self.inside((held[0] + dx, held[1] + dy, held[2] + dx, held[3] + dy))
                price = away * row + self.crowd(box, taken, near)
                if best is None or price < best[0]:
                    best = price, box
        assert best
        return best[1]

    def inside(self, box: Box) -> Box:
        """The box moved into the room."""
        width, height = box[2] - box[0], box[3] - box[1]
        left = min(max(box[0], 2.0), self.room[0] - 2 - width)
        low = min(max(box[1], 2.0), self.room[1] - 2 - height)
        return left, low, left + width, low + height


def beside(point: Spot, size: Spot, turn: float, away: float) -> Box:
    """A box that lies so far from a point, in a direction."""
    along, up = math.cos(turn), math.sin(turn)
    x = point[0] + along * away + min(max(1.5 * along, -1), 1) * size[0] / 2
    y = point[1] + up * away + min(max(1.5 * up, -1), 1) * size[1] / 2
    return x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2


def around(point: Spot, radius: float) -> Box:
    """The box of a marker."""
    return point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius


def spaced(box: Box, row: float, above: float = 0.0) -> Box:
    """The box of words with room on both sides, and some rows above and below: others in line with
    them would read on.

    >>> spaced((10, 0, 30, 8), 4), spaced((10, 0, 30, 8), 4, above=0.5)
    ((4.0, 0.0, 36.0, 8.0), (4.0, -2.0, 36.0, 10.0))
    """
    left, low, right, high = box
    return left - ASIDE * row, low - above * row, right + ASIDE * row, high + above * row


def gap_of(box: Box, point: Spot) -> float:
    """The pixels from a point to a box."""
    return math.hypot(*(max(box[i] - point[i], point[i] - box[i + 2], 0) for i in (0, 1)))


def overlap(one: Box, other: Box) -> float:
    """How much two boxes share: 0 for nothing, at least 1 for anything, more for more."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return 1 + width * height / 1000 if width > 0 and height > 0 else 0.0


def crossed(paths: Sequence[Array], room: Spot) -> Array:
    """The table by which `Ground.crossings` counts, of paths `(n, 2)` in pixels."""
    rows, columns = (math.ceil(side / CELL) + 2 for side in room[::-1])
    cells = np.zeros((rows, columns), bool)
    for path in paths:
        here, step = path[:-1], np.diff(path, axis=0)
        longest = 2 * max(room) / CELL  # points of one segment, however far it leaps
        counts = np.ceil(np.clip(np.hypot(*step.T) / CELL, 1, longest)).astype(int)
        index = np.repeat(np.arange(len(here)), counts)
        share = (np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)) + 0.5
        points = here[index] + (share / counts[index])[:, None] * step[index]
        x, y = (points / CELL).astype(int).T
        seen = (points.min(axis=1, initial=np.inf) >= 0) & (x < columns) & (y < rows)
        cells[y[seen], x[seen]] = True
    table = np.zeros((rows + 1, columns + 1))
    table[1:, 1:] = cells.cumsum(axis=0).cumsum(axis=1)
    return table


def spread(heights: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Heights moved as little as need be until they are so far apart, between two limits.

    >>> spread([5, 1, 5.5], 2, 0, 10)
    [4.25, 1.0, 6.25]
    """
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    groups: list[list[float]] = []  # the middle of each cluster, and how many it holds
    for i in order:
        groups.append([min(max(heights[i], low), high), 1])
        while len(groups) > 1:
            (below, few), (above, more) = groups[-2:]
            if above - below >= apart * (few + more) / 2:
                break
            middle = (below * few + above * more) / (few + more)
            groups[-2:] = [[middle, few + more]]
    found = [
        middle + apart * (nth - (count - 1) / 2)
        for middle, count in groups
        for nth in range(int(count))
    ]
    for nth in range(len(found)):  # away from the limits again, from below and then from above
        found[nth] = max(found[nth], low + apart * nth)
    for nth in range(len(found)):
        found[-1 - nth] = min(found[-1 - nth], high - apart * nth)
    placed = dict(zip(order, found, strict=True))
    return [placed[i] for i in range(len(heights))]


def glide(track: Array, reach: int) -> Array:
    """A track `(n, …)` whose jumps are spread over neighbours; its first and last stay."""
    count = len(track)
    sums = np.concatenate([np.zeros_like(track[:1]), track.cumsum(axis=0)])
    middle = np.arange(count)
    half = np.minimum(np.minimum(middle, count - 1 - middle), reach)
    total = sums[middle + half + 1] - sums[middle - half]
    means: Array = total / (2 * half + 1).reshape(-1, *[1] * (track.ndim - 1))
    return means
