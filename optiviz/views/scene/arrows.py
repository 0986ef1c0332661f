"""The arrows at the head of a path: what moves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optiviz.optim.drawn import Pull, Way
from optiviz.problems.base import Array, Bounds
from optiviz.runs.drawn import drawn
from optiviz.runs.record import Run
from optiviz.runs.symbols import met
from optiviz.views.numbers import power
from optiviz.views.scene.contour import fit

LONGEST = 0.15  # of the picture's mean side, for the longest arrow
ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)  # how many times longer than life, and tenfold of it


@dataclass(frozen=True)
class Arrow:
    """One kind of arrow.

    Attributes:
        words: what it is, for the key.
        vectors: a run's `(T+1, 2)` vectors, one at each point.
        role: "run" for the run's own colour, "muted" or "accent" for the theme's.
    """

    words: str
    vectors: Callable[[Run], Array]
    role: str = "run"


def push(run: Run) -> Array:
    """What the gradient alone would do at each point, -ηg, where g is what the rule's own lines
    meet, clipped and with the penalty's; the last rate serves the last point."""
    lr = np.append(run.lr, run.lr[-1:] if len(run.lr) else [0.0])
    return np.asarray(-lr[:, None] * met(run))


def coming(run: Run) -> Array:
    """The step that is about to be taken, the next velocity; none at the last point."""
    return np.append(np.diff(run.w, axis=0), np.zeros((1, 2)), axis=0)


def pushed(run: Run) -> Array:
    """The gradient's share of the coming step: -η(1-β)g where the velocity is a mean; none at the
    last point."""
    share = np.ones(run.steps)
    if run.settings.get("form") == "average":
        share = 1 - run.hyper.get("beta", np.full(run.steps, run.settings["beta"]))
    return np.append(share, 0.0)[:, None] * push(run)


def carried(run: Run) -> Array:
    """What the coming step has besides the gradient's push: βv for momentum, 0 for SGD."""
    return coming(run) - pushed(run)


VELOCITY = Arrow("velocity", lambda run: run.velocity)
GRADIENT = Arrow("−η · gradient", push, "muted")
STEP = Arrow("step = −ηg", pushed)
SUM = (
    Arrow("carried on", carried, "accent"),
    Arrow("the push", pushed, "muted"),
    Arrow("the step", coming),
)


def usual(runs: Sequence[Run]) -> tuple[Arrow, ...]:
    """Which arrows there is room for: all of one run, the velocity of up to three.

    Where nothing is carried on, the velocity is the step before, and -ηg the one to come: one kind
    of arrow, which has one name. Where a rule has trails or arrows of its own to be drawn, those
    at its head would tell of none of them.
    """
    if any(isinstance(one, Way | Pull) for run in runs for one in drawn(run)):
        return ()
    if len(runs) > 1:
        return (VELOCITY,) if len(runs) <= 3 else ()
    return (STEP,) if plain(runs) else (VELOCITY, GRADIENT)


def plain(runs: Sequence[Run]) -> bool:
    """Whether no run carries anything on, so that velocity and push are one kind of arrow."""
    with np.errstate(over="ignore", invalid="ignore"):  # of runs that diverge
        return all(
            np.allclose(carried(run), 0, atol=1e-9 * np.abs(run.velocity).max()) for run in runs
        )


def enlarged(runs: Sequence[Run], bounds: Bounds, arrows: Sequence[Arrow]) -> float:
    """How many times longer than life arrows are drawn, the same in every picture of these runs.

    The longest that starts within the problem's bounds is about `LONGEST` of the picture.
    """
    low, high = np.array(bounds).T
    seen = [((run.w >= low) & (run.w <= high)).all(axis=1) for run in runs]
    vectors = [a.vectors(run)[at] for run, at in zip(runs, seen, strict=True) for a in arrows]
    longest = max((float(np.hypot(*v.T).max(initial=0)) for v in vectors), default=0.0)
    if not 0 < longest < np.inf:
        return 1.0
    (left, right), (bottom, top) = fit(bounds, 4 / 3)
    return rounded(LONGEST * ((right - left) * (top - bottom)) ** 0.5 / longest)


def rounded(factor: float) -> float:
    """The nearest factor that is easily read.

    >>> rounded(0.19), rounded(1.1), rounded(73.0)
    (0.2, 1.0, 80.0)
    """
    ten = 10.0 ** np.floor(np.log10(factor))
    return float(min((n * ten for n in ROUND), key=lambda n: abs(np.log(n / factor))))


def times(factor: float) -> str:
    """A factor as it is written behind a name; nothing for 1."""
    return "" if factor == 1 else f" ×{power(factor)}"


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
