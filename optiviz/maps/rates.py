"""How fast a rule converges over two of its settings, from one stacked run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.maps.axes import Axis, as_axis, second
from optiviz.maps.follow import follow
from optiviz.maps.theory import Theory, theory
from optiviz.optim import Optimizer
from optiviz.problems import as_problem
from optiviz.problems.base import Array, Plane, Point
from optiviz.runs.inputs import Entry, as_rule


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
    start: Point
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


def rate_map(
    problem: Plane | str,
    optimizer: Entry,
    x: tuple[str, ArrayLike] | str = "lr",
    y: tuple[str, ArrayLike] | str | None = None,
    steps: int = 500,
    start: Point | None = None,
    tolerance: float = 1e-3,
    quiet: bool = True,
) -> RateMap:
    """Try every pair of two settings: when does the loss stay near its least?

    Converged means: from that step on, loss - least ≤ tolerance · (loss at the start - least).

    Args:
        problem: one with a known minimum, or its words.
        optimizer: the rule, its class, or its words such as "momentum:form=outside".
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
    problem = as_problem(problem)
    rule = as_rule(problem, optimizer, start=start)
    x, y = as_axis(problem, rule, x), as_axis(problem, rule, y or second(rule))
    if x.name == y.name:
        raise UserError(f"The two axes of a map must differ, got {x.name} twice.")
    across, up = np.meshgrid(x.values, y.values)
    axes: dict[str, Any] = {x.name: across.reshape(-1, 1), y.name: up.reshape(-1, 1)}
    stack = dataclasses.replace(rule, **axes)
    start = problem.start if start is None else start
    loss, diverged, last, _ = follow(problem, stack, start, steps, tolerance, quiet)
    taken = np.where(last < steps, last + 1.0, np.nan)
    shape = across.shape
    return RateMap(
        problem=problem,
        rule=rule,
        x=x,
        y=y,
        start=start,
        steps=steps,
        tolerance=tolerance,
        steps_to_converge=taken.reshape(shape),
        diverged=diverged.reshape(shape),
        loss=loss.reshape(shape),
    )
