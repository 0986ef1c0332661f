"""What a layer makes of its sums: a = f(z), with f' for gradients and f'' for Hessian products."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from optiviz.problems.base import Array
from optiviz.words import Registry

FAR = 9.0  # where Φ is 0 or 1 to the last bit that a float64 has
ZERO = 40.0  # where φ is 0 in any precision
KNOTS = 2048  # of Φ in a unit: the cubics between them are exact to rounding


class Activation(ABC):
    """A function of every sum by itself.

    Attributes:
        suits: the first weights that keep the signal's size through many such layers.
        title: what it computes, in words.
        inner: whether f' needs z; where it does not, a forward pass may write over z.
        kind: of the array that `back` takes for room; None for that of the numbers.
    """

    suits = "glorot"
    title = ""
    inner = False
    kind: Any = None

    @abstractmethod
    def forward(self, z: Array) -> Array:
        """Write f(z) over z."""

    @abstractmethod
    def slope(self, z: Array) -> Array:
        """f'(z), a new array."""

    @abstractmethod
    def bend(self, z: Array) -> Array | None:
        """f''(z), a new array; None where it is 0 almost everywhere."""

    @abstractmethod
    def back(self, delta: Array, a: Array, z: Array, room: Array) -> None:
        """Multiply delta by f'(z), with a = f(z).

        Args:
            z: anything, unless `inner`.
            room: an array of the same shape to work in.
        """

    def of(self, z: Array) -> Array:
        """f(z), a new array."""
        return self.forward(z.copy())


class ReLU(Activation):
    """f(z) = max(0, z)."""

    suits = "he"
    title = "max(0, z)"
    kind = bool

    def forward(self, z: Array) -> Array:
        return np.maximum(z, 0, out=z)

    def slope(self, z: Array) -> Array:
        return (z > 0).astype(z.dtype)

    def bend(self, z: Array) -> None:
        return None

    def back(self, delta: Array, a: Array, z: Array, room: Array) -> None:
        delta *= np.greater(a, 0, out=room)


class Tanh(Activation):
    """f(z) = tanh z."""

    title = "tanh z"

    def forward(self, z: Array) -> Array:
        return np.tanh(z, out=z)

    def slope(self, z: Array) -> Array:
        return 1 - np.tanh(z) ** 2

    def bend(self, z: Array) -> Array:
        a = np.tanh(z)
        found: Array = -2 * a * (1 - a**2)
        return found

    def back(self, delta: Array, a: Array, z: Array, room: Array) -> None:
        np.multiply(a, a, out=room)
        delta *= np.subtract(1, room, out=room)


class Sigmoid(Activation):
    """f(z) = 1/(1 + e^-z) = (1 + tanh(z/2))/2, which no z overflows."""

    title = "1/(1 + e^-z)"

    def forward(self, z: Array) -> Array:
        z *= 0.5
        np.tanh(z, out=z)
        z += 1
        z *= 0.5
        return z

    def slope(self, z: Array) -> Array:
        a = self.of(z)
        found: Array = a * (1 - a)
        return found

    def bend(self, z: Array) -> Array:
        a = self.of(z)
        found: Array = a * (1 - a) * (1 - 2 * a)
        return found

    def back(self, delta: Array, a: Array, z: Array, room: Array) -> None:
        np.subtract(1, a, out=room)
        room *= a
        delta *= room


class GELU(Activation):
    """f(z) = z·Φ(z), with Φ the normal distribution's, not its approximation by a tanh.

    Hendrycks & Gimpel, Gaussian Error Linear Units, 2016.
    """

    suits = "he"
    title = "z·Φ(z)"
    inner = True

    def forward(self, z: Array) -> Array:
        z *= _phi(z)
        return z

    def slope(self, z: Array) -> Array:
        found: Array = _phi(z) + z * _bell(z)
        return found

    def bend(self, z: Array) -> Array:
        near = np.clip(z, -ZERO, ZERO)
        found: Array = (2 - near * near) * _bell(z)
        return found

    def back(self, delta: Array, a: Array, z: Array, room: Array) -> None:
        delta *= self.slope(z)


ACTIVATIONS: Registry[Activation] = Registry(
    "activation", {"relu": ReLU(), "tanh": Tanh(), "sigmoid": Sigmoid(), "gelu": GELU()}
)


def _bell(z: Array) -> Array:
    """φ(z), the normal density."""
    near = np.clip(z, -ZERO, ZERO)
    found: Array = np.exp(-0.5 * near * near)
    found *= 1 / math.sqrt(2 * math.pi)
    return found


def _phi(z: Array) -> Array:
    """Φ(z), by cubics that have its value and its slope at every knot; NaN stays NaN."""
    values, slopes = _table(z.dtype)
    place = (np.clip(z, -FAR, FAR) + FAR) * KNOTS
    piece = np.minimum(np.nan_to_num(place), len(values) - 2).astype(np.intp)
    t = (place - piece).astype(z.dtype)
    left, right = values[piece], values[piece + 1]
    first, last = slopes[piece], slopes[piece + 1]
    rise = right - left
    cubic = first + last - 2 * rise
    found: Array = left + t * (first + t * (rise - first - cubic + t * cubic))
    return found


@cache
def _table(dtype: DTypeLike) -> tuple[Array, Array]:
    """Φ at the knots, and its slope there from one to the next."""
    knots = np.linspace(-FAR, FAR, round(2 * FAR * KNOTS) + 1)
    values = np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in knots])
    values[0] = 0.0  # for how far a z may be
    return values.astype(dtype), (_bell(knots) / KNOTS).astype(dtype)
