"""Rules that look at the loss elsewhere on the same batch before they step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np

from optiviz.optim.base import Array, Look, Optimizer, Rate, Setting, State, nowhere
from optiviz.optim.drawn import Drawn, Pull, Seen, Tried
from optiviz.optim.settings import choice, count, setting
from optiviz.optim.shared import clips

CURVED = 1e-10  # the least yᵀs of a pair that is kept, as in PyTorch
ENOUGH, TRIES = 1e-4, 30  # Armijo's share of the promised descent, and how often η is halved


@dataclass(frozen=True)
class SAM(Optimizer):
    """SAM: the step is taken with the slope of the worst place within ρ, so it leaves sharp wells.

    p = w + ρ·g/‖g‖    h = ∇L(p)    v ← βv - η(h + λw)    w ← w + v

    The probe p is looked at on the same batch, so a step costs two gradients. With ρ = 0 it is
    gradient descent with momentum. As in optax and pytorch_optimizer, around SGD; ‖g‖ is of all
    parameters.

    Args:
        lr: the learning rate η ≥ 0.
        rho: ρ ≥ 0, how far up the slope it looks.
        beta: β in [0, 1), how much of the velocity survives a step.
        weight_decay: λ ≥ 0, at w: the probe looks for the worst of the loss without the penalty.

    Raises:
        UserError: a setting is outside its bound, or a step without a `look`.

    >>> def look(w, out):
    ...     out[:] = w**3
    ...     return (w**4).sum() / 4
    >>> w, rule = np.array([2.0]), SAM(lr=0.1, rho=0.5)
    >>> rule.step(w, w**3, rule.init(w), 0, look)
    >>> round(float(w[0]), 4)
    0.4375

    Foret, Kleiner, Mobahi & Neyshabur 2021.
    """

    slots: ClassVar[tuple[str, ...]] = ("velocity", "probe", "probe_gradient")
    extras: ClassVar[tuple[str, ...]] = ("look",)
    meets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {"v": "velocity", "p": "probe", "h": "probe_gradient"}
    outcomes: ClassVar[Mapping[str, str]] = {"h": "probe_gradient"}
    plain: ClassVar[tuple[str, str] | None] = ("momentum", "without looking uphill")
    purpose: ClassVar[str] = (
        "In a sharp well the slope a little uphill is steep, so it is thrown out; flat wells hold."
    )

    rho: Setting = setting(0.05, low=0)
    beta: Setting = setting(0.0, low=0, high=1)
    _: KW_ONLY
    weight_decay: Setting = setting(0.0, low=0)

    def formula(self) -> tuple[str, ...]:
        look = "h ← C∇L(p)/max(C, |∇L(p)|)" if clips(self) else "h ← ∇L(p)"
        return "n ← √sum(g²)", "p ← w + ρg/n", look, "v ← βv − η(h + λw)", "w ← w + v"

    def drawn(self, seen: Seen) -> tuple[Drawn, ...]:
        rho = np.broadcast_to(seen.setting(self, "rho"), (len(seen.w) - 1, 1))
        size = np.hypot(*seen.g.T)[:, None]
        way = np.divide(seen.g, size, out=np.zeros_like(seen.g), where=size > 0)
        probe = seen.w + np.append(rho, rho[-1:], axis=0) * way
        push = np.full_like(seen.w, np.nan)  # of the slope there, which the last point has not
        push[:-1] = -seen.setting(self, "lr") * seen.slots["probe_gradient"][1:]
        return (
            Tried("the probe p, ρ uphill", "accent", probe[:, None]),
            Pull("−ηh, with the slope h at p", "accent", probe, push),
        )

    def init(self, w: Array) -> State:
        return super().init(w) | {"probe": w.copy()}

    def step(self, w: Array, g: Array, state: State, t: int, look: Look = nowhere) -> None:
        v, p, h = state["velocity"], state["probe"], state["probe_gradient"]
        size = np.sqrt(np.square(g).sum(axis=-1, keepdims=True))
        np.divide(g, size, out=p, where=size > 0)
        p *= np.where(size > 0, self.rho, 0)
        p += w
        look(p, h)
        v *= self.beta
        slope = np.multiply(w, self.weight_decay, out=state["_scratch"])
        slope += h
        slope *= self.lr
        v -= slope
        w += v


@dataclass(frozen=True)
class LBFGS(Optimizer):
    """L-BFGS: Newton's step with a curvature that is read from the last m steps and slopes.

    p = -H·g, with H from pairs s = Δw, y = Δg by the two-loop recursion    w ← w + ap

    search="backtracking"   a ← η, halved until L(w + ap) ≤ L(w) + 10⁻⁴·a·gᵀp
    search="none"           a ← η, as PyTorch's with max_iter=1 and no line search

    The first step is at most η long in the 1-norm, as PyTorch's. A pair whose yᵀs is not above
    10⁻¹⁰ is left out, so H stays positive. Made for whole gradients: on mini-batches the pairs
    compare slopes of different losses. PyTorch has strong Wolfe conditions, too: torch:LBFGS with
    line_search_fn=strong_wolfe.

    Args:
        lr: η ≥ 0, the length that is tried first, in Newton's steps.
        history: m from 1 to 100, how many pairs are remembered.
        search: how a is found.

    Raises:
        UserError: a setting is outside its bound, or a step without a `look`.

    >>> def look(w, out):
    ...     out[:] = w**3
    ...     return (w**4).sum() / 4
    >>> w, rule = np.array([2.0]), LBFGS()
    >>> state = rule.init(w)
    >>> for t in range(12):
    ...     rule.step(w, w**3, state, t, look)
    >>> abs(float(w[0])) < 0.1
    True

    Liu & Nocedal 1989; Nocedal & Wright 2006, algorithm 7.4.
    """

    slots: ClassVar[tuple[str, ...]] = ("direction", "step_length")
    rate: ClassVar[Rate] = "own"
    extras: ClassVar[tuple[str, ...]] = ("look",)
    meets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {"p": "direction", "a": "step_length"}
    outcomes: ClassVar[Mapping[str, str]] = {"p": "direction", "a": "step_length"}
    written: ClassVar[str] = "L-BFGS"
    plain: ClassVar[tuple[str, str] | None] = ("sgd", "without curvature")
    purpose: ClassVar[str] = (
        "Past slopes tell how steep and flat directions bend, so one step suits them all."
    )

    lr: Setting = setting(1.0, low=0)
    history: int = count(10, 1, 100)
    search: str = choice("backtracking", "none")

    def formula(self) -> tuple[str, ...]:
        searched = "a ← search(η, p)" if self.search == "backtracking" else "a ← length(η, g)"
        return "p ← −Hg", searched, "w ← w + ap"

    def drawn(self, seen: Seen) -> tuple[Drawn, ...]:
        p, a = (seen.slots[name][1:] for name in ("direction", "step_length"))
        first = seen.setting(self, "lr") * np.ones_like(p)
        first[0] *= _first(seen.g[0])
        times = np.divide(first, a, out=np.ones_like(a), where=a > 0)[:, 0]
        halved = np.round(np.log2(times))
        many = int(halved.max(initial=0))
        if not many:
            return ()
        tips = np.full((len(seen.w), many, seen.w.shape[-1]), np.nan)
        for k in range(many):
            tips[:-1, k] = seen.w[:-1] + p * first / 2**k
            tips[:-1, k][halved <= k] = np.nan
        return (Tried("tried, and not low enough", "accent", tips, crossed=True),)

    def init(self, w: Array) -> State:
        many = (self.history, *w.shape)
        own = {"_moves": np.zeros(many, w.dtype), "_bends": np.zeros(many, w.dtype)}
        return super().init(w) | own | {"_before": np.zeros_like(w)}

    def step(self, w: Array, g: Array, state: State, t: int, look: Look = nowhere) -> None:
        p, a, before = state["direction"], state["step_length"], state["_before"]
        if t:
            self._remember(p * a, g - before, state)
        before[...] = g
        p[...] = -self._newton(g, state)
        first = 1.0 if t else _first(g)
        a[...] = self.lr * first
        if self.search == "backtracking":
            self._search(w, g, state, look)
        w += p * a

    def recalled(self, seen: Seen) -> State:
        # The last step met no slope after it: its pair comes with the next.
        moves = (seen.slots["direction"] * seen.slots["step_length"])[1:-1]
        bends = np.diff(seen.g[:-1], axis=0)
        fits = np.flatnonzero(_dot(bends, moves) > CURVED)[-self.history :]
        kept = np.zeros((2, self.history, seen.w.shape[-1]))
        kept[:, self.history - len(fits) :] = moves[fits], bends[fits]
        return {"_moves": kept[0], "_bends": kept[1], "_before": seen.g[-2:][0]}

    @staticmethod
    def _remember(s: Array, y: Array, state: State) -> None:
        """Put a pair behind the others and drop the oldest, in the trajectories where it fits."""
        fits = _dot(y, s) > CURVED
        for kept, new in ((state["_moves"], s), (state["_bends"], y)):
            kept[...] = np.where(fits, np.concatenate([kept[1:], new[None]]), kept)

    @staticmethod
    def _newton(g: Array, state: State) -> Array:
        """H·g by two loops over the pairs; one that is not there yet is zero and does nothing."""
        s, y = state["_moves"], state["_bends"]
        both = _dot(y, s)
        weight = np.divide(1, both, out=np.zeros_like(both), where=both > 0)
        q, shares = g.copy(), np.zeros_like(both)
        for i in reversed(range(len(s))):
            shares[i] = weight[i] * _dot(s[i], q)
            q -= shares[i] * y[i]
        q *= np.where(both[-1] > 0, both[-1] / np.where(both[-1] > 0, _dot(y[-1], y[-1]), 1), 1)
        for i in range(len(s)):
            q += (shares[i] - weight[i] * _dot(y[i], q)) * s[i]
        return q

    @staticmethod
    def _search(w: Array, g: Array, state: State, look: Look) -> None:
        """Halve the step, each trajectory's for itself, until it descends by enough."""
        p, a, scratch = state["direction"], state["step_length"], state["_scratch"]
        here, slope = np.asarray(look(w, scratch)), _dot(g, p)[..., 0]
        for _ in range(TRIES):
            there = np.asarray(look(w + p * a, scratch))
            short = ~(there <= here + ENOUGH * a[..., 0] * slope)
            if not short.any():
                return
            a *= np.where(short, 0.5, 1.0)[..., None].astype(a.dtype)


def _first(g: Array) -> Any:
    """By what the first step is shortened, to be η long at most in the 1-norm."""
    return np.minimum(1, 1 / np.maximum(_dot(np.sign(g), g), 1e-300))


def _dot(a: Array, b: Array) -> Any:
    """The product of the last axes, which stay."""
    return (a * b).sum(axis=-1, keepdims=True)
