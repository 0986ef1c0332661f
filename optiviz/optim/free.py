"""Schedule-Free: the gradient is taken between a fast iterate z and the mean x of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np

from optiviz.optim.adam import correction
from optiviz.optim.adaptive import average, divided, root_of
from optiviz.optim.base import Array, Optimizer, Rate, Setting, State
from optiviz.optim.drawn import Drawn, Seen, Way
from optiviz.optim.settings import setting

MIXED = (
    "μ ← max(μ, η)",
    "Σ ← Σ + μ²",
    "c ← μ²/Σ",
    "x ← (1 − c)x + cz",
)


@dataclass(frozen=True)
class ScheduleFree(Optimizer):
    """What the two rules share: the three points, and how z joins the mean x."""

    answer: ClassVar[str] = "average"
    symbols: ClassVar[Mapping[str, str]] = {
        "x": "average",
        "z": "iterate",
        "μ": "_rate_max",
        "Σ": "_weight_sum",
    }

    def init(self, w: Array) -> State:
        # One number, or one for each trajectory of a stack or each coordinate's own rate.
        shape = np.broadcast_shapes(w[..., :1].shape, *self.shapes())
        numbers = {"_rate_max": np.zeros(shape, w.dtype), "_weight_sum": np.zeros(shape, w.dtype)}
        return super().init(w) | {"average": w.copy(), "iterate": w.copy()} | numbers

    def drawn(self, seen: Seen) -> tuple[Drawn, ...]:
        return (
            Drawn("y, where slopes are taken"),
            Way("x, the mean of all z: the answer", "accent", "x", seen.slots["average"]),
            Way("z, which takes the steps", "muted", "z", seen.slots["iterate"]),
        )

    def recalled(self, seen: Seen) -> State:
        rates = seen.setting(self, "lr")
        total = np.square(np.maximum.accumulate(rates, axis=0)).sum(axis=0)
        return {"_rate_max": rates.max(axis=0, initial=0), "_weight_sum": total}

    def _mix(self, w: Array, state: State, beta: Any) -> None:
        """Take z into the mean x, and put w between them."""
        x, z, scratch = state["average"], state["iterate"], state["_scratch"]
        top, total = state["_rate_max"], state["_weight_sum"]
        np.maximum(top, self.lr, out=top)
        total += top * top
        share = np.divide(top * top, total, out=np.zeros_like(total), where=total > 0)
        x *= 1 - share
        x += np.multiply(z, share, out=scratch)
        np.multiply(z, 1 - beta, out=w)
        w += np.multiply(x, beta, out=scratch)


@dataclass(frozen=True)
class ScheduleFreeSGD(ScheduleFree):
    """Schedule-Free SGD: a running mean x takes the place of a decaying rate; w is y.

    z ← z - ηg    x ← (1-c)x + cz    w ← (1-β)z + βx    with c = μ²/Σμ², μ the greatest η so far

    The gradient is taken at w, which is the y of the paper; x is the answer, good whenever one
    stops. Where η is constant, c is 1/t. As in schedulefree and optax, which weigh by the
    greatest rate so far; the paper weighs by the rate itself, Keras by 1/t whatever the rate. These
    differ only while η changes.

    Args:
        lr: the learning rate η ≥ 0; a warm-up is the schedule "warmup".
        beta: β in [0, 1), how near to x the gradient is taken; 0 is SGD and its mean.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), ScheduleFreeSGD(lr=0.1)
    >>> state = rule.init(w)
    >>> for t in range(2):
    ...     rule.step(w, w.copy(), state, t)
    >>> {name: round(float(state[name][0]), 3) for name in rule.slots}, round(float(w[0]), 3)
    ({'average': 1.71, 'iterate': 1.62}, 1.701)

    Defazio et al. 2024.
    """

    slots: ClassVar[tuple[str, ...]] = ("average", "iterate")

    written: ClassVar[str] = "Schedule-Free SGD"
    plain: ClassVar[tuple[str, str] | None] = ("sgd", "without averaging")
    purpose: ClassVar[str] = (
        "The mean of all iterates is as good as a decayed rate, so nobody has to know the end."
    )

    beta: Setting = setting(0.9, low=0, high=1)

    def formula(self) -> tuple[str, ...]:
        return ("z ← z − ηg", *MIXED, "w ← (1 − β)z + βx")

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        z, scratch = state["iterate"], state["_scratch"]
        z -= np.multiply(g, self.lr, out=scratch)
        self._mix(w, state, self.beta)


@dataclass(frozen=True)
class ScheduleFreeAdamW(ScheduleFree):
    """Schedule-Free AdamW: the fast iterate takes Adam's step without its momentum; w is y.

    s ← β₂s + (1-β₂)g²    z ← z - η(g/(√ŝ + ε) + λw)    x ← (1-c)x + cz    w ← (1-β₁)z + β₁x

    Weights decay at w, where the gradient is taken, as in schedulefree and optax. What is
    said of x, of c and of warm-ups holds as for Schedule-Free SGD.

    Args:
        lr: the learning rate η ≥ 0; one to ten times that of AdamW.
        beta1: β₁ in [0, 1), how near to x the gradient is taken.
        beta2: β₂ in [0, 1), the memory of squared gradients.
        eps: ε > 0, beside the root.
        weight_decay: λ ≥ 0.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), ScheduleFreeAdamW(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.9

    Defazio et al. 2024.
    """

    slots: ClassVar[tuple[str, ...]] = ("average", "iterate", "moment2")
    rate: ClassVar[Rate] = "unit"
    forgets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {**ScheduleFree.symbols, "s": "moment2"}
    written: ClassVar[str] = "Schedule-Free AdamW"
    plain: ClassVar[tuple[str, str] | None] = ("adamw", "without averaging")
    purpose: ClassVar[str] = (
        "Adam's equal steps, and a mean of all iterates where others let the rate decay."
    )

    lr: Setting = setting(0.0025, low=0)
    beta1: Setting = setting(0.9, low=0, high=1)
    beta2: Setting = setting(0.999, low=0, high=1)
    eps: float = setting(1e-8, low=0, above=True)
    _: KW_ONLY
    weight_decay: Setting = setting(0.0, low=0)

    def formula(self) -> tuple[str, ...]:
        return (
            "s ← β₂s + (1 − β₂)g²",
            "ŝ ← s/(1 − β₂ᵗ)",
            "z ← z − η(g/(√ŝ + ε) + λw)",
            *MIXED,
            "w ← (1 − β₁)z + β₁x",
        )

    def divisor(self, seen: Seen) -> Array | None:
        return divided(self, seen, seen.slots["moment2"])

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        z, s, scratch = state["iterate"], state["moment2"], state["_scratch"]
        average(s, self.beta2, np.square(g, out=scratch), scratch)
        second = np.divide(s, correction(self.beta2, t), out=scratch)
        step = np.divide(g, root_of(second, self.eps, inside=False, out=scratch), out=scratch)
        step += self.weight_decay * w
        step *= self.lr
        z -= step
        self._mix(w, state, self.beta1)
