"""Adam and its kin: a running mean of the gradient, scaled by one of its square."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from optiviz.optim.adaptive import average, divided, root_line, root_of
from optiviz.optim.base import Array, Optimizer, Setting, State
from optiviz.optim.drawn import Drawn, Seen
from optiviz.optim.settings import setting
from optiviz.optim.signed import agreeing, agreeing_lines, left_out

MEANS = "m ← β₁m + (1 − β₁)g", "s ← β₂s + (1 − β₂)g²"


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: momentum and RMSProp together, both corrected for having started at zero.

    m ← β₁m + (1-β₁)g    s ← β₂s + (1-β₂)g²
    m̂ = m/(1-β₁ᵗ)        ŝ = s/(1-β₂ᵗ)        w ← w - η·m̂/(√ŝ + ε)      with t from 1

    Args:
        lr: the learning rate η ≥ 0.
        beta1: β₁ in [0, 1), the memory of the gradient.
        beta2: β₂ in [0, 1), the memory of its square.
        eps: ε > 0, beside the root as in the paper and PyTorch.
        eps_inside_root: divide by √(ŝ + ε) instead, as some lectures write it.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), Adam(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.9

    Kingma & Ba 2015.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1", "moment2")
    rate: ClassVar[Literal["gradient", "unit", "own"]] = "unit"
    forgets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {"m": "moment1", "s": "moment2"}
    plain: ClassVar[tuple[str, str] | None] = ("rmsprop", "without momentum")
    purpose: ClassVar[str] = (
        "Steps of about η whatever the slope's size, in the direction that slopes agree on."
    )

    lr: Setting = setting(0.001, low=0)
    beta1: Setting = setting(0.9, low=0, high=1)
    beta2: Setting = setting(0.999, low=0, high=1)
    eps: float = setting(1e-8, low=0, above=True)
    eps_inside_root: bool = False

    def formula(self) -> tuple[str, ...]:
        return (*MEANS, "m̂ ← m/(1 − β₁ᵗ)", *self._divided("s"))

    def _divided(self, second: str) -> tuple[str, ...]:
        root = root_line("ŝ", self.eps_inside_root)
        return f"ŝ ← {second}/(1 − β₂ᵗ)", f"w ← w − ηm̂/{root}"

    def divisor(self, seen: Seen) -> Array | None:
        return divided(self, seen, seen.slots["moment2"])

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        m, s, scratch = state["moment1"], state["moment2"], state["_scratch"]
        average(s, self.beta2, np.square(g, out=scratch), scratch)
        average(m, self.beta1, g, scratch)
        second = np.divide(self._second(state), correction(self.beta2, t), out=scratch)
        root = root_of(second, self.eps, self.eps_inside_root, out=scratch)
        step = np.divide(m, root, out=scratch)
        step *= self.lr / correction(self.beta1, t)
        self._move(w, g, step)

    def _move(self, w: Array, g: Array, step: Array) -> None:
        w -= step

    def _second(self, state: State) -> Array:
        """The second moment that divides the step."""
        return state["moment2"]


@dataclass(frozen=True)
class AMSGrad(Adam):
    """Adam whose divisor never shrinks: s_max ← max(s_max, s) takes the place of s.

    m ← β₁m + (1-β₁)g    s ← β₂s + (1-β₂)g²    s_max ← max(s_max, s)
    w ← w - η·m̂/(√ŝ_max + ε), both corrected for their start as in PyTorch

    Settings and errors as for `Adam`.

    >>> w, rule = np.array([2.0]), AMSGrad(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.9

    Reddi, Kale & Kumar 2018.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1", "moment2", "moment2_max")
    forgets: ClassVar[bool] = False

    symbols: ClassVar[Mapping[str, str]] = {**Adam.symbols, "sₘ": "moment2_max"}
    plain: ClassVar[tuple[str, str] | None] = ("adam", "without the maximum")
    purpose: ClassVar[str] = (
        "Rare large slopes are never forgotten, so the rate cannot grow again and shake it loose."
    )

    def formula(self) -> tuple[str, ...]:
        return (*MEANS, "sₘ ← max(sₘ, s)", "m̂ ← m/(1 − β₁ᵗ)", *self._divided("sₘ"))

    def divisor(self, seen: Seen) -> Array | None:
        return divided(self, seen, seen.slots["moment2_max"])

    def _second(self, state: State) -> Array:
        return np.maximum(state["moment2_max"], state["moment2"], out=state["moment2_max"])


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: w ← w - ηλw before Adam's step.

    Args:
        weight_decay: λ ≥ 0; the others as for `Adam`.
        cautious: leave out the coordinates whose step goes uphill on the gradient, and make the
            others longer for it (Liang et al. 2024).

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), AdamW(lr=0.1, weight_decay=0.5)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 6)
    1.8

    Loshchilov & Hutter 2019.
    """

    plain: ClassVar[tuple[str, str] | None] = ("adam", "without weight decay")
    purpose: ClassVar[str] = (
        "All weights shrink by the same share, which a penalty inside Adam's root would not do."
    )

    cautious: bool = False
    _: KW_ONLY
    weight_decay: Setting = setting(0.01, low=0)

    def formula(self) -> tuple[str, ...]:
        *lines, last = super().formula()
        moves: tuple[str, ...] = (last,)
        if self.cautious:
            moves = (last.replace("w ← w − η", "u ← "), *agreeing_lines("−ηu"))
        return ("w ← w − ηλw", *lines, *moves)

    def drawn(self, seen: Seen) -> tuple[Drawn, ...]:
        root = self.divisor(seen)
        if not self.cautious or root is None:
            return ()
        beta1, t = seen.setting(self, "beta1"), np.arange(1, len(seen.w))[:, None]
        mean = seen.slots["moment1"][1:] / (1 - beta1**t)
        return (left_out(-seen.setting(self, "lr") * mean / root, seen),)

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        w *= 1 - self.lr * self.weight_decay
        super().step(w, g, state, t)

    def _move(self, w: Array, g: Array, step: Array) -> None:
        if self.cautious:
            w += agreeing(-step, g)
        else:
            super()._move(w, g, step)


@dataclass(frozen=True)
class Nadam(Optimizer):
    """Nadam: Adam with Nesterov's look-ahead in the first moment.

    μ_t = β₁(1 - ½·0.96^(tψ))    m ← β₁m + (1-β₁)g    s ← β₂s + (1-β₂)g²
    m̂ = μ_{t+1}·m/(1 - Π_{i≤t+1} μ_i) + (1-μ_t)·g/(1 - Π_{i≤t} μ_i)
    w ← w - η·m̂/(√ŝ + ε)                                              with t from 1

    Args:
        lr: the learning rate η ≥ 0.
        beta1, beta2, eps: as for `Adam`.
        momentum_decay: ψ ≥ 0, how fast μ warms up to β₁.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), Nadam(lr=0.1)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 3)
    1.894

    Dozat 2016, in PyTorch's form.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1", "moment2")
    rate: ClassVar[Literal["gradient", "unit", "own"]] = "unit"
    forgets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {**Adam.symbols, "Π": "_mu_product"}
    plain: ClassVar[tuple[str, str] | None] = ("adam", "without looking ahead")
    purpose: ClassVar[str] = (
        "The first moment is taken one step ahead, so it reacts sooner to a slope that turns."
    )

    lr: Setting = setting(0.002, low=0)
    beta1: Setting = setting(0.9, low=0, high=1)
    beta2: Setting = setting(0.999, low=0, high=1)
    eps: float = setting(1e-8, low=0, above=True)
    momentum_decay: float = setting(0.004, low=0)

    def formula(self) -> tuple[str, ...]:
        return (
            "μ ← β₁(1 − 0.5·0.96^(tψ))",
            "μ₊ ← β₁(1 − 0.5·0.96^((t + 1)ψ))",
            "Π ← Πμ",
            *MEANS,
            "m̂ ← μ₊m/(1 − Πμ₊) + (1 − μ)g/(1 − Π)",
            "ŝ ← s/(1 − β₂ᵗ)",
            "w ← w − ηm̂/(√ŝ + ε)",
        )

    def divisor(self, seen: Seen) -> Array | None:
        return divided(self, seen, seen.slots["moment2"])

    def init(self, w: Array) -> State:
        # The product of all μ so far: one number, or one for each β₁.
        shape = np.broadcast_shapes(w[..., :1].shape, *self.shapes())
        return super().init(w) | {"_mu_product": np.ones(shape, w.dtype)}

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        m, s, scratch = state["moment1"], state["moment2"], state["_scratch"]
        mu, mu_next = self.mu(t + 1), self.mu(t + 2)
        product = state["_mu_product"]
        product *= mu
        average(s, self.beta2, np.square(g, out=scratch), scratch)
        average(m, self.beta1, g, scratch)
        second = np.divide(s, correction(self.beta2, t), out=scratch)
        root = root_of(second, self.eps, inside=False, out=scratch)
        ahead = mu_next / (1 - product * mu_next) * m
        ahead += (1 - mu) / (1 - product) * g
        step = np.divide(ahead, root, out=scratch)
        step *= self.lr
        w -= step

    def recalled(self, seen: Seen) -> State:
        mu = self.mu(np.arange(1, len(seen.w))[:, None], seen.setting(self, "beta1"))
        return {"_mu_product": mu.prod(axis=0)}

    def mu(self, t: Any, beta: Any = None) -> Any:
        """β₁ as it grows into its own with the steps, t from 1; an array for several t."""
        beta = self.beta1 if beta is None else beta
        return beta * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))


def correction(beta: Any, t: int) -> Any:
    """1 - βᵗ with t from 1: what an average that started at zero has to be divided by."""
    return 1 - beta ** (t + 1)
