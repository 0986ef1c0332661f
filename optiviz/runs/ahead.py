"""The steps that a run would take next, its settings held at their last values."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np

from optiviz.optim import OPTIMIZERS, Optimizer
from optiviz.optim.base import State
from optiviz.problems.base import Plane
from optiviz.runs.loop import Point, steps
from optiviz.runs.record import Run


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
    state |= _unrecorded(rule, run, problem)
    m = None if run.batch is None else run.batch.shape[1]
    points = steps(problem, rule, last, t + n, m, run.seed, since=t, state=state)
    next(points)  # where the run is
    yield from points


def _unrecorded(rule: Optimizer, run: Run, problem: Plane) -> State:
    """What a rule keeps and no run records, by its steps taken once more."""
    rule, w = copy.copy(rule), run.w[0].copy()
    state = rule.init(w)

    def look(at: Any, out: Any) -> Any:
        batch = None if run.batch is None else run.batch[t][run.batch[t] >= 0]
        return problem.value_and_grad(at, batch, out)[0]

    extras = {"look": look} if "look" in rule.extras else {}
    hidden = {name for name in state if name.startswith("_")} - {"_scratch"}
    for t in range(run.steps if hidden else 0):
        vars(rule).update({name: np.asarray(told[t]) for name, told in run.hyper.items()})
        w[...] = run.w[t]
        rule.step(w, run.grad[t], state, t, **extras)
    return {name: state[name] for name in hidden}


def held(run: Run, further: bool = False) -> dict[str, Any]:
    """The settings of a single run as its last step had them; `further` is that of `ahead`."""
    settings: dict[str, Any] = {}
    for name, value in run.settings.items():
        told = run.hyper.get(name)
        value = told[-1] if told is not None and len(told) else getattr(value, "base", value)
        if further and name == "lr" and len(run.lr) > 1:
            then = value + (value - run.lr[-2])
            value = np.where((then >= 0) & np.isfinite(then), then, value)
        if isinstance(value, np.ndarray | list):
            value = np.ravel(value)[0]
        settings[name] = float(value) if isinstance(value, np.generic) else value
    return settings
