"""SignSGD and Lion, whose steps are signs; and steps that leave out what has the wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from optiviz.optim.adaptive import average
from optiviz.optim.base import Array, Optimizer, Rate, Setting, State
from optiviz.optim.drawn import Drawn, Seen, Tried
from optiviz.optim.settings import setting

# The least share of coordinates that agree, by which the others are made longer.
FEWEST = 1e-3


@dataclass(frozen=True)
class SignSGD(Optimizer):
    """SignSGD: every coordinate moves by η against the sign of its slope, whatever its size.

    m ← βm + (1-β)g        w ← w - η(sign(m) + λw)

    With β = 0 it is signSGD, with a memory Signum; Lion is the same with two memories. It rests
    only where a slope is exactly 0, so with a constant η it ends in a cycle about the minimum.

    Args:
        lr: the learning rate η ≥ 0, the length of a step in every coordinate.
        beta: β in [0, 1), the memory of the gradient.
        weight_decay: λ ≥ 0, decoupled, as with a majority vote (Bernstein et al. 2019).

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0, -0.5]), SignSGD(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> w.round(6)
    array([ 1.9, -0.4])

    Bernstein, Wang, Azizzadenesheli & Anandkumar 2018.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1",)
    rate: ClassVar[Rate] = "unit"

    symbols: ClassVar[Mapping[str, str]] = {"m": "moment1"}
    purpose: ClassVar[str] = (
        "A slope's size is ignored: steep and flat directions are walked at the same pace."
    )

    lr: Setting = setting(0.001, low=0)
    beta: Setting = setting(0.0, low=0, high=1)
    _: KW_ONLY
    weight_decay: Setting = setting(0.0, low=0)

    def formula(self) -> tuple[str, ...]:
        return "m ← βm + (1 − β)g", "w ← w − η(sign(m) + λw)"

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        m, scratch = state["moment1"], state["_scratch"]
        m *= self.beta
        m += np.multiply(g, 1 - self.beta, out=scratch)
        w *= 1 - self.lr * self.weight_decay
        step = np.sign(m, out=scratch)
        step *= self.lr
        w -= step


@dataclass(frozen=True)
class Lion(Optimizer):
    """Lion: only the sign of an interpolated momentum moves the weights, by η a step.

    u = sign(β₁m + (1-β₁)g)    w ← w - η(u + λw)    m ← β₂m + (1-β₂)g

    Args:
        lr: the learning rate η ≥ 0; the paper advises a third to a tenth of Adam's.
        beta1: β₁ in [0, 1), the memory used for the step.
        beta2: β₂ in [0, 1), the memory that is kept.
        weight_decay: λ ≥ 0.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), Lion(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.9

    Chen et al. 2023.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1",)
    rate: ClassVar[Rate] = "unit"

    symbols: ClassVar[Mapping[str, str]] = {"m": "moment1"}
    purpose: ClassVar[str] = (
        "Every coordinate moves by exactly η, so one state array is enough and η sets the noise."
    )

    lr: Setting = setting(1e-4, low=0)
    beta1: Setting = setting(0.9, low=0, high=1)
    beta2: Setting = setting(0.99, low=0, high=1)
    _: KW_ONLY
    weight_decay: Setting = setting(0.0, low=0)

    def formula(self) -> tuple[str, ...]:
        mean = "m ← β₂m + (1 − β₂)g"
        return "u ← sign(β₁m + (1 − β₁)g)", "w ← w − η(u + λw)", mean

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        m, scratch = state["moment1"], state["_scratch"]
        np.multiply(m, self.beta1, out=scratch)
        scratch += (1 - self.beta1) * g
        step = np.sign(scratch, out=scratch)
        step *= self.lr
        w *= 1 - self.lr * self.weight_decay
        w -= step
        average(m, self.beta2, g, scratch)


def agreeing(step: Array, g: Array) -> Array:
    """A step without the coordinates that go uphill on this gradient, and the rest as much longer.

    φ = 1 where the step has the sign of -g, else 0; the step is multiplied by φ/max(mean φ, 0.001),
    as the authors' code and timm do; the paper has 1/(mean φ + ε), pytorch_optimizer P/(Σφ + 1).
    The mean is over all parameters; theirs is over each tensor.

    Args:
        step: `(…, P)`, what would be added to w; g: the gradient, of the same shape.

    >>> agreeing(np.array([-1.0, 1.0]), np.array([3.0, 3.0]))
    array([-2.,  0.])

    Liang, Chen, Liu & Liu 2024.
    """
    agree = step * g < 0
    share = agree.mean(axis=-1, keepdims=True, dtype=step.dtype)
    kept: Array = step * (agree / np.maximum(share, FEWEST))
    return kept


def left_out(step: Array, seen: Seen) -> Drawn:
    """The coordinates of every whole step `(T, P)` that `agreeing` leaves out, to be crossed."""
    gone = (step * seen.g[:-1] >= 0) & (step != 0)
    parts = np.where(gone, step, np.nan)[..., None] * np.eye(step.shape[-1])
    parts[:, ~np.eye(step.shape[-1], dtype=bool)] = 0  # NaN times 0
    none = np.full_like(seen.w[-1:, None] * np.ones((1, step.shape[-1], 1)), np.nan)
    tips = np.concatenate([seen.w[:-1, None] + parts, none])
    return Tried("left out of the step: uphill", "accent", tips, crossed=True, longer=True)


def agreeing_lines(step: str) -> tuple[str, ...]:
    """What `agreeing` computes, as a formula has it, where `step` is what is added to w."""
    sign = "" if step.startswith("−") else "−"
    bare = step.removeprefix("−")
    operator = "+" if sign else "−"
    return (
        f"φ ← max(sign({sign}{bare}g), 0)",
        "q ← mean(φ)",
        f"w ← w {operator} {bare}φ/max(q, {FEWEST})",
    )
