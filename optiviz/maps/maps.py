"""Maps: how a rule fares over its settings, its rates and its starts, each from one stacked run.

No map keeps a history: what it needs of a trajectory is brought up to date after every step.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm import tqdm

from optiviz.errors import UserError
from optiviz.maps.axes import Axis, as_axis, count, longest, rows_of, second
from optiviz.maps.theory import Theory, theory
from optiviz.optim import Optimizer
from optiviz.problems.base import Array, Bounds, Plane
from optiviz.problems.base import Point as Place
from optiviz.runs import loop
from optiviz.runs.race import contestant


@dataclass(frozen=True)
class RateMap:
    """How fast a rule converges, for every pair of two settings.

    Attributes:
        x, y: the settings and their values; the arrays below have shape (len(y), len(x)).
        steps_to_converge: the step from which on the loss stays near the least; NaN if none.
        diverged: where the loss ended above the start's, or was not finite.
        loss: at the end.
    """

    problem: Plane
    rule: Optimizer
    x: Axis
    y: Axis
    start: Place
    steps: int
    tolerance: float
    steps_to_converge: Array
    diverged: Array
    loss: Array

    @property
    def theory(self) -> Theory | None:
        """What is known beforehand; None where no theory speaks of these axes."""
        if {self.x.name, self.y.name} != {"lr", "beta"}:
            return None
        return theory(self.problem, self.rule)

    @property
    def best(self) -> tuple[float, float, int] | None:
        """The x and y that converge first, and after how many steps."""
        if np.isnan(self.steps_to_converge).all():
            return None
        row, column = np.unravel_index(np.nanargmin(self.steps_to_converge), self.loss.shape)
        least = int(self.steps_to_converge[row, column])
        return float(self.x.values[column]), float(self.y.values[row]), least


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


@dataclass(frozen=True)
class Curve:
    """One rule of a `Sensitivity`: the loss where it ended for every learning rate."""

    rule: Optimizer
    lr: Array
    loss: Array
    diverged: Array
    converged: Array

    @property
    def works(self) -> slice:
        """The longest row of neighbouring rates that converged; empty if none did."""
        return longest(self.converged)


@dataclass(frozen=True)
class Sensitivity:
    """How the final loss of several rules depends on the learning rate.

    Attributes:
        curves: one for each rule.
        height: of the start above the least known loss; a rate works where the loss ends at
            most `tolerance` times as high.
    """

    problem: Plane
    start: Place
    steps: int
    tolerance: float
    height: float
    curves: tuple[Curve, ...]


def rate_map(
    problem: Plane,
    optimizer: Optimizer | str,
    x: tuple[str, ArrayLike] | str = "lr",
    y: tuple[str, ArrayLike] | str | None = None,
    steps: int = 500,
    start: Place | None = None,
    tolerance: float = 1e-3,
    quiet: bool = True,
) -> RateMap:
    """Try every pair of two settings: when does the loss stay near its least?

    Converged means: from that step on, loss - least ≤ tolerance · (loss at the start - least).

    Args:
        problem: one with a known minimum.
        optimizer: the rule, or its words such as "momentum:form=outside".
        x, y: a setting and its values, or its name alone for `axis`'s own range; β up by default.
        steps: how many steps each trajectory takes.
        start: of all trajectories; the problem's own by default.
        tolerance: the part of the start's height at which it has converged.
        quiet: show no progress bar.

    Raises:
        UserError: an unknown setting, a value outside its bound, or no known minimum.

    >>> from optiviz import surfaces
    >>> rates = ("lr", [0.01, 0.09, 0.11])
    >>> found = rate_map(surfaces["valley"], "momentum", rates, ("beta", [0.0, 0.5]))
    >>> found.diverged.tolist()
    [[False, False, True], [False, False, False]]
    """
    rule = contestant(problem, optimizer) if isinstance(optimizer, str) else optimizer
    x, y = as_axis(problem, rule, x), as_axis(problem, rule, y or second(rule))
    if x.name == y.name:
        raise UserError(f"The two axes of a map must differ, got {x.name} twice.")
    across, up = np.meshgrid(x.values, y.values)
    stack = dataclasses.replace(rule, **{x.name: across.reshape(-1, 1), y.name: up.reshape(-1, 1)})
    start = problem.start if start is None else start
    loss, diverged, last, _ = _follow(problem, stack, start, steps, tolerance, quiet)
    taken = np.where(last < steps, last + 1.0, np.nan)
    shape = across.shape
    return RateMap(
        *(problem, rule, x, y, start, steps, tolerance),
        *(array.reshape(shape) for array in (taken, diverged, loss)),
    )


def basin_map(
    problem: Plane,
    optimizer: Optimizer | str,
    points: int = 200,
    steps: int = 300,
    bounds: Bounds | None = None,
    quiet: bool = True,
) -> BasinMap:
    """Start from every cell of a grid: which known minimum is reached, and when?

    A minimum is reached at the step from which on the distance to it stays below a hundredth of
    the longer side of the bounds.

    Args:
        problem: one with known minima.
        optimizer: the rule, or its words.
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
    rule = contestant(problem, optimizer) if isinstance(optimizer, str) else optimizer
    _least(problem)
    sides = problem.bounds if bounds is None else bounds
    middles = (np.arange(count(points)) + 0.5) / points
    x, y = (low + (high - low) * middles for low, high in sides)
    radius = 0.01 * max(high - low for low, high in sides)
    start = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    index, since = np.full(len(start), -1, np.int16), np.zeros(len(start))
    with np.errstate(all="ignore"):
        for point in _progress(loop.steps(problem, rule, start, steps), steps, quiet):
            now = np.full_like(index, -1)
            for i, (left, up) in enumerate(problem.minima):
                far = np.square(point.w[:, 0] - left) + np.square(point.w[:, 1] - up)
                now[far < radius**2] = i
            since[now != index] = point.t
            index = now
    since[index < 0] = np.nan
    shape = (points, points)
    return BasinMap(problem, rule, steps, radius, x, y, index.reshape(shape), since.reshape(shape))


def sensitivity(
    problem: Plane,
    optimizers: Sequence[Optimizer | str],
    values: ArrayLike | None = None,
    steps: int = 300,
    start: Place | None = None,
    tolerance: float = 0.01,
    quiet: bool = True,
) -> Sensitivity:
    """Try every rule with many learning rates: which of them work?

    Args:
        problem: one with a known minimum.
        optimizers: the rules, or their words.
        values: of η in ascending order, `(n,)` for all rules or a row for each; by default each
            rule's own range from `axis`.
        steps, start, quiet: as for `rate_map`.
        tolerance: a rate works if the loss ends at most this part of the start's height above
            the least.

    Raises:
        UserError: a rate outside its bound, or no known minimum.

    >>> from optiviz import surfaces
    >>> (curve,) = sensitivity(surfaces["bowl"], ["sgd"], [0.001, 0.1, 1.0, 3.0]).curves
    >>> curve.lr[curve.works].tolist(), curve.diverged.tolist()
    ([0.1, 1.0], [False, False, False, True])
    """
    if not optimizers:
        raise UserError("A map of learning rates needs at least one optimizer.")
    start = problem.start if start is None else start
    curves = []
    rows = [None] * len(optimizers) if values is None else rows_of(values, len(optimizers))
    for given, row in zip(optimizers, rows, strict=True):
        rule = contestant(problem, given) if isinstance(given, str) else given
        lr = as_axis(problem, rule, "lr" if row is None else ("lr", row), 200).values
        stack = dataclasses.replace(rule, lr=lr[:, None])
        loss, diverged, _, height = _follow(problem, stack, start, steps, tolerance, quiet)
        converged = loss - _least(problem) <= tolerance * height
        curves.append(Curve(rule, lr, loss, diverged, converged))
    return Sensitivity(problem, start, steps, tolerance, height, tuple(curves))


def _least(problem: Plane) -> float:
    """The loss that convergence is measured from."""
    least = problem.floor()
    if least is None:
        raise UserError(f"{problem.name} has no known minimum, so nothing can be said to reach it.")
    return least


def _progress(points: Iterator[loop.Point], steps: int, quiet: bool) -> Any:
    """The points with a bar, which appears on a terminal if they take more than a second."""
    return tqdm(points, total=steps + 1, unit="step", delay=1, disable=quiet or None)


def _follow(
    problem: Plane, stack: Optimizer, start: Place, steps: int, tolerance: float, quiet: bool
) -> tuple[Array, Array, Array, float]:
    """Run a stack of settings from one start.

    Returns:
        Of each: the loss at the end, whether it diverged, and the last step at which it was more
        than `tolerance` times as high as the start. Of the start: its height above the least.
    """
    least, height, limit = _least(problem), 0.0, 0.0
    with np.errstate(all="ignore"):
        for point in _progress(loop.steps(problem, stack, start, steps), steps, quiet):
            if point.t == 0:
                height = float(point.loss[0]) - least
                limit = least + tolerance * height
                last = np.zeros(len(point.loss), int)
                if not 0 < height < np.inf:
                    raise UserError("The start must have a finite loss, above the least known.")
            last[~(point.loss <= limit)] = point.t
    loss = np.array(point.loss)
    return loss, ~(loss - least <= height), last, height
