"""Several update rules from one start."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.optim import Schedule
from optiviz.problems import as_problem
from optiviz.problems.base import Array, Plane
from optiviz.runs.descend import descend
from optiviz.runs.inputs import Entry, as_rules
from optiviz.runs.loop import start_of
from optiviz.runs.record import Run


def race(
    problem: Plane | str,
    optimizers: Entry | Sequence[Entry],
    steps: int | None = None,
    start: ArrayLike | None = None,
    schedule: str | Schedule | None = None,
    batch_size: int | None = None,
    seed: int = 0,
) -> list[Run]:
    """Run every rule on the problem from the same start.

    Args:
        problem: a surface or any other problem of two parameters, or its words.
        optimizers: one or several, such as "adam", "momentum:beta=0.95" or "torch:AdamW", or rules
            or classes; those without a rate get the one that suits the problem.
        steps: how many steps each takes; by default those that suit the problem, mostly 120.
        start: `(2,)`, or `(K, 2)` for K trajectories of each; the problem's own by default. It must
            lie inside the problem's bounds.
        schedule: such as "cosine" or "linear:end=0.001", for every learning rate.
        batch_size: m samples a step, the same ones for every rule; all the data by default.
        seed: what random numbers come from.

    Raises:
        UserError: anything that cannot be read or run, in one sentence.

    >>> from optiviz import surfaces
    >>> [run.status for run in race(surfaces["bowl"], ["sgd", "adam"], steps=10)]
    ['finished after 10 steps', 'finished after 10 steps']
    """
    problem = as_problem(problem)
    begin = start_of(problem, problem.start if start is None else start)
    check_inside(problem, begin)
    rules = as_rules(problem, optimizers, schedule, begin)
    taken = problem.steps if steps is None else steps
    return [descend(problem, rule, begin, taken, batch_size, seed) for rule in rules]


def check_inside(problem: Plane, start: Array) -> None:
    """Refuse starts outside the part of the plane that is worth drawing."""
    (left, right), (bottom, top) = problem.bounds
    for x, y in start.reshape(-1, 2).tolist():
        if not (left <= x <= right and bottom <= y <= top):
            raise UserError(
                f"The start {x:g},{y:g} is outside the bounds of {problem.name}: "
                f"{left:g} to {right:g}, {bottom:g} to {top:g}."
            )
