"""A run along the axes of the curvature at a minimum: on a quadratic, each goes its own way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.optim.base import Optimizer
from optiviz.optim.shared import clips
from optiviz.problems.base import Array, Plane
from optiviz.problems.planes.lows import FLAT, hessian
from optiviz.runs.record import Run
from optiviz.runs.symbols import rule_of

ALIKE = 1e-3  # of the larger curvature: second derivatives that differ by less are the same
EDGE = 1e-9  # a factor this near to 1 neither grows nor shrinks
# Shares of the picture where a quadratic must be curved as at its minimum; no even grid, since a
# wave may be curved alike at the points of one.
TRIED = np.array([[0.03, 0.91], [0.29, 0.17], [0.47, 0.71], [0.83, 0.38], [0.97, 0.07]])
SOUGHT = np.geomspace(1e-3, 1e6, 300)  # η·λ among which the limit lies
ROUNDS, POINTS = 3, 65  # of looking closer, among so many points each time
STATE = (1.0, -0.7, 0.4, 1.3, -0.2)  # some state that no axis has
Settings = tuple[tuple[str, Any], ...]  # of a rule, but for its rate


@dataclass(frozen=True)
class Modes:
    """A run in the two axes of the curvature at the minimum beside which it ends.

    Attributes:
        at: the minimum w*, `(2,)`.
        curvatures: λ of the axes, `(2,)`, the greater first.
        axes: their directions, `(2, 2)`, a row each.
        exact: whether the surface is a quadratic, and all this holds everywhere; else near w*.
        along: w − w* along the axes, `(T+1, 2)`.
        rates: η·λ of every step, `(T, 2)`.
        factors: by what a step multiplies what is left, `(T, 2)`: the spectral radius of the
            recurrence. None of a rule whose step is no fixed linear map.
        limits: the η from which on an axis grows, `(2,)`; None where there is no such number.
    """

    at: Array
    curvatures: Array
    axes: Array
    exact: bool
    along: Array
    rates: Array
    factors: Array | None
    limits: Array | None

    @property
    def losses(self) -> Array:
        """The axes' parts ½λ(w − w*)² of the loss, `(T+1, 2)`; of a quadratic, all of it."""
        with np.errstate(over="ignore"):
            parts: Array = 0.5 * self.curvatures * self.along**2
        return parts


def modes(run: Run, problem: Plane) -> Modes:
    """A single run along the axes of the curvature.

    Raises:
        UserError: the problem has no minimum that is known and is curved along both axes.

    >>> from optiviz import descend, surfaces
    >>> found = modes(descend("valley", "momentum:lr=0.01,beta=0.81"), surfaces["valley"])
    >>> [[round(float(x), 6) for x in row] for row in (found.curvatures, found.factors[0])]
    [[20.0, 1.0], [0.9, 0.9]]

    Goh, "Why Momentum Really Works", 2017.
    """
    places = np.reshape(problem.minima, (-1, 2))
    if not len(places):
        raise UserError(_refusal(problem, "no minimum of it is known"))
    at = places[np.argmin(np.hypot(*(places - run.w[-1]).T))]
    second = hessian(problem, at)
    curvatures, axes = _axes(problem, at, second)
    along = (run.w - at) @ axes.T
    factors, limits = _recurrence(run, curvatures)
    rates = run.lr[:, None] * curvatures if run.lr.ndim == 1 else np.full((run.steps, 2), np.nan)
    return Modes(at, curvatures, axes, _quadratic(problem, second), along, rates, factors, limits)


def _refusal(problem: Plane, why: str) -> str:
    return f"{problem.title} has no axes of curvature to show: {why}."


def _axes(problem: Plane, at: Array, second: Array) -> tuple[Array, Array]:
    """The curvatures, the greater first, and the directions, each with its larger part above 0."""
    # At a kink the differences of slopes grow as the distance shrinks.
    (left, right), _ = problem.bounds
    h = 1e-3 * (right - left)
    far = np.stack([problem.value_and_grad(at + h * e)[1] for e in (*np.eye(2), *-np.eye(2))])
    wide = (far[:2] - far[2:]) / (2 * h)
    with np.errstate(all="ignore"):
        if not np.isfinite(second).all() or np.linalg.norm(second) > 10 * np.linalg.norm(wide):
            raise UserError(_refusal(problem, "its minimum is a kink"))
        found, columns = np.linalg.eigh(second)
    if not found[0] > FLAT * found[1]:
        raise UserError(_refusal(problem, "its minimum is flat along one of them"))
    axes = columns.T[::-1]
    return found[::-1], axes * np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]


def _quadratic(problem: Plane, second: Array) -> bool:
    low, high = np.array(problem.bounds).T
    with np.errstate(all="ignore"):
        others = hessian(problem, low + TRIED * (high - low)) - second
    return bool((np.abs(others) <= ALIKE * np.abs(second).max()).all())


def _recurrence(run: Run, curvatures: Array) -> tuple[Array | None, Array | None]:
    """The factor of every step and the limits of η, where the rule's step is a linear map."""
    rule = rule_of(run)
    changing = {name: values for name, values in run.hyper.items() if np.ptp(values, axis=0).any()}
    single = all(values.ndim == 1 for values in run.hyper.values())
    if rule is None or rule.extras or clips(rule) or not single or not run.steps:
        return None, None
    settings = run.settings | {name: float(values[0]) for name, values in run.hyper.items()}
    if any(np.ndim(value) for value in settings.values()):  # each coordinate has one of its own
        return None, None
    kind, both = type(rule), curvatures.tolist()
    others = tuple((name, value) for name, value in settings.items() if name != "lr")
    if not all(linear(kind, others, curvature) for curvature in both):
        return None, None
    stepped = kind(**(settings | {name: values[:, None] for name, values in changing.items()}))
    factors = np.stack([radius(stepped, curvature) for curvature in both], axis=-1)
    fixed = changing.keys() <= {"lr"}
    limits = np.array([limit(kind, others, c) for c in both]) if fixed else None
    return np.broadcast_to(factors, (run.steps, 2)), limits


def _after(rule: Optimizer, curvature: float, before: Any, t: int = 0, at: float = 0) -> Array:
    """What a step makes of w − w* and the slots on ½λ(w − w*)², w* = `at`: `(K, n)`."""
    rows = max((shape[0] for shape in rule.shapes()), default=1)
    w = np.full((rows, 1), before[0] + at)
    state = rule.init(w)
    for name, value in zip(rule.slots, before[1:], strict=True):
        state[name][:] = value
    with np.errstate(all="ignore"):
        rule.step(w, curvature * (w - at), state, t)
    return np.concatenate([w - at, *(state[name] for name in rule.slots)], axis=1)


def _matrix(rule: Optimizer, curvature: float) -> Array:
    """The step as a matrix, `(K, n, n)`, by what it makes of each unit vector."""
    units = np.eye(1 + len(rule.slots))
    return np.stack([_after(rule, curvature, unit) for unit in units], axis=-1)


@lru_cache(maxsize=64)  # a slider of η asks again and again
def linear(kind: type[Optimizer], settings: Settings, curvature: float) -> bool:
    """Whether a step is the same linear map at any time, at any scale and about any minimum."""
    rule = kind(lr=0.3 / curvature, **dict(settings))
    state = np.array(STATE[: 1 + len(rule.slots)])
    with np.errstate(all="ignore"):
        said = (_matrix(rule, curvature) @ state)[0]
        tried = [
            _after(rule, curvature, scale * state, t, at)[0] / scale
            for scale, t, at in ((1.0, 0, 0.0), (0.01, 9, 0.0), (-30.0, 3, 2.0))
        ]
    return bool(np.allclose(tried, said, rtol=1e-9, atol=1e-9 * max(1.0, np.abs(said).max())))


def radius(rule: Optimizer, curvature: float) -> Array:
    """The spectral radius of a rule's step on ½λw², `(K,)` for settings of shape `(K, 1)`."""
    found: Array = np.abs(np.linalg.eigvals(_matrix(rule, curvature))).max(axis=-1)
    return found


@lru_cache(maxsize=64)
def limit(kind: type[Optimizer], settings: Settings, curvature: float) -> float:
    """The η from which on a linear rule's step no longer shrinks what is left on ½λw².

    >>> from optiviz.optim import SGD, Momentum
    >>> round(limit(SGD, (), 20.0), 6), round(limit(Momentum, (("beta", 0.5),), 20.0), 6)
    (0.1, 0.15)
    """
    rates = SOUGHT / curvature
    for _ in range(1 + ROUNDS):
        rule = kind(lr=rates[:, None], **dict(settings))
        first = int(np.argmax(radius(rule, curvature) > 1 + EDGE))
        if not first:
            return np.inf
        last = float(rates[first])
        rates = np.linspace(rates[first - 1], last, POINTS)
    return last
