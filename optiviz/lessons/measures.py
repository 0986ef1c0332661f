"""What decides a lesson: a measure over the runs of its choices, or a condition on one run."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from optiviz.problems import Plane
from optiviz.runs import Run
from optiviz.runs.trace import Kind
from optiviz.runs.verdict import verdict

# The kinds of verdict that a condition is.
CONDITIONS: dict[str, tuple[Kind, ...]] = {
    "arrives": ("converged", "arrived"),
    "trembles": ("hovers",),
    "diverges": ("diverged", "diverging"),
    "crawls": ("crawls", "stalled"),
}
CLEAR = 1.05  # times: a lesson whose two best are nearer to each other would teach chance


def fulfils(run: Run, problem: Plane, condition: str, within: int | None = None) -> bool:
    """Whether a run meets a condition, at the latest at a step if one is given."""
    found = verdict(run, problem)
    late = within is not None and (found.step is None or found.step > within)
    return found.kind in CONDITIONS[condition] and not late


def arrival(run: Run, problem: Plane) -> float:
    """The step from which on it is near the minimum; infinity for never."""
    found = verdict(run, problem)
    there = found.kind in CONDITIONS["arrives"] and found.step is not None
    return float(found.step or 0) if there else math.inf


def way(run: Run, _: Plane) -> float:
    """The length of the path."""
    return float(np.linalg.norm(np.diff(run.w, axis=0), axis=1).sum())


def height(run: Run, problem: Plane) -> float:
    """The loss at the end above the least known."""
    least = min((problem.value(np.array(place)) for place in problem.minima), default=0.0)
    return float(run.loss[-1] - least) if run.diverged_at < 0 else math.inf


def fastest(run: Run) -> int:
    """The step that led furthest."""
    return int(np.linalg.norm(np.diff(run.w, axis=0), axis=1).argmax()) + 1


# What the choices are ranked by, the least first.
RANKED: dict[str, Callable[[Run, Plane], float]] = {
    "arrives first": arrival,
    "ends lowest": height,
    "longest way": lambda run, problem: -way(run, problem),
    "shortest way": way,
    "diverges": lambda run, problem: 0.0 if fulfils(run, problem, "diverges") else math.inf,
}
HAPPENS, FASTEST = "what happens", "fastest at step"
MEASURES = (*RANKED, HAPPENS, FASTEST)


def least(values: list[float]) -> int | None:
    """The place, from 1, of the value that is clearly the least, if one is.

    >>> least([3.0, 1.0, math.inf]), least([1.0, 1.01]), least([math.inf, math.inf])
    (2, None, None)
    """
    first, second = sorted(values)[:2]
    gap = second - first if math.isfinite(second) else math.inf
    clear = math.isfinite(first) and gap > (CLEAR - 1) * abs(first)
    return values.index(first) + 1 if clear else None


def nearest(values: tuple[float, ...], truth: float) -> int | None:
    """The place, from 1, of the value that is nearest to the truth in ratio, if clearly so.

    >>> nearest((1, 12, 60), 14), nearest((10, 20), 14.2)
    (2, None)
    """
    away = [abs(math.log(value / truth)) for value in values]
    first, second = sorted(away)[:2]
    return away.index(first) + 1 if second > 2 * first else None


def only(fulfilled: list[bool]) -> int | None:
    """The place, from 1, of the one that holds, if it is the only one.

    >>> only([False, True]), only([True, True]), only([False])
    (2, None, None)
    """
    return fulfilled.index(True) + 1 if sum(fulfilled) == 1 else None
