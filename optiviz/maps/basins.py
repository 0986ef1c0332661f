"""Which minimum a rule reaches from every start, from one stacked run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optiviz.maps.axes import count
from optiviz.maps.follow import least, progress
from optiviz.optim import Optimizer
from optiviz.problems import as_problem
from optiviz.problems.base import Array, Bounds, Plane
from optiviz.runs import loop
from optiviz.runs.inputs import Entry, as_rule


@dataclass(frozen=True)
class BasinMap:
    """Which known minimum a rule reaches from every start, and how fast.

    Attributes:
        x, y: the coordinates of the starts; the arrays below have shape (len(y), len(x)).
        index: which of the problem's minima; -1 for none, or diverged.
        steps_to_reach: the step from which on it stays within the radius; NaN if none.
    """

    problem: Plane
    rule: Optimizer
    steps: int
    radius: float
    x: Array
    y: Array
    index: Array
    steps_to_reach: Array

    def share(self, index: int) -> float:
        """The part of the starts that reach a minimum; -1 for those that reach none."""
        return float(np.mean(self.index == index))


def basin_map(
    problem: Plane | str,
    optimizer: Entry,
    points: int = 200,
    steps: int = 300,
    bounds: Bounds | None = None,
    quiet: bool = True,
) -> BasinMap:
    """Start from every cell of a grid: which known minimum is reached, and when?

    A minimum is reached at the step from which on the distance to it stays below a hundredth of
    the longer side of the bounds.

    Args:
        problem: one with known minima, or its words.
        optimizer: the rule, its class or its words.
        points: how many starts along each side, in the middles of as many cells.
        steps: how many steps each trajectory takes.
        bounds: where to start; the problem's own by default.
        quiet: show no progress bar.

    Raises:
        UserError: no known minimum, or a number of points that is too small or too large.

    >>> from optiviz import surfaces
    >>> basin_map(surfaces["three-hump-camel"], "sgd", points=3).index.tolist()
    [[2, 0, 1], [2, 0, 1], [2, 0, 1]]
    """
    problem = as_problem(problem)
    rule = as_rule(problem, optimizer)
    least(problem)
    sides = problem.bounds if bounds is None else bounds
    middles = (np.arange(count(points)) + 0.5) / points
    x, y = (low + (high - low) * middles for low, high in sides)
    radius = 0.01 * max(high - low for low, high in sides)
    start = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    index, since = np.full(len(start), -1, np.int16), np.zeros(len(start))
    with np.errstate(all="ignore"):
        for point in progress(loop.steps(problem, rule, start, steps), steps, quiet):
            now = np.full_like(index, -1)
            for i, (left, up) in enumerate(problem.minima):
                far = np.square(point.w[:, 0] - left) + np.square(point.w[:, 1] - up)
                now[far < radius**2] = i
            since[now != index] = point.t
            index = now
    since[index < 0] = np.nan
    shape = (points, points)
    return BasinMap(problem, rule, steps, radius, x, y, index.reshape(shape), since.reshape(shape))
