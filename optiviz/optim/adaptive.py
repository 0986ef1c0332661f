"""Rules that give every coordinate a rate of its own, from the gradients it has met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from optiviz.optim.base import Array, Optimizer, Setting, State
from optiviz.optim.drawn import Seen
from optiviz.optim.settings import setting


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """AdaGrad: every coordinate's rate shrinks with the sum of its squared gradients.

    s ← s + g²        w ← w - η·g/(√s + ε)

    Args:
        lr: the learning rate η ≥ 0.
        eps: ε > 0, beside the root as in the paper and PyTorch.
        eps_inside_root: divide by √(s + ε) instead, as some lectures write it.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), AdaGrad(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.9

    Duchi, Hazan & Singer 2011.
    """

    slots: ClassVar[tuple[str, ...]] = ("accumulator",)
    rate: ClassVar[Literal["gradient", "unit", "own"]] = "unit"

    symbols: ClassVar[Mapping[str, str]] = {"s": "accumulator"}
    purpose: ClassVar[str] = (
        "Steep and flat directions get steps of like size; since the sum only grows, steps die out."
    )

    eps: float = setting(1e-10, low=0, above=True)
    eps_inside_root: bool = False

    def formula(self) -> tuple[str, ...]:
        return "s ← s + g²", f"w ← w − ηg/{root_line('s', self.eps_inside_root)}"

    def divisor(self, seen: Seen) -> Array | None:
        return divided(self, seen, seen.slots["accumulator"])

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        s, scratch = state["accumulator"], state["_scratch"]
        s += np.square(g, out=scratch)
        root = root_of(s, self.eps, self.eps_inside_root, out=scratch)
        step = np.divide(g, root, out=scratch)
        step *= self.lr
        w -= step


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """RMSProp: AdaGrad with a memory that fades.

    s ← βs + (1-β)g²        w ← w - η·g/(√s + ε)

    Centred, the root is of the variance s - m², with m ← βm + (1-β)g.

    Args:
        lr: the learning rate η ≥ 0.
        beta: β in [0, 1), the memory (PyTorch calls it alpha).
        eps: ε > 0, beside the root as in PyTorch.
        centered: subtract the squared mean gradient under the root.
        eps_inside_root: divide by √(s + ε) instead, as some lectures write it.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), RMSProp(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.0

    Tieleman & Hinton 2012, lecture 6.5; centred: Graves 2013.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment2",)
    rate: ClassVar[Literal["gradient", "unit", "own"]] = "unit"
    forgets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {"s": "moment2", "m": "moment1"}
    plain: ClassVar[tuple[str, str] | None] = ("adagrad", "without forgetting")
    purpose: ClassVar[str] = (
        "Steps of about η in every direction, that do not die out, since old slopes are forgotten."
    )

    beta: Setting = setting(0.99, low=0, high=1)
    eps: float = setting(1e-8, low=0, above=True)
    centered: bool = False
    eps_inside_root: bool = False

    def formula(self) -> tuple[str, ...]:
        second = "max(s − m², 0)" if self.centered else "s"
        mean = ("m ← βm + (1 − β)g",) if self.centered else ()
        step = f"w ← w − ηg/{root_line(second, self.eps_inside_root)}"
        return "s ← βs + (1 − β)g²", *mean, step

    def divisor(self, seen: Seen) -> Array | None:
        s = seen.slots["moment2"]
        mean = seen.slots["moment1"] if self.centered else 0
        return divided(self, seen, np.maximum(s - np.square(mean), 0))

    def init(self, w: Array) -> State:
        mean = {"moment1": np.zeros_like(w)} if self.centered else {}
        return super().init(w) | mean

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        s, scratch = state["moment2"], state["_scratch"]
        average(s, self.beta, np.square(g, out=scratch), scratch)
        if self.centered:
            m = state["moment1"]
            average(m, self.beta, g, scratch)
            # Rounding can take the variance a hair below zero, where a root would be NaN.
            variance = np.maximum(s - m * m, 0, out=scratch)
            root = root_of(variance, self.eps, self.eps_inside_root, out=scratch)
        else:
            root = root_of(s, self.eps, self.eps_inside_root, out=scratch)
        step = np.divide(g, root, out=scratch)
        step *= self.lr
        w -= step


@dataclass(frozen=True)
class Adadelta(Optimizer):
    """Adadelta: the size of past steps takes the place of a learning rate.

    s ← ρs + (1-ρ)g²    d = g·√(u + ε)/√(s + ε)    u ← ρu + (1-ρ)d²    w ← w - ηd

    Args:
        lr: η ≥ 0, a factor on the step; the paper has none, which is η = 1.
        rho: ρ in [0, 1), the memory of both averages.
        eps: ε > 0, inside both roots as in the paper; it sets the size of the first steps.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), Adadelta()
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.996838

    Zeiler 2012.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment2", "step_moment2")
    rate: ClassVar[Literal["gradient", "unit", "own"]] = "own"

    symbols: ClassVar[Mapping[str, str]] = {"s": "moment2", "u": "step_moment2"}
    purpose: ClassVar[str] = (
        "It needs no rate, and pays for that with tiny first steps, whose size ε alone decides."
    )

    lr: Setting = setting(1.0, low=0)
    rho: Setting = setting(0.9, low=0, high=1)
    eps: float = setting(1e-6, low=0, above=True)

    def formula(self) -> tuple[str, ...]:
        step = "d ← g√(u + ε)/√(s + ε)"
        return "s ← ρs + (1 − ρ)g²", step, "u ← ρu + (1 − ρ)d²", "w ← w − ηd"

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        s, u, scratch = state["moment2"], state["step_moment2"], state["_scratch"]
        average(s, self.rho, np.square(g, out=scratch), scratch)
        d = np.sqrt((u + self.eps) / (s + self.eps)) * g
        average(u, self.rho, np.square(d, out=scratch), scratch)
        w -= np.multiply(d, self.lr, out=scratch)


def average(mean: Array, beta: Any, x: Array, scratch: Array) -> None:
    """The running mean m ← βm + (1-β)x, in place; `scratch` may be `x` itself."""
    mean *= beta
    mean += np.multiply(x, 1 - beta, out=scratch)


def root_of(s: Array, eps: float, inside: bool, out: Array) -> Array:
    """√s + ε, or √(s + ε), into `out`."""
    if inside:
        return np.sqrt(np.add(s, eps, out=out), out=out)
    return np.add(np.sqrt(s, out=out), eps, out=out)


def divided(rule: Any, seen: Seen, squares: Array) -> Array:
    """√s + ε of every step, with s corrected for its start where the rule has a β₂."""
    s = squares[1:]
    if hasattr(rule, "beta2"):
        s = s / (1 - seen.setting(rule, "beta2") ** np.arange(1, len(squares))[:, None])
    inside = getattr(rule, "eps_inside_root", False)
    return root_of(s, rule.eps, inside, out=np.empty_like(s))


def root_line(second: str, inside: bool) -> str:
    """What `root_of` computes, as a formula has it."""
    return f"√({second} + ε)" if inside else f"(√{second} + ε)"
