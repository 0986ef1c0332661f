"""The arrows at the head of a path: what moves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optiviz.problems.base import Array
from optiviz.runs.record import Run


@dataclass(frozen=True)
class Arrow:
    """One kind of arrow.

    Attributes:
        words: what it is, for the key.
        vectors: a run's `(T+1, 2)` vectors, one at each point.
        role: "run" for the run's own colour, "muted" or "accent" for the theme's.
        tails: where each begins, as seen from its point; at the point itself by default.
    """

    words: str
    vectors: Callable[[Run], Array]
    role: str = "run"
    tails: Callable[[Run], Array] | None = None


def push(run: Run) -> Array:
    """What the gradient alone would do at each point, -ηg; the last rate serves the last point."""
    lr = np.append(run.lr, run.lr[-1:] if len(run.lr) else [0.0])
    return np.asarray(-lr[:, None] * run.grad)


def coming(run: Run) -> Array:
    """The step that is about to be taken, the next velocity; none at the last point."""
    return np.append(np.diff(run.w, axis=0), np.zeros((1, 2)), axis=0)


def carried(run: Run) -> Array:
    """What the coming step has besides the gradient's push: βv for momentum, 0 for SGD."""
    rest = coming(run) - push(run)
    rest[-1] = 0.0
    return rest


VELOCITY = Arrow("velocity", lambda run: run.velocity)
GRADIENT = Arrow("−η · gradient", push, "muted")
SUM = (
    Arrow("β · velocity, what is carried on", carried, "accent"),
    Arrow("−η · gradient, the push", push, "muted", tails=carried),
    Arrow("their sum, the step", coming),
)


def outline(tail: Array, vector: Array, thickness: float) -> Array | None:
    """The seven corners of an arrow; a short one is thinner, and one that is a mere dot is None."""
    length = float(np.hypot(*vector))
    if not length > thickness:
        return None
    thickness = min(thickness, length / 6)
    along = vector / length
    across = thickness * np.array([-along[1], along[0]])
    neck, tip = tail + vector - 4.5 * thickness * along, tail + vector
    left = [tail + across / 2, neck + across / 2, neck + 2 * across]
    right = [neck - 2 * across, neck - across / 2, tail - across / 2]
    return np.array([*left, tip, *right])
