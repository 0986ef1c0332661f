"""Problems with data small enough to see: the loss is a mean over samples: a batch moves it."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.problems.base import Array, Bounds, Plane, Point, inexact, same

MOST = 2_000  # samples: a picture's ground takes as many losses of each
MANY = 4_000_000  # numbers that losses of many samples at many points may take at once
ALIKE = 1e-12  # spread of x below which no line is the best
# Newton's method on a logistic loss, which runs away where the groups can be separated.
ROUNDS = 50
FLAT, FAR = 1e-9, 50.0  # curvature below which it does, and a parameter beyond which it has


class Samples(Plane):
    """A plane whose loss is the mean of its samples' losses.

    Attributes:
        kind: the formula of its loss, whatever the problem is called; the player knows five.
        shape: the numbers of that formula that are no sample's.
        points: `(N, 2)`, the samples as they are drawn.
        groups: `(N,)`, 0 or 1, which of two kinds a sample is of.
        labels: what the axes of the samples' own picture are called.
    """

    kind: ClassVar[str | None] = None
    points: Array
    groups: Array
    labels: tuple[str, str] = ("x", "y")

    @property
    def shape(self) -> tuple[float, ...]:
        return ()

    def __post_init__(self) -> None:
        self.n_samples = len(self.points)
        best = self.minimizer()
        self.minima = () if best is None else (best,)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment]  # arrays have none

    def value_and_grad(
        self, w: ArrayLike, batch: Array | None = None, out: Array | None = None
    ) -> tuple[Any, Array]:
        w = inexact(w)
        if out is None:
            out = np.empty_like(w)
        if w.ndim > 1 and len(w) > 1 and w.size * len(self.points) > MANY:
            at_once = max(1, MANY * len(w) // (w.size * len(self.points)))
            value = np.empty(w.shape[:-1], w.dtype)
            for begin in range(0, len(w), at_once):
                part = slice(begin, begin + at_once)
                value[part], out[part] = self.value_and_grad(w[part], batch)
            return value, out
        value, out[..., 0], out[..., 1] = self._mean(w[..., 0, None], w[..., 1, None], batch)
        return value, out

    @abstractmethod
    def _mean(self, u: Array, v: Array, batch: Array | None) -> tuple[Any, Any, Any]:
        """The mean loss over the batch and its two partial derivatives; u and v are (…, 1)."""

    @abstractmethod
    def minimizer(self, batch: Array | None = None) -> Point | None:
        """Where the loss of a batch is least; None where that is nowhere, or not at one point."""

    def line(self, w: Array, x: Array) -> Array | None:
        """What the parameters draw among the samples: y over x, or None for nothing."""
        return None

    def _take(self, batch: Array | None) -> tuple[Array, Array]:
        """The coordinates of the batch's points."""
        chosen = self.points if batch is None else self.points[batch]
        return chosen[:, 0], chosen[:, 1]


@dataclass(eq=False)
class Regression(Samples):
    """A straight line through points: the mean of (w·x + b - y)².

    Args:
        points: `(N, 2)`, x and y of every sample.

    >>> problem = regression(n=4, noise=0.0)
    >>> problem.value(np.array([1.0, 0.0]))
    np.float64(0.0)
    """

    kind = "regression"
    points: Array = field(repr=False)
    name: str = "regression"
    title: str = "Linear regression"
    bounds: Bounds = ((-1.1, 3.1), (-1.6, 1.6))
    start: Point = (-0.7, 1.2)
    axes: tuple[str, str] = ("w", "b")

    def __post_init__(self) -> None:
        x, _ = self._take(None)
        # The curvature of the loss across its valley; a tenth of its inverse leaves room for noise.
        steepest = 2 * max(float(np.mean(x * x)), 1.0)
        self.rates = {"gradient": 0.06 / steepest, "unit": 0.05}
        self.groups = np.zeros(len(self.points), int)
        super().__post_init__()

    def _mean(self, u: Array, v: Array, batch: Array | None) -> tuple[Any, Any, Any]:
        x, y = self._take(batch)
        r = u * x + v - y
        return (r * r).mean(-1), 2 * (r * x).mean(-1), 2 * r.mean(-1)

    def minimizer(self, batch: Array | None = None) -> Point | None:
        x, y = self._take(batch)
        spread = float(np.square(x - x.mean()).sum())
        if spread < ALIKE:  # one point, or all above each other: a whole line of minima
            return None
        slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
        return slope, float(y.mean()) - slope * float(x.mean())

    def line(self, w: Array, x: Array) -> Array | None:
        return np.asarray(w[0] * x + w[1])


@dataclass(eq=False)
class Logistic(Samples):
    """Two groups of points told apart by a line through the origin: the mean of log(1 + e^-m).

    m is s·(w·x), where s is -1 for the one group and 1 for the other.
    """

    kind = "logistic"
    points: Array = field(repr=False)
    groups: Array = field(repr=False)
    name: str = "logistic"
    title: str = "Logistic regression"
    bounds: Bounds = ((-1.2, 3.2), (-1.4, 2.0))
    start: Point = (-0.8, 1.6)
    labels: tuple[str, str] = ("x₁", "x₂")

    def __post_init__(self) -> None:
        self.rates = {"gradient": 0.08, "unit": 0.05}
        super().__post_init__()

    def _signed(self, batch: Array | None) -> tuple[Array, Array]:
        """The coordinates of the batch's points, those of the first group reflected."""
        sign = 2 * (self.groups if batch is None else self.groups[batch]) - 1
        x, y = self._take(batch)
        return sign * x, sign * y

    def _mean(self, u: Array, v: Array, batch: Array | None) -> tuple[Any, Any, Any]:
        x, y = self._signed(batch)
        margin = u * x + v * y
        pull = -0.5 * (1 - np.tanh(margin / 2))  # -1/(1 + e^m), which cannot overflow
        return np.logaddexp(0, -margin).mean(-1), (pull * x).mean(-1), (pull * y).mean(-1)

    def minimizer(self, batch: Array | None = None) -> Point | None:
        x = np.column_stack(self._signed(batch))
        w = np.zeros(2)
        for _ in range(ROUNDS):
            p = 0.5 * (1 - np.tanh(x @ w / 2))
            hessian = (x * (p * (1 - p))[:, None]).T @ x
            if np.linalg.det(hessian) < FLAT * len(x) ** 2 or np.abs(w).max() > FAR:
                return None
            w += np.linalg.solve(hessian, p @ x)
        return float(w[0]), float(w[1])

    def line(self, w: Array, x: Array) -> Array | None:
        if abs(w[1]) < 1e-9:
            return None
        return np.asarray(-w[0] / w[1] * x)


@dataclass(eq=False)
class Valleys(Samples):
    """As many valleys as samples, each with a floor of its own: the mean of ½(w - c)ᵀA(w - c).

    All share the curvature A, so a batch moves the valley without changing its shape.
    """

    kind = "valleys"
    points: Array = field(repr=False)
    curvature: tuple[float, float, float] = (1.0, 0.0, 1.0)  # A's entries 11, 12 and 22
    name: str = "valleys"
    title: str = "A mean of shifted valleys"
    bounds: Bounds = ((-2.6, 2.6), (-1.9, 1.9))
    start: Point = (-2.1, 1.2)
    axes: tuple[str, str] = ("w₁", "w₂")
    labels: tuple[str, str] = ("w₁", "w₂")

    def __post_init__(self) -> None:
        a, _, d = self.curvature
        self.rates = {"gradient": 0.1 / (a + d), "unit": 0.05}
        self.groups = np.zeros(len(self.points), int)
        super().__post_init__()

    @property
    def shape(self) -> tuple[float, ...]:
        return self.curvature

    def _mean(self, u: Array, v: Array, batch: Array | None) -> tuple[Any, Any, Any]:
        x, y = self._take(batch)
        a, b, d = self.curvature
        du, dv = u - x, v - y
        gu, gv = a * du + b * dv, b * du + d * dv
        return 0.5 * (du * gu + dv * gv).mean(-1), gu.mean(-1), gv.mean(-1)

    def minimizer(self, batch: Array | None = None) -> Point | None:
        x, y = self._take(batch)
        return float(x.mean()), float(y.mean())


def regression(n: int = 100, noise: float = 0.9, slope: float = 1.0, seed: int = 23) -> Regression:
    """n points of y = slope·x + noise; by default their best line is w = 0.98, b = -0.01.

    Args:
        n: how many points, from 2 to 2000.
        noise: the standard deviation of y about the line.
        slope: of the line; it passes through the origin.
        seed: what the points come from.

    Raises:
        UserError: too few points, or noise below 0.
    """
    rng = generator(n, noise, seed)
    if not math.isfinite(slope):
        raise UserError(f"slope must be finite, got {slope:g}.")
    x = rng.uniform(-2.5, 2.5, n)
    return Regression(np.column_stack([x, slope * x + noise * rng.standard_normal(n)]))


def logistic(n: int = 100, noise: float = 1.0, seed: int = 0) -> Logistic:
    """n points of two round blobs whose middles lie at ±(1.2, 0.5).

    Args:
        n: how many points, from 2 to 2000.
        noise: the standard deviation of the blobs.
        seed: what the points come from.

    Raises:
        UserError: too few points, or noise below 0.
    """
    rng = generator(n, noise, seed)
    groups = np.arange(n) % 2
    middles = np.outer(2 * groups - 1, [1.2, 0.5])
    return Logistic(middles + noise * rng.standard_normal((n, 2)), groups)


def valleys(
    n: int = 100, noise: float = 0.7, condition: float = 12.0, rotation: float = 25.0, seed: int = 0
) -> Valleys:
    """n elongated quadratics with their minima scattered about the origin.

    Args:
        n: how many valleys, from 2 to 2000.
        noise: the standard deviation of their minima.
        condition: the ratio of the curvature across the valleys to that along them, at least 1.
        rotation: the angle of the valleys' floors in degrees.
        seed: what the minima come from.

    Raises:
        UserError: too few valleys, noise below 0, or a condition number below 1.
    """
    rng = generator(n, noise, seed)
    if not 1 <= condition < math.inf:
        raise UserError(f"valleys: condition must be at least 1 and finite, got {condition:g}.")
    c, s = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
    curvature = (c * c + condition * s * s, (1 - condition) * c * s, s * s + condition * c * c)
    return Valleys(noise * rng.standard_normal((n, 2)), curvature)


def generator(n: int, noise: float, seed: int) -> np.random.Generator:
    """What n noisy samples are drawn with, if they may be."""
    if not 2 <= n <= MOST:
        raise UserError(f"n must be from 2 to {MOST}, got {n}.")
    if not 0 <= noise < math.inf:
        raise UserError(f"noise must be at least 0 and finite, got {noise:g}.")
    if seed < 0:
        raise UserError(f"seed must be at least 0, got {seed}.")
    return np.random.default_rng(seed)
