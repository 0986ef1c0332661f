"""What the pages with sliders of a course hold: a situation of the lab, with some of it varied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.explorer.blocks import runs_of
from optiviz.explorer.choices import Choice, usual
from optiviz.explorer.plan import Plan, plan
from optiviz.labs.controls import Knob, knobs
from optiviz.labs.surface.offers import BATCHES, RATES, SHAPES
from optiviz.lessons.lesson import FINDABLE, Find
from optiviz.lessons.situation import USUAL, number, pairs_of
from optiviz.problems import parse_problem
from optiviz.problems.base import Array
from optiviz.runs.inputs import as_rule
from optiviz.words import join, pair, split

SLIDERS = 2  # that a page has of one rule
MOST = 250_000  # points on the paths among which something is to be found


@dataclass(frozen=True)
class Words:
    """A situation's query in its parts."""

    problem: str
    rules: tuple[str, ...]
    steps: int
    seed: int
    start: tuple[float, float] | None
    schedule: str | None
    batch_size: str | None

    def value(self, one: Choice) -> str | None:
        """What it says of something that is chosen; None for nothing."""
        if one.name == "batch_size":
            return self.batch_size
        if one.name == "end":
            return split(self.schedule or "")[1].get("end", "0")
        words = self.problem if one.lane is None else self.rules[one.lane]
        return split(words)[1].get(one.name)


def words_of(query: str) -> Words:
    """A query in its parts."""
    pairs = pairs_of(query)
    given = USUAL | dict(pairs)
    start = given.get("start")
    return Words(
        problem=given["problem"],
        rules=tuple(value for key, value in pairs if key == "optim"),
        steps=number("steps", given["steps"]),
        seed=number("seed", given["seed"]),
        start=None if start is None else pair("start", start, ",", float),
        schedule=given.get("schedule"),
        batch_size=given.get("batch-size"),
    )


def trial(query: str, vary: dict[str, Any] | None, points: tuple[int, int] = (41, 21)) -> Plan:
    """A page with sliders that begins with a situation.

    Args:
        query: the situation.
        vary: what is varied of it, as for `explore`; by default η, and β where there is one.
        points: how many values a range has.

    Raises:
        UserError: what cannot be varied, or a surface's setting whose values lack the situation's.
    """
    words = words_of(query)
    problem = parse_problem(words.problem)
    rules = [as_rule(problem, rule, words.schedule, words.start) for rule in words.rules]
    varied = usual(rules) if vary is None else vary
    made = plan(
        _without(words.problem, varied),
        [_without(rule, varied) for rule in words.rules],
        varied,
        points,
        words.steps,
        words.start,
        words.schedule,
        None if "batch_size" in varied or words.batch_size is None else int(words.batch_size),
        words.seed,
    )
    return begun(made, words)


def _without(words: str, varied: Any) -> str:
    """A thing without those of its settings that are varied."""
    name, settings = split(words)
    return join(name, {key: value for key, value in settings.items() if key not in varied})


def begun(made: Plan, words: Words) -> Plan:
    """A plan that has a situation's settings among its values, and begins with them."""
    return replace(made, choices=tuple(_holding(one, words.value(one)) for one in made.choices))


def _holding(one: Choice, value: str | None) -> Choice:
    """A choice with a value among its own, which is shown first."""
    if value is None:
        return one
    values = one.numbers
    near = np.isclose(values, float(value), rtol=1e-9, atol=0)
    at = int(np.searchsorted(values, float(value))) if not near.any() else int(near.argmax())
    if not near.any() and one.world:
        raise UserError(f"{one.name}={value} is where it begins: give it among the values, too.")
    kept = one.words[at + 1 :] if near.any() else one.words[at:]
    return replace(one, words=(*one.words[:at], value, *kept), at=at)


def at_of(made: Plan, query: str) -> list[int]:
    """Where a situation's settings are among the values of a plan that has them."""
    return [one.at for one in begun(made, words_of(query)).choices]


# ---- what is to be found


def sought(situation: str, answer: Find, solution: str) -> Plan:
    """All that may be set to find something, at the values of the lab's own sliders.

    Raises:
        UserError: a setting that no page with sliders has, or more of them than it has sliders.
    """
    words = words_of(situation)
    if len(answer.settings) > SLIDERS:
        told = ", ".join(answer.settings)
        raise UserError(
            f"find.settings: a page without a server has {SLIDERS} sliders at most: name "
            f"{SLIDERS} of {told}, or leave the lesson to the lab."
        )
    offered = {_name(setting): _slider(setting, words).values for setting in answer.settings}
    ends = [words, words_of(solution)]
    most = max(2, int((MOST / words.steps) ** (1 / len(offered))))
    vary = {name: _thinned(values, most, name, ends) for name, values in offered.items()}
    made = trial(situation, vary)
    return begun(begun(made, ends[1]), words)


def _name(setting: str) -> str:
    """What a page with sliders calls a setting of the lab's."""
    return "batch_size" if setting == "batch" else setting


def labels(situation: str, answer: Find) -> dict[str, str]:
    """What the lab calls the settings, by their names on a page with sliders."""
    words = words_of(situation)
    return {_name(setting): _slider(setting, words).label for setting in answer.settings}


def _slider(setting: str, words: Words) -> Knob:
    """The lab's slider of a setting."""
    problem = parse_problem(words.problem)
    if setting == "batch" and (n := problem.n_samples):
        return Knob(f"batch size m of {n}", (*(b for b in BATCHES if b < n), n), n)
    own = knobs(split(words.rules[0])[0], RATES, problem.rates)
    known = SHAPES | own
    if setting not in known:
        batch = ("batch",) if problem.n_samples else ()
        others = " or ".join(name for name in FINDABLE if name in (*own, *batch))
        raise UserError(
            f"find.settings: a page without a server has no slider for {setting}: name {others}, "
            "or leave the lesson to the lab."
        )
    return known[setting]


def _thinned(
    values: Sequence[float], most: int, name: str, ends: Sequence[Words]
) -> list[float] | list[int]:
    """So many of the values, evenly, with those that a lesson begins and ends with."""
    kept = np.unique(np.linspace(0, len(values) - 1, min(most, len(values))).round()).astype(int)
    one = Choice(name, (), False, 0, world=name in SHAPES)
    lane = name not in ("batch_size", *SHAPES)
    told = [end.value(replace(one, lane=0 if lane else None)) for end in ends]
    found = {*(values[i] for i in kept.tolist()), *(float(word) for word in told if word)}
    return sorted(map(int, found)) if name == "batch_size" else sorted(found)


def met(made: Plan, answer: Find) -> Array:
    """Which of the first rule's runs, surface by surface, meet the condition."""
    worlds = [(world.problem, runs_of(made, world, 0)) for world in made.worlds]
    return np.array([answer.holds(run, problem) for problem, runs in worlds for run in runs])
