"""RAdam: Adam that waits with dividing until its mean of squares can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from optiviz.optim.adam import MEANS, correction
from optiviz.optim.adaptive import average
from optiviz.optim.base import Array, Optimizer, Rate, Setting, State
from optiviz.optim.settings import setting

CERTAIN = 5  # the length of the memory of squares from which its root may divide


@dataclass(frozen=True)
class RAdam(Optimizer):
    """RAdam: Adam that divides only once enough squares have been met to know their mean.

    ρ = ρ∞ - 2tβ₂ᵗ/(1-β₂ᵗ)    ρ∞ = 2/(1-β₂) - 1    r = √((ρ-4)(ρ-2)ρ∞/((ρ∞-4)(ρ∞-2)ρ))
    w ← w - η·m̂                         while ρ ≤ 5, with t from 1
    w ← w - η·r·m̂·√(1-β₂ᵗ)/(√s + ε)     then, with m and s as in Adam

    So the first steps are in proportion to the slope, and r is a warm-up that nobody has to tune.
    As in PyTorch: ε stands beside the uncorrected root.

    Args:
        lr: the learning rate η ≥ 0.
        beta1, beta2, eps: as for `Adam`.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), RAdam(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.8

    Liu et al. 2020, in PyTorch's form.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1", "moment2")
    rate: ClassVar[Rate] = "gradient"
    forgets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {"m": "moment1", "s": "moment2"}
    plain: ClassVar[tuple[str, str] | None] = ("adam", "without waiting")
    purpose: ClassVar[str] = (
        "A mean of few squares is a bad divisor, so it waits until it has met enough of them."
    )

    lr: Setting = setting(0.001, low=0)
    beta1: Setting = setting(0.9, low=0, high=1)
    beta2: Setting = setting(0.999, low=0, high=1)
    eps: float = setting(1e-8, low=0, above=True)

    def formula(self) -> tuple[str, ...]:
        return (
            *MEANS,
            "m̂ ← m/(1 − β₁ᵗ)",
            "ρ₀ ← 2/(1 − β₂) − 1",
            "ρ ← ρ₀ − 2tβ₂ᵗ/(1 − β₂ᵗ)",
            f"k ← max(sign(ρ − {CERTAIN}), 0)",
            "r ← √max((ρ − 4)(ρ − 2)ρ₀/((ρ₀ − 4)(ρ₀ − 2)ρ), 0)",
            "w ← w − ηm̂(1 − k + kr√(1 − β₂ᵗ)/(√s + ε))",
        )

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        m, s, scratch = state["moment1"], state["moment2"], state["_scratch"]
        average(s, self.beta2, np.square(g, out=scratch), scratch)
        average(m, self.beta1, g, scratch)
        certain, factor = self.rectified(t + 1)
        root = np.add(np.sqrt(s, out=scratch), self.eps, out=scratch)
        step = np.divide(factor, root, out=scratch)
        np.copyto(step, 1, where=~certain)
        step *= m
        step *= self.lr / correction(self.beta1, t)
        w -= step

    def rectified(self, t: int) -> tuple[Any, Any]:
        """Whether the root may divide at step t, from 1, and r·√(1-β₂ᵗ)."""
        beta2 = np.asarray(self.beta2)
        most = 2 / (1 - beta2) - 1
        rho = most - 2 * t * beta2**t / (1 - beta2**t)
        certain = rho > CERTAIN
        inside = np.where(certain, (rho - 4) * (rho - 2) * most, 0)
        r = np.sqrt(inside / np.where(certain, (most - 4) * (most - 2) * rho, 1))
        return certain, r * np.sqrt(1 - beta2**t)
