"""Reddi's counter-example: a strong slope that comes seldom, beside one that always comes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Bounds, Point
from optiviz.problems.planes.regression import MOST, Samples

WALL = 10.0  # times (|w| - 1)³: what holds a run that has come to the end of the square


@dataclass(eq=False)
class Rare(Samples):
    """The mean of aᵢ·w₁ + bᵢ·w₂ between walls at ±1: all bᵢ are the mean of the aᵢ.

    So the mean loss is the same in both parameters, and its minimum lies on the diagonal; but in
    w₁ one sample pulls strongly that way and all others, weakly, the other way.

    Args:
        points: `(N, 2)`, the slopes a and b of every sample.
    """

    kind = "rare"
    points: Array = field(repr=False)
    name: str = "rare"
    title: str = "A slope that comes seldom"
    bounds: Bounds = ((-1.5, 1.5), (-1.3, 1.3))
    start: Point = (0.0, 0.9)
    steps: int = 600
    labels: tuple[str, str] = ("slope along w₁", "slope along w₂")

    def __post_init__(self) -> None:
        self.rates = {"gradient": 0.02, "unit": 0.01}
        self.groups = np.zeros(len(self.points), int)
        super().__post_init__()

    @property
    def shape(self) -> tuple[float, ...]:
        return (WALL,)

    def _mean(self, u: Array, v: Array, batch: Array | None) -> tuple[Any, Any, Any]:
        (a, b), value, slopes = np.mean(self._take(batch), axis=1), 0.0, []
        for w, slope in ((u[..., 0], a), (v[..., 0], b)):
            over = np.maximum(np.abs(w) - 1, 0)
            value = value + slope * w + WALL * over**3
            slopes.append(slope + 3 * WALL * over**2 * np.sign(w))
        return value, *slopes

    def minimizer(self, batch: Array | None = None) -> Point | None:
        a, b = np.mean(self._take(batch), axis=1)
        if not a * b:  # flat from wall to wall
            return None
        x, y = (-math.copysign(1 + math.sqrt(abs(m) / (3 * WALL)), m) for m in (a, b))
        return x, y


def rare(n: int = 100, every: int = 5, strong: float = 7.0) -> Rare:
    """n samples, of which one in so many has slope `strong` along w₁, and all others -1.

    Args:
        n: how many samples, from 2 to 2000.
        every: the first of so many is a strong one, at least 2.
        strong: its slope; above every - 1 the mean slope is up.

    Raises:
        UserError: too few samples, or a slope that is not finite.

    Reddi, Kale & Kumar, On the Convergence of Adam and Beyond, 2018.

    >>> rare(strong=9).minima[0][0].__round__(3)
    -1.183
    """
    if not 2 <= n <= MOST:
        raise UserError(f"n must be from 2 to {MOST}, got {n}.")
    if every < 2:
        raise UserError(f"every must be at least 2, got {every}.")
    if not math.isfinite(strong):
        raise UserError(f"strong must be finite, got {strong:g}.")
    slopes = np.where(np.arange(n) % every, -1.0, strong)
    return Rare(np.column_stack([slopes, np.full(n, slopes.mean())]))
