"""Loss surfaces of two parameters, with their gradients by hand.

A formula takes x and y, two floats or two arrays, and returns the value and both partial
derivatives. It multiplies rather than uses `**`, so that a float may overflow to infinity, which
ends a run as diverged, instead of raising.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Bounds, Plane, Point
from optiviz.words import build, look_up, split

Formula = Callable[[Any, Any], tuple[Any, Any, Any]]


@dataclass(frozen=True)
class Surface(Plane):
    """A function of two parameters under the contract of a problem.

    Args:
        name: what it is called on the command line.
        title: its name in prose.
        formula: (x, y) ↦ (value, ∂/∂x, ∂/∂y), on floats and arrays alike.
        bounds: ((left, right), (bottom, top)) to draw.
        start: a good start.
        rates: good learning rates: "gradient" for rules that step in proportion to the gradient,
            "unit" for rules whose steps have about the length of the rate.
        minima, saddles: the known ones.

    >>> SURFACES["booth"].value_and_grad(np.array([0.0, 0.0]))
    (74.0, array([-34., -38.]))
    """

    name: str
    title: str
    formula: Formula = field(repr=False)
    bounds: Bounds
    start: Point
    rates: Mapping[str, float]
    minima: tuple[Point, ...] = ()
    saddles: tuple[Point, ...] = ()

    def value_and_grad(
        self, w: Array, batch: Array | None = None, out: Array | None = None
    ) -> tuple[Any, Array]:
        if out is None:
            out = np.empty_like(w)
        if w.ndim == 1:  # floats are ten times faster than arrays of one element
            x, y = w.tolist()
            value, out[0], out[1] = self.formula(x, y)
        else:
            value, out[..., 0], out[..., 1] = self.formula(w[..., 0], w[..., 1])
        return value, out


def bowl(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """½(x² + y²)."""
    return 0.5 * (x * x + y * y), x, y


def valley(condition: float = 20.0, rotation: float = 25.0) -> Surface:
    """An elongated quadratic ½(u² + κv²), its floor turned against the axes.

    Args:
        condition: κ ≥ 1, the ratio of the curvature across the valley to that along it.
        rotation: the angle of the floor in degrees.

    Raises:
        UserError: κ is below 1, or a number is not finite.

    >>> valley(condition=4, rotation=0).value(np.array([1.0, 1.0]))
    2.5
    """
    if not (1 <= condition < math.inf and math.isfinite(rotation)):
        raise UserError(
            f"valley: condition must be at least 1 and finite, and rotation a finite angle, "
            f"got {condition:g} and {rotation:g}."
        )
    c, s = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))

    def formula(x: Any, y: Any) -> tuple[Any, Any, Any]:
        u, v = c * x + s * y, c * y - s * x
        across = condition * v
        return 0.5 * (u * u + across * v), c * u - s * across, s * u + c * across

    along, up = -2.1, 0.62  # the start, seen from the valley's own axes
    return Surface(
        name="valley",
        title=f"Valley, condition number {condition:g}",
        formula=formula,
        bounds=((-2.6, 2.6), (-1.9, 1.9)),
        start=(round(c * along - s * up, 2), round(s * along + c * up, 2)),
        rates={"gradient": 0.24 / condition, "unit": 0.1},
        minima=((0.0, 0.0),),
    )


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
    r = np.sqrt(0.5 * (x * x + y * y))
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


SURFACES: dict[str, Surface] = {
    "bowl": Surface(
        name="bowl",
        title="Bowl",
        formula=bowl,
        bounds=((-2.2, 2.2), (-1.7, 1.7)),
        start=(-1.8, 1.2),
        rates={"gradient": 0.1, "unit": 0.1},
        minima=((0.0, 0.0),),
    ),
    "valley": valley(),
    "rosenbrock": Surface(
        name="rosenbrock",
        title="Rosenbrock's banana",
        formula=rosenbrock,
        bounds=((-2.0, 2.0), (-0.9, 2.6)),
        start=(-1.5, 2.0),
        rates={"gradient": 0.0008, "unit": 0.05},
        minima=((1.0, 1.0),),
    ),
    "beale": Surface(
        name="beale",
        title="Beale",
        formula=beale,
        bounds=((-1.0, 4.5), (-2.0, 2.0)),
        start=(1.0, 1.5),
        rates={"gradient": 0.004, "unit": 0.1},
        minima=((3.0, 0.5),),
        saddles=((0.0, 1.0),),
    ),
    "booth": Surface(
        name="booth",
        title="Booth",
        formula=booth,
        bounds=((-6.0, 8.0), (-4.0, 8.0)),
        start=(-4.5, 6.5),
        rates={"gradient": 0.02, "unit": 0.3},
        minima=((1.0, 3.0),),
    ),
    "himmelblau": Surface(
        name="himmelblau",
        title="Himmelblau",
        formula=himmelblau,
        bounds=((-5.5, 5.5), (-5.0, 5.0)),
        start=(-0.2, -0.9),
        rates={"gradient": 0.004, "unit": 0.1},
        minima=(
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.28318599128617),
            (3.5844283403304917, -1.8481265269644036),
        ),
        saddles=(
            (-3.0730257507643897, -0.08135304428796751),
            (3.385154183607021, 0.07385187983774928),
            (0.08667750455539634, 2.884254701174776),
            (-0.12796134673068005, -1.9537149802445766),
        ),
    ),
    "saddle": Surface(
        name="saddle",
        title="Saddle",
        formula=saddle,
        bounds=((-2.2, 2.2), (-1.7, 1.7)),
        start=(-1.9, 0.01),
        rates={"gradient": 0.05, "unit": 0.05},
        saddles=((0.0, 0.0),),
    ),
    "monkey-saddle": Surface(
        name="monkey-saddle",
        title="Monkey saddle",
        formula=monkey_saddle,
        bounds=((-1.6, 1.6), (-1.25, 1.25)),
        start=(1.3, 0.06),
        rates={"gradient": 0.02, "unit": 0.03},
        saddles=((0.0, 0.0),),
    ),
    "styblinski-tang": Surface(
        name="styblinski-tang",
        title="Styblinski–Tang",
        formula=styblinski_tang,
        bounds=((-5.0, 5.0), (-4.5, 4.5)),
        start=(0.1, 0.13),
        rates={"gradient": 0.005, "unit": 0.1},
        minima=((-2.903534027771177, -2.903534027771177),),
    ),
    "rastrigin": Surface(
        name="rastrigin",
        title="Rastrigin",
        formula=rastrigin,
        bounds=((-3.3, 3.3), (-2.6, 2.6)),
        start=(-2.4, 1.75),
        rates={"gradient": 0.002, "unit": 0.1},
        minima=((0.0, 0.0),),
    ),
    "ackley": Surface(
        name="ackley",
        title="Ackley",
        formula=ackley,
        bounds=((-5.0, 5.0), (-4.0, 4.0)),
        start=(-3.6, 2.6),
        rates={"gradient": 0.04, "unit": 0.1},
        minima=((0.0, 0.0),),
    ),
    "three-hump-camel": Surface(
        name="three-hump-camel",
        title="Three-hump camel",
        formula=three_hump_camel,
        bounds=((-2.4, 2.4), (-2.0, 2.0)),
        start=(-0.9, 1.7),
        rates={"gradient": 0.05, "unit": 0.1},
        minima=(
            (0.0, 0.0),
            (1.7475523458302888, -0.8737761729151444),
            (-1.7475523458302888, 0.8737761729151444),
        ),
        saddles=((1.07054229182366, -0.53527114591183), (-1.07054229182366, 0.53527114591183)),
    ),
    "six-hump-camel": Surface(
        name="six-hump-camel",
        title="Six-hump camel",
        formula=six_hump_camel,
        bounds=((-2.1, 2.1), (-1.3, 1.3)),
        start=(-0.9, -1.1),
        rates={"gradient": 0.01, "unit": 0.05},
        minima=(
            (0.08984201310031807, -0.7126564030207396),
            (-0.08984201310031807, 0.7126564030207396),
        ),
        saddles=((0.0, 0.0),),
    ),
    "cliff": Surface(
        name="cliff",
        title="Cliff",
        formula=cliff,
        bounds=((-6.5, 2.2), (-3.0, 3.0)),
        start=(-5.0, 2.0),
        rates={"gradient": 0.25, "unit": 0.15},
        minima=((0.6354623286019079, 0.0),),
    ),
    "plateau": Surface(
        name="plateau",
        title="Plateau",
        formula=plateau,
        bounds=((-4.4, 4.4), (-3.2, 3.2)),
        start=(-2.9, 0.9),
        rates={"gradient": 0.5, "unit": 0.1},
        minima=((0.0, 0.0),),
    ),
}

# The surfaces that take settings, by the function that makes them.
FAMILIES: dict[str, Callable[..., Surface]] = {"valley": valley}


def parse_surface(text: str) -> Surface:
    """The surface that `name` or `name:key=value,…` describes.

    Raises:
        UserError: an unknown name or setting.

    >>> parse_surface("valley:condition=50").title
    'Valley, condition number 50'
    """
    name, words = split(text)
    surface = look_up("surface", name, SURFACES)
    if not words:
        return surface
    if name not in FAMILIES:
        raise UserError(f"The surface {name!r} takes no settings; {', '.join(FAMILIES)} does.")
    return build(name, FAMILIES[name], words)
