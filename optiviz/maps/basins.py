"""Which minimum a rule reaches from every start, from stacked runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optiviz.errors import UserError
from optiviz.maps.axes import count
from optiviz.maps.follow import progress
from optiviz.optim import Optimizer
from optiviz.problems import as_problem
from optiviz.problems.base import Array, Bounds, Plane, Point
from optiviz.problems.planes.lows import apart, settled
from optiviz.runs import loop
from optiviz.runs.inputs import Entry, as_rule

NONE, UNDEFINED = -1, -2  # what a start leads to that reaches no minimum, or that has no loss
LAST = 0.1  # of the steps, in which a run that is at rest stays within the radius
RING = np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], axis=1)
FLAT = 1e-6  # of the highest place around: a lowest one around that is no higher than the middle
MOST = 100  # minima that are found
ROUNDING = 1e-12  # of the loss at the start


@dataclass(frozen=True)
class BasinMap:
    """Which minimum a rule reaches from every start, and how fast.

    Attributes:
        minima: the problem's known ones, or else those at which starts come to rest.
        x, y: the coordinates of the starts; the arrays below have shape (len(y), len(x)).
        index: which of the minima; -1 for none, or diverged, -2 for a start without a loss.
        steps_to_reach: the step from which on it stays within the radius; NaN if none.
    """

    problem: Plane
    rule: Optimizer
    steps: int
    radius: float
    minima: tuple[Point, ...]
    x: Array
    y: Array
    index: Array
    steps_to_reach: Array

    @cached_property
    def losses(self) -> tuple[float, ...]:
        """The loss at each of the minima; what rounding leaves of a zero is one."""
        found = [float(self.problem.value(np.array(point))) for point in self.minima]
        least = ROUNDING * abs(float(self.problem.value(np.array(self.problem.start))))
        return tuple(loss if abs(loss) > least else 0.0 for loss in found)

    def listed(self, most: int) -> tuple[list[int], list[int]]:
        """The minima to name, and the others: if there are too many, those of the most starts."""
        every = list(range(len(self.minima)))
        if len(every) > most:
            every.sort(key=self.share, reverse=True)
        return every[:most], every[most:]

    def share(self, index: int) -> float:
        """The part of the starts with an index."""
        return float(np.mean(self.index == index))


def basin_map(
    problem: Plane | str,
    optimizer: Entry,
    points: int = 200,
    steps: int = 300,
    bounds: Bounds | None = None,
    quiet: bool = True,
) -> BasinMap:
    """Start from every cell of a grid: which minimum is reached, and when?

    A minimum is reached at the step from which on the distance to it stays below a hundredth of
    the longer side of the bounds. Where none are known, those count at which runs come to rest.

    Args:
        problem: what to minimise, or its words.
        optimizer: the rule, its class or its words.
        points: how many starts along each side, in the middles of as many cells.
        steps: how many steps each trajectory takes.
        bounds: where to start; the problem's own by default.
        quiet: show no progress bar.

    Raises:
        UserError: no minimum is known or reached, or a number of points that is too small or large.

    >>> from optiviz import surfaces
    >>> basin_map(surfaces["three-hump-camel"], "sgd", points=3).index.tolist()
    [[2, 0, 1], [2, 0, 1], [2, 0, 1]]
    """
    problem = as_problem(problem)
    rule = as_rule(problem, optimizer)
    sides = problem.bounds if bounds is None else bounds
    middles = (np.arange(count(points)) + 0.5) / points
    x, y = (low + (high - low) * middles for low, high in sides)
    radius = 0.01 * max(high - low for low, high in sides)
    start = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    index, since = np.full(len(start), NONE, np.int16), np.zeros(len(start))
    with np.errstate(all="ignore"):
        minima = problem.minima or _rests(problem, rule, start, steps, radius, quiet)
        nearest = _Nearest(np.array(minima), radius)
        for point in progress(loop.steps(problem, rule, start, steps), steps, quiet):
            now = nearest(point.w)
            since[now != index] = point.t
            index = now
        index[np.isnan(problem.value(start))] = UNDEFINED
    since[index < 0] = np.nan
    shape = (points, points)
    index, since = index.reshape(shape), since.reshape(shape)
    return BasinMap(problem, rule, steps, radius, minima, x, y, index, since)


class _Nearest:
    """Which minimum a point is near, looked up in a table of small cells.

    A cell knows the minimum nearest to its middle; whether a point in it is near, too, is measured.
    """

    def __init__(self, minima: Array, radius: float) -> None:
        self.minima, self.radius, self.cell = minima, radius, radius / 2
        self.low = minima.min(axis=0) - radius
        columns, rows = np.ceil((minima.max(axis=0) + radius - self.low) / self.cell).astype(int)
        x, y = (
            low + self.cell * (np.arange(n) + 0.5)
            for low, n in zip(self.low, (columns, rows), strict=True)
        )
        self.table, least = np.zeros((columns, rows), np.int16), np.full((columns, rows), np.inf)
        for i, (left, up) in enumerate(minima):
            far = np.add.outer(np.square(x - left), np.square(y - up))
            self.table[far < least] = i
            least = np.minimum(least, far)

    def __call__(self, w: Array) -> Array:
        last = np.array(self.table.shape) - 1
        column, row = np.clip(np.nan_to_num((w - self.low) / self.cell), 0, last).astype(int).T
        index = self.table[column, row]
        near = np.square(w - self.minima[index]).sum(axis=1) < self.radius**2
        return np.where(near, index, np.int16(NONE))


def _rests(
    problem: Plane, rule: Optimizer, start: Array, steps: int, radius: float, quiet: bool
) -> tuple[Point, ...]:
    """The minima at which runs come to rest, the deepest first."""
    low, high = np.full(start.shape, np.inf), np.full(start.shape, -np.inf)
    for point in progress(loop.steps(problem, rule, start, steps), steps, quiet):
        if point.t >= (1 - LAST) * steps:
            low, high = np.minimum(low, point.w), np.maximum(high, point.w)
    middles = ((low + high) / 2)[(high - low).max(axis=1) <= 2 * radius]
    _, first = np.unique(np.round(middles / radius), axis=0, return_index=True)
    ends, there = settled(problem, middles[first], radius)
    ends = np.where(there[:, None], ends, middles[first])
    heights = problem.value(ends)
    around = problem.value(ends[:, None] + radius * RING) - heights[:, None]
    hollow = around.min(axis=1, initial=np.inf) > FLAT * around.max(axis=1, initial=0)
    found = apart(problem, ends[hollow], 2 * radius)[:MOST]
    if not len(found):
        raise UserError(
            f"No start comes to rest at a minimum of {problem.name} within {steps} steps."
        )
    return tuple((float(x), float(y)) for x, y in found)
