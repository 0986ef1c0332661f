"""Run the loop to the end and keep everything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.optim import Optimizer, name_of
from optiviz.problems.base import Array, Plane
from optiviz.runs import loop
from optiviz.runs.record import Run

# A loss this many times the first is on its way to infinity; the steps until it overflows
# would show nothing more.
BEYOND = 1e12


def descend(
    problem: Plane,
    optimizer: Optimizer,
    start: ArrayLike | None = None,
    steps: int = 100,
    seed: int = 0,
) -> Run:
    """Run an update rule on a problem and record every step.

    Args:
        problem: a surface, or any other problem of two parameters.
        optimizer: the update rule, its settings numbers, `(K, 1)` arrays or schedules.
        start: `(2,)`, or `(K, 2)` for K trajectories at once; the problem's own by default.
        steps: how many steps to take.
        seed: what random numbers come from.

    Raises:
        UserError: a start without a finite loss, no steps, or a schedule that leaves its bound.

    >>> from optiviz import descend, optim, surfaces
    >>> run = descend(surfaces["bowl"], optim.Momentum(lr=0.1), start=(2.0, 0.0), steps=3)
    >>> run.w[:, 0].round(3)
    array([2.   , 1.8  , 1.44 , 0.972])
    """
    points = loop.steps(problem, optimizer, problem.start if start is None else start, steps)
    with np.errstate(all="ignore"):
        point = next(points)
        single, limit = point.w.ndim == 1, _limit(problem, point)
        highest = float(np.max(limit))
        copy = point.frame.tobytes  # the quickest way to copy something small
        frames, losses = [copy()], [point.loss]
        for point in points:
            frames.append(copy())
            losses.append(point.loss)
            if single and not -highest <= point.loss <= highest:
                break
        history = np.frombuffer(b"".join(frames), point.w.dtype)
        history = history.reshape(len(frames), *point.frame.shape)
        loss = np.array(losses)
        lost = ~((np.abs(loss) <= limit) & np.isfinite(history).all(axis=(1, -1)))
    return _record(problem, optimizer, seed, point, history, loss, lost)


def _limit(problem: Plane, start: loop.Point) -> Any:
    """The loss beyond which a run is lost."""
    if not (np.isfinite(start.loss).all() and np.isfinite(start.frame).all()):
        raise UserError(f"{problem.name} has no finite loss and gradient at the start.")
    return np.minimum(BEYOND * (1 + np.abs(start.loss)), np.finfo(float).max)


def _record(
    problem: Plane,
    optimizer: Optimizer,
    seed: int,
    point: loop.Point,
    history: Array,
    loss: Array,
    lost: Array,
) -> Run:
    """The history under its names, that of a single run cut at its last finite point."""
    diverged_at = np.where(lost.any(axis=0), lost.argmax(axis=0), -1)
    length = int(diverged_at) if not diverged_at.ndim and diverged_at >= 0 else len(loss)
    hyper = {name: np.array(values[: length - 1]) for name, values in point.schedules.items()}
    if "lr" not in hyper:
        hyper["lr"] = np.repeat(np.asarray(optimizer.lr)[None], length - 1, axis=0)
    return Run(
        w=history[:length, 0],
        loss=loss[:length],
        grad=history[:length, 1],
        slots={name: history[:length, row] for name, row in point.rows.items()},
        hyper=hyper,
        optimizer=name_of(optimizer),
        settings=optimizer.settings(),
        problem=problem.name,
        seed=seed,
        diverged_at=diverged_at,
    )
