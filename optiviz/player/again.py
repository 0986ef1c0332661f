"""A run made once more: on what it was made, and from another start."""

from __future__ import annotations

import numpy as np

from optiviz.errors import UserError
from optiviz.problems import PROBLEMS
from optiviz.problems.base import Plane, Point
from optiviz.runs.descend import descend
from optiviz.runs.record import Run
from optiviz.runs.symbols import rule_of


def problem_of(run: Run) -> Plane:
    """The registered problem that a run was made on.

    Raises:
        UserError: there is none of that name, or its loss at the start differs.
    """
    problem = PROBLEMS.get(run.problem)
    if problem is None or not np.isclose(problem.value(run.w[0]), run.loss[0]).all():
        raise UserError(
            f"This run was made on {run.problem!r} with settings of its own: "
            "give play the problem, too."
        )
    return problem


def again(problem: Plane, run: Run, start: Point, steps: int) -> Run:
    """The same rule with the same settings, seed and batch size from another start."""
    rule = rule_of(run)
    assert rule
    batch_size = None if run.batch is None else run.batch.shape[1]
    return descend(problem, rule, start, steps, batch_size, run.seed)
