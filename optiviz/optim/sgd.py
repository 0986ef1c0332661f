"""Gradient descent with one rate for all coordinates: plain, with momentum, and Nesterov's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from optiviz.optim.base import Array, Optimizer, Setting, State
from optiviz.optim.drawn import Drawn, Seen
from optiviz.optim.settings import choice, setting
from optiviz.optim.signed import agreeing, agreeing_lines, left_out

# How much of a gradient joins the velocity where η stands outside.
SHARES = {"outside": "", "average": "(1 − β)"}


@dataclass(frozen=True)
class SGD(Optimizer):
    """Plain (stochastic) gradient descent.

    w ← w - ηg

    Stochastic where g is a batch's; on a surface g is the whole gradient, and nothing is random.

    Args:
        lr: the learning rate η ≥ 0.

    Raises:
        UserError: a setting is outside its bound.

    >>> w = np.array([2.0])
    >>> SGD(lr=0.1).step(w, g=w, state={"_scratch": np.empty(1)}, t=0)
    >>> w
    array([1.8])

    Robbins & Monro 1951.
    """

    purpose: ClassVar[str] = (
        "Downhill by a share of the slope: a rate that suits steep directions is slow in flat ones."
    )

    def formula(self) -> tuple[str, ...]:
        return ("w ← w − ηg",)

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        w -= np.multiply(g, self.lr, out=state["_scratch"])


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Gradient descent with momentum (the heavy ball).

    form="inside"    v ← βv - ηg        w ← w + v     the lectures' form: v is the step itself
    form="outside"   v ← βv + g         w ← w - ηv    PyTorch's form
    form="average"   v ← βv + (1-β)g    w ← w - ηv    v is a running mean of the gradients

    With a constant η the first two take the same path. When η changes, "inside" lets the steps
    already in v keep their old rate, "outside" rescales them all at once. "average" takes steps
    that are 1-β as long, so it wants an η that is 1/(1-β) as large.

    Args:
        lr: the learning rate η ≥ 0.
        beta: β in [0, 1), how much of the velocity survives a step.
        form: where η stands.
        cautious: leave out the coordinates whose step goes uphill on the gradient, and make the
            others longer for it (Liang et al. 2024).

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([2.0]), Momentum(lr=0.1, beta=0.9)
    >>> state = rule.init(w)
    >>> for t in range(3):
    ...     rule.step(w, w.copy(), state, t)
    >>> round(float(w[0]), 3)
    0.972

    Polyak 1964.
    """

    slots: ClassVar[tuple[str, ...]] = ("velocity",)

    symbols: ClassVar[Mapping[str, str]] = {"v": "velocity"}
    plain: ClassVar[tuple[str, str] | None] = ("sgd", "without momentum")
    purpose: ClassVar[str] = (
        "Steps that agree add up to speed along a valley, and steps across it that disagree cancel."
    )

    beta: Setting = setting(0.9, low=0, high=1)
    form: str = choice("inside", "outside", "average")
    cautious: bool = False

    def formula(self) -> tuple[str, ...]:
        if self.form == "inside":
            return "v ← βv − ηg", *self._moved("v")
        return f"v ← βv + {SHARES[self.form]}g", *self._moved("−ηv")

    def _moved(self, step: str) -> tuple[str, ...]:
        """The lines that add a step to w."""
        if self.cautious:
            return agreeing_lines(step)
        return (f"w ← w {step[0]} {step[1:]}" if step[0] == "−" else f"w ← w + {step}",)

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        v, scratch = state["velocity"], state["_scratch"]
        v *= self.beta
        if self.form == "inside":
            v -= np.multiply(g, self.lr, scratch)
            step = v
        else:
            v += np.multiply(g, self._share(), out=scratch)
            step = np.multiply(v, -self.lr, out=scratch)
        w += agreeing(step, g) if self.cautious else step

    def drawn(self, seen: Seen) -> tuple[Drawn, ...]:
        return (left_out(self._whole(seen), seen),) if self.cautious else ()

    def _whole(self, seen: Seen) -> Array:
        """Every step before anything is left out of it, `(T, P)`."""
        v = seen.slots["velocity"][1:]
        return v if self.form == "inside" else -seen.setting(self, "lr") * v

    def _share(self) -> Any:
        """How much of a gradient joins the velocity where η stands outside."""
        return 1.0 if self.form == "outside" else 1 - self.beta


@dataclass(frozen=True)
class Nesterov(Momentum):
    """Momentum that looks ahead: the new velocity is applied as if one step further on.

    form="inside"    v ← βv - ηg        w ← w + βv - ηg
    form="outside"   v ← βv + g         w ← w - η(βv + g)          PyTorch's form
    form="average"   v ← βv + (1-β)g    w ← w - η(βv + (1-β)g)

    w here is the point at which the gradient is taken (the form of Bengio et al. 2013 and
    PyTorch), so the rule needs no second evaluation. Settings and errors as for `Momentum`.

    >>> w, rule = np.array([2.0]), Nesterov(lr=0.1, beta=0.9)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> round(float(w[0]), 3)
    1.62

    Nesterov 1983; Sutskever et al. 2013.
    """

    plain: ClassVar[tuple[str, str] | None] = ("momentum", "without looking ahead")
    purpose: ClassVar[str] = (
        "The slope acts on where momentum is about to go, so it brakes before it overshoots."
    )

    def formula(self) -> tuple[str, ...]:
        if self.form == "inside":
            velocity, ahead, step = "v ← βv − ηg", "βv − ηg", "u"
        else:
            share = SHARES[self.form]
            velocity, ahead, step = f"v ← βv + {share}g", f"βv + {share}g", "−ηu"
        if self.cautious:
            return velocity, f"u ← {ahead}", *agreeing_lines(step)
        return velocity, f"w ← w + {ahead}" if step == "u" else f"w ← w − η({ahead})"

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        v, push = state["velocity"], state["_scratch"]
        inside = self.form == "inside"
        np.multiply(g, -self.lr if inside else self._share(), out=push)
        v *= self.beta
        v += push
        push += self.beta * v
        if not inside:
            push *= -self.lr
        w += agreeing(push, g) if self.cautious else push

    def _whole(self, seen: Seen) -> Array:
        v, lr, beta = seen.slots["velocity"][1:], *(seen.setting(self, x) for x in ("lr", "beta"))
        share = 1 - beta if self.form == "average" else 1
        ahead = beta * v + (-lr if self.form == "inside" else share) * seen.g[:-1]
        return np.asarray(ahead if self.form == "inside" else -lr * ahead)
