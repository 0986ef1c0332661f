"""Following a stack of trajectories to its end.

No map keeps a history: what it needs of a trajectory is brought up to date after every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.optim import Optimizer
from optiviz.problems.base import Array, Plane
from optiviz.runs import loop


def least(problem: Plane) -> float:
    """The loss that convergence is measured from."""
    floor = problem.floor()
    if floor is None:
        raise UserError(f"{problem.name} has no known minimum, so nothing can be said to reach it.")
    return floor


def progress(points: Iterator[loop.Point], steps: int, quiet: bool) -> Any:
    """The points with a bar, which appears on a terminal if they take more than a second."""
    from tqdm import tqdm  # noqa: PLC0415  # which whoever only asks theory has no need of

    return tqdm(points, total=steps + 1, unit="step", delay=1, disable=quiet or None)


def follow(
    problem: Plane, stack: Optimizer, start: ArrayLike, steps: int, tolerance: float, quiet: bool
) -> tuple[Array, Array, Array, float]:
    """Run a stack of settings from one start.

    Returns:
        Of each: the loss at the end, whether it diverged, and the last step at which it was more
        than `tolerance` times as high as the start. Of the start: its height above the least.
    """
    floor, height, limit = least(problem), 0.0, 0.0
    with np.errstate(all="ignore"):
        for point in progress(loop.steps(problem, stack, start, steps), steps, quiet):
            if point.t == 0:
                height = float(point.loss[0]) - floor
                limit = floor + tolerance * height
                last = np.zeros(len(point.loss), int)
                if not 0 < height < np.inf:
                    raise UserError("The start must have a finite loss, above the least known.")
            last[~(point.loss <= limit)] = point.t
    loss = np.array(point.loss)
    return loss, ~(loss - floor <= height), last, height
