"""A rule in a few words: its name, and the settings that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optiviz.optim.base import Optimizer
from optiviz.optim.registry import OPTIMIZERS, name_of
from optiviz.optim.schedules import Schedule
from optiviz.optim.shared import SHARED

SYMBOLS = {
    "lr": "η",
    "beta": "β",
    "beta1": "β₁",
    "beta2": "β₂",
    "rho": "ρ",
    "eps": "ε",
    "weight_decay": "λ",
    "momentum_decay": "ψ",
    "clip": "C",
    "d0": "d₀",
}
# What a setting is to people, of whatever rule; what differs with the rule, `called` knows.
NAMES = {
    "lr": "learning rate",
    "beta": "momentum",
    "beta1": "momentum",
    "beta2": "decay of squares",
    "rho": "decay",
    "weight_decay": "weight decay",
    "clip": "longest gradient",
}
MAIN = ("lr", "beta", "rho")
FORMS = ("form", "cautious")  # told where they are not the usual ones
EVERY = tuple(name for name in SYMBOLS if name not in ("eps", "momentum_decay", "d0"))


def word(name: str) -> str:
    """What people call a rule; its name where it has no other.

    >>> word("rmsprop"), word("lbfgs"), word("torch:SGD")
    ('RMSProp', 'L-BFGS', 'torch:SGD')
    """
    if name not in OPTIMIZERS:
        return name
    return OPTIMIZERS[name].written or OPTIMIZERS[name].__name__


def called(kind: type[Optimizer], name: str) -> str:
    """What a setting of a rule is called beside a slider: in words, with its symbol.

    >>> [called(OPTIMIZERS[rule], "beta") for rule in ("momentum", "rmsprop", "muon")]
    ['momentum β', 'decay of squares β', 'momentum β']
    >>> called(OPTIMIZERS["sam"], "rho"), called(OPTIMIZERS["adam"], "eps")
    ('reach of the probe ρ', 'ε')
    """
    words = NAMES.get(name, "")
    if name == "beta" and "moment2" in kind.slots and "moment1" not in kind.slots:
        words = NAMES["beta2"]
    if name == "rho" and "look" in kind.extras:
        words = "reach of the probe"
    return f"{words} {SYMBOLS.get(name, '' if words else name)}".strip()


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
            where it is not the usual one, and that a rule is cautious, decays or clips.
        between: what parts the words.

    >>> from optiviz import optim
    >>> describe(optim.Momentum(lr=1, form="outside"))
    'Momentum  η = 1  β = 0.9  outside'
    >>> describe(optim.SGD(lr=1, clip=2))
    'SGD  η = 1  C = 2'
    >>> describe("sgd", {"lr": optim.schedules.Cosine(0.1)})
    'SGD  η = 0.1 cosine'
    """
    if isinstance(rule, Optimizer):
        return describe(name_of(rule), rule.settings(), names, between)
    told = _told(settings or {})
    keys = dict.fromkeys((*names, *_added(rule, settings or {}), *FORMS))
    chosen = [told[key] for key in keys if key in told]
    return between.join([word(rule), *chosen])


def apart(rules: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The shortest names that tell rules apart: what they are called, and the settings that differ.

    >>> apart([("sgd", {"lr": 0.1}), ("adam", {"lr": 0.1})])
    ['SGD', 'Adam']
    >>> apart([("momentum", {"lr": 0.1, "beta": beta}) for beta in (0.5, 0.9)])
    ['β = 0.5', 'β = 0.9']
    """
    found = []
    for rule, settings in rules:
        kin = [_told(others) for name, others in rules if name == rule]
        own = _told(settings)
        differ = [own[key] for key in own if any(other.get(key) != own[key] for other in kin)]
        alone = len(kin) == len(rules) and differ
        found.append(", ".join(differ if alone else [word(rule), *differ]))
    return found


def common(rules: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """What names that tell rules apart leave out: the settings of each, or those that all share.

    The words of one rule stay together where lines are broken.

    >>> common([("momentum", {"lr": 0.1, "beta": beta}) for beta in (0.5, 0.9)])
    'Momentum  η = 0.1'
    """
    if len({rule for rule, _ in rules}) > 1:
        told = (describe(rule, settings) for rule, settings in rules)
        return "  ·  ".join(words.replace(" ", "\N{NO-BREAK SPACE}") for words in told)
    own = [_told(settings) for _, settings in rules]
    keys = *MAIN, *_added(*rules[0]), *FORMS
    alike = [key for key in keys if len({each.get(key) for each in own}) == 1]
    return "  ".join([word(rules[0][0]), *(own[0][key] for key in alike if key in own[0])])


def _added(rule: str, settings: Mapping[str, Any]) -> list[str]:
    """The shared settings that are in use, but for a decay that the rule always has."""
    own = OPTIMIZERS[rule].own if rule in OPTIMIZERS else ("weight_decay",)
    return [name for name in SHARED if name in settings and name not in own]


def rank(settings: Mapping[str, Any]) -> tuple[float, ...]:
    """By which the runs of a rule are put in order: its settings, each as one number."""
    return tuple(_base(settings.get(name)) for name in SYMBOLS)


def _base(value: Any) -> float:
    """A setting as one number, a schedule's first."""
    if isinstance(value, Schedule):
        return _base(value.base)
    if isinstance(value, Mapping):
        return _base(value.get("base"))
    numbers = np.asarray(value)
    return float(numbers.min()) if numbers.dtype.kind in "fiu" and numbers.size else 0.0


def _told(settings: Mapping[str, Any]) -> dict[str, str]:
    """Every setting that can be told, in words."""
    words = {name: _words(settings[name]) for name in SYMBOLS if name in settings}
    told = {name: f"{SYMBOLS[name]} = {value}" for name, value in words.items() if value}
    form = settings.get("form") or "inside"
    told |= {} if form == "inside" else {"form": str(form)}
    return told | ({"cautious": "cautious"} if settings.get("cautious") else {})


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
