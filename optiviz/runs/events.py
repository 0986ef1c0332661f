"""The steps of a run at which something happens, as data that a picture can mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optiviz.problems.base import Array, Plane
from optiviz.runs.once import once
from optiviz.runs.record import Run
from optiviz.runs.symbols import shortened
from optiviz.runs.verdict import verdict

BUILT = 1.5  # times the first step: the speed of a run that gathers some
PAST = 1.05  # of its way: how far a run goes that has to turn back
SEEN = 1e-3  # of the picture's diagonal: a step that is shorter overshoots by nothing to see


@dataclass(frozen=True)
class Event:
    """What happened at a step, and in words."""

    kind: Literal["peaks", "overshoots", "turns", "leaves", "ends", "arrives", "clips"]
    step: int
    text: str


def events(run: Run, problem: Plane) -> tuple[Event, ...]:
    """What happened at which step, in their order, the first time of each.

    A step overshoots where it ends uphill, (w_t - w_{t-1})·g_t > 0: the lowest point along it is
    behind. Along the way from its start to its end a run that gathers speed peaks before it slows
    down again, and one that arrives turns back where it has gone past its end. On batches none of
    these says anything, nor is told. It clips where the gradient is longer than the rule takes it,
    leaves where the point is outside the picture's bounds,
    arrives where the verdict says so, and ends where the next point has no number or no slope.

    Args:
        run: a single run, not a stack.
        problem: the one it ran on.

    Raises:
        UserError: the run is a stack of several.

    >>> from optiviz import descend, optim, surfaces
    >>> run = descend(surfaces["bowl"], optim.Momentum(lr=0.1), steps=200)
    >>> [(event.step, event.kind) for event in events(run, surfaces["bowl"])]
    [(4, 'peaks'), (5, 'overshoots'), (9, 'turns'), (61, 'arrives')]
    """
    found, end = once(verdict, run, problem), int(run.diverged_at)
    told = []
    comes = found.kind in ("converged", "arrived", "near", "slides")
    if run.batch is None:
        if step := _overshoots(run, problem):
            told.append(Event("overshoots", step, f"overshoots at step {step}"))
        if step := _peaks(run):
            told.append(Event("peaks", step, f"fastest at step {step}"))
        if comes and (step := _turns(run)):
            told.append(Event("turns", step, f"turns back at step {step}"))
    if step := _first(np.append(False, shortened(run))):
        told.append(Event("clips", step, f"gradient clipped at step {step}"))
    low, high = np.array(problem.bounds).T
    if step := _first(((run.w < low) | (run.w > high)).any(axis=1)):
        told.append(Event("leaves", step, f"leaves the picture at step {step}"))
    if comes and found.step:
        told.append(Event("arrives", found.step, found.text))
    if end >= 0:
        text = found.text if found.step == end else f"diverged at step {end}"
        told.append(Event("ends", end, text))
    return tuple(sorted(told, key=lambda event: event.step))


def _peaks(run: Run) -> int:
    """The step of the greatest speed along the way, 0 where it is about the first or the last."""
    speeds = np.diff(_way(run))
    peak = int(speeds.argmax()) + 1 if len(speeds) else 0
    built = peak and speeds[peak - 1] > BUILT * abs(speeds[0])
    return peak if built and peak < run.steps else 0


def _turns(run: Run) -> int:
    """The step at which a run is furthest past its end, 0 where it is not."""
    way = _way(run)
    return int(way.argmax()) if way.max() > PAST else 0


def _way(run: Run) -> Array:
    """How far each point has come along the straight way from the first to the last, which is 1."""
    with np.errstate(all="ignore"):
        way = run.w[-1] - run.w[0]
        along: Array = (run.w - run.w[0]) @ way / (way @ way)
    return np.nan_to_num(along, posinf=0, neginf=0)


def _overshoots(run: Run, problem: Plane) -> int:
    """The first step that ends uphill and is long enough to be seen, 0 for none."""
    moves, (low, high) = np.diff(run.w, axis=0), np.array(problem.bounds).T
    with np.errstate(all="ignore"):
        uphill = (moves * run.grad[1:]).sum(axis=1) > 0
        seen = np.linalg.norm(moves, axis=1) > SEEN * np.linalg.norm(high - low)
    return _first(np.append(False, uphill & seen))


def _first(holds: Array) -> int:
    """The first index where it holds, 0 for none."""
    return int(holds.argmax())
