"""What a run does back and forth: whether it goes on, and as widely."""

from __future__ import annotations

import numpy as np

from optiviz.problems.base import Array
from optiviz.runs.bottom import ARRIVED, NEAR
from optiviz.runs.trace import THROWS, TURNS, Finding, Trace, turns

VISIBLE = 0.005  # of the diagonal: three pixels of six hundred
REPEATS = 1e-4  # of a cycle's size: the difference between its rounds
EXACTLY, SOON = 1e-9, 8  # the same where everything is as it was, and how many steps show that
WAKES, NOTHING = 1.1, 1e-13  # times, in two rounds; and of the cycle's size, what rounding makes
WHOLLY = 0.9  # of the swing of a mean slope: what it may have moved in a third
FADED = 1.3  # times: the fall of a mean of squared slopes in a third; it halves in three more
ALIKE, ROUND = 0.25, 24  # of a swing's size, and steps: how unlike the last one, how long ago
EVEN = 1.02  # the ratio of widths of a swing that steps of one length have settled into
RISES, CARRIED = 1e-3, 0.02  # of the highest peak: a rise from part to part that goes on
DRIFT = 0.35  # of its width: how far the middle of a swing about the bottom may move
STAYS = 0.1  # the same where there is no bottom, and it may be on its way to one
LONG = 4.0  # a ratio of curvatures: level lines twice as long as wide look like a valley


def cycle(t: Trace) -> Finding:
    period = recurs(t) or returns(t)
    if period and kept(t, period) and lasts(t, period) and not (fades(t) or wakes(t, period)):
        return "cycle", f"limit cycle of period {period}", None
    return None


def kept(t: Trace, period: int) -> bool:
    """Whether its rounds were made at the rate that is kept, not by one that comes and goes."""
    rates = t.lr[-3 * period :]
    return bool(np.ptp(rates) <= REPEATS * rates[-1])


def returns(t: Trace) -> int:
    """After how many steps it is exactly where it was, with all that the rule remembers."""
    period = recurs(t, SOON, EXACTLY)
    for slot in t.run.slots.values():
        before, now = slot[-2 * period : -period], slot[-period:]
        if period and not np.abs(now - before).max() <= EXACTLY * np.abs(now).max():
            return 0
    return period


def recurs(t: Trace, last: int | None = None, apart: float = REPEATS) -> int:
    """After how many steps the run is again where it was, round for round; 0 for none.

    Args:
        t: the run; last: of how many steps at its end, if not of a quarter of them.
        apart: how far from there they may be, as a share of the cycle's size.
    """
    last = last or max(t.steps // 4, 6)
    low, high = t.w[-last:].min(axis=0), t.w[-last:].max(axis=0)
    size = (high - low).max()
    if not size >= ARRIVED * NEAR:
        return 0
    near = np.abs(t.w[-1 - last : -1] - t.w[-1]).max(axis=1)[::-1] <= apart * size
    for period in map(int, np.flatnonzero(near[: t.steps // 4]) + 1):
        part = t.w[-max(3 * period, last) :]
        again = part[-period:][np.arange(-len(part), 0) % period]
        if period > 1 and np.abs(part - again).max() <= apart * size:
            return period
    return 0


def wakes(t: Trace, period: int) -> bool:
    """Whether along one axis it swings ever wider, though nobody sees it yet."""
    n = 2 * period
    before, now = (np.ptp(part, axis=0) for part in (t.w[-2 * n : -n], t.w[-n:]))
    return bool(((now > WAKES * before) & (now > NOTHING * now.max())).any())


def lasts(t: Trace, period: int) -> bool:
    """Whether a rule that steps by signs goes on so: its mean of slopes may not be periodic yet.

    While the slopes repeat, what the mean moves in a round gets less by β₂ᴾ, so its end is known.
    """
    if not t.signs:
        return True
    both = t.settings.get("beta", 1.0)  # Signum's memory for the step is the one it keeps
    b1, b2 = (t.settings.get(name, both) for name in ("beta1", "beta2"))
    mean, slope = t.run.slots["moment1"], t.run.grad
    now, before = mean[-period:], mean[-2 * period : -period]
    kept = b2**period
    end = now + (now - before) * kept / np.maximum(1 - kept, 1e-300)
    signs = [np.sign(b1 * m + (1 - b1) * slope[-period:]) for m in (before, now, end)]
    return bool((signs[0] == signs[1]).all() and (signs[1] == signs[2]).all())


def drifts(t: Trace) -> bool:
    """Whether a mean of slopes that a sign hides moves on to where the signs are others."""
    if not t.signs:
        return False
    if period := recurs(t):
        return not lasts(t, period)
    mean = t.run.slots["moment1"]
    before, now = (mean[part] for part in t.thirds[1:])
    moved = now.mean(axis=0) - before.mean(axis=0)
    return bool(np.abs(moved).max() > WHOLLY * np.ptp(now, axis=0).max())


def regular(t: Trace) -> bool:
    """Whether the last swings are much like some before."""
    n = t.third // 2
    last = t.w[-n:]
    shifted = (np.abs(last - t.w[-n - lag : -lag]).max() for lag in range(2, min(n, ROUND) + 1))
    return bool(min(shifted, default=np.inf) <= ALIKE * np.ptp(last, axis=0).max())


def fades(t: Trace) -> bool:
    """Whether the divisor of its steps is on its way down, so that they grow."""
    slots = t.run.slots
    squares = slots.get("moment2_max", slots.get("moment2"))
    if squares is None:
        return False
    if "beta2" in t.settings:  # it is corrected for its start, ever less
        squares = squares / -np.expm1(np.log(t.settings["beta2"]) * np.arange(t.steps + 1)[:, None])
    before, now = (squares[part].mean(axis=0) for part in t.thirds[1:])
    return bool((before > FADED * now).any())


def climbs(t: Trace) -> bool:
    """Whether its peaks rise from part to part, and nothing says that they will not go on to.

    About a bottom the ground itself bounds a swing, unless a decay of the weights carries on a
    mean of slopes that a sign hides.
    """
    high = t.peaks - t.low
    least = RISES if not t.about else CARRIED if t.signs and t.decays else np.inf
    return bool((np.diff(high) > least * high[2]).all())


def lasting(t: Trace) -> bool:
    """Whether its velocity has forgotten how the last third began."""
    return (1 - t.beta) * t.third > 1


def hovers(t: Trace) -> Finding:
    if not (t.batched and t.held and t.about and lasting(t)):
        return None
    now, before = t.above[-t.third :].mean(), t.above[-2 * t.third : -t.third].mean()
    if before / 1.5 <= now <= 1.5 * before:
        return "hovers", f"hovers about {t.minimum}", None
    return None


def oscillates(t: Trace) -> Finding:
    n, half = t.third, t.steps // 2
    moves = t.moves[-half:]
    onward = np.abs(moves.sum(axis=0)).max() * 3 > t.lengths[-half:].sum()
    # About a tip, how far a swing goes hangs on where the last one passed.
    if t.batched or onward or not t.widths[2] >= VISIBLE or t.bottom.tip:
        return None
    sizes = t.widths
    unit = moves / (np.abs(moves).max() or 1.0)  # whose squares cannot overflow
    axis = np.linalg.eigh(unit.T @ unit)[1][:, 1]
    middles = [t.w[part].mean(axis=0) for part in t.thirds]
    room = (DRIFT if t.about else STAYS) * sizes[1]
    turned = turns(moves @ axis)
    if turned < TURNS or np.abs(middles[2] - middles[1]).max() > room:
        return None
    # What is forgotten comes back: but for a cycle that is nearly one, any swing may follow.
    # So it is where a sign hides a mean of slopes that has not come to rest, and while a velocity
    # remembers how the third began.
    hidden = t.signs and t.sizes.max() > EVEN * t.sizes.min()
    loose = (t.forgets or hidden or not lasting(t)) and (t.jolts > THROWS or not regular(t))
    enough = turned >= 2 * TURNS  # fewer swings that are alike may be so by chance
    alike = enough and t.steady() and sizes[2] <= 1
    if alike and not (loose or fades(t) or drifts(t) or climbs(t)):
        return "oscillates", f"oscillates {where(t, axis, t.run.w[-n:])}", None
    if t.about and t.settles():
        return "settles", f"oscillates {where(t, axis, t.run.w[-n:])}, dying down", None
    return None


def where(t: Trace, axis: Array, part: Array) -> str:
    """Across or along a valley, if there is one; else about the minimum, or just back and forth."""
    both = middle, end = t.ground.curved(part.mean(axis=0)), t.ground.curved(part[-1])
    long = all(here.high > LONG * abs(here.low) for here in both)
    alike = long and 1 / LONG < middle.high / end.high < LONG  # the curvature of one valley
    shares = [float(axis @ here.axis) ** 2 for here in both]
    if long and alike and min(shares) > 0.75:
        return "across the valley"
    if long and alike and max(shares) < 0.25:
        return "along the valley"
    return f"about {t.minimum}" if t.about else "back and forth"
