"""What became of a run, in one line that its numbers bear out.

The rules, in the order in which they are tried; the first that applies speaks. "The bottom" is the
minimum downhill of where the run ended, found by a search of its own; "the picture" is the
problem's bounds. A run of fewer than `FEW` steps has only rules 1, 3, 10, and 4 if it never moved.

 1. diverged: it left the finite numbers; "falls without end" if no floor is known and it sank.
 2. cycle: the last quarter repeats itself, three times at least, visibly in the picture.
 3. converged: loss and place come near the bottom and stay for a tenth as long as it took to get
    there (as long again on mini-batches), or all but stand; "in a local minimum" where the problem
    knows a lower floor.
 4. stuck: it keeps near a stationary point that has a way down, or on flat ground; stalled, if it
    never moved at all.
 5. falls: no floor known, none found, out of the picture, and the loss sinks ever faster.
 6. diverging: the highest loss of every quarter of the run is above that of the quarter before.
 7. hovers: on mini-batches, the last third scatters about the bottom and comes no nearer.
 8. oscillates: on all the data, the last third goes back and forth rather than on.
 9. crawls: at its pace, not picking up, it would take `MANY` times the steps. The reason is given
    if it shows: weight decay, or a rate that has died (both stalled).
10. wanders: the last third is no lower than the third before, or the end no lower than the start,
    and the loss goes up and down; rising, if the loss does not; else still descending. After a
    few steps without a fall: too early to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Plane
from optiviz.runs.record import Run

Ending = Literal["diverged", "falls", "diverging", "cycle", "converged", "stuck"]
Habit = Literal["hovers", "oscillates", "stalled", "crawls", "wanders"]
Kind = Literal[Ending, Habit, "descending", "rising", "early"]
KINDS: tuple[Kind, ...] = get_args(Kind)

FEW = 12  # steps: fewer show no habit
ARRIVED = 1e-3  # of the first loss above the bottom: below what a loss curve shows
NEAR = 0.02  # of the picture's diagonal: about the size of a marker
VISIBLE = 0.005  # of the diagonal: three pixels of six hundred
STAYED = 0.1  # of the steps it took to arrive; an undamped swing is past in 0.04 of them
REPEATS = 1e-3  # of a cycle's size: the difference between its rounds
GREW = 2.0  # times the first loss: a rise beyond overshooting; a fall no loss above 0 can make
TURNS = 4  # in the last third: twice there and back
MANY = 5.0  # times the steps already taken: nobody would wait
FASTER = 1.1  # times the third before: still no great help within MANY
FLAT = 1e-3  # of the loss that remains: all that this slope would give across the picture
DIED = 5.0  # times: the fall of the effective rate; AdaGrad's makes it within 25 steps
LONG = 4.0  # a ratio of curvatures: level lines twice as long as wide look like a valley
ROUNDING = 1e-6  # of the largest curvature: what finite differences leave of a zero
SEARCH = 200  # Newton steps; fifty cross the picture


@dataclass(frozen=True)
class Verdict:
    """What became of a run: one of `KINDS`, the step it speaks of if any, and the words."""

    kind: Kind
    step: int | None
    text: str

    def __str__(self) -> str:
        return self.text


def verdict(run: Run, problem: Plane) -> Verdict:
    """Say in one line what became of a finished run.

    Args:
        run: a single run, not a stack.
        problem: the one it ran on.

    Raises:
        UserError: the run is a stack of several.

    >>> from optiviz import descend, optim, surfaces
    >>> print(verdict(descend(surfaces["bowl"], optim.SGD(lr=0.1)), surfaces["bowl"]))
    converged at step 33
    """
    if run.w.ndim != 2:
        raise UserError(f"A verdict is about a single run, got a stack of {run.w.shape[1]}.")
    long = (cycle, converged, stuck, falls, diverging, hovers, oscillates, crawls)
    with np.errstate(all="ignore"):
        trace = Trace(run, problem)
        rules = (diverged, *(long if run.steps >= FEW else (converged, stuck)), otherwise)
        kind, text, step = next(found for rule in rules if (found := rule(trace)))
    return Verdict(kind, step, text)


Finding = tuple[Kind, str, int | None] | None


class Trace:
    """A run's numbers as the rules read them; lengths are in diagonals of the picture.

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

    def search(self) -> tuple[Array | None, float, str]:
        """The minimum downhill of the end: Newton's method on |curvatures|, in short steps."""
        w = self.run.w[-1]
        for _ in range(SEARCH):
            value, g = self.problem.value_and_grad(w)
            curvatures, axes = self.curved(w)
            largest = np.abs(curvatures).max()
            if not 0 < largest < np.inf:
                break
            step = -axes @ (axes.T @ g / np.maximum(np.abs(curvatures), ROUNDING * largest))
            length = float(np.linalg.norm(step))
            outside = float(np.linalg.norm(w - np.clip(w, *self.corners)))
            step *= min(1.0, (NEAR * self.unit + 0.1 * outside) / max(length, 1e-300))
            tries = (w + step / 2**k for k in range(40))
            ahead = next((point for point in tries if self.problem.value(point) < value), None)
            if length <= 1e-9 * self.unit or ahead is None:
                lost = length > 1e-4 * self.unit or outside > 1e3 * self.unit  # in a huge loss
                if lost or curvatures[0] < -ROUNDING * largest:
                    break
                floor = value if self.floor is None else self.floor
                local = value > floor + ROUNDING * largest * self.unit**2
                return w, float(value), "a local minimum" if local else "the minimum"
            w = ahead
        return None, np.nan, ""

    def curved(self, w: Array) -> tuple[Array, Array]:
        """The curvatures at `w` in rising order, NaN if not finite, and their axes as columns."""
        h = 1e-4 * self.unit + 1e-6 * np.linalg.norm(w)
        g = self.problem.value_and_grad(w + h * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]]))[1]
        hessian = (g[:2] - g[2:]) / (2 * h)
        if not np.isfinite(hessian).all():
            return np.full(2, np.nan), np.eye(2)
        curvatures, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        return curvatures, axes

    def out_of_reach(self, n: int, straight: bool) -> bool:
        """Whether loss, or else place, could not arrive in `MANY` times the steps.

        Its pace is that of the last n steps, by which it shrinks by the same factor every step, or
        by the same amount if `straight`, the kinder guess.
        """
        for values, target in ((self.above, ARRIVED * self.first), (self.away, NEAR)):
            now, before, earlier = (values[len(values) - k * n - n :][:n].mean() for k in range(3))
            if now > target:
                gain, needed = np.log(before / now), np.log(now / target)
                if straight:
                    gain, needed = before - now, now - target
                faster = not straight and before - now > FASTER * (earlier - before)
                return bool(not faster and gain >= 0 and MANY * self.steps / n * gain < needed)
        return False


def after_last(holds: Array) -> int:
    """The first index from which it no longer holds."""
    return int(np.append(-1, np.flatnonzero(holds))[-1]) + 1


def turns(moves: Array) -> int:
    """How often the sign changes, moves too small to show left out."""
    moves = moves[np.abs(moves) > ARRIVED * np.abs(moves).max()]
    return int((moves[1:] * moves[:-1] < 0).sum())


def diverged(t: Trace) -> Finding:
    at = int(t.run.diverged_at)
    if at >= 0 and t.floor is None and t.sank:
        return "falls", "falls without end", at
    return ("diverged", f"diverged at step {at}", at) if at >= 0 else None


def cycle(t: Trace) -> Finding:
    for period in range(2, t.steps // 6 + 1):
        part = t.w[-max(3 * period, t.steps // 4) :]
        size = np.ptp(part[-period:], axis=0).max()
        again = part[-period:][np.arange(-len(part), 0) % period]
        if size >= VISIBLE and np.abs(part - again).max() <= REPEATS * size:
            return "cycle", f"limit cycle of period {period}", None
    return None


def converged(t: Trace) -> Finding:
    step = after_last((t.above > ARRIVED * t.first) | (t.away > NEAR))
    left, pace = t.steps - step, np.linalg.norm(t.moves[-3:], axis=1).max()
    stayed = left >= (1 if t.batched else STAYED) * step or pace * t.steps <= NEAR
    if t.bottom is None or (pace > 0 and (left < 2 or not stayed)) or left < 0:
        return None
    words = f"converged at step {step}" if step else "starts at a minimum and stays there"
    return "converged", words + (", in a local minimum" if "local" in t.minimum else ""), step


def stuck(t: Trace) -> Finding:
    end, close = t.run.w[-1], NEAR / 2
    away = np.linalg.norm(t.w[-t.third - 1 :] - t.w[-1], axis=1).max()
    if away > close or (t.steps < FEW and t.moves.any()):
        return None
    g = t.problem.value_and_grad(end)[1]
    curvatures, axes = t.curved(end)
    largest = np.abs(curvatures).max()
    across = t.unit + np.linalg.norm(end - np.clip(end, *t.corners))  # from outside, too
    if max(np.linalg.norm(g) * across, largest * across**2) <= FLAT * t.above[-1]:
        return "stuck", "stuck on flat ground: the gradient has vanished", None
    zero = ROUNDING * largest
    newton = np.linalg.norm(axes.T @ g / curvatures) / t.unit
    known = any(np.linalg.norm(end - point) <= close * t.unit for point in t.problem.saddles)
    if known or (newton <= close and curvatures[0] < -zero):
        return "stuck", f"stuck at a {'maximum' if curvatures[1] < -zero else 'saddle'}", None
    return None if t.moves.any() else ("stalled", "stalled: no step moves it", None)


def falls(t: Trace) -> Finding:
    inside = ((t.run.w >= t.corners[0]) & (t.run.w <= t.corners[1])).all(axis=1)
    now, before, earlier = (t.loss[-1 - k * t.third] for k in range(3))
    faster = before - now >= earlier - before > 0
    unknown = t.bottom is None and t.floor is None
    if unknown and t.sank and faster and not inside[-1]:
        return "falls", "falls without end", after_last(inside)
    return None


def diverging(t: Trace) -> Finding:
    lowest = np.fmin(t.loss.min(), t.loss[0] - t.above[0])
    peaks = np.array([part.max() for part in np.array_split(t.loss, 4)])
    if (np.diff(peaks) > 0).all() and peaks[-1] - lowest > GREW * (t.loss[0] - lowest):
        return "diverging", "diverging: the loss peaks ever higher", None
    return None


def hovers(t: Trace) -> Finding:
    now, before = t.above[-t.third :].mean(), t.above[-2 * t.third : -t.third].mean()
    if t.batched and t.about and now >= before / 2:
        return "hovers", f"hovers about {t.minimum}", None
    return None


def oscillates(t: Trace) -> Finding:
    part, moves = t.run.w[-t.third :], t.moves[-t.third :]
    unit = moves / (np.abs(moves).max() or 1.0)  # whose squares cannot overflow
    axis = np.linalg.eigh(unit.T @ unit)[1][:, 1]
    along = moves @ axis
    onwards = np.abs(along).sum() < 3 * abs(along.sum())
    size = np.ptp(t.w[-t.third :] @ axis)
    if t.batched or onwards or size < VISIBLE or turns(along) < TURNS:
        return None
    middle, end = t.curved(part.mean(axis=0)), t.curved(part[-1])
    long = all(curvatures[1] > LONG * abs(curvatures[0]) for curvatures, _ in (middle, end))
    alike = 1 / LONG < middle[0][1] / end[0][1] < LONG  # the curvature of one valley
    shares = [(axes[:, 1] @ axis) ** 2 for _, axes in (middle, end)]
    where = f"about {t.minimum}" if t.about else "back and forth"
    if long and alike:
        where = "across the valley" if min(shares) > 0.75 else where
        where = "along the valley" if max(shares) < 0.25 else where
    return "oscillates", f"oscillates {where}", None


def crawls(t: Trace) -> Finding:
    n = max(t.steps // 10, 3)
    moved = np.linalg.norm(t.moves, axis=1)
    rate = moved / np.maximum(np.linalg.norm(t.run.grad[:-1], axis=1), 1e-300)
    died = t.steps >= 10 * n and np.median(rate[-n:]) <= np.median(rate)  # nor does it recover
    died = died and t.loss[-t.third - 1] - t.loss[-1] <= (t.loss[0] - t.loss[t.third]) / 2
    died = died and all(DIED * np.median(x[-n:]) <= x[:n].max() for x in (moved, rate))
    died = died and t.out_of_reach(t.third if t.batched else 3, straight=True)
    slow = died or all(t.out_of_reach(k, straight=False) for k in (t.third, t.third // 2))
    if not slow or np.linalg.norm(t.w[-1] - t.w[-n - 1]) < moved[-n:].sum() / 4:
        return None
    decay, lr = t.run.settings.get("weight_decay", 0), t.run.lr.reshape(t.steps, -1)[:, 0]
    if died and np.any(decay != 0) and lr[-1] * DIED > lr.max():
        return "stalled", "stalled: weight decay balances the gradient", None
    if died:
        return "stalled", "stalled: the effective rate has died", None
    return "crawls", "crawls", None


def otherwise(t: Trace) -> Finding:
    now, before = t.loss[-t.third :].mean(), t.loss[-2 * t.third :][: t.third].mean()
    lower = t.loss[-1] < t.loss[0]
    if t.steps < FEW and not lower:
        return "early", "too early to say", None
    if t.steps < FEW or (now < before and lower):
        return "descending", "still descending", None
    if turns(np.diff(t.loss[-t.third :])) >= TURNS:
        return "wanders", "wanders: the loss goes up and down", None
    if now >= before:
        return "rising", "rising again", None
    return "descending", "still descending", None
