"""Prodigy: the distance to the minimum is estimated on the way, and is the rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np

from optiviz.optim.adam import correction
from optiviz.optim.adaptive import average
from optiviz.optim.base import Array, Optimizer, Rate, Setting, State
from optiviz.optim.drawn import Drawn, Oval, Seen
from optiviz.optim.settings import setting


@dataclass(frozen=True)
class Prodigy(Optimizer):
    """Prodigy: Adam with the rate d, which grows to about the distance from start to minimum.

    δ = ηd    r ← √β₂·r + δ(d/d₀)⟨g, x₀-w⟩    u ← √β₂·u + δ(d/d₀)g    d ← max(d, r/‖u‖₁)
    m ← β₁m + (1-β₁)dg    s ← β₂s + (1-β₂)(dg)²    w ← w - δ(m/(√s + εd) + λw)

    x₀ is the start. While all slopes point back to it, d is a lower bound of how far away the
    minimum is. The authors' code is this; optax always corrects Adam's averages for their start,
    theirs only if asked.

    Args:
        lr: η ≥ 0, a factor on the rate that is found; 1 is meant, and schedules multiply it.
        beta1: β₁ in [0, 1), the memory of the gradient.
        beta2: β₂ in [0, 1), the memory of its square; d's own is √β₂.
        eps: ε > 0, beside the root.
        d0: d₀ > 0, the first distance, better too small than too large.
        bias_correction: multiply δ by √(1-β₂ᵗ)/(1-β₁ᵗ), with t from 1.
        weight_decay: λ ≥ 0, decoupled.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), Prodigy(d0=0.1)
    >>> state = rule.init(w)
    >>> for t in range(20):
    ...     rule.step(w, w.copy(), state, t)
    >>> state["_distance"].round(2)
    array([1.])

    Mishchenko & Defazio 2024.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1", "moment2", "gradient_sum", "start")
    rate: ClassVar[Rate] = "own"
    forgets: ClassVar[bool] = True
    meets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {
        "m": "moment1",
        "s": "moment2",
        "u": "gradient_sum",
        "x₀": "start",
        "d": "_distance",
        "r": "_numerator",
    }
    plain: ClassVar[tuple[str, str] | None] = ("adam", "without finding the rate")
    purpose: ClassVar[str] = (
        "Nobody has to tune a rate: how far the slopes agree tells how far there is to go."
    )

    lr: Setting = setting(1.0, low=0)
    beta1: Setting = setting(0.9, low=0, high=1)
    beta2: Setting = setting(0.999, low=0, high=1)
    eps: float = setting(1e-8, low=0, above=True)
    d0: float = setting(1e-6, low=0, above=True)
    bias_correction: bool = False
    _: KW_ONLY
    weight_decay: Setting = setting(0.0, low=0)

    def formula(self) -> tuple[str, ...]:
        corrected = "√(1 − β₂ᵗ)/(1 − β₁ᵗ)" if self.bias_correction else ""
        return (
            f"δ ← ηd{corrected}",
            "a ← δd/d₀",
            "r ← √β₂r + sum(ag(x₀ − w))",
            "m ← β₁m + (1 − β₁)dg",
            "s ← β₂s + (1 − β₂)(dg)²",
            "u ← √β₂u + ag",
            "d ← max(d, r/sum(abs(u)))",
            "w ← w − δ(m/(√s + εd) + λw)",
        )

    def drawn(self, seen: Seen) -> tuple[Drawn, ...]:
        radius = seen.symbol("d")[..., None] * np.eye(seen.w.shape[-1])
        words = "radius d: at least so far, it finds, is the minimum"
        return (Oval(words, "accent", seen.slots["start"], radius, "d"),)

    def init(self, w: Array) -> State:
        # d and r are of the whole point: a number, or one for each trajectory of a stack.
        shape = (*np.broadcast_shapes(w.shape, *self.shapes())[:-1], 1)
        distance, numerator = np.full(shape, self.d0, w.dtype), np.zeros(shape, w.dtype)
        own = {"start": w.copy(), "_distance": distance, "_numerator": numerator}
        return super().init(w) | own

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        m, s, u, scratch = (state[k] for k in ("moment1", "moment2", "gradient_sum", "_scratch"))
        d, r, memory = state["_distance"], state["_numerator"], np.sqrt(self.beta2)
        pace = self._pace(d, t)
        share = pace * d / self.d0
        r *= memory
        r += (share * g * (state["start"] - w)).sum(axis=-1, keepdims=True)
        scaled = d * g
        average(m, self.beta1, scaled, scratch)
        average(s, self.beta2, np.square(scaled), scratch)
        u *= memory
        u += share * g
        met = np.abs(u).sum(axis=-1, keepdims=True)
        np.maximum(d, np.divide(r, met, out=np.zeros_like(d), where=met > 0), out=d)
        step = m / (np.sqrt(s, out=scratch) + self.eps * d)
        step += self.weight_decay * w
        w -= pace * step

    def recalled(self, seen: Seen) -> State:
        u, memory = seen.slots["gradient_sum"], np.sqrt(seen.setting(self, "beta2"))
        added = u[1:] - memory * u[:-1]  # ag
        agreed = (added * (seen.slots["start"][1:] - seen.w[:-1])).sum(axis=1)
        kept = np.broadcast_to(memory, (len(agreed), 1))[:, 0]
        d, r = self.d0, 0.0
        numbers = (x.tolist() for x in (kept, agreed, np.abs(u[1:]).sum(axis=1)))
        for share, more, met in zip(*numbers, strict=True):
            r = share * r + more
            d = max(d, r / met) if met > 0 else d
        return {"_distance": np.array(d), "_numerator": np.array(r)}

    def _pace(self, d: Array, t: int) -> Any:
        """δ: the rate that d makes of η, as a fresh array, since d is going to change."""
        pace = self.lr * d
        if self.bias_correction:
            pace = pace * np.sqrt(correction(self.beta2, t)) / correction(self.beta1, t)
        return pace
