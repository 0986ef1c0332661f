"""The lines of a rule's formula, read as the arithmetic that they are.

Two symbols side by side are a product, as on paper, and a product is taken from the left: ηg/2v is
(ηg/2)·v. Powers are ², ᵗ or ^(…), t counts steps from 1, and √ takes what stands next to it.
0/0 is 0, since no rule moves for it: η is 0, or the slope is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from optiviz.optim.base import Array, Optimizer, State
from optiviz.optim.describe import SYMBOLS

Value = Any  # a number or an array
FUNCTIONS: dict[str, Callable[..., Value]] = {
    "max": np.maximum,
    "min": np.minimum,
    "sign": np.sign,
    "abs": np.abs,
    "sum": lambda x: np.atleast_1d(x).sum(axis=-1, keepdims=True),
    "mean": lambda x: np.atleast_1d(x).mean(axis=-1, keepdims=True),
}
# What takes all coordinates together. Whoever follows one coordinate alone is given the values of
# lines with such a word, by the line.
TOGETHER = ("sum(", "mean(")
POWERS = {"²": 2, "³": 3}
# What stands in place of a line's numbers where one of them is none: it has overflowed; or nothing
# tells it, or the loss has no slope there.
BEYOND, UNKNOWN = "too large to be shown", "not known here"
# A number, a function, or one letter with what stands above or below it.
WORD = re.compile(r"\d+(?:\.\d+)?|max|min|sign|abs|sum|mean|.[\u0302\u2080-\u2099]*")


def symbols_of(rule: Optimizer, w: Array, g: Array, state: State, t: int) -> dict[str, Value]:
    """What the symbols of a rule's lines are before a step; arguments as for the rule's `step`."""
    known: dict[str, Value] = {"w": w, "g": g, "t": t + 1}
    known |= {SYMBOLS[name]: value for name, value in rule.settings().items() if name in SYMBOLS}
    return known | {symbol: state[slot] for symbol, slot in rule.symbols.items() if slot in state}


def outcomes_of(rule: Optimizer, after: State) -> dict[str, Value]:
    """What the lines of a step that are no arithmetic came to; NaN where nothing tells."""
    sides = ((line, line.split(" ← ")[0]) for line in rule.formula())
    return {
        line: after[slot] if (slot := rule.outcomes[symbol]) in rule.slots else np.nan
        for line, symbol in sides
        if symbol in rule.outcomes
    }


def follow(line: str, known: dict[str, Value]) -> None:
    """Give the symbol at the left of a line the value of what stands at the right.

    >>> known = {"β": 0.5, "v": 4.0, "η": 0.1, "g": 10.0}
    >>> follow("v ← βv − ηg", known)
    >>> known["v"]
    1.0
    """
    symbol, right = line.split(" ← ")
    known[symbol] = known[line] if line in known else evaluate(right, known)


def evaluate(text: str, known: Mapping[str, Value]) -> Value:
    """The value of the right side of a line.

    Raises:
        ValueError: it is not well formed, or a symbol is not known.
    """
    reader = _Reader(text, known)
    value = reader.sum()
    if reader.next:
        raise ValueError(f"{text!r}: {reader.next!r} is one too many")
    return value


def filled(line: str, known: Mapping[str, Value]) -> str:
    """A line with numbers in place of its symbols, and what comes out.

    >>> filled("v ← βv − ηg", {"v": -1.0, "β": 0.9, "η": 0.1, "g": 2.0})
    'v ← 0.9·(−1) − 0.1·2 = −1.1'
    """
    symbol, right = line.split(" ← ")
    if line in known and np.isnan(known[line]).all():
        return line
    value = known[line] if line in known else evaluate(right, known)
    if none := _untold(line, known, value):
        return f"{symbol} ← {none}"
    if line in known:
        return f"{line} = {_said(value)}"
    told, before = "", ""
    for word in WORD.findall(right.replace("ᵗ", f"^{known['t']}" if "ᵗ" in right else "")):
        number = _said(known[word]) if word in known else word
        if (before in known or before in (")", "²") or before.isdecimal()) and _begins(word, known):
            told += "·"
        negative = word in known and number[0] == "−" and told
        told += f"({number})" if negative else number
        before = word
    return f"{symbol} ← {told} = {_said(value)}"


def _untold(line: str, known: Mapping[str, Value], value: Value) -> str:
    """What is said in place of a line's numbers; nothing where all of them are numbers."""
    words = [] if line in known else WORD.findall(line.split(" ← ")[1])
    numbers = [value, *(known[word] for word in words if word in known)]
    if all(np.isfinite(number).all() for number in numbers):
        return ""
    return BEYOND if any(np.isinf(x).any() for x in [value, *known.values()]) else UNKNOWN


def _begins(word: str, known: Mapping[str, Value]) -> bool:
    """Whether a factor begins with a word."""
    return word in known or word in FUNCTIONS or word in ("(", "√")


def _said(value: Value) -> str:
    """A number, or each of a few in brackets, to four digits."""
    parts = [f"{part:.4g}".replace("-", "−") for part in np.atleast_1d(value).tolist()]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _over(a: Value, b: Value) -> Value:
    """a/b, and 0/0 = 0."""
    nothing = (np.asarray(a) == 0) & (np.asarray(b) == 0)
    return (
        np.where(nothing, 0.0, np.divide(a, np.where(nothing, 1.0, b))) if nothing.any() else a / b
    )


class _Reader:
    """Goes through the words of a line once; a method for each level of binding."""

    def __init__(self, text: str, known: Mapping[str, Value]) -> None:
        self.text, self.known = text, known
        self.words: list[str] = [word for word in WORD.findall(text) if word != " "]

    @property
    def next(self) -> str:
        return self.words[0] if self.words else ""

    def take(self, wanted: str = "") -> str:
        if not self.words or (wanted and self.next != wanted):
            raise ValueError(f"{self.text!r}: {wanted or 'something'} is missing")
        return self.words.pop(0)

    def sum(self) -> Value:
        value = -self.product() if self.next == "−" and self.take() else self.product()
        while self.next in ("+", "−"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> Value:
        value = self.power()
        while self.next not in ("", "+", "−", ")", ","):
            operator = self.take() if self.next in ("/", "·") else "·"
            value = _over(value, self.power()) if operator == "/" else value * self.power()
        return value

    def power(self) -> Value:
        value = self.atom()
        while self.next in ("^", "ᵗ", *POWERS):
            word = self.take()
            value = value ** (self.atom() if word == "^" else POWERS.get(word, self.known["t"]))
        return value

    def atom(self) -> Value:
        word = self.take()
        if word == "√":
            return np.sqrt(self.atom())
        if word == "(":
            value = self.sum()
            self.take(")")
            return value
        if word in FUNCTIONS:
            return FUNCTIONS[word](*self.arguments())
        if re.fullmatch(r"[0-9.]+", word):
            return float(word)
        if word not in self.known:
            raise ValueError(f"{self.text!r}: {word!r} is not known")
        return self.known[word]

    def arguments(self) -> list[Value]:
        self.take("(")
        values = [self.sum()]
        while self.next == ",":
            self.take()
            values.append(self.sum())
        self.take(")")
        return values
