"""What a lesson sets up: the surface lab's controls, as the query of its address."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode

from optiviz.errors import UserError, at_least, at_most, unknown
from optiviz.optim import OPTIMIZERS
from optiviz.problems import PROBLEMS, Plane, parse_problem
from optiviz.runs import Run, race
from optiviz.words import look_up, pair, split, whole

KEYS = ("problem", "optim", "steps", "start", "schedule", "batch-size", "seed")
USUAL = {"problem": "valley", "steps": "120", "seed": "0"}
STEPS, SEEDS, RULES = 2000, 99, 4  # the most of each
Pairs = list[tuple[str, str]]


def pairs_of(query: str) -> Pairs:
    """The settings of a query.

    Raises:
        UserError: one that a lesson cannot set, or one without a value.

    >>> pairs_of("problem=bowl&optim=sgd:lr=0.1")
    [('problem', 'bowl'), ('optim', 'sgd:lr=0.1')]
    """
    if not query:
        return []
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=20)
    except ValueError:
        raise UserError(f"cannot read {query!r}: write it as problem=…&optim=…") from None
    for key, value in pairs:
        if key not in KEYS:
            raise unknown("setting", key, KEYS)
        if not value:
            raise UserError(f"{key} has no value.")
    return pairs


def changed(query: str, change: str) -> str:
    """A query with some of its settings replaced.

    >>> changed("problem=bowl&optim=sgd&optim=adam&steps=20", "steps=5&optim=momentum")
    'problem=bowl&steps=5&optim=momentum'
    """
    new = pairs_of(change)
    names = {key for key, _ in new}
    kept = [one for one in pairs_of(query) if one[0] not in names]
    return urlencode(kept + new, quote_via=quote, safe=":,=")


def number(key: str, value: str) -> int:
    """A whole number.

    Raises:
        UserError: another word.
    """
    try:
        return whole(value)
    except (ValueError, OverflowError):
        raise UserError(f"{key} must be a whole number, got {value!r}.") from None


def steps_of(query: str) -> int:
    """How many steps it takes."""
    return number("steps", (USUAL | dict(pairs_of(query)))["steps"])


@lru_cache(maxsize=64)
def runs_of(query: str) -> tuple[Plane, list[Run]]:
    """The problem and the runs of a query.

    Raises:
        UserError: words that cannot be read, or too many or too few of something.
    """
    pairs = pairs_of(query)
    given = USUAL | dict(pairs)
    rules = [value for key, value in pairs if key == "optim"]
    steps, seed = steps_of(query), number("seed", given["seed"])
    at_least(1, steps=steps, optimisers=len(rules))
    at_most(STEPS, steps=steps)
    at_most(RULES, optimisers=len(rules))
    at_least(0, seed=seed)
    at_most(SEEDS, seed=seed)
    # By name only: other words would import a module, or be a formula, which the lab has not.
    for rule in rules:
        look_up("optimiser", split(rule)[0], OPTIMIZERS)
    look_up("problem", split(given["problem"])[0], PROBLEMS)
    problem = parse_problem(given["problem"])
    start, batch = given.get("start"), given.get("batch-size")
    runs = race(
        problem,
        rules,
        steps=steps,
        start=None if start is None else pair("start", start, ",", float),
        schedule=given.get("schedule"),
        batch_size=None if batch is None else number("batch-size", batch),
        seed=seed,
    )
    return problem, runs
