"""What a lecture says of paths, as figures of a descent on a plane."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optiviz.problems import as_problem
from optiviz.problems.base import Array
from optiviz.runs.descend import descend
from optiviz.runs.record import Run

PATH = "path"
ARRIVED = 0.01  # of the first loss above the least: what is left when a run has arrived
LATE = 0.1  # of the steps: the last ones
Settings = dict[str, Any]


def still(settings: Settings) -> bool:
    """Whether a path draws no random number: every step sees all the data."""
    return "batch_size" not in settings


def path(settings: Settings, seed: int = 0) -> dict[str, float]:
    """The figures of a descent; NaN for what never happened.

    Args:
        settings: the problem, optim and steps in the words of the command line, batch_size if any,
            and `at`, a step at which to look.
        seed: what the order of the samples comes from.

    Returns:
        x, y and loss: where it ends; loss_at: at the step `at`; arrived: the first step at which
        no more than `ARRIVED` of the loss is left; diverged: the step that left the finite numbers;
        straight: the way from start to end by the length of the path; back: the share of steps
        that go against the one before; longest and late: the longest step, and the mean of the
        last ones.

    >>> figures = path({"problem": "bowl", "optim": "sgd:lr=0.5", "steps": 20, "at": 1})
    >>> figures["arrived"], figures["back"], round(figures["straight"], 9)
    (4.0, 0.0, 1.0)
    """
    problem = as_problem(settings["problem"])
    size = settings.get("batch_size")
    run = descend(problem, settings["optim"], None, settings["steps"], size, seed)
    moves = np.diff(run.w, axis=0)
    lengths = np.hypot(*moves.T)
    found = {"x": run.w[-1, 0], "y": run.w[-1, 1], "loss": run.loss[-1]}
    found |= {"straight": float(np.hypot(*(run.w[-1] - run.w[0])) / lengths.sum())}
    found |= {"back": float(np.mean((moves[1:] * moves[:-1]).sum(axis=1) < 0))}
    found |= {"longest": lengths.max(), "late": lengths[-max(1, int(LATE * len(lengths))) :].mean()}
    found["arrived"] = _first(_left(problem, run) <= ARRIVED)
    found["diverged"] = float(run.diverged_at) if run.diverged_at >= 0 else math.nan
    if "at" in settings and settings["at"] < len(run.loss):
        found["loss_at"] = run.loss[settings["at"]]
    return {name: float(value) for name, value in found.items()}


def _left(problem: Any, run: Run) -> Array:
    """The share of the first loss above the least that is left at every point."""
    least = min(float(problem.value(np.array(m, float))) for m in problem.minima)
    return np.asarray((run.loss - least) / (run.loss[0] - least))


def _first(holds: Array) -> float:
    return float(np.argmax(holds)) if holds.any() else math.nan
