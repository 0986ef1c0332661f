"""Who is ahead in a race, and since when somebody is there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optiviz.problems.base import Plane
from optiviz.runs.bottom import ARRIVED
from optiviz.runs.record import Run


def finish(run: Run, problem: Plane) -> int | None:
    """The first step whose loss is as good as the least known one, if there is such a step.

    >>> from optiviz import descend, optim, surfaces
    >>> finish(descend(surfaces["bowl"], optim.SGD(lr=0.5)), surfaces["bowl"])
    5
    """
    floor = problem.floor()
    if floor is None:
        return None
    there = np.flatnonzero(run.loss - floor <= ARRIVED * (run.loss[0] - floor))
    return int(there[0]) if len(there) else None


def ranking(runs: Sequence[Run], problem: Plane, t: float) -> list[int]:
    """The indices of the runs at step t, best first.

    Who has finished keeps its place; the others are ordered by their losses.

    >>> from optiviz import surfaces
    >>> from optiviz.runs import race
    >>> runs = race("bowl", ["sgd:lr=0.1", "sgd:lr=0.5", "sgd:lr=0.9"], steps=20)
    >>> ranking(runs, surfaces["bowl"], 2), ranking(runs, surfaces["bowl"], 20)
    ([2, 1, 0], [2, 1, 0])
    """

    def place(nth: int) -> tuple[int, float]:
        run, step = runs[nth], finish(runs[nth], problem)
        if step is not None and step <= t:
            return 0, step
        loss = float(run.loss[min(int(t), run.steps)])
        return 1, loss if np.isfinite(loss) else np.inf

    return sorted(range(len(runs)), key=place)
