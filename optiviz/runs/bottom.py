"""The minimum downhill of a place: Newton's method on |curvatures|, whole rays at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optiviz.problems.base import Array, Plane

ARRIVED = 1e-3  # of the first loss above the bottom: below what a loss curve shows
NEAR = 0.02  # of the picture's diagonal: about the size of a marker
ROUNDING = 1e-6  # of the largest curvature: what finite differences leave of a zero
SEARCH = 20  # rays
STRIDE = 0.04  # of the diagonal: a step along one; six rays cross the picture
CLOSE = 1e-5  # of the diagonal: a step this short has arrived

# Shares of a step that are tried at once, with what differences of slopes need at each.
SHARES = (2.0**-18, 2.0**-12, 2.0**-8, 2.0**-5, 0.125, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
RAY = np.array(SHARES)[:, None]
STENCIL = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
ZOOM = np.stack(np.meshgrid(*[np.linspace(-1, 1, 17)] * 2), axis=-1).reshape(-1, 2)
RING = np.array([[math.cos(a), math.sin(a)] for a in np.arange(8) * math.pi / 4])
RINGS = np.concatenate([RING, RING / 100])
Seen = tuple[Array, Array, float]  # the losses, the slopes and how far apart these are


@dataclass(frozen=True)
class Curved:
    """The two curvatures of a place in rising order, and the axis of the larger; NaN if unknown."""

    low: float
    high: float
    axis: tuple[float, float]

    @property
    def largest(self) -> float:
        return max(abs(self.low), abs(self.high))

    def along(self, g: Array) -> float:
        """gᵀHg: above nought where the slope gets less on the way down."""
        (c, s), (x, y) = self.axis, g.tolist()
        steep, flat = c * x + s * y, c * y - s * x
        return float(self.high * (steep * steep) + self.low * (flat * flat))  # ** would raise

    def newton(self, g: Array) -> tuple[float, float]:
        """The step to the bottom of this curvature, downhill whatever its sign."""
        (c, s), (x, y) = self.axis, g.tolist()
        least = ROUNDING * self.largest
        high = (c * x + s * y) / max(abs(self.high), least)
        low = (c * y - s * x) / max(abs(self.low), least)
        return s * low - c * high, -s * high - c * low


def curved(slopes: Array, h: float) -> Curved:
    """What the slopes about the last of some points say, those of `STENCIL` at distance h."""
    _, right, up, left, down = slopes[-1].tolist()
    xx, xy = (right[0] - left[0]) / (2 * h), (right[1] - left[1]) / (2 * h)
    yx, yy = (up[0] - down[0]) / (2 * h), (up[1] - down[1]) / (2 * h)
    mean, half, twist = (xx + yy) / 2, (xx - yy) / 2, (xy + yx) / 2
    radius, angle = math.hypot(half, twist), math.atan2(twist, half) / 2
    return Curved(mean - radius, mean + radius, (math.cos(angle), math.sin(angle)))


class Ground:
    """A problem seen from one run: lengths in the diagonals of the picture are `unit` long."""

    def __init__(self, problem: Plane) -> None:
        self.problem = problem
        (left, right), (low, high) = problem.bounds
        self.corners = np.array([[left, low], [right, high]])
        self.unit = math.hypot(right - left, high - low)

    def outside(self, w: Array) -> float:
        """How far a place is from the picture."""
        (left, right), (low, high) = self.problem.bounds
        x, y = w.tolist()
        return math.hypot(x - min(max(x, left), right), y - min(max(y, low), high))

    def seen(self, points: Array) -> Seen:
        """The loss and the slopes at each point and about it, `(K,)` and `(K, 5, 2)`."""
        x, y = points[-1].tolist()
        h = 1e-4 * self.unit + 1e-6 * max(abs(x), abs(y))
        value, slopes = self.problem.value_and_grad(points[:, None] + h * STENCIL)
        return value[:, 0], slopes, h

    def curved(self, w: Array) -> Curved:
        return curved(*self.seen(w[None])[1:])


@dataclass(frozen=True)
class Bottom:
    """A minimum: its place, its loss, whether it is one place of a floor, or a tip."""

    place: Array | None = None
    value: float = math.nan
    floored: bool = False
    rounding: float = 0.0  # of its value
    tip: bool = False


def below(ground: Ground, w: Array, seen: Seen, dropped: float) -> Bottom:
    """The minimum downhill of a place.

    Args:
        ground: where.
        w: the place; seen: what is there.
        dropped: a difference of losses that counts.
    """
    value, slopes, h = seen
    at = float(value[0])
    far = 2 * max(ground.unit, ground.outside(w))
    for _ in range(SEARCH):
        here = curved(slopes, h)
        if not 0 < here.largest < math.inf:
            return tip(ground, w, dropped)
        step = np.array(here.newton(slopes[0, 0]))
        length = math.hypot(*step.tolist())
        outside = ground.outside(w)
        if length <= CLOSE * ground.unit:
            return settled(ground, w, at, here, dropped)
        longest = STRIDE * ground.unit + outside / 4
        if length > longest:
            step *= longest / length
        points = w + RAY * step
        losses, around, h = ground.seen(points)
        best, before = -1, at
        for k, loss in enumerate(losses.tolist()):
            if loss < before:
                best, before = k, loss
            elif best >= 0 or not loss <= before:
                break
        if outside > far or (outside and abs(here.low) <= ROUNDING * here.largest):
            break
        moved = SHARES[best] * min(length, longest) if best >= 0 else 0.0
        if best >= 0:
            w, at, slopes = points[best], before, around[best : best + 1]
        if moved <= CLOSE * ground.unit:
            if length > 1e-4 * ground.unit:
                return tip(ground, w, dropped)
            return settled(ground, w, at, here, dropped)
    return Bottom()


def settled(ground: Ground, w: Array, value: float, here: Curved, dropped: float) -> Bottom:
    """A stationary point, if the ground sinks along none of its axes."""
    floored = here.low <= ARRIVED * here.largest
    if here.low < -ARRIVED * here.largest:
        return Bottom()
    if floored:
        c, s = here.axis
        axes = NEAR / 2 * ground.unit * np.array([[c, s], [-s, c], [-c, -s], [s, -c]])
        if (value - ground.problem.value(w + axes) > ROUNDING * max(dropped - value, 0)).any():
            return Bottom()
    return Bottom(w, value, floored, ROUNDING * here.largest * ground.unit**2)


def tip(ground: Ground, w: Array, first: float) -> Bottom:
    """A minimum without curvature, such as that of |x|: by grids that shrink about the lowest."""
    problem, unit, reach = ground.problem, ground.unit, 4 * STRIDE
    at = float(problem.value(w))
    for _ in range(SEARCH):
        losses = problem.value(w + reach * unit * ZOOM)
        losses[np.isnan(losses)] = np.inf
        k = int(losses.argmin())
        lower = losses[k] < at
        if lower:
            w, at = w + reach * unit * ZOOM[k], float(losses[k])
        if not lower or np.abs(ZOOM[k]).max() < 1:
            reach /= 6
        if reach < 1e-6:
            break
    far, close = (problem.value(w + NEAR / 2 * unit * RINGS) - at).reshape(2, -1)
    pole = not close.max() < far.max() / 2  # all of its depth is in one place
    if reach >= 1e-6 or pole or not (far > 0).all():
        return Bottom()
    return Bottom(w, at, False, ARRIVED * (first - at), True)
