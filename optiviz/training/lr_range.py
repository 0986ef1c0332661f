"""The learning-rate range test: one short training whose η grows with every update."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optiviz.errors import UserError
from optiviz.optim import Optimizer, name_of
from optiviz.optim.schedules import Exponential
from optiviz.problems.base import Array, Problem
from optiviz.runs.loop import steps

PER_DECADE = 100  # updates, at least LEAST in all
LEAST, WIDEST = 100, 20  # updates; decades
LOW, HIGH = 1e-12, 1e12  # of η
QUIET, FEW, MANY = 0.02, 5, 25  # noise of ln L, below which few neighbours are enough; how many
CLEAR = 3.0  # times the noise of the smoothed curve: a fall, or a rise
LEAST_FALL = 0.02  # of ln L
GONE = 100.0  # times the first loss, after which nothing more is learnt about η
SHARE = 3.0  # by which the suggested η stays below the turn
FIRST = 100  # samples of the step that shows whether the rule minds its rate


@dataclass(frozen=True, eq=False)
class LrRange:
    """What a range test saw.

    Attributes:
        lr: `(n,)`, η of each update; loss: `(n,)`, that of the batch after it.
        smooth: `(n,)`, medians of the neighbours' losses.
        begins: η from which on the loss has fallen clearly, None if it has nowhere.
        turns: η at the least smoothed loss, beyond which it rises; None if it does not.
        suggested: None if there is none.
        text: all of that in words.
    """

    lr: Array
    loss: Array
    smooth: Array
    begins: float | None
    turns: float | None
    suggested: float | None
    text: str


def lr_range(
    problem: Problem,
    rule: Optimizer,
    start: Array,
    low: float,
    high: float,
    *,
    batch_size: int | None = None,
    seed: int = 0,
    on_progress: Callable[[int, int], object] | None = None,
) -> LrRange:
    """Take one update at every η from `low` to `high`, evenly apart in ln η, and read the losses.

    Where the loss is least and rises from there on, η has met the limit: in a bowl of curvature
    λ 2/λ for gradient descent. Suggested is a third of that, in one digit: batches
    differ, and a network's λ grows as it trains.

    Args:
        problem: what to train on.
        rule: its own η does not count.
        start: `(P,)`.
        low, high: the range of η.
        batch_size, seed: see `train`.
        on_progress: called with the updates done and all.

    Raises:
        UserError: a range that is none, or a rule whose steps do not depend on η.

    >>> from optiviz import optim, surfaces
    >>> bowl = surfaces["bowl"]  # λ = 1, so the limit is 2
    >>> found = lr_range(bowl, optim.SGD(), np.array([1.0, 0.5]), 1e-3, 10)
    >>> bool(1.8 < found.turns < 2.2), found.suggested
    (True, 0.6)

    Smith, Cyclical Learning Rates for Training Neural Networks, 2017.
    """
    _check(problem, rule, start, low, high)
    n = max(round(PER_DECADE * math.log10(high / low)), LEAST)
    growing = Exponential(low, gamma=(high / low) ** (1 / (n - 1)))
    losses = []
    with np.errstate(all="ignore"):
        changing = dataclasses.replace(rule, lr=growing)
        for point in steps(problem, changing, start, n, batch_size, seed, per_step=True):
            losses.append(float(point.loss))
            if not losses[-1] <= GONE * max(losses[0], 1e-300):
                break
            if on_progress:
                on_progress(point.t, n)
    if len(losses) < 2:
        raise UserError("The loss of the first weights is no number: scale the data down.")
    loss = np.array(losses[1:])
    return _read(np.array(growing.values(n))[: len(loss)], loss, losses[0], (low, high))


def _check(problem: Problem, rule: Optimizer, start: Array, low: float, high: float) -> None:
    if not LOW <= low < high <= HIGH:
        raise UserError(
            f"--lr-range must go up from {LOW:g} or more to {HIGH:g} or less, as in 1e-5:1, got "
            f"{low:g}:{high:g}."
        )
    if not 1.5 <= high / low <= 10.0**WIDEST:
        raise UserError(f"--lr-range must span a factor from 1.5 to 1e{WIDEST}.")
    ends, n = [], problem.n_samples
    for lr in (low, high):
        one = dataclasses.replace(rule, lr=lr)
        with np.errstate(all="ignore"):
            *_, point = steps(problem, one, start, 1, n and min(n, FIRST))
        ends.append(point.w)
    if np.array_equal(ends[0], ends[1]) and not np.array_equal(ends[1], start):
        raise UserError(f"The steps of {name_of(rule)} do not depend on lr: it has no range.")


def _read(lr: Array, loss: Array, first: float, span: tuple[float, float]) -> LrRange:
    """Where the losses fall and turn, and what follows from it."""
    ended = np.isfinite(loss) & (loss <= GONE * first)
    lost = bool(len(loss) and not ended[-1])
    logs = np.log(np.maximum(np.where(ended, loss, GONE * first), 1e-300))
    bends = np.diff(logs, 2)
    noise = float(np.median(np.abs(bends))) / 0.6745 / math.sqrt(6) if len(bends) else 0.0
    width = FEW if noise < QUIET else MANY
    smooth = _medians(logs, width)
    clear = max(CLEAR * noise * math.sqrt(math.pi / 2 / width), LEAST_FALL)
    k = int(smooth.argmin())
    level = float(np.median([math.log(max(first, 1e-300)), *logs[:width]]))
    fallen = np.flatnonzero(smooth[: k + 1] < level - clear)
    begins = float(lr[fallen[0]]) if len(fallen) else None
    rises = lost or bool(smooth[k:].max() > smooth[k] + clear)
    turns = float(lr[k]) if rises and begins is not None else None
    suggested = None if turns is None else _plain(turns / SHARE)
    text = _words(begins, turns, suggested, rises, span)
    return LrRange(lr, loss, np.exp(smooth), begins, turns, suggested, text)


def _medians(values: Array, width: int) -> Array:
    """Of every value and its neighbours, of as many on both sides."""
    n, half = len(values), width // 2
    reach = [min(half, k, n - 1 - k) for k in range(n)]
    return np.array([np.median(values[k - r : k + r + 1]) for k, r in enumerate(reach)])


def _plain(value: float) -> float:
    """The number in one digit."""
    return float(f"{value:.0e}")


def _words(
    begins: float | None,
    turns: float | None,
    suggested: float | None,
    rises: bool,
    span: tuple[float, float],
) -> str:
    low, high = span
    if begins is None and rises:
        return f"The loss only rises from η = {low:g} on: begin --lr-range lower."
    if begins is None:
        return f"The loss does not move up to η = {high:g}: let --lr-range go higher."
    if turns is None:
        return (
            f"The loss falls from η = {begins:.2g} on and does not rise up to {high:g}: let "
            "--lr-range go higher to see the limit."
        )
    return (
        f"The loss falls from η = {begins:.2g} on, is least at η = {turns:.2g}, and rises beyond. "
        f"Suggested: η = {suggested:g}, about a third of that: near the limit, where steps are "
        "longest, and below it by as much as batches differ and curvature grows."
    )
