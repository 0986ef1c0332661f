"""What every door takes for a rule: words, a class, or a rule that is ready."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.optim import Optimizer, Schedule, parse, parse_schedule
from optiviz.optim.check import made
from optiviz.problems.base import Problem
from optiviz.words import split

Entry = str | Optimizer | type[Optimizer]


def as_rule(
    problem: Problem,
    given: Entry,
    schedule: str | Schedule | None = None,
    start: ArrayLike | None = None,
) -> Optimizer:
    """The rule that is meant, with the problem's good rate where none is given.

    Args:
        problem: what it is to run on.
        given: words such as "adam:beta1=0.8", a class, or a rule with its rate.
        schedule: for the rate: its words, or one with a rate of its own.
        start: where it is to start, which the rate must suit; the problem's own by default.

    Raises:
        UserError: an unknown name or setting, a value outside its bound, or no rule at all.

    >>> from optiviz import surfaces
    >>> as_rule(surfaces["bowl"], "momentum", schedule="cosine").lr
    Cosine(base=0.1, end=0.0)
    """
    free = not isinstance(given, Optimizer)
    if isinstance(given, Optimizer):
        rule = given
    elif isinstance(given, str):
        rule, free = parse(given), not {"lr", "learning_rate"} & set(split(given)[1])
    elif isinstance(given, type):
        rule = made(given)
    else:
        raise UserError(
            f'An optimizer is a rule, its class, or words such as "adam:lr=0.1", got {given!r}.'
        )
    suited = problem.rate(rule.rate, start) if free else None
    if suited is not None:
        rule = dataclasses.replace(rule, lr=suited)
    if isinstance(schedule, str):
        schedule = parse_schedule(schedule, rule.lr)
    return rule if schedule is None else dataclasses.replace(rule, lr=schedule)


def as_rules(
    problem: Problem,
    given: Entry | Sequence[Entry],
    schedule: str | Schedule | None = None,
    start: ArrayLike | None = None,
) -> list[Optimizer]:
    """One rule or several; a word is one.

    >>> from optiviz import surfaces
    >>> [rule.lr for rule in as_rules(surfaces["bowl"], "sgd")]
    [0.1]
    """
    several = [given] if isinstance(given, str | Optimizer | type) else given
    return [as_rule(problem, one, schedule, start) for one in several]
