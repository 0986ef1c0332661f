"""The steps that a run would take next, its settings held at their last values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optiviz.optim import OPTIMIZERS
from optiviz.optim.drawn import Seen
from optiviz.optim.schedules import Schedule
from optiviz.problems.base import Plane
from optiviz.runs.loop import Point, steps
from optiviz.runs.record import Run
from optiviz.runs.symbols import met


def ahead(run: Run, problem: Plane, n: int, further: bool = False) -> Iterator[Point]:
    """Go on from where the record ends; not at all with a rule that is not ours.

    Args:
        run: a single run; problem: the one it ran on.
        n: how many steps more at most.
        further: let the rate go on as it went in the last step, and not stand still.
    """
    kind = OPTIMIZERS.get(run.optimizer)
    if kind is None or set(kind.slots) != set(run.slots):
        return
    rule, last, t = kind(**held(run, further)), run.w[-1], run.steps
    state = {name: slot[-1] for name, slot in run.slots.items()}
    state |= rule.recalled(Seen(run.w, met(run), run.slots, run.hyper, run.slots.__getitem__))
    m = None if run.batch is None else run.batch.shape[1]
    points = steps(problem, rule, last, t + n, m, run.seed, since=t, state=state)
    next(points)  # where the run is
    yield from points


def held(run: Run, further: bool = False) -> dict[str, Any]:
    """The settings of a single run as its last step had them; `further` is that of `ahead`."""
    settings: dict[str, Any] = {}
    for name, value in run.settings.items():
        told = run.hyper.get(name)
        if told is not None and len(told):
            value = told[-1]
        elif isinstance(value, Schedule):
            value = value.base
        if further and name == "lr" and len(run.lr) > 1:
            then = value + (value - run.lr[-2])
            value = np.where((then >= 0) & np.isfinite(then), then, value)
        if isinstance(value, np.ndarray | np.generic | list):  # each coordinate may have its own
            value = float(np.ravel(value)[0]) if np.size(value) == 1 else np.ravel(value)
        settings[name] = value
    return settings
