"""What became of a run, in one line that its numbers bear out and its future too.

Each kind is a claim about the same run continued: the same settings, a schedule held at its last
value, batches from the same stream. T is the number of steps taken, "the bottom" the minimum
downhill of where the run ended, "the picture" the problem's bounds. `benchmarks/words.py` continues
random runs and counts what was contradicted. The first rule that applies speaks.

| kind        | what is claimed                                                                 |
| ----------- | ------------------------------------------------------------------------------- |
| left        | step t led where the loss is undefined                                          |
| slopeless   | step t led to a point that has a loss and no slope: a tip, a kink               |
| diverged    | step t left the finite numbers                                                  |
| falls       | no floor is known, and the loss goes on to fall                                 |
| cycle       | the last steps repeat themselves, and go on to                                  |
| converged   | near the bottom since step t, and still there ten times as long                 |
| arrived     | near the bottom at step t, and most of the time to come; the rule may shake it  |
|             | loose for a while (its divisor fades where the slope does)                      |
| stuck       | near a stationary point that is no minimum, for as many steps again             |
| stalled     | no step moves it by more than a marker for as many steps again                  |
| diverging   | it ends beyond the picture or above the first loss within ten times the steps   |
| hovers      | mini-batches scatter it about the bottom, as widely after as many steps again   |
| oscillates  | back and forth, as widely after as many steps again                             |
| settles     | back and forth, less widely after as many steps again                           |
| crawls      | it has not arrived after five times the steps                                   |
| descending  | the loss gets lower within as many steps again                                  |
| rising      | the loss gets higher within as many steps again                                 |
| wanders     | nothing: the loss goes up and down                                              |
| early       | nothing: too few steps                                                          |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Plane
from optiviz.runs.record import Run
from optiviz.runs.trace import ARRIVED, GREW, NEAR, ROUNDING, Trace, after_last, turns

Ending = Literal["left", "slopeless", "diverged", "falls", "diverging", "cycle"]
Rest = Literal["converged", "arrived", "stuck", "stalled"]
Habit = Literal["hovers", "oscillates", "settles", "crawls", "wanders"]
Kind = Literal[Ending, Rest, Habit, "descending", "rising", "early"]
KINDS: tuple[Kind, ...] = get_args(Kind)

FEW = 12  # steps: fewer show no habit
VISIBLE = 0.005  # of the diagonal: three pixels of six hundred
STAYED = 0.1  # of the steps it took to arrive; an undamped swing is past in 0.04 of them
REPEATS = 1e-4  # of a cycle's size: the difference between its rounds
TURNS = 4  # in the last half: twice there and back
MANY = 5.0  # times the steps already taken: nobody would wait
SURE = 1.5  # times the pace needed: what a guess may be wrong by
LONGER = 40  # steps: as many again are enough to come back to the lowest loss there was
SHAKES, THROWS = 0.1, 3.0  # markers: rates that shake a run out of one, and out of the basin
FLAT = 1e-3  # of the loss that remains: all that this slope would give across the picture
DIED = 5.0  # times: the fall of the effective rate; AdaGrad's makes it within 25 steps
LONG = 4.0  # a ratio of curvatures: level lines twice as long as wide look like a valley


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
    long = (converged, cycle, stuck, falls, diverging, hovers, oscillates, stalled, crawls)
    with np.errstate(all="ignore"):
        trace = Trace(run, problem)
        rules = (diverged, *(long if run.steps >= FEW else (converged, stuck)), trend)
        kind, text, step = next(found for rule in rules if (found := rule(trace)))
    return Verdict(kind, step, text)


Finding = tuple[Kind, str, int | None] | None


def diverged(t: Trace) -> Finding:
    at = int(t.run.diverged_at)
    if at < 0:
        return None
    if t.floor is None and t.sank:
        return "falls", "falls without end", at
    # Where the step led is not recorded; most led along the slope, or on as the step before.
    w, lr = t.run.w[-1], t.run.settings.get("lr", 0.0)
    ahead: list[Array] = [w - getattr(lr, "base", lr) * t.run.grad[-1]]
    ahead += [w + share * t.unit * t.moves[-1] for share in (0.5, 1.0, 2.0) if t.steps]
    for point in ahead:
        loss, slope = t.problem.value_and_grad(point)
        if not np.linalg.norm(point) < 1e3 * t.unit:
            break
        if np.isnan(loss):
            return "left", f"left the domain at step {at}", at
        if np.isfinite(loss) and not np.isfinite(slope).all():
            return "slopeless", f"stopped at step {at}: no slope is defined there", at
    return "diverged", f"diverged at step {at}", at


def cycle(t: Trace) -> Finding:
    last = max(t.steps // 4, 6)
    size = np.ptp(t.w[-last:], axis=0).max()
    near = np.abs(t.w[-1 - last : -1] - t.w[-1]).max(axis=1)[::-1] <= REPEATS * size
    for period in map(int, np.flatnonzero(near[: t.steps // 6]) + 1):
        part = t.w[-max(3 * period, last) :]
        again = part[-period:][np.arange(-len(part), 0) % period]
        if size >= ARRIVED * NEAR and period > 1 and np.abs(part - again).max() <= REPEATS * size:
            return "cycle", f"limit cycle of period {period}", None
    return None


def converged(t: Trace) -> Finding:
    step = after_last((t.above > ARRIVED * t.first) | (t.away > NEAR))
    left, pace = t.steps - step, t.lengths[-3:].max()
    stayed = left >= (1 if t.batched else STAYED) * step or pace * t.steps <= NEAR
    if t.bottom is None or (pace > 0 and (left < 2 or not stayed)) or left < 0:
        return None
    jolts = t.lr[-1] / (NEAR * t.unit) if t.forgets and step else 0.0
    if jolts > SHAKES:
        found = f"reached {t.minimum} at step {step}"
        return ("arrived", found, step) if jolts < THROWS else UNDECIDED
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
    """Every peak higher than the one before, by more each time, and the last the highest of all."""
    n = t.steps // 6
    peaks = t.loss[-6 * n :].reshape(6, n).max(axis=1) - t.low
    grew = np.diff(peaks)
    faster = (grew > 0).all() and (grew[1:] >= grew[:-1]).all()
    if faster and (peaks[-1] > GREW * peaks[0] or t.loss[-1] > t.loss[0]):
        return "diverging", "diverging: the loss peaks ever higher", None
    return None


def hovers(t: Trace) -> Finding:
    now, before = t.above[-t.third :].mean(), t.above[-2 * t.third : -t.third].mean()
    if t.batched and t.about and now >= before / 1.5:
        return "hovers", f"hovers about {t.minimum}", None
    return None


def oscillates(t: Trace) -> Finding:
    half = t.steps // 2
    part, moves = t.run.w[-half:], t.moves[-half:]
    unit = moves / (np.abs(moves).max() or 1.0)  # whose squares cannot overflow
    axis = np.linalg.eigh(unit.T @ unit)[1][:, 1]
    along = moves @ axis
    onwards = np.abs(along).sum() < 3 * abs(along.sum())
    size = np.ptp(t.w[-half:] @ axis)
    if t.batched or onwards or size < VISIBLE or turns(along) < TURNS:
        return None
    if t.steady():
        return "oscillates", f"oscillates {where(t, axis, part)}", None
    if t.settles():
        return "settles", f"oscillates {where(t, axis, part)}, ever less", None
    return None


def where(t: Trace, axis: Array, part: Array) -> str:
    """Across or along a valley, if there is one; else about the minimum, or just back and forth."""
    middle, end = t.curved(part.mean(axis=0)), t.curved(part[-1])
    long = all(curvatures[1] > LONG * abs(curvatures[0]) for curvatures, _ in (middle, end))
    alike = 1 / LONG < middle[0][1] / end[0][1] < LONG  # the curvature of one valley
    shares = [(axes[:, 1] @ axis) ** 2 for _, axes in (middle, end)]
    if long and alike and min(shares) > 0.75:
        return "across the valley"
    if long and alike and max(shares) < 0.25:
        return "along the valley"
    return f"about {t.minimum}" if t.about else "back and forth"


def out_of_reach(t: Trace, n: int) -> bool:
    """Whether loss or place, by its pace, will not arrive in `MANY` times the steps.

    It shrinks by the same factor every n steps, or by the same amount where it does not slow down.
    """
    rounds = SURE * MANY * t.steps / n
    for now, before, earlier in t.after(n):
        gain, gained = before - now, earlier - before
        if now > 1 and gain <= 1.05 * gained:
            steady = gain >= 0.9 * gained > 0
            reach = now - rounds * gain if steady else now * min(now / before, 1.0) ** rounds
            if reach > 1:
                return True
    return False


def stalled(t: Trace) -> Finding:
    """The effective rate, step over slope, has died, and what is left of it leads nowhere."""
    n = max(t.steps // 10, 3)
    if t.steps < 10 * n or t.lengths[-n:].mean() * t.steps > NEAR:
        return None
    rate = t.lengths / np.maximum(np.linalg.norm(t.run.grad[:-1], axis=1), 1e-300)
    died = all(DIED * np.median(x[-n:]) <= x[:n].max() for x in (t.lengths, rate))
    if not died or np.median(rate[-n:]) > np.median(rate):
        return None
    if np.any(t.run.settings.get("weight_decay", 0) != 0) and t.lr[-1] * DIED > t.lr.max():
        return "stalled", "stalled: weight decay balances the gradient", None
    return "stalled", "stalled: the effective rate has died", None


def crawls(t: Trace) -> Finding:
    n = max(t.steps // 10, 3)
    onwards = np.linalg.norm(t.w[-1] - t.w[-n - 1]) >= t.lengths[-n:].sum() / 4
    faster = t.lengths[-3:].mean() > 1.05 * t.lengths[-n - 3 : -n].mean()
    if faster or t.peaks[-1] > t.peaks[0]:
        return None
    slow = all(out_of_reach(t, k) for k in (t.third, t.third // 2))
    return ("crawls", "crawls", None) if onwards and slow else None


def trend(t: Trace) -> Finding:
    """Where the last steps lead, if they lead on; else whether the swings come down."""
    if t.steps < FEW:
        return ("descending", "still descending", None) if t.loss[-1] < t.loss[0] else TOO_EARLY
    steps, visible = np.diff(t.loss)[-4:], ARRIVED * t.first
    paces = steps / t.lr[-4:]  # a rate on its way to nought hides what is to come
    falling, on = leads_on(paces), leads_on(steps)
    lowest = t.steps >= LONGER and t.loss[-1] <= t.loss.min() and t.loss[-1] - t.low > visible
    if (falling and steps[-1] < 0) or (lowest and (steps < 0).all()):
        return "descending", "still descending", None
    if on and steps[-1] > 0:
        high = falling and not t.batched and t.loss[-1] - t.loss.min() > visible
        return ("rising", "rising again", None) if high else UNDECIDED
    peaks, lows = t.peaks - t.low, np.array([t.loss[part].min() for part in t.tail])
    swings = turns(np.diff(t.loss[-t.steps // 2 :])) >= 2
    fades = (np.diff(peaks) < 0).all() and peaks[-1] ** 4 < peaks[0] ** 3 * (t.loss[-1] - t.low)
    sinks = (np.diff(lows) < -visible).all() and t.loss[-1] > lows[-1]
    turning = (paces > 0).all() and paces[-1] < 0.8 * paces[-2]
    if peaks[0] - peaks[-1] > visible and ((swings and (fades or sinks)) or turning):
        return "descending", "swings, still descending", None
    return UNDECIDED


def leads_on(steps: Array) -> bool:
    """Whether a few steps of the loss go one way, and do not come to an end."""
    shares = steps[1:] / steps[:-1]
    on = shares[-1] >= 0.6 or shares[-1] >= 0.95 * shares[:-1].max()
    return bool((shares > 0).all() and on)


UNDECIDED: Finding = ("wanders", "goes up and down", None)
TOO_EARLY: Finding = ("early", "too early to say", None)
