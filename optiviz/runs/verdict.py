"""What became of a run, in one line that its numbers bear out and its future too.

Each kind is a claim about the same run continued: the same settings, a schedule held at its last
value, batches from the same stream. T is the number of steps taken, "the bottom" the minimum
downhill of where the run ended, "near" it within a marker and with 0.1 % of the first loss left,
"the picture" the problem's bounds. What the next `AHEAD` steps do is looked at, with a rule that is
one of ours; what is further off is told from the numbers there are. `benchmarks/words.py` continues
random runs and counts what was contradicted. The first rule that applies speaks.

| kind        | what is claimed                                                                 |
| ----------- | ------------------------------------------------------------------------------- |
| left        | step t led where the loss is undefined                                          |
| slopeless   | step t led to a point that has a loss and no slope: a tip, a kink               |
| diverged    | at step t the loss passed 10¹² times the first, or all that a number can hold   |
| falls       | no floor is known, and the loss goes on to fall                                 |
| cycle       | the last steps repeat themselves, and go on to                                  |
| converged   | near the bottom since step t, and still there after ten times the steps         |
| arrived     | near the bottom at step t, and most of the time to come: it still moves there,  |
|             | or the rule may shake it loose for a while (its divisor fades as the slope does) |
| near        | near the bottom since step t, and for most of as many steps again: what comes   |
|             | later is open, along a floor or with a rule that may shake it loose or pull it  |
| slides      | on the floor of a valley since step t, and more than a marker further along it  |
|             | after as many steps again                                                       |
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

import math
from dataclasses import dataclass

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Plane
from optiviz.runs.bottom import ARRIVED, NEAR, ROUNDING
from optiviz.runs.record import Run
from optiviz.runs.swings import cycle, hovers, oscillates
from optiviz.runs.trace import GREW, THROWS, Finding, Kind, Trace, after_last

FEW = 12  # steps: fewer show no habit
STAYED = 0.1  # of the steps it took to arrive; an undamped swing is past in 0.04 of them
AGES = 10.0  # times the steps: how far the longest claim looks
SLID = 2.0  # markers in as many steps again: what is left of a drift that gets slower
MANY = 5.0  # times the steps already taken: nobody would wait
ROOT = 2 * (math.sqrt(1 + MANY) - 1) / MANY  # the mean of 1/√t over that time, from t = 1
SURE = 1.5  # times the pace needed: what a guess may be wrong by
AS_MUCH = 0.8  # of what the distance shrinks by: the slope, in a bowl
SHAKES = 0.5  # markers: jolts that shake a run out of one
FLAT = 1e-3  # of the loss that remains: all that this slope would give across the picture
DIED = 5.0  # times: the fall of the effective rate; AdaGrad's makes it within 25 steps


@dataclass(frozen=True)
class Verdict:
    """What became of a run: one of the kinds above, the step it speaks of if any, and the words."""

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


def diverged(t: Trace) -> Finding:
    at = int(t.run.diverged_at)
    if at < 0:
        return None
    w = t.run.w[-1] if t.led is None else t.led
    there = bool(np.isfinite(w).all())
    loss, slope = t.problem.value_and_grad(w)
    if t.floor is None and t.sank and not loss > t.loss[-1]:
        return "falls", "falls without end", at
    if there:
        if np.isnan(loss):
            return "left", f"left the domain at step {at}", at
        near = np.linalg.norm(w) < 1e3 * t.unit  # further off, a slope overflows
        if near and np.isfinite(loss) and not np.isfinite(slope).all():
            return "slopeless", f"stopped at step {at}: no slope is defined there", at
    return "diverged", f"diverged at step {at}", at


def converged(t: Trace) -> Finding:
    if not t.rests() or t.bottom.place is None:
        return None
    step = after_last((t.above > ARRIVED * t.first) | (t.away > NEAR))
    left, pace = t.steps - step, t.lengths[-3:].max()
    stayed = left >= (1 if t.batched else STAYED) * step or pace * t.steps <= NEAR
    if left < 0 or t.coasts or (pace > 0 and (left < 2 or not stayed)):
        return None
    drifts = (t.bottom.floored and (t.forgets or t.signs or t.looks)) or (t.decays and t.signs)
    if drifts and t.signs and pace * t.steps > NEAR:  # its steps do not get shorter on the way
        return trend(t)
    if found := loosely(t, drifts, step):
        return found
    if step and (t.jolts > SHAKES or t.grows()):
        return "arrived", f"reached {t.minimum} at step {step}", step
    words = f"converged at step {step}" if step else "starts at a minimum and stays there"
    return "converged", words + (", in a local minimum" if "local" in t.minimum else ""), step


def loosely(t: Trace, drifts: bool, step: int) -> Finding:
    """Near the bottom, and not bound to stay: something carries it along a floor or away."""
    drifts = drifts or (t.bottom.floored and t.decays and AGES * t.drift > NEAR)
    if drifts and t.bottom.floored and t.drift > SLID * NEAR:
        step = after_last(t.above > ARRIVED * t.first)  # where on the floor it was
        return "slides", f"slides along the floor since step {step}", step
    if t.bottom.floored and t.decays and t.loosens:
        return trend(t)
    if drifts or (t.forgets and t.jolts > THROWS) or (t.grows() and not t.jolts):
        return "near", f"near {t.minimum} since step {step}", step
    return None


def stuck(t: Trace) -> Finding:
    end, close = t.run.w[-1], NEAR / 2
    x, y = (t.w[-t.third - 1 :] - t.w[-1]).T
    if np.hypot(x, y).max() > close or (t.moves.any() and (t.steps < FEW or t.forgets)):
        return None
    if not t.moves.any() and t.waits:
        return None
    g, here = t.run.grad[-1], t.here
    if t.batched:
        g = t.problem.value_and_grad(end)[1]
    largest = here.largest
    across = t.unit + np.linalg.norm(end - np.clip(end, *t.corners))  # from outside, too
    if max(np.linalg.norm(g) * across, largest * across**2) <= FLAT * t.above[-1]:
        return "stuck", "stuck on flat ground: the gradient has vanished", None
    more = max(steepens(t, t.steps), 1e-9)
    if t.moves.any() and t.lengths[-1] * t.steps * np.expm1(more) / more > close:  # it slips off
        return None
    zero = ROUNDING * largest
    newton = math.hypot(*here.newton(g)) / t.unit if largest > 0 else math.inf
    known = any(np.linalg.norm(end - point) <= close * t.unit for point in t.problem.saddles)
    if known or (newton <= close and here.low < -zero):
        return "stuck", f"stuck at a {'maximum' if here.high < -zero else 'saddle'}", None
    return None if t.moves.any() else ("stalled", "stalled: no step moves it", None)


def falls(t: Trace) -> Finding:
    now, before, earlier = (t.loss[-1 - k * t.third] for k in range(3))
    if not (t.sank and before - now >= earlier - before > 0) or t.floor is not None or t.decays:
        return None
    inside = ((t.run.w >= t.corners[0]) & (t.run.w <= t.corners[1])).all(axis=1)
    leapt = t.loss[-t.third :].max() > before  # across a valley, and may again
    if inside[-1] or t.bottom.place is not None or leapt:
        return None
    return "falls", "falls without end", after_last(inside)


def diverging(t: Trace) -> Finding:
    """Every peak higher than the one before, by more each time, and the last the highest of all."""
    n = t.steps // 6
    peaks = t.loss[-6 * n :].reshape(6, n).max(axis=1)
    grew = np.diff(peaks)
    if not ((grew > 0).all() and (grew[1:] >= grew[:-1]).all()):
        return None
    if t.loss[-1] > t.loss[0] or peaks[-1] - t.low > GREW * (peaks[0] - t.low):
        return "diverging", "diverging: the loss peaks ever higher", None
    return None


def out_of_reach(t: Trace, n: int) -> bool:
    """Whether loss or place, by its pace, will not arrive in `MANY` times the steps.

    It shrinks by the same factor every n steps, as in a bowl, whose slope eases as the distance
    does; or by the same amount where it does not slow down.
    """
    rounds = SURE * MANY * t.steps / n
    if "accumulator" in t.run.slots:  # whose steps shrink as 1/√t
        rounds *= ROOT
    for now, before, earlier in t.after(n):
        gain, gained = before - now, earlier - before
        if now > 1 and 0 <= gain <= 1.05 * gained:
            steady = t.paced or gain >= 0.9 * gained or not bowl(t, n)
            reach = now - rounds * gain if steady else now * (now / before) ** rounds
            if reach > 1:
                return True
    return False


def bowl(t: Trace, n: int) -> bool:
    """Whether the slope eases as the way to go does."""
    if t.bottom.floored or not t.here.low > 0:
        return t.bottom.floored
    *_, (now, before, _) = t.after(n)
    slope = np.linalg.norm(t.run.grad[-2 * n :], axis=1)
    return bool(1 - slope[n:].mean() / slope[:n].mean() >= AS_MUCH * (1 - now / before))


def stalled(t: Trace) -> Finding:
    """The effective rate, step over slope, has died, and what is left of it leads nowhere."""
    n = max(t.steps // 10, 3)
    faster = max(t.lengths[-1] - t.lengths[-2], 0.0) * t.steps / 2
    thrown = t.forgets and t.jolts > THROWS
    moves = (t.lengths[-n:].mean() + faster) * t.steps > NEAR / 2
    if thrown or t.looks or t.steps < 10 * n or moves or steepens(t, t.steps) > 1:
        return None
    rate = t.lengths / np.maximum(np.linalg.norm(t.run.grad[:-1], axis=1), 1e-300)
    died = all(DIED * np.median(x[-n:]) <= x[:n].max() for x in (t.lengths, rate))
    if not died or np.median(rate[-n:]) > np.median(rate):
        return None
    if t.decays and t.lr[-1] * DIED > t.lr.max():
        return "stalled", "stalled: weight decay balances the gradient", None
    return "stalled", "stalled: the effective rate has died", None


def steepens(t: Trace, steps: float) -> float:
    """How often the slope grows by a factor of e on the way, with the curvature of the end."""
    g = t.run.grad[-1]
    rate = t.lengths[-1] * t.unit / np.linalg.norm(g) ** 3  # over a slope of length one
    return float(-t.here.along(g) * rate * steps)


def crawls(t: Trace) -> Finding:
    n = max(t.steps // 10, 3)
    onwards = math.dist(t.w[-1], t.w[-n - 1]) >= t.lengths[-n:].sum() / 4
    faster = t.lengths[-3:].mean() > 1.05 * t.lengths[-n - 3 : -n].mean()
    if faster or not onwards or t.peaks[-1] > t.peaks[0]:
        return None
    if steepens(t, MANY * t.steps) > 1:
        return None
    slow = all(out_of_reach(t, k) for k in (t.third, t.third // 2))
    return ("crawls", "crawls", None) if slow else None


def trend(t: Trace) -> Finding:
    """Where the next steps lead, in the words of the last ones."""
    last, lower, higher = t.loss[-5:], t.ahead.min() < t.loss[-1], t.ahead[0] > t.loss[-1]
    steps = last[1:] - last[:-1]
    if t.steps < FEW:
        down = lower and t.loss[-1] < t.loss[0]
        return ("descending", "still descending", None) if down else TOO_EARLY
    if lower and (steps < 0).all():
        return "descending", "still descending", None
    visible = ARRIVED * t.first
    if higher and not lower and (steps > 0).all() and t.loss[-1] - t.loss.min() > visible:
        return "rising", "rising again", None
    if lower and (np.diff(t.peaks) < 0).all() and t.peaks[0] - t.peaks[-1] > visible:
        return "descending", "still descending, in swings", None
    return near(t) or (("descending", "up and down, about to drop", None) if lower else UNDECIDED)


def near(t: Trace) -> Finding:
    """About the bottom or closing in, not so near yet that the loss shows none of it."""
    n = max(t.steps // 4, 5)
    now, before = t.away[-n:], t.away[-2 * n : -n]
    stays = now.max() <= NEAR and now[n // 2 :].mean() <= 1.1 * now[: n // 2].mean()
    comes = now[-1] <= NEAR and now.max() <= min(1.5 * NEAR, 0.8 * before.max())
    if not (stays or comes) or t.bottom.floored or (t.grows() and not t.jolts):
        return None
    if t.signs and t.decays:  # a mean that a sign hides may carry it off at once
        return None
    step = after_last(~(t.away <= NEAR))
    if step == t.steps:  # it may be passing
        return None
    loose = t.jolts > THROWS if t.forgets else t.signs
    loose = loose or t.decays or t.coasts
    return "near" if loose else "arrived", f"near {t.minimum} since step {step}", step


UNDECIDED: Finding = ("wanders", "goes up and down", None)
TOO_EARLY: Finding = ("early", "too early to say", None)
