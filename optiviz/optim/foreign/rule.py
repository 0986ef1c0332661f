"""Update rules of PyTorch, optax and Keras, and a user's own, under the contract of ours.

The framework computes the step; the run owns the arrays, so what the framework remembers is copied
into slots after every step under the names that our rules use: velocity, moment1, moment2, … What
is not of the shape of the parameters, such as a count of steps, has a name with an underscore.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError, unknown
from optiviz.optim.base import Array, Look, Optimizer, Rate, State, nowhere
from optiviz.optim.blame import blaming
from optiviz.optim.check import made
from optiviz.optim.foreign.engine import ENGINES, Engine, engine_of, straight
from optiviz.optim.shared import on
from optiviz.words import build, guess

NOMINAL = 0.01  # a rate to make a rule with before it is told its own
PLAIN = bool | int | float | str | tuple | None  # type: ignore[type-arg]


class Live(dict[str, Array]):
    """A rule's arrays, and the framework's own object that steps with them."""

    engine: Engine | None = None


@dataclass(frozen=True)
class Foreign(Optimizer):
    """A rule that a framework computes.

    w and g cross over as they are (PyTorch shares their memory; JAX and Keras get copies), `lr` is
    set before every step, so that schedules work, and the slots have the framework's own numbers:

    - PyTorch's and optax's velocity has η outside, v ← βv + g, as `Momentum(form="outside")`;
      Keras's has it inside, v ← βv - ηg, as `Momentum()`.
    - The moments are not bias-corrected, as in `Adam`.
    - Keras keeps its rate in float32, whatever the precision of w.

    Args:
        lr: the learning rate η ≥ 0.
        name: what it is called, such as "torch:AdamW".
        framework: "torch", "optax" or "keras".
        make: the class or function of the framework that makes the rule.
        options: its other arguments.

    Raises:
        UserError: the framework is missing or does not take these options, or the rule needs more
            than a gradient and a look at the loss elsewhere.
    """

    extras: ClassVar[tuple[str, ...]] = ("look",)
    own: ClassVar[frozenset[str]] = frozenset({"weight_decay"})  # the framework's, if it has one

    name: str = ""
    framework: str = "torch"
    make: Any = field(default=None, repr=False)
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.rate  # a mistake in the options shows when a step is tried

    @cached_property
    def rate(self) -> Rate:  # type: ignore[override]  # a fact of the class in our own rules
        """Which of a problem's rates suits the rule, found by trying it on two gradients."""
        small, large = (self._first_step(g) for g in (1.0, 10.0))
        if small < large and large > 3 * small:
            return "gradient"
        return "unit" if 0.05 < small < 20 else "own"

    def _first_step(self, g: float) -> float:
        """How long the first step is in units of η, from 1 on the gradient g."""
        w, gradient, lr = np.ones(2), np.full(2, g), NOMINAL
        try:
            engine = engine_of(self.framework)(self.make, self.options, w, lr)
            engine.step(gradient, lr, straight(gradient))
        except UserError:
            raise
        except Exception as error:  # whatever a framework raises, it is about these options
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise UserError(f"{self.name} cannot be used: {reason.rstrip('.')}.") from None
        # One that searches along a line, or takes many steps in one, has a rate of its own.
        return np.inf if engine.looks else float(abs(1 - w[0])) / lr

    def init(self, w: Array) -> State:
        if w.ndim != 1:
            raise UserError(
                f"{self.name} steps one trajectory at a time: stacks, and so maps, need one of "
                "optiviz's own rules."
            )
        engine = engine_of(self.framework)(self.make, self.options, w.copy(), NOMINAL)
        return Live(engine.template() | {"_scratch": np.empty_like(w)})

    def step(self, w: Array, g: Array, state: State, t: int, look: Look = nowhere) -> None:
        if not isinstance(state, Live):
            raise UserError(f"{self.name} steps only with the state that its init made.")
        lr = float(self.lr)
        engine = state.engine
        if engine is None or engine.w is not w:
            engine = state.engine = engine_of(self.framework)(self.make, self.options, w, lr)
            if t:
                engine.load(state)
        engine.step(g, lr, look)
        for name, array in engine.arrays().items():
            state[name][...] = array

    def settings(self) -> dict[str, Any]:
        given = {k: v if isinstance(v, PLAIN) else repr(v) for k, v in self.options.items()}
        return {"lr": self.lr} | given | ({"clip": self.clip} if on(self.clip) else {})

    def versions(self) -> dict[str, str]:
        from importlib.metadata import version  # noqa: PLC0415  # as slow as all the rest here

        return {name: version(name) for name in engine_of(self.framework).computed_by()}

    def known(self) -> list[str]:
        try:
            names = list(inspect.signature(self.make).parameters)
        except (TypeError, ValueError):
            names = []
        own = (n for n in names if n not in ("params", "lr", "learning_rate", "kwargs"))
        return ["lr", *own, "clip"]


def from_torch(rule: Any, lr: float | None = None, **options: Any) -> Foreign:
    """A `torch.optim.Optimizer` class as an update rule.

    Args:
        rule: the class, such as `torch.optim.AdamW`.
        lr: the learning rate; the class's own default if None.
        options: the other arguments of the class, such as `weight_decay=0.1`.

    Raises:
        UserError: PyTorch is missing, or does not take these options.

    >>> from_torch(torch.optim.AdamW, lr=0.01, weight_decay=0.1)  # doctest: +SKIP
    """
    return _foreign("torch", rule, lr, options)


def from_optax(rule: Any, lr: float | None = None, **options: Any) -> Foreign:
    """An optax optimiser as an update rule.

    Args:
        rule: the function that makes it, such as `optax.adabelief`, or a transformation that is
            ready, whose updates are then multiplied by `lr`, 1 by default.
        lr: the learning rate; the function's own default if None.
        options: the function's other arguments.

    Raises:
        UserError: optax is missing, or does not take these options.

    >>> from_optax(optax.adabelief, lr=0.01)  # doctest: +SKIP
    >>> from_optax(optax.chain(optax.clip(1.0), optax.adam(0.01)))  # doctest: +SKIP
    """
    return _foreign("optax", rule, lr, options)


def from_keras(rule: Any, lr: float | None = None, **options: Any) -> Foreign:
    """A `keras.optimizers.Optimizer` class as an update rule; Keras runs on PyTorch or JAX.

    Args:
        rule: the class, such as `keras.optimizers.RMSprop`.
        lr: the learning rate; the class's own default if None.
        options: the other arguments of the class, such as `momentum=0.9`.

    Raises:
        UserError: Keras is missing, or does not take these options.

    >>> from_keras(keras.optimizers.RMSprop, lr=0.01, momentum=0.9)  # doctest: +SKIP
    """
    return _foreign("keras", rule, lr, options)


def _foreign(
    framework: str, make: Any, lr: float | None, given: Mapping[str, Any], name: str = ""
) -> Foreign:
    options = dict(given)
    engine, theirs = engine_of(framework), options.pop("learning_rate", None)
    clip = options.pop("clip", 0.0)
    engine.require()
    rate = theirs if lr is None else lr
    rate = engine.usual_lr(make) if rate is None else rate
    full = name or getattr(make, "__name__", "transformation")
    if getattr(make, "__module__", framework).startswith(framework):  # else it is one's own
        full = f"{framework}:{full}"
    return Foreign(rate, full, framework, make, MappingProxyType(options), clip=clip)


def parse_foreign(name: str, words: dict[str, str], **defaults: Any) -> Optimizer:
    """The rule that `torch:AdamW`, `optax:adabelief`, `keras:RMSprop` or `module:Rule` names.

    Args:
        name: what stands before the settings.
        words: the settings.
        defaults: settings that hold where the words are silent.

    Raises:
        UserError: a name that is not there, or settings that it does not take.
    """
    home, _, attribute = name.partition(":")
    home = home.removesuffix(".py")  # as a file is called
    options = defaults | {key: guess(word) for key, word in words.items()}
    if home in ENGINES:
        attribute, found = engine_of(home).find(attribute)
        return _foreign(home, found, options.pop("lr", None), options, attribute)
    found = _imported(home, attribute)
    if isinstance(found, type) and issubclass(found, Optimizer):
        if inspect.isabstract(found):
            made(found)  # which says what it lacks
        with blaming(f"{name} cannot be made"):
            return build(name, found, words, **defaults)
    torch = sys.modules.get("torch")
    if torch and isinstance(found, type) and issubclass(found, torch.optim.Optimizer):
        return _foreign("torch", found, options.pop("lr", None), options)
    raise UserError(
        f"{name} is no update rule: make it a subclass of optiviz.optim.Optimizer or of "
        "torch.optim.Optimizer."
    )


def _imported(home: str, attribute: str) -> Any:
    """What a module holds; the current directory is searched, too."""
    sys.path.insert(0, os.getcwd())
    try:
        with blaming(f"Cannot import {home}"):  # a user's module may fail in any way
            module = importlib.import_module(home)
    finally:
        sys.path.pop(0)
    if not hasattr(module, attribute):
        rules = [n for n, v in vars(module).items() if getattr(v, "__module__", "") == home]
        rules = [n for n in rules if hasattr(getattr(module, n), "step")]
        if not rules:
            raise UserError(f"{home} has no {attribute}, nor any other update rule.")
        raise unknown(f"rule of {home}", attribute, rules)
    return getattr(module, attribute)
