"""Rules that let directions meet in a matrix: full AdaGrad and Shampoo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optiviz.errors import UserError
from optiviz.optim.base import Array, Blocks, Rate, State, whole
from optiviz.optim.drawn import Seen
from optiviz.optim.settings import count, setting
from optiviz.optim.turned import Turned

MOST = 2000  # parameters, whose matrix of products takes 32 MB


@dataclass(frozen=True)
class FullAdaGrad(Turned):
    """Full-matrix AdaGrad: its ellipse of past slopes turns with the valley, and is not just long.

    S ← S + ggᵀ        w ← w - η(S + εI)^(-½)g

    AdaGrad keeps only the diagonal of S, so a rotated valley undoes it; this rule does not notice a
    rotation. It is what Shampoo does to a vector, and so agrees with pytorch_optimizer's.

    Args:
        lr: the learning rate η ≥ 0.
        eps: ε > 0, added to the diagonal of S.

    Raises:
        UserError: a setting is outside its bound, or more than 2000 parameters.

    >>> w, rule = np.array([3.0, 4.0]), FullAdaGrad(lr=0.5)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> w.round(6)
    array([2.7, 3.6])

    Duchi, Hazan & Singer 2011.
    """

    slots: ClassVar[tuple[str, ...]] = ("direction",)
    rate: ClassVar[Rate] = "unit"
    meets: ClassVar[bool] = True
    most: ClassVar[int | None] = MOST

    symbols: ClassVar[Mapping[str, str]] = {"p": "direction", "S": "_gram"}
    outcomes: ClassVar[Mapping[str, str]] = {"S": "_gram", "p": "direction"}
    written: ClassVar[str] = "Full AdaGrad"
    plain: ClassVar[tuple[str, str] | None] = ("adagrad", "without turning")
    purpose: ClassVar[str] = (
        "Steep and flat directions get steps of like size, whichever way the valley points."
    )

    eps: float = setting(1e-6, low=0, above=True)

    def formula(self) -> tuple[str, ...]:
        return "S ← S + ggᵀ", "p ← (S + εI)^(−½)g", "w ← w − ηp"

    def init(self, w: Array) -> State:
        n = w.shape[-1]
        if n > MOST:
            raise UserError(
                f"full-adagrad keeps a matrix of all pairs of parameters: {MOST} at most, got {n}. "
                "Shampoo keeps two small ones for each layer."
            )
        return super().init(w) | {"_gram": np.zeros((*w.shape, n), w.dtype)}

    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        gram, p = state["_gram"], state["direction"]
        gram += g[..., :, None] * g[..., None, :]
        p[...] = (inverse_root(gram, self.eps, 2) @ g[..., None])[..., 0]
        w -= np.multiply(p, self.lr, out=state["_scratch"])

    def recalled(self, seen: Seen) -> State:
        return {"_gram": seen.g[:-1].T @ seen.g[:-1]}


@dataclass(frozen=True)
class Shampoo(Turned):
    """Shampoo: a matrix of slopes is preconditioned from both sides, by its rows' and its columns'.

    L ← L + GGᵀ    R ← R + GᵀG    W ← W - η(L + εI)^(-¼)·G·(R + εI)^(-¼)

    A vector (biases, a point of the plane) has one side and the power -½: there it is full-matrix
    AdaGrad. As pytorch_optimizer has it.

    Args:
        lr: the learning rate η ≥ 0.
        eps: ε > 0, added to the diagonals.
        every: the roots are made anew every so many steps, since they cost most.

    Raises:
        UserError: a setting is outside its bound.

    >>> w, rule = np.array([3.0, 4.0]), Shampoo(lr=0.5)
    >>> rule.step(w, w.copy(), rule.init(w), 0)
    >>> w.round(6)
    array([2.7, 3.6])

    Gupta, Koren & Singer 2018.
    """

    slots: ClassVar[tuple[str, ...]] = ("direction",)
    rate: ClassVar[Rate] = "unit"
    extras: ClassVar[tuple[str, ...]] = ("blocks",)
    meets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {"p": "direction"}
    outcomes: ClassVar[Mapping[str, str]] = {"L": "", "R": "", "p": "direction"}
    plain: ClassVar[tuple[str, str] | None] = ("adagrad", "without matrices")
    purpose: ClassVar[str] = (
        "Rows and columns of weights that are always pushed together get steps of like size."
    )

    eps: float = setting(1e-6, low=0, above=True)
    every: int = count(1, 1, 1000)

    def formula(self) -> tuple[str, ...]:
        sums = "L ← L + GGᵀ", "R ← R + GᵀG"
        return (*sums, "p ← (L + εI)^(−¼)G(R + εI)^(−¼)", "w ← w − ηp")

    def init(self, w: Array, blocks: Blocks = whole) -> State:
        grams: State = {}
        for i, part in enumerate(blocks(w)):
            sides = part.shape[w.ndim - 1 :]
            for side, n in enumerate(sides):  # the sum of products, and its root
                grams[f"_{'LR'[side]}{i}"] = np.zeros((2, *w.shape[:-1], n, n), w.dtype)
        return super().init(w) | grams

    def step(self, w: Array, g: Array, state: State, t: int, blocks: Blocks = whole) -> None:
        p = state["direction"]
        for i, (part, out) in enumerate(zip(blocks(g), blocks(p), strict=True)):
            matrix = part.ndim > g.ndim
            slope = part if matrix else part[..., None]
            left = self._root(state[f"_L{i}"], slope, 4 if matrix else 2, t)
            found = left @ slope
            if matrix:
                found = found @ self._root(state[f"_R{i}"], slope.swapaxes(-1, -2), 4, t)
            out[...] = found if matrix else found[..., 0]
        w -= np.multiply(p, self.lr, out=state["_scratch"])

    def recalled(self, seen: Seen) -> State:  # of a point, which forms no matrix
        met = seen.g[:-1]
        last = met[: len(met) - (len(met) - 1) % self.every]  # until the root was made
        root = inverse_root(last.T @ last, self.eps, 2)
        return {"_L0": np.stack([met.T @ met, root])}

    def _root(self, side: Array, slope: Array, power: int, t: int) -> Array:
        """Add the products of a slope to one side, and give its inverse root."""
        side[0] += slope @ slope.swapaxes(-1, -2)
        if t % self.every == 0:
            side[1] = inverse_root(side[0], self.eps, power)
        found: Array = side[1]
        return found


def inverse_root(gram: Array, eps: float, power: int) -> Array:
    """(S + εI)^(-1/power) of a symmetric matrix, or of a stack of them."""
    values, axes = np.linalg.eigh(gram + eps * np.eye(gram.shape[-1], dtype=gram.dtype))
    scaled = axes * np.maximum(values, eps)[..., None, :] ** (-1 / power)
    found: Array = scaled @ axes.swapaxes(-1, -2)
    return found
