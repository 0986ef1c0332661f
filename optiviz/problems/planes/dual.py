"""Dual numbers: a value with its two partial derivatives, which arithmetic carries along.

(f, ∂f)·(g, ∂g) = (fg, f∂g + g∂f), and so on: the derivatives are exact, up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Unary = Callable[[Any], Any]

# NumPy's functions, each with its derivative.
DERIVATIVES: dict[np.ufunc, Unary] = {
    np.sin: np.cos,
    np.cos: lambda x: -np.sin(x),
    np.tan: lambda x: 1 / np.cos(x) ** 2,
    np.arcsin: lambda x: 1 / np.sqrt(1 - x * x),
    np.arccos: lambda x: -1 / np.sqrt(1 - x * x),
    np.arctan: lambda x: 1 / (1 + x * x),
    np.sinh: np.cosh,
    np.cosh: np.sinh,
    np.tanh: lambda x: 1 - np.tanh(x) ** 2,
    np.exp: np.exp,
    np.log: lambda x: 1 / x,
    np.sqrt: lambda x: 0.5 / np.sqrt(x),
    np.absolute: np.sign,
    np.square: lambda x: 2 * x,
}


class Dual:
    """A number, or an array of them, that depends on x and y.

    Args:
        value: the number.
        dx, dy: its derivatives; None is a zero that stays one, whatever it is multiplied with.

    >>> x, y = Dual(3.0, 1.0), Dual(2.0, None, 1.0)
    >>> f = x * x * y
    >>> f.value, f.dx, f.dy
    (18.0, 12.0, 9.0)
    """

    __slots__ = ("dx", "dy", "value")

    def __init__(self, value: Any, dx: Any = None, dy: Any = None) -> None:
        self.value, self.dx, self.dy = value, dx, dy

    def __add__(self, other: Any) -> Dual:
        return _chain(self.value + value(other), (self, 1.0), (other, 1.0))

    def __sub__(self, other: Any) -> Dual:
        return _chain(self.value - value(other), (self, 1.0), (other, -1.0))

    def __rsub__(self, other: Any) -> Dual:
        return _chain(value(other) - self.value, (self, -1.0))

    def __mul__(self, other: Any) -> Dual:
        b = value(other)
        return _chain(self.value * b, (self, b), (other, self.value))

    def __truediv__(self, other: Any) -> Dual:
        b = value(other)
        ratio = np.divide(self.value, b)
        return _chain(ratio, (self, np.divide(1.0, b)), (other, -np.divide(ratio, b)))

    def __rtruediv__(self, other: Any) -> Dual:
        ratio = np.divide(value(other), self.value)
        return _chain(ratio, (self, -np.divide(ratio, self.value)))

    def __pow__(self, other: Any) -> Any:
        return power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return power(other, self)

    def __neg__(self) -> Dual:
        return _chain(-self.value, (self, -1.0))

    def __pos__(self) -> Dual:
        return self

    def __abs__(self) -> Dual:
        return _chain(np.absolute(self.value), (self, np.sign(self.value)))

    __radd__, __rmul__ = __add__, __mul__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        if ufunc in DERIVATIVES:
            (x,) = (value(item) for item in inputs)
            return _chain(ufunc(x), (inputs[0], DERIVATIVES[ufunc](x)))
        if ufunc in ARITHMETIC:
            return ARITHMETIC[ufunc](*(i if isinstance(i, Dual) else Dual(i) for i in inputs))
        return NotImplemented


def value(number: Any) -> Any:
    """The number without its derivatives."""
    return number.value if isinstance(number, Dual) else number


def power(base: Any, exponent: Any) -> Any:
    """f^g; its derivative g·f^(g-1)·∂f + f^g·ln f·∂g."""
    f, g = value(base), value(exponent)
    result = np.power(f, g, dtype=float)
    if not (_varies(base) or _varies(exponent)):
        return result
    inner = g * np.power(f, np.subtract(g, 1.0), dtype=float) if _varies(base) else 0.0
    if not _varies(exponent):
        return _chain(result, (base, inner))
    grows = np.where(result == 0, 0.0, result * np.log(f))  # 0^g does not change with g > 0
    return _chain(result, (base, inner), (exponent, grows))


def _varies(number: Any) -> bool:
    return isinstance(number, Dual) and not (number.dx is None and number.dy is None)


def _chain(result: Any, *parts: tuple[Any, Any]) -> Dual:
    """The chain rule: a result, and what each argument's change is multiplied with."""
    slopes: list[Any] = []
    for axis in ("dx", "dy"):
        found = [(getattr(x, axis), by) for x, by in parts if isinstance(x, Dual)]
        terms = [slope * by for slope, by in found if slope is not None]
        slopes.append(sum(terms[1:], terms[0]) if terms else None)
    return Dual(result, *slopes)


# The ufuncs by which an array meets a dual number.
ARITHMETIC: dict[np.ufunc, Callable[..., Any]] = {
    np.add: Dual.__add__,
    np.subtract: Dual.__sub__,
    np.multiply: Dual.__mul__,
    np.divide: Dual.__truediv__,
    np.power: power,
    np.negative: Dual.__neg__,
    np.positive: Dual.__pos__,
}
