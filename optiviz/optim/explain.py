"""What a rule does, in words and lines: from its own formula, settings and docstring."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import Field, dataclass, fields, replace
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.optim.base import Optimizer, Setting
from optiviz.optim.describe import SYMBOLS
from optiviz.optim.formula import filled, follow, outcomes_of, symbols_of
from optiviz.optim.registry import OPTIMIZERS, name_of, parse
from optiviz.optim.shared import SHARED
from optiviz.optim.trial import begun, extras

# What the arrays of a rule's state are, beside those that are called what they are.
KEPT = {
    "accumulator": "sum of squared gradients",
    "moment1": "mean gradient",
    "moment2": "mean squared gradient",
    "moment2_max": "largest mean squared gradient",
    "step_moment2": "mean squared step",
    "_mu_product": "product of all μ",
    "average": "mean of all z, the answer",
    "iterate": "point that the steps move",
    "_rate_max": "greatest η so far",
    "_weight_sum": "sum of all μ²",
    "gradient_sum": "weighted sum of gradients",
    "start": "start",
    "_distance": "estimate of the distance to the minimum",
    "probe": "place that is looked at",
    "probe_gradient": "gradient at the probe",
    "direction": "direction of the step",
    "step_length": "length of the step, in directions",
    "_gram": "sum of all ggᵀ",
    "_numerator": "weighted sum of how far the slopes agree",
}
RATE = 0.1  # of the example, where none is asked for
OTHERS = re.compile(r"; the others as for `\w+`")
REFERENCE = re.compile(r"as for `(\w+)`")
ARGUMENT = re.compile(r"^    ([\w, ]+): (.*(?:\n {8}.*)*)", re.MULTILINE)
WIDTH = 88
INDENT = " " * 25


@dataclass(frozen=True, repr=False)
class Explanation:
    """What there is to say of a rule; it shows itself as the text that `optiviz explain` prints.

    Attributes:
        name: as `--optim` takes it.
        summary, purpose: what it does, and what that is for, a sentence each.
        lines: a step, line by line; symbols: what stands in them.
        example: the second step on L = w²/2 from 2 with η = rate, in numbers.
        settings: of each its name, symbol, default, bound or choices, and what it is.
        forms: the lines that are others with another choice, by `setting=choice`.
        notes: its conventions. paper: where it was published. command: to see it.
    """

    name: str
    summary: str
    purpose: str
    lines: tuple[str, ...]
    symbols: dict[str, str]
    rate: Setting
    example: tuple[str, ...]
    settings: tuple[dict[str, Any], ...]
    forms: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]
    paper: str
    command: str

    def __repr__(self) -> str:
        return "\n".join(_text(self))


def explain(rule: Optimizer | str) -> Explanation:
    """Explain a rule with the settings that it has: its lines, in numbers too, and its paper.

    Args:
        rule: the rule, or words such as "rmsprop:centered=true".

    Raises:
        UserError: an unknown rule, or one that brings no formula.

    >>> from optiviz.optim import Momentum
    >>> explain(Momentum(form="outside")).lines
    ('v ← βv + g', 'w ← w − ηv')
    """
    if isinstance(rule, str):
        rule = parse(rule)
    lines, kind = rule.formula(), type(rule)
    if not lines:
        raise UserError(
            f"{name_of(rule)} brings no formula: rules of one's own have one where their class has "
            f"a method `formula`; those that have are {', '.join(OPTIMIZERS)}."
        )
    plain = _plain(rule)
    paragraphs = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    prose = [_joined(text) for text in paragraphs if not re.match(r"Args:|Raises:|>>>", text)]
    return Explanation(
        name=name_of(rule),
        summary=prose[0],
        purpose=rule.purpose,
        lines=lines,
        symbols=letters(rule, " ".join(lines)),
        rate=plain.lr,
        example=_example(plain),
        settings=tuple(_settings(rule)),
        forms=dict(_forms(rule)),
        notes=tuple(filter(None, map(_note, prose[1:-1]))),
        paper=prose[-1],
        command=f"optiviz {'train' if rule.matrices else 'animate'} --optim {name_of(rule)}",
    )


def _joined(text: str) -> str:
    return " ".join(text.split())


def _note(text: str) -> str:
    """A paragraph that is neither a formula nor about the docstring itself."""
    return "" if "←" in text else re.sub(r"\s*Settings and errors as for `\w+`\.", "", text)


def letters(rule: Optimizer, lines: str) -> dict[str, str]:
    """What the letters of the lines are that no setting is called by."""
    known = {symbol: KEPT.get(slot, slot) for symbol, slot in rule.symbols.items()}
    known |= {"w": "parameters", "g": "gradient of the loss L", "t": "number of the step"}
    if "t" not in lines.replace("ᵗ", "t"):
        del known["t"]
    return {symbol: words for symbol, words in known.items() if symbol in lines or symbol == "t"}


def _plain(rule: Optimizer) -> Optimizer:
    """The rule with a number for what changes, and a rate whose steps can be seen."""
    changing = {name: getattr(type(rule), name) for name in rule.schedules()}
    usual = "lr" in changing or (np.ndim(rule.lr) == 0 and rule.lr == type(rule).lr)
    return replace(rule, **changing | ({"lr": RATE} if usual and rule.rate != "own" else {}))


def _example(rule: Optimizer) -> tuple[str, ...]:
    """The lines of the second step in numbers, where L is w²/2, so g is w, and w begins at 2."""
    w, given = np.array([2.0]), extras(rule)
    state = begun(rule, w)
    rule.step(w, w.copy(), state, 0, **given)
    before, g = {name: array.copy() for name, array in state.items()}, w.copy()
    told, known = [], symbols_of(rule, g, g, before, 1)
    rule.step(w, g, state, 1, **given)
    known |= outcomes_of(rule, state)
    for line in rule.formula():
        told.append(filled(line, known))
        follow(line, known)
    return tuple(told)


def _settings(rule: Optimizer) -> Iterator[dict[str, Any]]:
    about = _about(type(rule))
    for field in sorted(fields(rule), key=lambda field: field.name in SHARED):
        choices = _choices(field)
        yield {
            "name": field.name,
            "symbol": SYMBOLS.get(field.name, ""),
            "default": field.default,
            "bound": " or ".join(map(_word, choices)) or str(rule.bound(field.name)),
            "about": about.get(field.name, ""),
        }


def _choices(field: Field[Any]) -> tuple[Any, ...]:
    return tuple(field.metadata.get("choices", (False, True) if field.type == "bool" else ()))


def _word(value: Any) -> str:
    """A setting as one types it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _about(kind: type[Optimizer]) -> dict[str, str]:
    """What the docstrings of a class, and of those it is made from, say of its settings."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        listed = re.search(r"Args:\n((?: .*\n?)+)", inspect.cleandoc(one.__doc__ or ""))
        for names, text in ARGUMENT.findall(listed[1] if listed else ""):
            other = REFERENCE.match(text)
            elsewhere = _about(_called(other[1])) if other else {}
            found |= {
                name: elsewhere.get(name, OTHERS.sub("", _joined(text)))
                for name in names.split(", ")
            }
    return found


def _called(name: str) -> type[Optimizer]:
    return next(rule for rule in OPTIMIZERS.values() if rule.__name__ == name)


def _forms(rule: Optimizer) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The lines that are others with every other choice of one setting."""
    usual = rule.formula()
    for field in fields(rule):
        for choice in _choices(field):
            lines = replace(rule, **{field.name: choice}).formula()
            if others := tuple(line for line in lines if line not in usual):
                yield f"{field.name}={_word(choice)}", others


def _text(told: Explanation) -> Iterator[str]:
    yield from textwrap.wrap(f"{told.summary} {told.purpose}", WIDTH)
    yield ""
    yield from (f"    {line}" for line in told.lines)
    yield ""
    known = ", ".join(f"{symbol} the {words}" for symbol, words in told.symbols.items())
    yield from textwrap.wrap(f"where {known.replace(' the', ' is the', 1)}.", WIDTH)
    yield ""
    yield f"In numbers, on L = w²/2, where g = w, the second step from w = 2 with η = {told.rate}:"
    yield from (f"    {line}" for line in told.example)
    yield ""
    yield "Settings, as they are if nothing is said:"
    for one in told.settings:
        about = one["about"] if one["symbol"] else f"{one['bound']}: {one['about']}"
        yield from _entry(f"{one['name']}={_word(one['default'])}", about)
    if told.forms:
        yield ""
        yield "Other forms:"
    for form, lines in told.forms.items():
        yield from _entry(form, "    ".join(lines))
    for note in told.notes:
        yield ""
        yield from textwrap.wrap(note, WIDTH)
    yield ""
    yield f"Paper: {told.paper}"
    yield f"See it: {told.command}"


def _entry(head: str, text: str) -> list[str]:
    return textwrap.wrap(f"{head:<22} {text}", WIDTH, initial_indent="  ", subsequent_indent=INDENT)
