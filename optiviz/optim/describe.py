"""A rule in a few words: its name, and the settings that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optiviz.optim.base import Optimizer
from optiviz.optim.registry import name_of
from optiviz.optim.schedules import Schedule

SYMBOLS = {
    "lr": "η",
    "beta": "β",
    "beta1": "β₁",
    "beta2": "β₂",
    "rho": "ρ",
    "eps": "ε",
    "weight_decay": "λ",
    "momentum_decay": "ψ",
}
MAIN = ("lr", "beta", "rho")
EVERY = tuple(name for name in SYMBOLS if name not in ("eps", "momentum_decay"))


def describe(
    rule: Optimizer | str,
    settings: Mapping[str, Any] | None = None,
    names: Sequence[str] = MAIN,
    between: str = "  ",
) -> str:
    """A rule's name with some of its settings, as a picture tells it.

    Args:
        rule: the rule, or the name that a run has of it.
        settings: those of the run, where `rule` is a name.
        names: the settings to tell, those that the rule has; the form of momentum is always told
            where it is not the usual one.
        between: what parts the words.

    >>> from optiviz import optim
    >>> describe(optim.Momentum(lr=1, form="outside"))
    'momentum  η 1  β 0.9  outside'
    >>> describe("sgd", {"lr": optim.schedules.Cosine(0.1)})
    'sgd  η 0.1 cosine'
    """
    if isinstance(rule, Optimizer):
        return describe(name_of(rule), rule.settings(), names, between)
    given = settings or {}
    told = [(SYMBOLS[name], _words(given.get(name))) for name in names]
    form = given.get("form") or "inside"
    return between.join(
        [
            rule,
            *(f"{symbol} {words}" for symbol, words in told if words),
            *([] if form == "inside" else [str(form)]),
        ]
    )


def _words(value: Any) -> str:
    """A setting in words: a number, the ends of a stack's, a schedule's base and its kind."""
    if isinstance(value, Schedule):
        return f"{_words(value.base)} {type(value).__name__.lower()}"
    if isinstance(value, Mapping):  # a schedule that was read back from a file
        return f"{_words(value.get('base'))} {str(value.get('schedule', '')).lower()}".strip()
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "fiu" or not numbers.size:
        return ""
    return " … ".join(dict.fromkeys(map(_number, (numbers.min(), numbers.max()))))


def _number(value: Any) -> str:
    """A number as somebody typed it, or to three digits where it was computed."""
    typed = f"{value:.6g}"
    return typed if float(typed) == value else f"{value:.3g}"
