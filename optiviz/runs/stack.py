"""One trajectory out of a stack's record."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from optiviz.optim.schedules import Schedule
from optiviz.runs.record import Array, Run


def single(run: Run, k: int) -> Run:
    """The record of the k-th trajectory of a stack, as if it had been run alone.

    >>> from optiviz import descend, optim
    >>> run = descend("bowl", optim.SGD(lr=np.array([[0.1], [3.0]])), steps=80)
    >>> single(run, 1).status
    'diverged at step 21'
    """
    at = int(run.diverged_at[k])
    length = at if at >= 0 else run.steps + 1
    return Run(
        w=run.w[:length, k],
        loss=run.loss[:length, k],
        grad=run.grad[:length, k],
        slots={name: slot[:length, k] for name, slot in run.slots.items()},
        hyper={name: _column(told, k)[: length - 1] for name, told in run.hyper.items()},
        optimizer=run.optimizer,
        settings={name: _own(value, k) for name, value in run.settings.items()},
        problem=run.problem,
        seed=run.seed,
        diverged_at=np.array(at),
        batch=None if run.batch is None else run.batch[:length],
        batch_loss=None if run.batch_loss is None else run.batch_loss[:length, k],
    )


def _column(told: Array, k: int) -> Array:
    """A setting's numbers, `(T,)`, which all trajectories may share."""
    return told if told.ndim == 1 else told[:, k if told.shape[1] > 1 else 0, 0]


def _own(value: Any, k: int) -> Any:
    """A setting of one trajectory: a number where the stack has an array."""
    if isinstance(value, np.ndarray):
        return float(value.reshape(-1)[k if value.size > 1 else 0])
    if isinstance(value, Schedule):
        names = [item.name for item in dataclasses.fields(value) if item.init]
        return type(value)(**{name: _own(getattr(value, name), k) for name in names})
    return value
