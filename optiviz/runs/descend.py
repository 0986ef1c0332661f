"""Run the loop to the end and keep everything."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.optim import name_of
from optiviz.problems import as_problem
from optiviz.problems.base import Array, Problem
from optiviz.runs import loop
from optiviz.runs.batches import feed_of
from optiviz.runs.inputs import Entry, as_rule
from optiviz.runs.record import Run

# A loss this many times the first is on its way to infinity; the steps until it overflows
# show nothing more.
BEYOND = 1e12
# Bytes that a record may take while it is made, and those of the objects of each of its steps.
MOST, OBJECTS = 2**30, 150


def descend(
    problem: Problem | str,
    optimizer: Entry,
    start: ArrayLike | None = None,
    steps: int = 100,
    batch_size: int | None = None,
    seed: int = 0,
) -> Run:
    """Run an update rule on a problem and record every step.

    Args:
        problem: a surface, any other small problem, or its words: "rosenbrock".
        optimizer: the update rule, its settings numbers, `(K, 1)` arrays or schedules; or its class
            or words such as "adam:beta1=0.8", which take a good rate where they give none.
        start: `(P,)`, or `(K, P)` for K trajectories at once; the problem's own by default.
        steps: how many steps to take.
        batch_size: m samples a step, shuffled every epoch; all the data by default.
        seed: what the order of the samples comes from.

    Raises:
        UserError: a start without a finite loss, no steps or more than there is room for, a batch
            size that does not fit, or a schedule that leaves its bound.

    >>> from optiviz import descend, optim, surfaces
    >>> run = descend(surfaces["bowl"], optim.Momentum(lr=0.1), start=(2.0, 0.0), steps=3)
    >>> run.w[:, 0].round(3)
    array([2.   , 1.8  , 1.44 , 0.972])
    """
    problem = as_problem(problem)
    start = loop.start_of(problem, problem.start if start is None else start)
    optimizer = as_rule(problem, optimizer, start=start)
    points = loop.steps(problem, optimizer, start, steps, batch_size, seed)
    with np.errstate(all="ignore"):
        point = next(points)  # one and the same at every step
        _afford(point, steps, batch_size or 0)
        copied = point.frame.tobytes  # the quickest way to copy something small
        losses, frames = [point.loss], [copied()]
        for _ in points:
            losses.append(point.loss)
            frames.append(copied())
        history = np.frombuffer(b"".join(frames), point.w.dtype).reshape(-1, *point.frame.shape)
        seen = {"loss": np.array(losses), "w": history[:, 0], "grad": history[:, 1]}
        if point.batch is not None:
            seen["batch_loss"], seen["loss"] = seen["loss"], problem.value(history[:, 0])
            seen["batch"] = _batches(problem, batch_size, seed, len(frames))
        size, finite = np.abs(seen["loss"]), np.isfinite(history)
        found = size < BEYOND * (1 + size[0])
        if not finite.all():  # to look at each step takes as long as to take ten of them
            found &= finite.all(axis=(1, -1))
    if not found[0].all():
        raise UserError(f"{problem.name} has no finite loss and gradient at the start.")
    diverged_at = np.where(found.all(axis=0), -1, found.argmin(axis=0))
    length = int(diverged_at) if not diverged_at.ndim and diverged_at >= 0 else steps + 1
    hyper = {name: np.array(values) for name, values in point.schedules.items()}
    if "lr" not in hyper:
        hyper["lr"] = np.repeat(np.asarray(optimizer.lr)[None], steps, axis=0)
    return Run(
        **{name: array[:length] for name, array in seen.items()},
        slots={name: history[:length, row] for name, row in point.rows.items()},
        hyper={name: array[: length - 1] for name, array in hyper.items()},
        optimizer=name_of(optimizer),
        settings=optimizer.settings(),
        problem=problem.name,
        seed=seed,
        diverged_at=diverged_at,
    )


def _afford(point: loop.Point, steps: int, m: int) -> None:
    """Refuse more steps than there is room for."""
    each = OBJECTS + 2 * point.frame.nbytes + 8 * m
    if steps * each > MOST:
        raise UserError(
            f"steps must be at most {MOST // each}, got {steps}: the record would take "
            f"{steps * each / 2**30:.3g} GiB."
        )


def _batches(problem: Problem, batch_size: int | None, seed: int, count: int) -> Array:
    """The batches that the loop has dealt, dealt once more: (count, m), short ones ended by -1."""
    feed, _ = feed_of(problem, batch_size, seed)
    table = np.full((count, batch_size or 0), -1)
    for row, batch in zip(table, feed, strict=False):
        if batch is not None:
            row[: len(batch)] = batch
    return table
