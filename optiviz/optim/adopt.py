"""ADOPT: Adam that divides every gradient by what was known before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optiviz.optim.adaptive import average
from optiviz.optim.base import Array, Optimizer, Rate, Setting, State
from optiviz.optim.settings import setting


@dataclass(frozen=True)
class ADOPT(Optimizer):
    """ADOPT: Adam that divides every gradient by what was known before it, and then averages.

    u = clip(g/max(√s, ε), ±(t-1)^¼)    m ← β₁m + (1-β₁)u    w ← w - ηm    s ← β₂s + (1-β₂)g²
    with t from 1; the first step only looks: s ← g²

    A gradient does not stand in its own divisor, so it converges with any β₂, where Adam may walk
    to the wrong end. optax has it the same way; pytorch_optimizer clips at t^¼.

    Args:
        lr: the learning rate η ≥ 0.
        beta1: β₁ in [0, 1), the memory of the normalised gradients.
        beta2: β₂ in [0, 1), the memory of squared gradients.
        eps: ε > 0, the least divisor.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), ADOPT(lr=0.1)
    >>> state = rule.init(w)
    >>> for t in range(2):
    ...     rule.step(w, w.copy(), state, t)
    >>> round(float(w[0]), 6)
    1.99

    Taniguchi et al. 2024.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1", "moment2")
    rate: ClassVar[Rate] = "unit"
    forgets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {"m": "moment1", "s": "moment2"}
    plain: ClassVar[tuple[str, str] | None] = ("adam", "without the right order")
    purpose: ClassVar[str] = (
        "A large rare slope cannot shrink its own step, so no choice of β₂ leads it astray."
    )

    lr: Setting = setting(0.001, low=0)
    beta1: Setting = setting(0.9, low=0, high=1)
    beta2: Setting = setting(0.9999, low=0, high=1)
    eps: float = setting(1e-6, low=0, above=True)

    def formula(self) -> tuple[str, ...]:
        return (
            "c ← (t − 1)^0.25",
            "u ← max(min(g/max(√s, ε), c), −c)",
            "m ← β₁m + (1 − β₁)u",
            "w ← w − ηm",
            "b ← β₂sign(t − 1)",
            "s ← bs + (1 − b)g²",
        )

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        m, s, scratch = state["moment1"], state["moment2"], state["_scratch"]
        root = np.maximum(np.sqrt(s, out=scratch), self.eps, out=scratch)
        step = np.divide(g, root, out=scratch)
        average(m, self.beta1, np.clip(step, -(t**0.25), t**0.25, out=scratch), scratch)
        w -= np.multiply(m, self.lr, out=scratch)
        average(s, self.beta2 if t else 0.0, np.square(g, out=scratch), scratch)
