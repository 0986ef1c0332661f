"""The axes of a map: a setting of a rule, and the values to try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError, unknown
from optiviz.optim import Optimizer, name_of
from optiviz.optim.settings import Bound
from optiviz.problems.base import Array, Plane

FAR = 1e100  # an axis beyond cannot be drawn
MOST = 1000  # values along an axis: a million trajectories take a few hundred megabytes


class Axis(NamedTuple):
    """A setting and the values that it takes, in ascending order."""

    name: str
    values: Array

    @property
    def log(self) -> bool:
        """Whether the values are evenly apart on a logarithmic axis."""
        if self.values[0] <= 0:
            return False
        ratios = self.values[1:] / self.values[:-1]
        return bool(np.allclose(ratios, ratios[0], rtol=1e-6))


def stretches(holds: Array) -> list[slice]:
    """The rows of neighbours on an axis for which something holds.

    >>> stretches(np.array([True, False, True, True, False]))
    [slice(0, 1, None), slice(2, 4, None)]
    """
    edges = np.flatnonzero(np.diff(np.r_[False, holds, False])).tolist()
    return [slice(*ends) for ends in zip(edges[::2], edges[1::2], strict=True)]


def longest(holds: Array) -> slice:
    """The longest of them; empty if there is none.

    >>> longest(np.array([True, False, True, True, False]))
    slice(2, 4, None)
    """
    return max(stretches(holds), key=lambda row: row.stop - row.start, default=slice(0, 0))


def axis(
    problem: Plane,
    rule: Optimizer,
    name: str,
    low: float | None = None,
    high: float | None = None,
    points: int = 100,
) -> Axis:
    """Values of a setting from low to high: logarithmic, or linear where it has an upper bound.

    Without ends, η goes from a hundredth to a hundred times the rate that suits the problem (on a
    quadratic to well beyond 4/λ_max, where even β near 1 diverges), and whatever is below 1, such
    as β, from 0 to 0.99.

    Args:
        problem: what the rule is to run on.
        rule: the rule.
        name: of the setting.
        low, high: the ends, both or neither.
        points: how many values.

    Raises:
        UserError: an unknown setting, one that is no number, or one without a range of its own.

    >>> from optiviz import optim, surfaces
    >>> axis(surfaces["bowl"], optim.SGD(), "lr", 0.01, 1.0, points=3).values.round(3).tolist()
    [0.01, 0.1, 1.0]
    """
    bound = _bound(rule, name)
    if low is None or high is None:
        low, high = _range(problem, rule, name, bound)
    if not -np.inf < low < high < np.inf:
        ends = f"{low:g}:{high:g}"
        raise UserError(f"{name} must go from a lower value to a finite higher one, got {ends}.")
    if not all(end == 0 or 1 / FAR <= abs(end) <= FAR for end in (low, high)):
        raise UserError(f"{name} must lie between {1 / FAR:g} and {FAR:g}, got {low:g}:{high:g}.")
    spread = np.geomspace if low > 0 and np.isinf(bound.high) else np.linspace
    return checked(rule, name, spread(low, high, count(points)))


def second(rule: Optimizer) -> str:
    """The setting that is mapped beside η unless another is asked for."""
    for name in ("beta", "beta1", "rho"):
        if name in rule.settings():
            return name
    raise UserError(
        f"{name_of(rule)} has no β to map beside lr: name another setting, or map its rates alone."
    )


def as_axis(
    problem: Plane, rule: Optimizer, given: tuple[str, ArrayLike] | str, points: int = 100
) -> Axis:
    """An axis from its setting and values, or from its setting alone."""
    if isinstance(given, str):
        return axis(problem, rule, given, points=points)
    return checked(rule, *given)


def widest(axes: Sequence[Axis]) -> Axis:
    """The axis that maps beside each other share: from the least of their values to the greatest.

    Raises:
        UserError: axes of different settings.

    >>> widest([Axis("lr", np.array([0.01, 0.1, 1.0])), Axis("lr", np.array([0.1, 1.0, 10.0]))])
    Axis(name='lr', values=array([ 0.01      ,  0.31622777, 10.        ]))
    """
    names = list(dict.fromkeys(axis.name for axis in axes))
    if len(names) > 1:
        raise UserError(
            f"Maps in a row share their axes, got {' and '.join(names)}: "
            "name a setting that every optimizer has."
        )
    low, high = min(a.values[0] for a in axes), max(a.values[-1] for a in axes)
    space = np.geomspace if all(axis.log for axis in axes) else np.linspace
    return Axis(names[0], np.asarray(space(low, high, len(axes[0].values))))


def rows_of(values: ArrayLike, rules: int) -> list[Any]:
    """The same values for every rule, or each rule's own."""
    array = np.atleast_2d(np.asarray(values, float))
    if array.ndim != 2 or len(array) not in (1, rules):
        raise UserError(f"The values of lr must be one row, or one for each of {rules} rules.")
    return list(np.broadcast_to(array, (rules, array.shape[1])))


def checked(rule: Optimizer, name: str, values: ArrayLike) -> Axis:
    """The axis, if the rule can take its values, and they ascend."""
    array = np.asarray(values, float)
    bound = _bound(rule, name)
    if array.ndim != 1 or len(array) < 2 or not (np.diff(array) > 0).all():
        raise UserError(f"The values of {name} must be at least two in ascending order.")
    bound.check(type(rule).__name__, name, array)
    return Axis(name, array)


def count(points: int) -> int:
    """The number of points along a side, if it can be computed."""
    if not 2 <= points <= MOST:
        raise UserError(f"points must be from 2 to {MOST}, got {points}.")
    return points


def _bound(rule: Optimizer, name: str) -> Bound:
    """The bound of a setting that is a number."""
    if name not in rule.known():
        raise unknown(f"setting of {name_of(rule)}", name, rule.known())
    bound = rule.bound(name)
    if bound is None:
        raise UserError(f"{name} of {name_of(rule)} is not a number, so it cannot be an axis.")
    return bound


def _range(problem: Plane, rule: Optimizer, name: str, bound: Bound) -> tuple[float, float]:
    """The ends of a setting's own range."""
    if name == "lr":
        curvatures = getattr(problem, "curvatures", None)
        if rule.rate == "gradient" and curvatures:
            return 0.02 / curvatures[1], 10 / curvatures[1]
        rate = problem.rates.get(rule.rate, float(type(rule).lr))
        return rate / 100, 100 * rate
    if bound.high == 1:
        return 0.0, 0.99
    raise UserError(
        f"{name} of {name_of(rule)} has no range of its own: give one, {name}=LOW:HIGH."
    )
