"""What a reader of the page may choose: the settings that were varied, each with its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from optiviz.errors import UserError, unknown
from optiviz.maps.axes import axis, checked, second
from optiviz.optim import Optimizer, Schedule, name_of
from optiviz.optim.describe import SYMBOLS, called
from optiviz.problems import as_problem
from optiviz.problems.base import Array, Plane
from optiviz.problems.registry import FAMILIES
from optiviz.words import join, number, pair, split, whole

# A setting's own range is None, a range is a tuple of its two ends, values are a list.
Vary = Mapping[str, Any]
NAMES = {"batch_size": "m", "condition": "κ", "end": "end η", "start": "start"}
# What those are in words, as the labs have them.
WORDS = {
    "batch_size": "batch size m",
    "condition": "condition number κ",
    "end": "final value η_N",
}
WIDE = 10.0  # times: a range of a surface's setting so wide is spread evenly on a logarithmic scale


@dataclass(frozen=True)
class Choice:
    """One thing to choose.

    Attributes:
        name: of the setting, or surface, start, batch_size or end.
        words: its values as a command has them, in ascending order.
        log: whether they are evenly apart on a logarithmic axis.
        at: which of them is shown first.
        lane: which rule's it is; None for all of them.
        world: whether it chooses the surface.
        called: what it is, in words.
    """

    name: str
    words: tuple[str, ...]
    log: bool
    at: int
    lane: int | None = None
    world: bool = False
    called: str = ""

    @property
    def title(self) -> str:
        """What it is beside its slider."""
        return self.called or WORDS.get(self.name, self.name)

    @property
    def symbol(self) -> str:
        """What it is called."""
        return SYMBOLS.get(self.name) or NAMES.get(self.name, self.name)

    @property
    def numbers(self) -> Array:
        """Its values."""
        return np.array([float(word) for word in self.words])


def choices_of(
    grounds: Sequence[Plane],
    texts: Sequence[str],
    rules: Sequence[Optimizer],
    vary: Vary | None,
    points: tuple[int, int],
    decay: Schedule | None,
    batch_size: int | None,
) -> tuple[list[Choice], list[str]]:
    """The choices, and the words of the surfaces that they choose among.

    Raises:
        UserError: a setting that nothing has, or values that it cannot take.
    """
    wanted = dict(usual(rules) if vary is None else vary)
    shared: list[Choice] = []
    if len(grounds) > 1:
        shared.append(Choice("surface", tuple(texts), False, 0, world=True))
    lanes: list[list[Choice]] = [[] for _ in rules]
    for name, values in wanted.items():
        holders = [i for i, rule in enumerate(rules) if name in rule.known()]
        if vary is None:  # each rule has its own two: ρ is SAM's reach, and Adadelta's memory
            holders = [i for i in holders if name in usual([rules[i]])]
        for i in holders:
            count = points[min(len(lanes[i]), 1)]
            lanes[i].append(_of_rule(grounds[0], rules[i], name, values, count, i))
        if holders:
            continue
        if name == "start":
            shared.append(_starts(grounds, values))
        elif name == "batch_size":
            shared.append(_batches(grounds, values, batch_size))
        elif name == "end" and hasattr(decay, "end"):
            shared.append(_ends(values, points[1], decay))
        else:
            one, texts = _of_surface(texts, name, values, points[1], rules)
            shared.append(one)
    for i, own in enumerate(lanes):
        sliders = [c.name for c in (*own, *shared) if c.name not in ("start", "surface")]
        if len(sliders) > 2:
            told = ", ".join(sliders)
            raise UserError(f"{name_of(rules[i])} would vary {told}: vary two of them at most.")
    return [*shared, *(one for own in lanes for one in own)], list(texts)


def wanted(words: Sequence[str], option: str = "--vary") -> dict[str, Any] | None:
    """What to vary, from words such as lr=0.001:0.2: by name None, the ends of a range, a list of
    values, or the sides of a grid; None for no words.

    Raises:
        UserError: words that cannot be read, or a setting that is named twice.
    """
    found: dict[str, Any] = {}
    for text in words:
        name, _, values = (part.strip() for part in text.partition("="))
        if not name or name in found:
            raise UserError(f"{option} names a setting once, such as lr=0.001:0.2, got {text!r}.")
        if name == "start":
            found[name] = pair(name, values, "x", whole)
        elif ":" in values:
            found[name] = pair(name, values, ":", float)
        else:
            numbers = [number(name, part, float) for part in values.split(",") if part.strip()]
            found[name] = numbers or None
    return found or None


def usual(rules: Sequence[Optimizer]) -> Vary:
    """η, and the setting that is mapped beside it, where a rule has one."""
    found: dict[str, Any] = {"lr": None}
    for rule in rules:
        try:
            found[second(rule)] = None
        except UserError:
            continue
    return found


def _of_rule(
    ground: Plane, rule: Optimizer, name: str, values: Any, count: int, lane: int
) -> Choice:
    """A setting of a rule."""
    if type(rule).__dataclass_fields__[name].type == "int":
        raise UserError(f"{name} counts: all runs of a page share it, so it cannot be varied.")
    if isinstance(values, list):
        made = checked(rule, name, values)
    else:
        low, high = values or (None, None)
        made = axis(ground, rule, name, low, high, count)
    own = getattr(rule, name)
    words = _words(made.values)
    checked(rule, name, [float(word) for word in words])
    at = _nearest(made.values, float(getattr(own, "base", own)), made.log)
    return Choice(name, words, made.log, at, lane, called=called(type(rule), name))


def _of_surface(
    texts: Sequence[str], name: str, values: Any, count: int, rules: Sequence[Optimizer]
) -> tuple[Choice, list[str]]:
    """A setting of the surface, such as its condition number."""
    family, settings = split(texts[0]) if texts[0] else ("", {})
    known = list(_defaults(family))
    if name not in known:
        every = {key for rule in rules for key in rule.known() if rule.bound(key)}
        raise unknown("setting to vary", name, [*sorted(every), *known, "batch_size", "start"])
    if len(texts) > 1:
        raise UserError(f"{name} is a setting of {family}: give no other --surface beside it.")
    if name in settings:
        raise UserError(f"{name} of {family} is given and varied: leave one of them out.")
    numbers, log = _range(name, values, count)
    words = _words(numbers)
    at = _nearest(numbers, float(_defaults(family)[name]), log)
    kind = type(_defaults(family)[name])
    if kind is int and any(not float(word).is_integer() for word in words):
        raise UserError(f"{name} of {family} is a whole number: give its values, {name}=10,20.")
    worlds = [join(family, settings | {name: word}) for word in words]
    for text in worlds:
        as_problem(text)
    return Choice(name, words, log, at, world=True), worlds


def _defaults(family: str) -> dict[str, Any]:
    """The settings of a family of surfaces, at their defaults."""
    from inspect import signature  # noqa: PLC0415  # rarely needed

    made = FAMILIES.get(family)
    return {key: one.default for key, one in signature(made).parameters.items()} if made else {}


def _starts(grounds: Sequence[Plane], values: Any) -> Choice:
    """A grid of starts, in the middles of as many cells."""
    try:
        columns, rows = (int(count) for count in values)
    except (TypeError, ValueError):
        raise UserError("start takes a grid such as start=9x9.") from None
    if not (1 <= columns <= 50 and 1 <= rows <= 50 and columns * rows > 1):
        raise UserError(f"start takes a grid from 2x1 to 50x50, got {columns}x{rows}.")
    bounds = grounds[0].bounds
    if any(ground.bounds != bounds for ground in grounds):
        raise UserError("These surfaces have other bounds: vary start on one of them alone.")
    sides = zip(bounds, (columns, rows), strict=True)
    across, up = (
        [_short(low + (high - low) * (i + 0.5) / n, (high - low) / n) for i in range(n)]
        for (low, high), n in sides
    )
    words = tuple(f"{x},{y}" for y in up for x in across)
    places = np.array([word.split(",") for word in words], float)
    away = np.hypot(*(places - np.array(grounds[0].start)).T)
    return Choice("start", words, False, int(away.argmin()))


def _batches(grounds: Sequence[Plane], values: Any, given: int | None) -> Choice:
    """How many samples a step takes; the seed stays."""
    if given is not None:
        raise UserError("batch_size is given and varied: leave one of them out.")
    if not isinstance(values, list):
        raise UserError("batch_size takes values, such as batch_size=1,4,16,64.")
    most = min(ground.n_samples or 0 for ground in grounds)
    if not most:
        raise UserError("batch_size needs a surface with data: regression, logistic or valleys.")
    found = [int(value) for value in values]
    ascending = all(a < b for a, b in pairwise(found))
    if found != values or not ascending or len(found) < 2 or not 1 <= found[0] <= found[-1] <= most:
        raise UserError(f"batch_size takes two whole numbers or more, ascending, from 1 to {most}.")
    return Choice("batch_size", tuple(map(str, found)), False, 0)


def _ends(values: Any, count: int, decay: Any) -> Choice:
    """What η decays to."""
    numbers, log = _range("end", values, count)
    replace(decay, end=np.array(numbers))
    return Choice("end", _words(numbers), log, _nearest(numbers, float(decay.end), log))


def _range(name: str, values: Any, count: int) -> tuple[Array, bool]:
    """Values of what is no rule's setting, and whether their logarithms are evenly apart."""
    if values is None:
        raise UserError(f"{name} has no range of its own: give one, {name}=LOW:HIGH.")
    ends = np.asarray(values, float)
    if (
        ends.ndim != 1
        or len(ends) < 2
        or not (np.isfinite(ends).all() and (np.diff(ends) > 0).all())
    ):
        raise UserError(f"{name} takes LOW:HIGH, or values that ascend.")
    low, high = float(ends[0]), float(ends[-1])
    log = bool(low > 0 and high >= WIDE * low)
    if isinstance(values, list):
        return ends, False
    return (np.geomspace if log else np.linspace)(low, high, count), log


def _words(values: Array) -> tuple[str, ...]:
    """Numbers as short as they can be told apart, at least of three digits."""
    for digits in range(3, 18):
        words = [f"{value:.{digits}g}" for value in values]
        told = np.array(words, float)
        if (np.diff(told) > 0).all() and np.allclose(np.diff(told), np.diff(values), rtol=0.02):
            return tuple(words)
    raise UserError("These values are too near to each other to be told apart.")


def _short(value: float, unit: float) -> str:
    """A number to a hundredth of a unit."""
    places = max(0, 2 - int(np.floor(np.log10(unit))))
    return f"{float(f'{value:.{places}f}') + 0.0:g}"


def _nearest(values: Array, value: float, log: bool) -> int:
    """Which of some values is nearest to one."""
    scale = np.log if log else np.asarray
    return int(np.abs(scale(values) - scale(max(value, 1e-300) if log else value)).argmin())
