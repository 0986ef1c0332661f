"""How much the ground curves where a start leads, which the η that suits it comes from."""

from __future__ import annotations

import numpy as np

from optiviz.problems.base import Array, Plane, Point
from optiviz.problems.planes.lows import hessian

GRID = 41  # points along a side, of which those below the start count
FEW = 20  # of them, about 1 %: fewer may be no more than the tip of a cone
STRIDE = 0.01  # of the picture's diagonal, on the way downhill
STRIDES = 100  # at most: once across the picture
MOST = 90  # percentile of the curvatures: a pole, a kink and a wall are left out
FLAT = 1e-6  # of the heights over the shorter side squared: a curvature that is none


def steep(found: Plane, start: Point | Array) -> float:
    """The greater of two curvatures: all over the ground below a start, and on its way downhill.

    A run with momentum may see all of what is below; a start in a corner is steeper than that. Each
    is the 90th percentile. Of flat and of endless ground it is 0.
    """
    begin = np.asarray(start, float)
    with np.errstate(all="ignore"):
        x, y = (np.linspace(low, high, GRID) for low, high in found.bounds)
        w = np.stack(np.meshgrid(x, y), axis=-1)
        z = found.value(w)
        below = w[z <= found.value(begin)]
        parts = [way(found, begin), *([below] if len(below) >= FEW else [])]
        most = max(_curvature(found, part) for part in parts)
        finite = z[np.isfinite(z)]
        span = min(high - low for low, high in found.bounds)
        flat = FLAT * np.ptp(finite) / span**2 if len(finite) else np.inf
    return most if most > flat else 0.0


def way(found: Plane, start: Array) -> Array:
    """Points on the way downhill, in strides of one length, until the ground rises or ends."""
    low, high = np.array(found.bounds).T
    stride, w, points = STRIDE * np.linalg.norm(high - low), start, [start]
    value, g = found.value_and_grad(w)
    for _ in range(STRIDES):
        w = w - stride / np.linalg.norm(g) * g
        before, (value, g) = value, found.value_and_grad(w)
        if not value < before:
            break
        points.append(w)
    return np.array(points)


def _curvature(found: Plane, w: Array) -> float:
    """The 90th percentile of the curvatures at some points; 0 if none is finite."""
    sizes = np.abs(hessian(found, w)).sum(axis=-1).max(axis=-1, initial=0.0)
    finite = sizes[np.isfinite(sizes)]
    return float(np.percentile(finite, MOST)) if len(finite) else 0.0
