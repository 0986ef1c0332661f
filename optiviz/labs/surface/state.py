"""Everything that the surface lab holds, as the words of the command line, a link and a dict.

Nothing that comes from outside is trusted or evaluated: it is read word by word, and what cannot
be is replaced by the nearest good value, with a sentence that says so.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import numpy as np

from optiviz.errors import UserError
from optiviz.labs.controls import LANES, Knob, knobs
from optiviz.labs.surface.offers import DECAYS, RATES, SEED, STEPS, TYPED, shapes
from optiviz.labs.surface.own import checked, in_order, is_own, plane_of
from optiviz.optim import on_planes
from optiviz.problems import PROBLEMS, Plane
from optiviz.runs import Run, race
from optiviz.words import join, split

LONGEST = 2000  # characters of a link
Notes = list[str]
Settings = dict[str, float]


@dataclass(frozen=True)
class State:
    """The lab's controls.

    Attributes:
        problem: its name; shape: its settings that differ from the usual.
        lanes: the update rules' names, each with the settings that have a slider.
        schedule: its name; decay: its settings.
        start: where, or None for the problem's own start.
        batch: samples a step, None for all of them or where there are none.
    """

    problem: str = "valley"
    shape: Settings = field(default_factory=dict)
    lanes: tuple[tuple[str, Settings], ...] = ()
    schedule: str = "constant"
    decay: Settings = field(default_factory=dict)
    steps: int = int(STEPS.default)
    start: tuple[float, float] | None = None
    batch: int | None = None
    seed: int = int(SEED.default)

    # ---- as words

    @property
    def problem_words(self) -> str:
        return join(self.problem, self.shape)

    @property
    def rules_words(self) -> list[str]:
        return [join(rule, settings) for rule, settings in self.lanes]

    @property
    def schedule_words(self) -> str | None:
        return None if self.schedule == "constant" else join(self.schedule, self.decay)

    def options(self) -> list[tuple[str, str]]:
        """Every option of the command line that differs from its default, in words."""
        given: list[tuple[str, Any]] = [
            ("problem", self.problem_words),
            *(("optim", text) for text in self.rules_words),
            ("steps", self.steps),
            ("start", self.start and ",".join(map(repr, self.start))),
            ("schedule", self.schedule_words),
            ("batch-size", self.batch),
            ("seed", self.seed or None),
        ]
        return [(name, str(value)) for name, value in given if value is not None]

    def query(self) -> str:
        """The part of a link that restores the state."""
        return urlencode(self.options(), quote_via=quote, safe=":,=")

    def controls(self) -> dict[str, Any]:
        """The state as the page keeps it."""
        facts = dataclasses.asdict(self)
        facts["lanes"] = [{"rule": rule} | settings for rule, settings in self.lanes]
        return facts

    # ---- as runs

    def plane(self) -> Plane:
        """The problem."""
        return plane_of(self.problem_words)

    def runs(self) -> list[Run]:
        """The runs, by the way that the command takes."""
        rest = (self.steps, self.start, self.schedule_words, self.batch, self.seed)
        return [_run(self.problem_words, rule, *rest) for rule in self.rules_words]


@lru_cache(maxsize=24)  # a slider changes one rule: the others need not run again
def _run(problem: str, rule: str, *rest: Any) -> Run:
    return race(plane_of(problem), [rule], *rest)[0]


def from_query(text: str) -> tuple[State, Notes]:
    """The state that a link asks for, and a sentence for everything that had to be changed.

    >>> state, notes = from_query("?problem=bowl&optim=momentum:lr=0.1,beta=7")
    >>> state.rules_words, notes
    (['momentum:lr=0.1,beta=0.999'], ['momentum β must be at most 0.999, so 7 became 0.999.'])
    """
    notes: Notes = []
    if len(text) > LONGEST:
        return clean({}, ["This link is too long to be one of the lab's; here is the usual start."])
    # A plus is one: a space is nowhere needed, and a formula that was typed has none.
    pairs = parse_qsl(text.removeprefix("?").replace("+", "%2B"), max_num_fields=None)
    given = dict(pairs)
    sent: dict[str, Any] = {"lanes": []}
    sent["problem"], sent["shape"] = _read(given.get("problem") or "valley", notes)
    sent["schedule"], sent["decay"] = _read(given.get("schedule") or "constant", notes)
    for value in (value for key, value in pairs if key == "optim"):
        rule, settings = _read(value, notes)
        sent["lanes"].append({"rule": rule} | settings)
    for key, name in (("steps", "steps"), ("seed", "seed"), ("batch-size", "batch")):
        if key in given:
            sent[name] = given[key]
    if "batch" in given:
        sent["batch"] = given["batch"]
    if "start" in given:
        sent["start"] = given["start"].split(",")
    return clean(sent, notes)


def _read(text: str, notes: Notes) -> tuple[str, dict[str, str]]:
    try:
        return split(text)
    except UserError as error:
        notes.append(_short(str(error)))
        return text.partition(":")[0].strip().lower(), {}


def clean(sent: Any, notes: Notes | None = None) -> tuple[State, Notes]:
    """The nearest good state to what was sent, and a sentence for everything that was not good.

    Args:
        sent: the controls as `State.controls` gives them, or anything at all; settings that are
            missing have their usual values.
        notes: the sentences so far.
    """
    notes = [] if notes is None else notes
    sent = sent if isinstance(sent, Mapping) else {}
    problem, shape, plane = _problem(sent, notes)
    lanes = sent.get("lanes")
    given = list(lanes) if isinstance(lanes, list | tuple) else []
    if len(given) > LANES:
        notes.append(f"The lab shows {LANES} optimisers at once; the others were left out.")
    given = given[:LANES] or [{"rule": "momentum"}, {"rule": "adam"}]
    steps = dataclasses.replace(STEPS, default=plane.steps)
    schedule = _choice("schedule", sent.get("schedule", "constant"), DECAYS, "constant", notes)
    state = State(
        problem=problem,
        shape=shape,
        lanes=tuple(_lane(lane, plane, notes) for lane in given),
        schedule=schedule,
        decay=_settings(sent.get("decay"), DECAYS[schedule], notes),
        steps=_whole("steps", sent.get("steps"), steps, TYPED["steps"], notes),
        start=_start(sent.get("start"), plane, notes),
        batch=_batch(sent.get("batch"), plane.n_samples, notes),
        seed=_whole("seed", sent.get("seed"), SEED, TYPED["seed"], notes),
    )
    return state, notes


def _problem(sent: Mapping[str, Any], notes: Notes) -> tuple[str, Settings, Plane]:
    """A problem's name, or a formula; its settings that are not the usual ones; and what it has."""
    given = sent.get("problem", "valley")
    if is_own(given):
        text = given.strip().lower()
        shape = in_order(_settings(sent.get("shape"), shapes(text), notes), notes)
        shape = _unusual(text, shape)
        try:
            return text, shape, checked(text, shape)
        except UserError as error:
            notes.append(_short(str(error)))
            given, sent = "valley", {}
    name = _choice("problem", given, PROBLEMS, "valley", notes)
    shape = _unusual(name, _settings(sent.get("shape"), shapes(name), notes))
    return name, shape, PROBLEMS[name]


def _unusual(problem: str, shape: Settings) -> Settings:
    plain = {name: knob.default for name, knob in shapes(problem).items()}
    return {name: value for name, value in shape.items() if value != plain[name]}


def _choice(kind: str, name: Any, known: Mapping[str, Any], usual: str, notes: Notes) -> str:
    if isinstance(name, str) and name in known:
        return name
    near = get_close_matches(str(name)[:40].lower(), known, n=1, cutoff=0.5)
    chosen = near[0] if near else usual
    notes.append(f"There is no {kind} {_short(str(name), 30)!r}, so this is {chosen}.")
    return chosen


def _lane(lane: Any, plane: Plane, notes: Notes) -> tuple[str, Settings]:
    lane = lane if isinstance(lane, Mapping) else {"rule": lane}
    rule = _choice("optimiser", lane.get("rule"), dict.fromkeys(on_planes()), "momentum", notes)
    given = {name: value for name, value in lane.items() if name != "rule"}
    if lane.get("rule") != rule:
        given = {}  # numbers that were meant for another rule
    return rule, _settings(given, knobs(rule, RATES, plane.rates), notes)


def _settings(sent: Any, known: dict[str, Knob], notes: Notes) -> Settings:
    """A value for every knob: what was sent, if it lies between the knob's ends."""
    sent = sent if isinstance(sent, Mapping) else {}
    for name in sent:
        if name not in known and sent[name] is not None:
            notes.append(f"There is no slider for {_short(str(name), 30)!r} here; it was left out.")
    return {name: _value(sent.get(name), knob, notes) for name, knob in known.items()}


def _value(sent: Any, knob: Knob, notes: Notes) -> float:
    """A number within the knob's ends, of the kind that its default is."""
    if sent is None:
        return knob.default
    number = _number(sent)
    low, high = min(*knob.values, knob.default), max(*knob.values, knob.default)
    if number is None:
        shown = _short(str(sent), 20)
        notes.append(f"{knob.label} must be a number, so {shown!r} became {knob.default:g}.")
        return knob.default
    kind = type(knob.default)
    if low <= number <= high:
        return kind(number)
    end, bound = (low, "least") if number < low else (high, "most")
    notes.append(f"{knob.label} must be at {bound} {end:g}, so {number:g} became {end:g}.")
    return kind(end)


def _number(sent: Any) -> float | None:
    """A finite or infinite number from a number or a short word, nothing else."""
    if isinstance(sent, bool) or not isinstance(sent, int | float | str) or len(str(sent)) > 40:
        return None
    try:
        number = float(sent)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _whole(name: str, sent: Any, knob: Knob, ends: tuple[int, int], notes: Notes) -> int:
    """A whole number; one may ask for one that the slider has not."""
    wide = Knob(name, ends, int(knob.default))
    return int(_value(sent, wide, notes))


def _start(sent: Any, problem: Plane, notes: Notes) -> tuple[float, float] | None:
    if sent is None:
        return None
    pair = list(sent)[:3] if isinstance(sent, list | tuple) else []
    numbers = [_number(value) for value in pair]
    if len(numbers) != 2 or None in numbers:
        notes.append("The start must be two numbers, so this is the usual one.")
        return None
    x, y = (
        _value(value, Knob(f"the start's {axis}", ends, ends[0]), notes)
        for value, axis, ends in zip(numbers, problem.axes, problem.bounds, strict=True)
    )
    with np.errstate(all="ignore"):
        loss, slope = problem.value_and_grad(np.array([x, y]))
    if not np.isfinite([loss, *slope]).all():
        notes.append(f"At {x:g}, {y:g} there is no finite height and slope to start from.")
        return None
    return x, y


def _batch(sent: Any, samples: int | None, notes: Notes) -> int | None:
    if sent is None or samples is None:
        if sent is not None:
            notes.append("This surface has no samples, so there is no batch size.")
        return None
    size = _whole("batch size", sent, Knob("", (), samples), (1, samples), notes)
    return None if size == samples else size


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[:most] + "…"
