"""A river valley with noise: steep banks, a bed that winds and hardly falls."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Bounds, Point
from optiviz.problems.planes.regression import Samples, generator

FALL = 0.1  # the curvature along the river, whose mouth is at w₁ = 2
MOUTH, WIDTH, TURN = 2.0, 0.4, 1.2  # of the bed w₂ = WIDTH·sin(TURN·w₁)


@dataclass(eq=False)
class River(Samples):
    """The mean of ½κ(w₂ - b(w₁) - cᵢ)² + ½·0.1·(w₁ - 2)², with the bed b(w₁) = 0.4·sin 1.2w₁.

    Each sample has a bed of its own, beside the others': so a batch pushes across the river, and
    none of them along it.

    Args:
        points: `(N, 2)`, where at w₁ = 0 each sample's bed is: (0, cᵢ).
        bank: κ, the curvature of the banks.
    """

    kind = "river"
    points: Array = field(repr=False)
    bank: float = 10.0
    name: str = "river"
    title: str = "A river valley"
    bounds: Bounds = ((-2.6, 2.6), (-1.5, 1.7))
    start: Point = (-2.2, 0.4)
    steps: int = 300
    labels: tuple[str, str] = ("w₁", "w₂")

    def __post_init__(self) -> None:
        self.rates = {"gradient": 0.5 / self.bank, "unit": 0.03}
        self.groups = np.zeros(len(self.points), int)
        super().__post_init__()

    @property
    def shape(self) -> tuple[float, ...]:
        return self.bank, FALL, MOUTH, WIDTH, TURN

    def _mean(self, u: Array, v: Array, batch: Array | None) -> tuple[Any, Any, Any]:
        _, c = self._take(batch)
        beside, along = v - WIDTH * np.sin(TURN * u) - c, (u - MOUTH)[..., 0]
        push = self.bank * beside.mean(-1)
        value = 0.5 * (self.bank * (beside * beside).mean(-1) + FALL * along * along)
        return value, FALL * along - push * WIDTH * TURN * np.cos(TURN * u[..., 0]), push

    def minimizer(self, batch: Array | None = None) -> Point | None:
        return MOUTH, WIDTH * math.sin(TURN * MOUTH) + float(self._take(batch)[1].mean())


def river(n: int = 100, noise: float = 0.5, condition: float = 100.0, seed: int = 0) -> River:
    """n samples, whose beds lie beside each other and flow together.

    Args:
        n: how many samples, from 2 to 2000.
        noise: the standard deviation of their beds.
        condition: the ratio of the banks' curvature to the river's, at least 1.
        seed: what the beds come from.

    Raises:
        UserError: too few samples, noise below 0, or a condition number below 1.

    Wen et al., Understanding Warmup-Stable-Decay Learning Rates: A River Valley Loss Landscape
    Perspective, 2024.

    >>> river(noise=0).minima[0][0]
    2.0
    """
    rng = generator(n, noise, seed)
    if not 1 <= condition < math.inf:
        raise UserError(f"river: condition must be at least 1 and finite, got {condition:g}.")
    beds = noise * rng.standard_normal(n)
    return River(np.column_stack([np.zeros(n), beds - beds.mean()]), FALL * condition)
