"""Several update rules from one start, each described in a few words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from optiviz.errors import UserError
from optiviz.optim import Optimizer, parse, parse_schedule
from optiviz.problems.base import Plane, Point, Problem
from optiviz.runs.descend import descend
from optiviz.runs.record import Run
from optiviz.words import split

Entry = str | Optimizer | type[Optimizer]


def contestant(problem: Problem, entry: Entry, schedule: str | None = None) -> Optimizer:
    """The rule that an entry describes, with the problem's good rate where it gives none.

    Args:
        problem: what it is to run on.
        entry: words such as "adam:beta1=0.8", a class, or a rule with its rate.
        schedule: the words of a schedule for the rate.

    Raises:
        UserError: an unknown name or setting, or a value outside its bound.

    >>> from optiviz import surfaces
    >>> contestant(surfaces["bowl"], "momentum", schedule="cosine").lr
    Cosine(base=0.1, end=0.0)
    """
    if isinstance(entry, Optimizer):
        optimizer, free = entry, False
    elif isinstance(entry, type):
        optimizer, free = entry(), True
    else:
        optimizer, free = parse(entry), not {"lr", "learning_rate"} & set(split(entry)[1])
    if free and optimizer.rate in problem.rates:
        optimizer = dataclasses.replace(optimizer, lr=problem.rates[optimizer.rate])
    if schedule is None:
        return optimizer
    return dataclasses.replace(optimizer, lr=parse_schedule(schedule, optimizer.lr))


def race(
    problem: Plane,
    optimizers: Sequence[Entry],
    steps: int = 120,
    start: Point | None = None,
    schedule: str | None = None,
    batch_size: int | None = None,
    seed: int = 0,
) -> list[Run]:
    """Run every rule on the problem from the same start.

    Args:
        problem: a surface, or any other problem of two parameters.
        optimizers: such as "adam", "momentum:beta=0.95" or "torch:AdamW", or rules or classes.
        steps: how many steps each takes.
        start: where; the problem's own by default. It must lie inside the problem's bounds.
        schedule: such as "cosine" or "linear:end=0.001", for every learning rate.
        batch_size: m samples a step, the same ones for every rule; all the data by default.
        seed: what random numbers come from.

    Raises:
        UserError: anything that cannot be read or run, in one sentence.

    >>> from optiviz import surfaces
    >>> [run.status for run in race(surfaces["bowl"], ["sgd", "adam"], steps=10)]
    ['finished after 10 steps', 'finished after 10 steps']
    """
    start = problem.start if start is None else start
    (left, right), (bottom, top) = problem.bounds
    if not (left <= start[0] <= right and bottom <= start[1] <= top):
        raise UserError(
            f"The start {start[0]:g},{start[1]:g} is outside the bounds of {problem.name}: "
            f"{left:g} to {right:g}, {bottom:g} to {top:g}."
        )
    rules = [contestant(problem, entry, schedule) for entry in optimizers]
    return [descend(problem, rule, start, steps, batch_size, seed) for rule in rules]
