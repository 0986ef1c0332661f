"""Surfaces from a user's own function of x and y."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Bounds, Point
from optiviz.problems.planes.dual import Dual
from optiviz.problems.planes.lows import apart, settled
from optiviz.problems.planes.steep import steep
from optiviz.problems.planes.surfaces import Surface

Function = Callable[[Any, Any], Any]
BOUNDS: Bounds = ((-3.0, 3.0), (-3.0, 3.0))
GRID = 121  # points along a side, where minima are looked for
MOST = 100  # minima; where there are more, only the lowest, and none of a whole field of them
# Starts as shares of the way across the picture, in the order in which they are tried.
STARTS = ((0.15, 0.78), (0.85, 0.78), (0.15, 0.22), (0.85, 0.22), (0.65, 0.6), (0.4, 0.35))


@dataclass(frozen=True)
class Function2(Surface):
    """A surface whose parameters are called x and y."""

    axes = ("x", "y")
    slowest: ClassVar[float] = 0.0


def surface(
    function: Function,
    *,
    name: str | None = None,
    title: str | None = None,
    bounds: Bounds = BOUNDS,
    start: Point | None = None,
) -> Surface:
    """A function of two numbers as a surface to descend.

    Its derivatives are exact where it consists of arithmetic and NumPy's functions. Any other
    function, one that calls `math.sin` or asks `if x > 0`, gets central differences, which are good
    to about 1e-9, and its title says so. The η that suits it comes from its curvature below the
    start and on its way, 0.4/λ; its minima are those within the bounds that a search finds, and
    none where the edge of the bounds lies lower. It can be pickled where the function can: one that
    is defined with def at the top of a module, not a lambda.

    Args:
        function: (x, y) ↦ z.
        name, title: what it is called; the function's own name by default.
        bounds: ((left, right), (bottom, top)), the part to draw.
        start: where to start; by default the first of a few places that has a slope.

    Raises:
        UserError: the function fails or does not give one number, or bounds that hold nothing.

    >>> tilted = surface(lambda x, y: x**2 + np.exp(y))
    >>> tilted.value_and_grad(np.array([3.0, 0.0]))[1]
    array([6., 1.])
    """
    if not all(low < high and math.isfinite(high - low) for low, high in bounds):
        raise UserError(f"bounds must go from a lower number to a higher one, got {bounds}.")
    name = name or str(getattr(function, "__name__", "function")).strip("<>")
    formula = _formula(function, name)
    by_differences = isinstance(formula, Differences)
    title = (title or name) + ", gradient by central differences" * by_differences
    trial = Function2(name, title, formula, bounds, (0.0, 0.0), {})
    begin = _start(trial) if start is None else start
    unit, most = _span(bounds) / 60, steep(trial, begin)
    rates = {"gradient": 0.4 / most if most else unit, "unit": unit}
    return Function2(name, title, formula, bounds, begin, rates, _minima(trial))


@dataclass(frozen=True)
class Exact:
    """A function of arithmetic as value and derivatives, by dual numbers."""

    function: Function

    def __call__(self, x: Any, y: Any) -> tuple[Any, Any, Any]:
        with np.errstate(all="ignore"):
            x, y = np.float64(x), np.float64(y)  # whose overflow is infinite and no error
            zero = x * 0 + y * 0 if np.ndim(x) else 0.0
            found = self.function(Dual(x, 1.0), Dual(y, None, 1.0))
            if not isinstance(found, Dual):
                return found + np.zeros(np.shape(zero)), 0.0, 0.0
            slopes = [np.float64(0.0) if slope is None else slope for slope in (found.dx, found.dy)]
            return found.value + np.zeros(np.shape(zero)), *slopes


@dataclass(frozen=True)
class Differences:
    """Any function as value and derivatives, by central differences."""

    function: Function
    name: str

    def __call__(self, x: Any, y: Any) -> tuple[Any, Any, Any]:
        h, k = (6e-6 * np.maximum(1.0, np.abs(at)) for at in (x, y))
        dx = (self.at(x + h, y) - self.at(x - h, y)) / (2 * h)
        return self.at(x, y), dx, (self.at(x, y + k) - self.at(x, y - k)) / (2 * k)

    def at(self, x: Any, y: Any) -> Any:
        """The value at one point or at many."""
        number = partial(_number, self.function, self.name)
        return np.vectorize(number, [float])(x, y) if np.ndim(x) else np.float64(number(x, y))


def _formula(function: Function, name: str) -> Exact | Differences:
    """Value and derivatives of a function, exact if they can be."""
    points = np.array([0.3, 0.7]), np.array([0.2, 0.9])
    expected = [_number(function, name, *at) for at in zip(*points, strict=True)]
    try:
        value = Exact(function)(*points)[0]
        if np.shape(value) == (2,) and np.allclose(value, expected, equal_nan=True):
            return Exact(function)
    except Exception:  # whatever it does with a dual number, it is no arithmetic
        pass
    return Differences(function, name)


def _number(function: Function, name: str, x: Any, y: Any) -> float:
    """The value at one point; infinite where arithmetic overflows, NaN where it is undefined."""
    found: Any = None
    try:
        with np.errstate(all="ignore"):
            found = function(np.float64(x), np.float64(y))
            return float(found)
    except OverflowError:
        return np.inf
    except Exception as error:
        if found is None and isinstance(error, ValueError | ZeroDivisionError):
            return np.nan
        raise UserError(f"{name} gives no number at ({x:g}, {y:g}): {error}.") from None


def _span(bounds: Bounds) -> float:
    return min(high - low for low, high in bounds)


def _start(found: Surface) -> Point:
    """The first place that has a finite slope; the first of all if none has."""
    places = [
        tuple(
            round(low + share * (high - low), 6)
            for share, (low, high) in zip(at, found.bounds, strict=True)
        )
        for at in STARTS
    ]
    for place in places:
        loss, g = found.value_and_grad(np.array(place))
        if np.isfinite([loss, *g]).all() and g.any():
            return place[0], place[1]
    return places[0][0], places[0][1]


def _grid(found: Surface, points: int) -> Array:
    x, y = (np.linspace(low, high, points) for low, high in found.bounds)
    return np.stack(np.meshgrid(x, y), axis=-1)


def _minima(found: Surface) -> tuple[Point, ...]:
    """The minima within the bounds, if the lowest place there is one of them."""
    with np.errstate(all="ignore"):
        w = _grid(found, GRID)
        z = np.nan_to_num(found.value(w), nan=np.inf, posinf=np.inf, neginf=-np.inf)
        inner = z[1:-1, 1:-1]
        around = [
            z[1 + i : GRID - 1 + i, 1 + j : GRID - 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1)
        ]
        lowest = np.all([inner <= each for each in around], axis=0) & np.isfinite(inner)
        places = w[1:-1, 1:-1][lowest]
        if len(places) > 4 * MOST:  # flat ground, or waves that the grid cannot show
            return ()
        places, there = settled(found, places, 3 * _span(found.bounds) / GRID)
        minima = apart(found, places[there], 1e-3 * _span(found.bounds))
        values = found.value(minima)
    finite = np.abs(z[np.isfinite(z)])
    same = float(np.median(1e-9 * finite)) if len(finite) else 0.0
    if not len(minima) or not values.min() <= z.min() + same:
        return ()
    if len(minima) > MOST:
        minima = minima[values <= values.min() + same]
    return tuple((float(x), float(y)) for x, y in minima) if len(minima) <= MOST else ()
