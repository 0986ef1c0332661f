"""How soon a rule comes near a minimum at its best rate: a fair comparison of rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from optiviz.optim import Optimizer, parse
from optiviz.optim.schedules import Linear
from optiviz.problems.base import Problem
from optiviz.runs import descend

NEAR = 0.01  # of the start's distance from the minimum at 0


def soonest(
    problem: Problem, optimizer: str | Optimizer, rates: ArrayLike, steps: int
) -> tuple[int | None, float]:
    """The fewest steps after which ‖w‖ ≤ 0.01‖w₀‖ for good, and the rate that needs them.

    Every rate decays linearly to 0. None: at none of the rates; then the rate that ends nearest.

    >>> from optiviz.problems.matrix import MatrixValley
    >>> soonest(MatrixValley(condition=1), "sgd", [0.1, 0.5], steps=40)
    (8, 0.5)
    """
    rule = parse(optimizer) if isinstance(optimizer, str) else optimizer
    column = np.asarray(rates, float)[:, None]
    run = descend(problem, replace(rule, lr=Linear(column)), problem.start, steps)
    with np.errstate(all="ignore"):
        away = np.linalg.norm(run.w, axis=-1) / np.linalg.norm(run.w[0], axis=-1)
    far = ~(away <= NEAR)
    first = np.where(far.any(axis=0), steps + 1 - far[::-1].argmax(axis=0), 0)
    if first.min() > steps:
        return None, float(column[np.nan_to_num(away[-1], nan=np.inf).argmin(), 0])
    return int(first.min()), float(column[first.argmin(), 0])
