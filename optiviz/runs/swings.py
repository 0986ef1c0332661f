"""What a run does back and forth: whether it goes on, and as widely."""

from __future__ import annotations

import numpy as np

from optiviz.problems.base import Array
from optiviz.runs.bottom import ARRIVED, NEAR
from optiviz.runs.trace import TURNS, Finding, Trace, turns

VISIBLE = 0.005  # of the diagonal: three pixels of six hundred
REPEATS = 1e-4  # of a cycle's size: the difference between its rounds
REMEMBERS = 0.3  # of the swing of a mean slope: what it may move in all rounds to come
WHOLLY = 0.9  # of it: what it may have moved in a third
FADED = 2.0  # times: the fall of a mean of squared slopes from third to third
DRIFT = 0.35  # of its width: how far the middle of a swing may move
LONG = 4.0  # a ratio of curvatures: level lines twice as long as wide look like a valley


def cycle(t: Trace) -> Finding:
    last = max(t.steps // 4, 6)
    low, high = t.w[-last:].min(axis=0), t.w[-last:].max(axis=0)
    size = (high - low).max()
    if not size >= ARRIVED * NEAR:
        return None
    near = np.abs(t.w[-1 - last : -1] - t.w[-1]).max(axis=1)[::-1] <= REPEATS * size
    for period in map(int, np.flatnonzero(near[: t.steps // 6]) + 1):
        part = t.w[-max(3 * period, last) :]
        again = part[-period:][np.arange(-len(part), 0) % period]
        repeats = period > 1 and np.abs(part - again).max() <= REPEATS * size
        before, now = slice(-2 * period, -period), slice(-period, None)
        forgets = 1 - np.max(t.run.settings.get("beta2", 0.0)) ** period  # of the drift, each round
        if repeats and not drifts(t, before, now, REMEMBERS * forgets):
            return "cycle", f"limit cycle of period {period}", None
    return None


def drifts(t: Trace, before: slice, now: slice, share: float) -> bool:
    """Whether a mean of slopes that a sign hides is not yet the same each round."""
    if not t.signs:
        return False
    mean = t.run.slots["moment1"]
    moved = mean[now].mean(axis=0) - mean[before].mean(axis=0)
    return bool(np.abs(moved).max() > share * np.ptp(mean[now], axis=0).max())


def fades(t: Trace) -> bool:
    """Whether the divisor of its steps is on its way down, so that they grow."""
    squares = t.run.slots.get("moment2")
    if squares is None:
        return False
    before, now = (squares[part].mean(axis=0) for part in t.thirds[1:])
    return bool((before > FADED * now).any())


def hovers(t: Trace) -> Finding:
    now, before = t.above[-t.third :].mean(), t.above[-2 * t.third : -t.third].mean()
    if t.batched and t.held and t.about and now >= before / 1.5:
        return "hovers", f"hovers about {t.minimum}", None
    return None


def oscillates(t: Trace) -> Finding:
    n, half = t.third, t.steps // 2
    moves = t.moves[-half:]
    onward = np.abs(moves.sum(axis=0)).max() * 3 > t.lengths[-half:].sum()
    sizes = t.widths
    if t.batched or onward or not sizes[2] >= VISIBLE:
        return None
    unit = moves / (np.abs(moves).max() or 1.0)  # whose squares cannot overflow
    axis = np.linalg.eigh(unit.T @ unit)[1][:, 1]
    middles = [t.w[part].mean(axis=0) for part in t.thirds]
    if turns(moves @ axis) < TURNS or np.abs(middles[2] - middles[1]).max() > DRIFT * sizes[1]:
        return None
    if t.steady() and not fades(t) and not drifts(t, t.thirds[1], t.thirds[2], WHOLLY):
        return "oscillates", f"oscillates {where(t, axis, t.run.w[-n:])}", None
    if t.about and t.settles():
        return "settles", f"oscillates {where(t, axis, t.run.w[-n:])}, ever less", None
    return None


def where(t: Trace, axis: Array, part: Array) -> str:
    """Across or along a valley, if there is one; else about the minimum, or just back and forth."""
    both = middle, end = t.ground.curved(part.mean(axis=0)), t.ground.curved(part[-1])
    long = all(here.high > LONG * abs(here.low) for here in both)
    alike = long and 1 / LONG < middle.high / end.high < LONG  # the curvature of one valley
    shares = [float(here.axis @ axis) ** 2 for here in both]
    if long and alike and min(shares) > 0.75:
        return "across the valley"
    if long and alike and max(shares) < 0.25:
        return "along the valley"
    return f"about {t.minimum}" if t.about else "back and forth"
