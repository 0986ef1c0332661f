"""Which learning rates work for several rules, each from one stacked run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.maps.axes import as_axis, longest, rows_of, stretches
from optiviz.maps.follow import follow, least
from optiviz.optim import Optimizer
from optiviz.problems import as_problem
from optiviz.problems.base import Array, Plane, Point
from optiviz.runs.inputs import Entry, as_rules


@dataclass(frozen=True)
class Curve:
    """One rule of a `Sensitivity`: the loss where it ended for every learning rate.

    Attributes:
        steps_to_converge: as of a `RateMap`, within the sensitivity's own tolerance.
    """

    rule: Optimizer
    lr: Array
    loss: Array
    diverged: Array
    converged: Array
    steps_to_converge: Array

    @property
    def works(self) -> slice:
        """The longest row of neighbouring rates that converged; empty if none did."""
        return longest(self.converged)

    @property
    def stretches(self) -> list[slice]:
        """Every row of neighbouring rates that converged."""
        return stretches(self.converged)


@dataclass(frozen=True)
class Sensitivity:
    """How the final loss of several rules depends on the learning rate.

    Attributes:
        curves: one for each rule.
        height: of the start above the least known loss; a rate works where the loss ends at
            most `tolerance` times as high.
    """

    problem: Plane
    start: Point
    steps: int
    tolerance: float
    height: float
    curves: tuple[Curve, ...]


def sensitivity(
    problem: Plane | str,
    optimizers: Entry | Sequence[Entry],
    values: ArrayLike | None = None,
    steps: int = 300,
    start: Point | None = None,
    tolerance: float = 0.01,
    quiet: bool = True,
) -> Sensitivity:
    """Try every rule with many learning rates: which of them work?

    Args:
        problem: one with a known minimum, or its words.
        optimizers: one or several rules, classes or words.
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
    problem = as_problem(problem)
    rules = as_rules(problem, optimizers)
    if not rules:
        raise UserError("A map of learning rates needs at least one optimizer.")
    start = problem.start if start is None else start
    curves = []
    rows = [None] * len(rules) if values is None else rows_of(values, len(rules))
    for rule, row in zip(rules, rows, strict=True):
        lr = as_axis(problem, rule, "lr" if row is None else ("lr", row), 200).values
        stack = dataclasses.replace(rule, lr=lr[:, None])
        loss, diverged, last, height = follow(problem, stack, start, steps, tolerance, quiet)
        converged = loss - least(problem) <= tolerance * height
        taken = np.where(last < steps, last + 1.0, np.nan)
        curves.append(Curve(rule, lr, loss, diverged, converged, taken))
    return Sensitivity(problem, start, steps, tolerance, height, tuple(curves))
