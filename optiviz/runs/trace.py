"""A run's numbers as the rules of a verdict read them, and the minimum downhill of its end."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from optiviz.optim import OPTIMIZERS
from optiviz.problems.base import Array, Plane
from optiviz.runs.record import Run

ARRIVED = 1e-3  # of the first loss above the bottom: below what a loss curve shows
NEAR = 0.02  # of the picture's diagonal: about the size of a marker
GREW = 2.0  # times the first loss: a rise beyond overshooting; a fall no loss above 0 can make
ROUNDING = 1e-6  # of the largest curvature: what finite differences leave of a zero
SEARCH = 60  # Newton steps
STRIDE = 0.04  # of the diagonal: the longest of them; twenty-five cross the picture
WINDOWS = 6  # the run's last half in three, to see what grows and what fades


class Trace:
    """A run's numbers; lengths are in diagonals of the picture.

    What is above the bottom or away from it is NaN, which no rule takes for near, if none was
    found; the loss is then taken above the known floor if there is one.
    """

    def __init__(self, run: Run, problem: Plane) -> None:
        self.run, self.problem, self.floor = run, problem, problem.floor()
        self.batched = getattr(run, "batch", None) is not None
        self.corners = np.array(problem.bounds).T
        self.unit = float(np.linalg.norm(self.corners[1] - self.corners[0]))
        self.w, self.loss, self.steps = run.w / self.unit, run.loss, run.steps
        self.moves, self.third = np.diff(self.w, axis=0), max(run.steps // 3, 1)
        self.lengths = np.linalg.norm(self.moves, axis=1)
        self.floored = False  # whether the bottom is one place of a floor
        self.bottom, value, self.minimum = self.search()
        lowest = self.floor if self.bottom is None else value
        self.above = self.loss - (np.nan if lowest is None else lowest)
        self.first = self.above[0] if self.above[0] > 0 else self.above.max()
        place = np.nan if self.bottom is None else self.bottom / self.unit
        self.away = np.linalg.norm(self.w - place, axis=1)
        self.sank = self.loss[0] - self.loss[-1] > GREW * abs(self.loss[0])
        last = slice(-self.third, None)
        off, spread = np.linalg.norm((self.w - place)[last].mean(axis=0)), self.w[last].var(axis=0)
        self.about = off**2 <= spread.sum() and self.above[last].min() >= -ROUNDING * self.first

    @cached_property
    def lr(self) -> Array:
        """The rate of every step."""
        return self.run.lr.reshape(self.steps, -1)[:, 0]

    @cached_property
    def forgets(self) -> bool:
        """Whether the rule may shake itself loose: not known of a rule that is not ours."""
        rule = OPTIMIZERS.get(self.run.optimizer)
        return rule is None or rule.forgets

    @cached_property
    def tail(self) -> list[slice]:
        """The last three of `WINDOWS` parts of the run."""
        n, end = max(self.steps // WINDOWS, 1), self.steps + 1
        return [slice(end - k * n, end - (k - 1) * n) for k in (3, 2, 1)]

    @cached_property
    def peaks(self) -> Array:
        """The highest loss in each part of the tail."""
        return np.array([self.loss[part].max() for part in self.tail])

    @property
    def low(self) -> float:
        """The bottom, or else the lowest loss there was."""
        return float(np.fmin(self.loss.min(), self.loss[0] - self.above[0]))

    @cached_property
    def sizes(self) -> Array:
        """How widely the run spreads in each part of the tail."""
        return np.array([np.linalg.norm(np.ptp(self.w[part], axis=0)) for part in self.tail])

    def steady(self) -> bool:
        """Whether what the run does back and forth neither grows nor fades."""
        one_way = abs(np.sign(np.diff(self.sizes)).sum()) == 2
        high = self.peaks - self.low
        alike = self.sizes.max() <= (1.25 if one_way else 1.6) * self.sizes.min()
        return bool(alike and high.max() <= (1.5 if one_way else 2.0) * high.min())

    def settles(self) -> bool:
        """Whether it fades from each part to the next, in width and in loss."""
        fades = (np.diff(self.sizes) < 0).all() and (np.diff(self.peaks) < 0).all()
        shares = self.sizes[1:] / self.sizes[:-1]
        return bool(fades and shares.max() <= 1.5 * shares.min() and not self.forgets)

    def search(self) -> tuple[Array | None, float, str]:
        """The minimum downhill of the end: Newton's method on |curvatures|, in short steps."""
        w = self.run.w[-1]
        for _ in range(SEARCH):
            value, g = self.problem.value_and_grad(w)
            curvatures, axes = self.curved(w)
            largest = np.abs(curvatures).max()
            if not 0 < largest < np.inf:
                return self.tip(w)
            step = -axes @ (axes.T @ g / np.maximum(np.abs(curvatures), ROUNDING * largest))
            length = float(np.linalg.norm(step))
            outside = float(np.linalg.norm(w - np.clip(w, *self.corners)))
            step *= min(1.0, (STRIDE * self.unit + 0.1 * outside) / max(length, 1e-300))
            tries = (w + step / 2**k for k in range(40))
            ahead = next((point for point in tries if self.problem.value(point) < value), None)
            if length <= 1e-9 * self.unit or ahead is None:
                if length > 1e-4 * self.unit:
                    return self.tip(w)
                if outside > 1e3 * self.unit or self.goes_down(w, value, axes):  # in a huge loss
                    break
                self.floored = curvatures[0] <= ARRIVED * largest
                return self.named(w, value, ROUNDING * largest * self.unit**2)
            w = ahead
        return None, np.nan, ""

    def named(self, w: Array, value: float, rounding: float) -> tuple[Array, float, str]:
        floor = value if self.floor is None else self.floor
        local = value > floor + rounding
        return w, float(value), "a local minimum" if local else "the minimum"

    def tip(self, w: Array) -> tuple[Array | None, float, str]:
        """A minimum without curvature, such as that of |x|: by steps to and fro that are halved."""
        angles = np.arange(8) * np.pi / 4
        around, reach = np.stack([np.cos(angles), np.sin(angles)], axis=1), STRIDE
        value, moved = float(self.problem.value(w)), 0
        while reach > 1e-7 and moved < SEARCH:
            points = w + reach * self.unit * around
            losses = self.problem.value(points)
            if losses.min() < value:
                w, value, moved = points[losses.argmin()], float(losses.min()), moved + 1
            else:
                reach /= 2
        ring = self.problem.value(w + NEAR / 2 * self.unit * around)
        if reach > 1e-7 or not (ring > value).all():
            return None, np.nan, ""
        return self.named(w, value, ARRIVED * float(self.loss[0] - value))

    def goes_down(self, w: Array, value: float, axes: Array) -> bool:
        """Whether the ground sinks from a stationary point along one of its axes."""
        h = NEAR / 2 * self.unit * np.concatenate([axes.T, -axes.T])
        sank = value - self.problem.value(w + h)
        return bool((sank > ROUNDING * max(self.loss[0] - value, 0)).any())

    def curved(self, w: Array) -> tuple[Array, Array]:
        """The curvatures at `w` in rising order, NaN if not finite, and their axes as columns."""
        h = 1e-4 * self.unit + 1e-6 * np.linalg.norm(w)
        g = self.problem.value_and_grad(w + h * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]]))[1]
        hessian = (g[:2] - g[2:]) / (2 * h)
        if not np.isfinite(hessian).all():
            return np.full(2, np.nan), np.eye(2)
        curvatures, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        return curvatures, axes

    def after(self, n: int) -> list[Array]:
        """Distance to go in loss and in place, as shares of what counts as there, n steps apart.

        The means over the last n steps, the n before and the n before those, newest first.
        """
        targets = [(self.above, ARRIVED * self.first), (self.away, NEAR)]
        targets = targets[: 1 if self.floored else 2]
        at = [slice(len(self.loss) - k * n - n, len(self.loss) - k * n) for k in range(3)]
        return [np.array([x[part].mean() for part in at]) / target for x, target in targets]


def after_last(holds: Array) -> int:
    """The first index from which it no longer holds."""
    return int(np.append(-1, np.flatnonzero(holds))[-1]) + 1


def turns(moves: Array) -> int:
    """How often the sign changes, moves too small to show left out."""
    moves = moves[np.abs(moves) > ARRIVED * np.abs(moves).max()]
    return int((moves[1:] * moves[:-1] < 0).sum())
