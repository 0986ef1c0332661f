"""Loss surfaces of two parameters: a registry to choose from by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.problems.base import Array, Bounds, Plane, Point, inexact
from optiviz.problems.planes import formulas, lows
from optiviz.problems.planes.steep import steep
from optiviz.words import Registry

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
        minima: all within the bounds; saddles: the known ones.
        least: the least value, where a whole line of points has it and none is a minimum alone.
        curvatures: of a quadratic, its Hessian's least and greatest eigenvalue.
        steps: how many show where the start leads.

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
    least: float | None = None
    curvatures: tuple[float, float] | None = None
    steps: int = 120
    # Times the usual rate, at least: with a cliff's curvature on its way a run would not move.
    slowest: ClassVar[float] = 0.1

    def floor(self) -> float | None:
        return super().floor() if self.least is None else self.least

    def rate(self, kind: str, start: ArrayLike | None = None) -> float | None:
        usual = self.rates.get(kind)
        if usual is None or kind != "gradient" or start is None or self.curvatures:
            return usual
        starts = np.reshape(start, (-1, 2))  # of several, the highest sees the steepest ground
        with np.errstate(all="ignore"):
            highest = starts[np.argmax(np.nan_to_num(self.value(starts), nan=-np.inf))]
        if np.array_equal(highest, self.start):
            return usual
        here, there = steep(self, self.start), steep(self, highest)
        return usual * max(here / there, self.slowest) if here and there else usual

    def value_and_grad(
        self, w: ArrayLike, batch: Array | None = None, out: Array | None = None
    ) -> tuple[Any, Array]:
        if out is None or not isinstance(w, np.ndarray):
            w = inexact(w)
        if out is None:
            out = np.empty_like(w)
        if w.ndim == 1:  # floats are ten times faster than arrays of one element
            x, y = w.tolist()
            value, out[0], out[1] = self.formula(x, y)
        else:
            value, out[..., 0], out[..., 1] = self.formula(w[..., 0], w[..., 1])
        return value, out

    def into(self, out: Array) -> Callable[[Array, Any], Any]:
        plain = out.ndim == 1 and type(self).value_and_grad is Surface.value_and_grad
        return formulas.at_point(self.formula, out) if plain else super().into(out)


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

    along, up = -2.1, 0.62  # the start, seen from the valley's own axes
    start = c * along - s * up, s * along + c * up
    pull = min(1, 2.2 / abs(start[0]), 1.6 / abs(start[1]))  # into the picture at any rotation
    return Surface(
        name="valley",
        title=f"Valley, condition number {condition:g}",
        formula=formulas.Valley(condition, c, s),
        bounds=((-2.6, 2.6), (-1.9, 1.9)),
        start=(round(pull * start[0], 2), round(pull * start[1], 2)),
        rates={"gradient": 0.24 / condition, "unit": 0.1},
        minima=((0.0, 0.0),),
        curvatures=(1.0, float(condition)),
    )


SURFACES: Registry[Surface] = Registry(
    "surface",
    {
        "bowl": Surface(
            name="bowl",
            title="Bowl",
            formula=formulas.bowl,
            bounds=((-2.2, 2.2), (-1.7, 1.7)),
            start=(-1.8, 1.2),
            rates={"gradient": 0.1, "unit": 0.1},
            minima=((0.0, 0.0),),
            curvatures=(1.0, 1.0),
        ),
        "valley": valley(),
        "rosenbrock": Surface(
            name="rosenbrock",
            title="Rosenbrock's banana",
            formula=formulas.rosenbrock,
            bounds=((-2.0, 2.0), (-0.9, 2.6)),
            start=(-1.2, 1.0),
            rates={"gradient": 0.0008, "unit": 0.2},
            minima=((1.0, 1.0),),
            steps=800,
        ),
        "beale": Surface(
            name="beale",
            title="Beale",
            formula=formulas.beale,
            bounds=((-1.0, 4.5), (-2.0, 2.0)),
            start=(1.0, 1.5),
            rates={"gradient": 0.004, "unit": 0.1},
            minima=((3.0, 0.5),),
            saddles=((0.0, 1.0),),
        ),
        "booth": Surface(
            name="booth",
            title="Booth",
            formula=formulas.booth,
            bounds=((-6.0, 8.0), (-4.0, 8.0)),
            start=(-4.5, 6.5),
            rates={"gradient": 0.02, "unit": 0.3},
            minima=((1.0, 3.0),),
            curvatures=(2.0, 18.0),
        ),
        "himmelblau": Surface(
            name="himmelblau",
            title="Himmelblau",
            formula=formulas.himmelblau,
            bounds=((-5.5, 5.5), (-5.0, 5.0)),
            start=(-0.2, -0.9),
            rates={"gradient": 0.004, "unit": 0.1},
            minima=lows.HIMMELBLAU,
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
            formula=formulas.saddle,
            bounds=((-2.2, 2.2), (-1.7, 1.7)),
            start=(-1.9, 0.01),
            rates={"gradient": 0.05, "unit": 0.05},
            saddles=((0.0, 0.0),),
        ),
        "monkey-saddle": Surface(
            name="monkey-saddle",
            title="Monkey saddle",
            formula=formulas.monkey_saddle,
            bounds=((-1.6, 1.6), (-1.25, 1.25)),
            start=(1.3, 0.06),
            rates={"gradient": 0.02, "unit": 0.03},
            saddles=((0.0, 0.0),),
        ),
        "styblinski-tang": Surface(
            name="styblinski-tang",
            title="Styblinski–Tang",
            formula=formulas.styblinski_tang,
            bounds=((-5.0, 5.0), (-4.5, 4.5)),
            start=(0.1, 0.13),
            rates={"gradient": 0.005, "unit": 0.1},
            minima=lows.crossed(lows.STYBLINSKI_TANG, ((-5.0, 5.0), (-4.5, 4.5))),
        ),
        "rastrigin": Surface(
            name="rastrigin",
            title="Rastrigin",
            formula=formulas.rastrigin,
            bounds=((-3.3, 3.3), (-2.6, 2.6)),
            start=(-2.4, 1.75),
            rates={"gradient": 0.002, "unit": 0.1},
            minima=lows.mirrored(
                lows.crossed(lows.RASTRIGIN, ((0.0, 3.3), (0.0, 3.3))), ((-3.3, 3.3), (-2.6, 2.6))
            ),
        ),
        "ackley": Surface(
            name="ackley",
            title="Ackley",
            formula=formulas.ackley,
            bounds=((-5.0, 5.0), (-4.0, 4.0)),
            start=(-3.6, 2.6),
            rates={"gradient": 0.02, "unit": 0.1},
            minima=lows.mirrored(lows.ACKLEY, ((-5.0, 5.0), (-4.0, 4.0))),
        ),
        "three-hump-camel": Surface(
            name="three-hump-camel",
            title="Three-hump camel",
            formula=formulas.three_hump_camel,
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
            formula=formulas.six_hump_camel,
            bounds=((-2.1, 2.1), (-1.3, 1.3)),
            start=(-0.9, -1.1),
            rates={"gradient": 0.01, "unit": 0.05},
            minima=(
                (0.08984201310031807, -0.7126564030207396),
                (-0.08984201310031807, 0.7126564030207396),
                (1.7036067149699807, -0.7960835686726252),
                (-1.7036067149699807, 0.7960835686726252),
                (1.6071047529201972, 0.5686514548841314),
                (-1.6071047529201972, -0.5686514548841314),
            ),
            saddles=((0.0, 0.0),),
        ),
        "cliff": Surface(
            name="cliff",
            title="Cliff",
            formula=formulas.cliff,
            bounds=((-6.5, 2.2), (-3.0, 3.0)),
            start=(-5.0, 2.0),
            rates={"gradient": 0.25, "unit": 0.15},
            minima=((0.6354623286019079, 0.0),),
        ),
        "plateau": Surface(
            name="plateau",
            title="Plateau",
            formula=formulas.plateau,
            bounds=((-4.4, 4.4), (-3.2, 3.2)),
            start=(-2.9, 0.9),
            rates={"gradient": 0.5, "unit": 0.1},
            minima=((0.0, 0.0),),
        ),
        "easom": Surface(
            name="easom",
            title="Easom: a hole in a plain",
            formula=formulas.easom,
            bounds=((1.1, 4.9), (1.6, 4.7)),
            start=(1.6, 2.2),
            rates={"gradient": 0.1, "unit": 0.1},
            minima=((math.pi, math.pi),),
        ),
        "edge": Surface(
            name="edge",
            title="Edge of stability, ¼(x²y² − 1)²",
            formula=formulas.edge,
            bounds=((3.0, 3.6), (0.05, 0.5)),
            start=(3.4, 0.25),
            rates={"gradient": 0.03, "unit": 0.01},
            least=0.0,
            steps=400,
        ),
        "catapult": Surface(
            name="catapult",
            title="Catapult, ½x²y²",
            formula=formulas.catapult,
            bounds=((-1.3, 1.3), (0.0, 2.2)),
            start=(0.2, 2.0),
            rates={"gradient": 0.25, "unit": 0.02},
            least=0.0,
        ),
        "wells": Surface(
            name="wells",
            title="A sharp and a flat well",
            formula=formulas.wells,
            bounds=((-2.2, 2.8), (-1.6, 1.6)),
            start=(-1.2, 0.7),
            rates={"gradient": 0.05, "unit": 0.05},
            minima=((-0.7956637632498844, 0.0), (1.0799905634646936, 0.0)),
            saddles=((-0.2113587254481099, 0.0),),
        ),
    },
)
