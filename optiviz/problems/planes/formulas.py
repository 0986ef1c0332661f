"""The formulas of the surfaces: value and both partial derivatives, by hand.

x and y are two floats or two arrays. The formulas multiply rather than use `**`, so that a float
may overflow to infinity, which ends a run as diverged, instead of raising.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


def at_point(formula: Callable[..., Any], out: Any) -> Callable[[Any, Any], Any]:
    """A formula asked at one point, step by step: as `Problem.into`, with nothing to decide."""

    def at(w: Any, _: Any) -> Any:
        value, out[0], out[1] = formula(*w.tolist())
        return value

    return at


def bowl(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """½(x² + y²)."""
    return 0.5 * (x * x + y * y), x, y


@dataclass(frozen=True, slots=True)
class Valley:
    """½(u² + κv²) with u = cx + sy and v = cy - sx, c and s the cosine and sine of an angle."""

    condition: float
    c: float
    s: float

    def __call__(self, x: Any, y: Any) -> tuple[Any, Any, Any]:
        c, s = self.c, self.s
        u, v = c * x + s * y, c * y - s * x
        across = self.condition * v
        return 0.5 * (u * u + across * v), c * u - s * across, s * u + c * across


def rosenbrock(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """(1 - x)² + 100(y - x²)²."""
    a, b = 1 - x, y - x * x
    return a * a + 100 * (b * b), -2 * a - 400 * (x * b), 200 * b


def beale(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """(1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²."""
    y2 = y * y
    y3 = y2 * y
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y2, 2.625 - x + x * y3
    dx = 2 * (a * (y - 1) + b * (y2 - 1) + c * (y3 - 1))
    return a * a + b * b + c * c, dx, 2 * x * (a + 2 * (b * y) + 3 * (c * y2))


def booth(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """(x + 2y - 7)² + (2x + y - 5)²."""
    a, b = x + 2 * y - 7, 2 * x + y - 5
    return a * a + b * b, 2 * a + 4 * b, 4 * a + 2 * b


def himmelblau(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """(x² + y - 11)² + (x + y² - 7)²."""
    a, b = x * x + y - 11, x + y * y - 7
    return a * a + b * b, 4 * (x * a) + 2 * b, 2 * a + 4 * (y * b)


def saddle(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """½(x² - y²)."""
    return 0.5 * (x * x - y * y), x, -y


def monkey_saddle(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """x³ - 3xy²."""
    return x * (x * x - 3 * (y * y)), 3 * (x * x - y * y), -6 * (x * y)


def styblinski_tang(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """½ Σ (z⁴ - 16z² + 5z) over z = x, y."""
    x2, y2 = x * x, y * y
    value = 0.5 * (x2 * x2 + y2 * y2 - 16 * (x2 + y2) + 5 * (x + y))
    return value, 2 * (x2 * x) - 16 * x + 2.5, 2 * (y2 * y) - 16 * y + 2.5


def rastrigin(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """20 + Σ (z² - 10 cos 2πz) over z = x, y."""
    turn = 2 * math.pi
    value = 20 + x * x + y * y - 10 * (np.cos(turn * x) + np.cos(turn * y))
    return value, 2 * x + 10 * turn * np.sin(turn * x), 2 * y + 10 * turn * np.sin(turn * y)


def ackley(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """20 + e - 20 exp(-0.2 √(½(x² + y²))) - exp(½(cos 2πx + cos 2πy))."""
    turn = 2 * math.pi
    r = math.sqrt(0.5) * np.hypot(x, y)
    cone = 20 * np.exp(-0.2 * r)
    waves = np.exp(0.5 * (np.cos(turn * x) + np.cos(turn * y)))
    # The tip of the cone has no gradient; 0 is the middle of those around it.
    slope = 0.1 * cone / np.maximum(r, 1e-300)
    dx = slope * x + 0.5 * turn * np.sin(turn * x) * waves
    dy = slope * y + 0.5 * turn * np.sin(turn * y) * waves
    return 20 + math.e - cone - waves, dx, dy


def three_hump_camel(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """2x² - 1.05x⁴ + x⁶/6 + xy + y²."""
    x2 = x * x
    value = x2 * (2 - 1.05 * x2 + x2 * x2 / 6) + x * y + y * y
    return value, x * (4 - 4.2 * x2 + x2 * x2) + y, x + 2 * y


def six_hump_camel(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """(4 - 2.1x² + x⁴/3)x² + xy + 4(y² - 1)y²."""
    x2, y2 = x * x, y * y
    value = x2 * (4 - 2.1 * x2 + x2 * x2 / 3) + x * y + 4 * (y2 - 1) * y2
    return value, x * (8 - 8.4 * x2 + 2 * (x2 * x2)) + y, x + y * (16 * y2 - 8)


def cliff(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """0.1x² - 0.5x + 0.25y² + 4(1 + tanh 8(x - 1)): a slope down to the foot of a wall."""
    wall = np.tanh(8 * (x - 1))
    value = 0.1 * (x * x) - 0.5 * x + 0.25 * (y * y) + 4 * (1 + wall)
    return value, 0.2 * x - 0.5 + 32 * (1 - wall * wall), 0.5 * y


def plateau(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """1 - exp(-½(x² + 2y²)): a pit in a plain so flat that gradients vanish."""
    pit = np.exp(-0.5 * (x * x + 2 * (y * y)))
    return 1 - pit, x * pit, 2 * y * pit


def easom(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """-cos x · cos y · exp(-(x - π)² - (y - π)²): one pit, and hardly a slope that leads to it."""
    a, b = x - math.pi, y - math.pi
    pit = np.exp(-(a * a + b * b))
    cx, cy = np.cos(a), np.cos(b)  # cos x · cos y is the same of a and b: both change their sign
    return (
        -cx * cy * pit,
        cy * pit * (np.sin(a) + 2 * (a * cx)),
        cx * pit * (np.sin(b) + 2 * (b * cy)),
    )


def edge(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """¼(x²y² - 1)²: its lowest points are the line xy = 1, which is 2(x² + y²) sharp."""
    p = x * y
    miss = p * p - 1
    return 0.25 * (miss * miss), miss * p * y, miss * p * x


def catapult(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """½x²y², a network of one hidden unit that should say 0: lowest, and y² sharp, where x is 0."""
    p = x * y
    return 0.5 * (p * p), p * y, p * x


def wells(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """1.1 + r²/50 - a narrow well at (-0.8, 0) - a wide one, not quite as deep, at (1.1, 0)."""
    a, b, y2 = x + 0.8, x - 1.1, y * y
    narrow, wide = np.exp(-10 * (a * a + y2)), 0.9 * np.exp(-1.2 * (b * b + y2))
    value = 1.1 + 0.02 * (x * x + y2) - narrow - wide
    return (
        value,
        0.04 * x + 20 * (a * narrow) + 2.4 * (b * wide),
        y * (0.04 + 20 * narrow + 2.4 * wide),
    )
