"""A run's numbers as the rules of a verdict read them, and the minimum downhill of its end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np

from optiviz.optim import OPTIMIZERS
from optiviz.problems.base import Array, Plane
from optiviz.runs.ahead import ahead
from optiviz.runs.bottom import ARRIVED, NEAR, ROUNDING, Bottom, Curved, Ground, Seen, below, curved
from optiviz.runs.record import Run
from optiviz.runs.ruled import Ruled

Ending = Literal["left", "slopeless", "diverged", "falls", "diverging", "cycle"]
Rest = Literal["converged", "arrived", "near", "slides", "stuck", "stalled"]
Habit = Literal["hovers", "oscillates", "settles", "crawls", "wanders"]
Kind = Literal[Ending, Rest, Habit, "descending", "rising", "early"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Finding = tuple[Kind, str, int | None] | None

GREW = 2.0  # times the first loss: a rise beyond overshooting; a fall no loss above 0 can make
STEADY = 1.2  # from third to third of a run: it has three to go, and may double by then
PEAKS, FORGOT = 1.8, 1.4  # the same of its peaks; of a rule that may shake itself loose
FADES = 0.8  # from third to third: half as wide after as many steps again
THROWS = 20.0  # markers: jolts that shake a run out of its basin
TURNS = 4  # in the last half: twice there and back
AHEAD = 20  # steps: more cost more than they decide
WINDOWS = 6  # the run's last half in three, to see what grows and what fades


class Trace(Ruled):
    """A run's numbers; lengths are in diagonals of the picture.

    What is above the bottom or away from it is NaN, which no rule takes for near, if none was
    found; the loss is then taken above the known floor if there is one.
    """

    def __init__(self, run: Run, problem: Plane) -> None:
        super().__init__(run)
        self.problem, self.ground = problem, Ground(problem)
        self.unit, self.corners = self.ground.unit, self.ground.corners
        self.batched = getattr(run, "batch", None) is not None
        self.w, self.loss = run.w / self.unit, run.loss
        self.moves = np.diff(self.w, axis=0)
        self.lengths = np.hypot(self.moves[:, 0], self.moves[:, 1])
        self.sank = self.loss[0] - self.loss[-1] > GREW * abs(self.loss[0])

    @cached_property
    def led(self) -> Array | None:
        """Where the step led that ended the run, which no record keeps; a guess for other rules."""
        points = ahead(self.run, self.problem, 1, further=True)
        guess = self.run.w[-1] + self.moves[-1] * self.unit if self.steps else None
        return next((point.w for point in points), guess)

    @cached_property
    def ahead(self) -> Array:
        """The losses of the next steps, until one is lower; on a straight line for other rules."""
        losses = []
        for point in ahead(self.run, self.problem, min(self.steps, AHEAD)):
            losses.append(self.problem.value(point.w) if self.batched else point.loss)
            if losses[-1] < self.loss[-1]:
                break
        return np.array(losses or [2 * self.loss[-1] - self.loss[-2]])

    @cached_property
    def waits(self) -> bool:
        """Whether the next steps move where none did: ADOPT only looks at its first slope."""
        points = ahead(self.run, self.problem, 2)
        return any((point.w != self.run.w[-1]).any() for point in points)

    @cached_property
    def floor(self) -> float | None:
        """The least known loss."""
        return self.problem.floor()

    @cached_property
    def seen(self) -> Seen:
        """The ground at the end."""
        return self.ground.seen(self.run.w[-1:])

    @cached_property
    def bottom(self) -> Bottom:
        """The minimum downhill of the end; what is above or away from an unknown one is NaN."""
        return below(self.ground, self.run.w[-1], self.seen, float(self.loss[0]))

    @cached_property
    def here(self) -> Curved:
        """The curvatures of the end."""
        return curved(*self.seen[1:])

    @cached_property
    def minimum(self) -> str:
        """What the bottom is called."""
        floor = self.bottom.value if self.floor is None else self.floor
        local = self.bottom.value > floor + self.bottom.rounding
        return "a local minimum" if local else "the minimum"

    @cached_property
    def above(self) -> Array:
        """The loss above the bottom, or above the known floor if there is none."""
        lowest = self.floor if self.bottom.place is None else self.bottom.value
        return self.loss - (np.nan if lowest is None else lowest)

    @cached_property
    def first(self) -> float:
        """The first loss above the bottom; the highest one if it started below."""
        return float(self.above[0] if self.above[0] > 0 else self.above.max())

    @cached_property
    def away(self) -> Array:
        """The distance from the bottom."""
        if self.bottom.place is None:
            return np.full(len(self.w), np.nan)
        x, y = (self.w - self.bottom.place / self.unit).T
        away: Array = np.hypot(x, y)
        return away

    @cached_property
    def about(self) -> bool:
        """Whether the last third scatters about the bottom."""
        if self.bottom.place is None:
            return False
        last = self.w[-self.third :]
        off = last.mean(axis=0) - self.bottom.place / self.unit
        above = self.above[-self.third :].min() >= -ROUNDING * self.first
        return bool(off @ off <= last.var(axis=0).sum() and above)

    @cached_property
    def jolts(self) -> float:
        """How long the steps become, in markers, once the divisor has forgotten past slopes.

        A slope that comes back after long is divided by √(1-β₂) of itself. The greatest divisor
        shrinks too, while the correction for its start comes to an end.
        """
        if not (self.forgets or "moment2_max" in self.run.slots):
            return 0.0
        settings = self.settings
        second, first = settings.get("beta2", settings.get("beta", 0.999)), settings.get("beta1", 0)
        if "momentum_decay" in settings:  # Nadam's β₁ begins with half of itself
            first /= 2
        worst = (1 - first) / np.sqrt(1 - second)
        return float(self.lr[-1] * np.max(worst) / (NEAR * self.unit))

    @cached_property
    def loosens(self) -> bool:
        """Whether Adam's divisor, while it forgets, gets too small for the curvature within as many
        steps again: what weight decay holds on a floor is then thrown along it.

        Its steps are unstable from λη/√v = 2(1+β₁)/(1-β₁) on; Cohen et al. 2022.
        """
        settings = self.settings
        if not self.forgets or "moment2" not in self.run.slots or "beta2" not in settings:
            return False
        first, second = (np.max(settings.get(name, 0.0)) for name in ("beta1", "beta2"))
        root = np.sqrt(self.run.slots["moment2"][-1].max() * second**self.steps)
        return bool(self.here.high * self.lr[-1] * (1 - first) > 2 * (1 + first) * root)

    @cached_property
    def coasts(self) -> bool:
        """Whether its velocity takes it away, along a floor or where the rate has gone."""
        free = self.bottom.floored or not self.held
        return bool(free and self.lengths[-3:].max() > NEAR * (1 - self.beta))

    @cached_property
    def drift(self) -> float:
        """How far the middle of the last steps goes on in as many again, slowing down as it did."""
        n = max(self.steps // 12, 1)
        middles = [mean(self.w[-k * n : len(self.w) - (k - 1) * n]) for k in (3, 2, 1)]
        before, now = (math.dist(*pair) for pair in pairwise(middles))
        slower = min(now / before, 1.0) if before else 1.0
        return now * sum(slower**k for k in range(1, self.steps // n + 1))

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
    def spreads(self) -> Array:
        """How widely the run spreads along each axis in each part of the tail."""
        return np.array([spread(self.w[part]) for part in self.tail])

    @property
    def sizes(self) -> Array:
        """How widely it spreads in each part."""
        sizes: Array = np.hypot(self.spreads[:, 0], self.spreads[:, 1])
        return sizes

    @cached_property
    def thirds(self) -> list[slice]:
        """The three parts of the run."""
        n, end = self.third, self.steps + 1
        return [slice(end - k * n, end - (k - 1) * n) for k in (3, 2, 1)]

    @cached_property
    def widths(self) -> Array:
        """How widely the run spreads in each third."""
        return np.array([math.hypot(*spread(self.w[part])) for part in self.thirds])

    def steady(self) -> bool:
        """Whether what the run does back and forth neither grows nor fades."""
        before, now = self.widths[1:]
        high = self.peaks - self.low
        apart = FORGOT if self.forgets else PEAKS
        alike = self.sizes.max() <= STEADY * self.sizes.min() and high.max() <= apart * high.min()
        alike = alike and now / STEADY <= before <= STEADY * now
        # Along one axis it may grow where nobody sees it yet, and ever faster.
        grew = (self.spreads[1:] / self.spreads[:-1]).min(axis=0)
        bounded = not (self.spreads[2] * grew**WINDOWS > self.sizes[2]).any()
        return bool(alike and self.held and bounded)

    def settles(self) -> bool:
        """Whether it fades from each part to the next, in width, in steps and in loss."""
        before, now = self.widths[1:]
        pace = np.array([self.lengths[part.start - 1 : part.stop - 1].mean() for part in self.tail])
        fades = all((np.diff(x) < 0).all() for x in (self.sizes, self.peaks, pace))
        shares = self.sizes[1:] / self.sizes[:-1]
        alike = shares.max() <= 1.5 * shares.min() and pace[2] <= FADES * pace[0]
        return bool(fades and alike and now <= FADES * before and not self.jolts)

    def rests(self) -> bool:
        """Whether the last steps keep to one place and one loss, as near as a bottom is."""
        last = slice(-max(self.steps // 12, 2), None)
        w, loss = self.w[last], self.loss[last]
        fell = float(self.loss.max() - loss[-1])
        return bool(max(spread(w)) <= 2 * NEAR and loss.max() - loss.min() <= 2 * ARRIVED * fell)

    def grows(self) -> bool:
        """Whether what is left of the loss would be visible in ten times the steps, at its pace."""
        if self.steps < 3:
            return False
        high = np.array([self.above[part].max() for part in self.thirds])
        grew = high[2] / high[1]
        return not self.batched and grew > 1 and high[2] * grew**30 > ARRIVED * self.first

    @cached_property
    def paced(self) -> bool:
        """Whether a step is as long where the slope is small: so not known of rules not ours."""
        rule = OPTIMIZERS.get(self.run.optimizer)
        if self.bottom.tip or rule is None:
            return True
        # A sum that only grows is as good as constant: the steps are in proportion to the slope.
        return rule.rate != "gradient" and "accumulator" not in self.run.slots

    def after(self, n: int) -> Iterator[list[Any]]:
        """Distance to go in loss and in place, as shares of what counts as there, n steps apart.

        The means over the last n steps, the n before and the n before those, newest first.
        """
        end = len(self.loss)
        at = [slice(end - k * n - n, end - k * n) for k in range(3)]
        yield [mean(self.above[part]) / (ARRIVED * self.first) for part in at]
        if not self.bottom.floored:
            yield [mean(self.away[part]) / NEAR for part in at]


def after_last(holds: Array) -> int:
    """The first index from which it no longer holds."""
    where = holds.nonzero()[0]
    return int(where[-1]) + 1 if len(where) else 0


def spread(w: Array) -> list[float]:
    """From the least to the greatest along each axis."""
    spread: list[float] = (w.max(axis=0) - w.min(axis=0)).tolist()
    return spread


def mean(x: Array) -> Any:
    """Without NumPy's own look at what it is given, which takes longer than the sum."""
    return np.add.reduce(x) / len(x)


def turns(moves: Array) -> int:
    """How often the sign changes, moves too small to show left out."""
    moves = moves[np.abs(moves) > ARRIVED * np.abs(moves).max()]
    return int((moves[1:] * moves[:-1] < 0).sum())
