"""The minima of surfaces that have many, and the way from a point to the minimum beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from optiviz.problems.base import Array, Bounds, Plane, Point

ROUNDS = 20  # of Newton's method, which doubles the digits in each
FLAT = 1e-6  # of the larger curvature: a smaller one that is no curvature


def crossed(places: Iterable[float], bounds: Bounds) -> tuple[Point, ...]:
    """The minima of f(x) + f(y) within bounds, from those of f.

    >>> crossed([0.0, 2.0], ((-1, 1), (-1, 3)))
    ((0.0, 0.0), (0.0, 2.0))
    """
    along = list(places)
    return within([(x, y) for x in along for y in along], bounds)


def mirrored(places: Iterable[Point], bounds: Bounds) -> tuple[Point, ...]:
    """The minima of a surface that keeps its value when x or y changes its sign, or both trade.

    The one in the middle comes first.

    >>> mirrored([(1.0, 0.0), (0.0, 0.0)], ((-1, 1), (0, 1)))
    ((0.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (1.0, 0.0))
    """
    found = {
        (sx * u + 0.0, sy * v + 0.0)  # no −0
        for x, y in places
        for u, v in ((x, y), (y, x))
        for sx in (-1, 1)
        for sy in (-1, 1)
    }
    return within(sorted(found, key=lambda place: (round(math.hypot(*place), 6), place)), bounds)


def within(places: Iterable[Point], bounds: Bounds) -> tuple[Point, ...]:
    """Those of some places that lie within bounds."""
    (left, right), (bottom, top) = bounds
    return tuple((x, y) for x, y in places if left <= x <= right and bottom <= y <= top)


def hessian(found: Plane, w: Array) -> Array:
    """Second derivatives `(..., 2, 2)`, differences of the first ones."""
    h = 1e-5 * min(high - low for low, high in found.bounds)
    rows = [
        (found.value_and_grad(w + h * axis)[1] - found.value_and_grad(w - h * axis)[1]) / (2 * h)
        for axis in np.eye(2)
    ]
    second: Array = np.stack(rows, axis=-2)
    return (second + np.swapaxes(second, -1, -2)) / 2


def settled(found: Plane, w: Array, reach: float) -> tuple[Array, Array]:
    """Newton's method from every point.

    Args:
        found: the surface.
        w: `(K, 2)`, points near minima.
        reach: how far a minimum may be, along either axis.

    Returns:
        Where each has got to, `(K, 2)`; and whether that is a minimum within reach, `(K,)`. On flat
        ground, at a kink and at a saddle it is none.
    """
    begin, there = w, np.ones(len(w), bool)
    with np.errstate(all="ignore"):
        for _ in range(ROUNDS):
            second, g = hessian(found, w), found.value_and_grad(w)[1]
            there &= np.isfinite(second).all(axis=(-2, -1)) & np.isfinite(g).all(axis=-1)
            second[~there] = np.eye(2)
            least, most = np.linalg.eigvalsh(second).T
            there &= least > FLAT * most
            second[~there] = np.eye(2)
            step = np.linalg.solve(second, np.where(there, g.T, 0).T[..., None])[..., 0]
            w = w - step
            there &= np.abs(w - begin).max(axis=-1) <= reach
            if np.abs(step).max(initial=0) < 1e-12 * min(h - low for low, h in found.bounds):
                break
    return np.round(w, 12) + 0.0, there


def apart(found: Plane, places: Array, room: float) -> Array:
    """Places further than `room` from each other along an axis, the deepest of every heap."""
    kept: list[Array] = []
    for place in places[np.argsort(found.value(places), kind="stable")]:
        if all(np.abs(place - other).max() > room for other in kept):
            kept.append(place)
    return np.array(kept).reshape(-1, 2)


HIMMELBLAU = (
    (3.0, 2.0),
    (-2.805118086952745, 3.131312518250573),
    (-3.779310253377747, -3.28318599128617),
    (3.5844283403304917, -1.8481265269644036),
)
# Of z² - 10 cos 2πz, and of ½(z⁴ - 16z² + 5z).
RASTRIGIN = (0.0, 0.9949586376523347, 1.9899122337085495, 2.9848557010394816)
STYBLINSKI_TANG = (-2.903534027771177, 2.746802770990837)
# One near every pair of whole numbers, in the eighth of the plane where x ≥ y ≥ 0.
ACKLEY: tuple[Point, ...] = (
    (0.0, 0.0),
    (0.9521665459502, 0.0),
    (0.9684776587077, 0.9684776587077),
    (1.9589197181217, 0.0),
    (1.964616662863, 0.9824160350791),
    (1.9744519864841, 1.9744519864841),
    (2.9646194431121, 0.0),
    (2.9672595287626, 0.9891541864817),
    (2.9731394199244, 1.9821399503815),
    (2.9792239546911, 2.9792239546911),
    (3.9694667433518, 0.0),
    (3.9709183150643, 0.99276720617),
    (3.9745401784682, 1.9873106146275),
    (3.9789247507682, 2.9842137381272),
    (3.9830676996898, 3.9830676996898),
    (4.973611257997, 0.0),
    (4.974497722177, 0.9949203738218),
    (4.9768438493301, 1.9907648757355),
    (4.9799579394868, 2.9879950588528),
    (4.9831988967609, 3.9865680979539),
)
