"""What a page with sliders is to hold: its surfaces, its rules, and what can be chosen of each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optiviz.errors import UserError, at_least, at_most
from optiviz.explorer.choices import Choice, Vary, choices_of
from optiviz.optim import Foreign, Optimizer, name_of, parse_schedule
from optiviz.problems import as_problem
from optiviz.problems.base import Plane, Point
from optiviz.runs.inputs import Entry, as_rule
from optiviz.runs.loop import start_of
from optiviz.runs.race import check_inside
from optiviz.words import join, split

MOST = 2_000_000  # points on all paths: a page of some six megabytes
LONGEST = 20_000  # steps of a picture, which shows no more
EACH = 3.0  # bytes of the page that a point takes: from 1 where paths are even to 5
FIXED = 180_000  # bytes of the page without any
GROUND = 35_000  # bytes of each surface
VERDICT = 0.001  # seconds for each run's
STARTS = 1.5  # seconds for the rest


@dataclass(frozen=True)
class Lane:
    """One rule on one surface, with what is not chosen, and its words without what is."""

    rule: Optimizer
    name: str
    settings: Mapping[str, str]

    @property
    def lr(self) -> float:
        """η, before it decays."""
        return float(getattr(self.rule.lr, "base", self.rule.lr))


@dataclass(frozen=True)
class World:
    """A surface of the page; its words are empty where no command can name it."""

    problem: Plane
    words: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class Plan:
    """All that decides a page's runs.

    A rule's runs on a surface are numbered: the choices that concern it in their order, the last
    changing fastest.
    """

    worlds: tuple[World, ...]
    choices: tuple[Choice, ...]
    steps: int
    start: Point | None
    schedule: str | None
    batch_size: int | None
    seed: int

    def of(self, lane: int) -> list[Choice]:
        """What is to be chosen of a rule, the surface apart."""
        return [one for one in self.choices if one.lane in (None, lane) and not one.world]

    def counts(self) -> list[int]:
        """How many runs each rule has on one surface."""
        lanes = range(len(self.worlds[0].lanes))
        return [math.prod(len(one.words) for one in self.of(lane)) for lane in lanes]

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        return len(self.worlds) * sum(self.counts())

    @property
    def megabytes(self) -> float:
        """About how large the page will be."""
        points = self.runs * (self.steps + 1)
        return (FIXED + GROUND * len(self.worlds) + EACH * points) / 1e6

    @property
    def seconds(self) -> float:
        """About how long it takes to make."""
        return STARTS + VERDICT * self.runs

    def __str__(self) -> str:
        return (
            f"{self.runs} {'run' if self.runs == 1 else 'runs'} of {self.steps} steps: "
            f"about {self.megabytes:.1f} MB and {self.seconds:.0f} s"
        )


def plan(
    problems: Plane | str | Sequence[Plane | str],
    rules: Entry | Sequence[Entry],
    vary: Vary | None = None,
    points: tuple[int, int] = (41, 21),
    steps: int | None = None,
    start: Point | None = None,
    schedule: str | None = None,
    batch_size: int | None = None,
    seed: int = 0,
) -> Plan:
    """Read what is wanted, and refuse what no page can hold; see `optiviz.explore`."""
    given = [problems] if isinstance(problems, Plane | str) else list(problems)
    entries = [rules] if isinstance(rules, str | Optimizer | type) else list(rules)
    if not given or not entries:
        raise UserError("A page with sliders needs a surface and a rule.")
    for count in points:
        at_least(2, points=count)
        at_most(1000, points=count)
    grounds = [as_problem(one) for one in given]
    steps = max(one.steps for one in grounds) if steps is None else steps
    at_least(1, steps=steps)
    at_most(LONGEST, steps=steps)
    if start is not None:
        for ground in grounds:
            check_inside(ground, start_of(ground, start))
    own = [as_rule(grounds[0], entry, schedule, start) for entry in entries]
    for rule in own:
        if isinstance(rule, Foreign):
            raise UserError(f"{name_of(rule)} takes one setting at a time: explore has its own.")
    texts = [_text(one, ground) for one, ground in zip(given, grounds, strict=True)]
    decay = parse_schedule(schedule, 1.0) if schedule else None
    found, texts = choices_of(grounds, texts, own, vary, points, decay, batch_size)
    grounds = [as_problem(text) if text else grounds[i] for i, text in enumerate(texts)]
    worlds = tuple(
        World(
            ground,
            text,
            tuple(
                _lane(ground, entry, schedule, start, [c.name for c in found if c.lane == i])
                for i, entry in enumerate(entries)
            ),
        )
        for ground, text in zip(grounds, texts, strict=True)
    )
    made = Plan(worlds, tuple(found), steps, start, schedule, batch_size, seed)
    _affordable(made, points)
    return made


def _text(given: Plane | str, ground: Plane) -> str:
    """The words of a surface; none for one that was made in Python."""
    if isinstance(given, str):
        return given.strip()
    try:
        known = as_problem(ground.name) is given
    except UserError:
        known = False
    return ground.name if known else ""


def _lane(
    ground: Plane, entry: Entry, schedule: str | None, start: Point | None, varied: list[str]
) -> Lane:
    """A rule on a surface; its rate is told even where it is the surface's own, which depends on
    the start."""
    rule = as_rule(ground, entry, schedule, start)
    if isinstance(entry, str):
        name, settings = split(entry)
        # What is given and varied, too, is where the page begins (see `Choice.at`).
        settings = {key: value for key, value in settings.items() if key not in varied}
        if not {"lr", "learning_rate"} & {*settings, *varied}:
            settings = settings | {"lr": repr(float(getattr(rule.lr, "base", rule.lr)))}
        return Lane(rule, name, settings)
    name = name_of(rule)
    kept = {key: value for key, value in rule.settings().items() if key not in varied}
    return Lane(rule, name, split(join(name, kept))[1])


def _affordable(made: Plan, points: tuple[int, int]) -> None:
    """Refuse a page that nobody could open, with what would do."""
    total = made.runs * (made.steps + 1)
    if total <= MOST:
        return
    sliders = max(
        sum(one.lane == i for one in made.choices) for i in range(len(made.worlds[0].lanes))
    )
    share = (MOST / total) ** (1 / max(sliders, 1))
    fewer = [max(2, int(share * count)) for count in points]
    few = max(1, MOST // made.runs - 1)
    raise UserError(
        f"{made.runs} runs of {made.steps} steps would make a page of {made.megabytes:.0f} MB, and "
        f"{EACH * MOST / 1e6:.0f} are the most: take --points {fewer[0]}x{fewer[1]}, "
        f"--steps {few}, or vary less."
    )
