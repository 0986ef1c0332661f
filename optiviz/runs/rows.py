"""The run of a matrix as the runs of its rows, which can be drawn in the plane that they share."""

from __future__ import annotations

from dataclasses import replace

from optiviz.problems.matrix import WIDE, MatrixValley
from optiviz.runs.record import Run


def rows(problem: MatrixValley, run: Run) -> list[Run]:
    """Two runs on `problem.plane`, one a row; their losses add up to the matrix's.

    Each has a slot `singular`, `(T+1, 2)`: the singular values of the whole matrix.

    >>> from optiviz import descend
    >>> problem = MatrixValley(condition=10)
    >>> first, second = rows(problem, descend(problem, "sgd", steps=3))
    >>> first.w[0].tolist(), second.w[0].tolist()
    ([1.6, 1.0], [-0.4, 1.4])
    """
    singular, found = problem.singular(run.w), []
    for first in range(0, problem.size, WIDE):
        part = slice(first, first + WIDE)
        w, slots = run.w[:, part], {name: slot[:, part] for name, slot in run.slots.items()}
        one = replace(
            run,
            w=w,
            loss=problem.plane.value(w),
            grad=run.grad[:, part],
            slots=slots | {"singular": singular},
            problem=problem.plane.name,
        )
        found.append(one)
    return found
