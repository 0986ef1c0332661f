"""The problems of two parameters by name, and how a word becomes one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from optiviz.errors import UserError
from optiviz.problems.base import Plane, Problem
from optiviz.problems.planes.expressions import expression, looks_like
from optiviz.problems.planes.rare import rare
from optiviz.problems.planes.regression import logistic, regression, valleys
from optiviz.problems.planes.river import river
from optiviz.problems.planes.surfaces import SURFACES, valley
from optiviz.words import Registry, build, split

P = TypeVar("P", bound=Problem)

PROBLEMS: Registry[Plane] = Registry(
    "problem",
    {
        **SURFACES,
        "regression": regression(),
        "logistic": logistic(),
        "valleys": valleys(),
        "river": river(),
        "rare": rare(),
    },
)

# Those that take settings, by the function that makes them.
FAMILIES: dict[str, Callable[..., Plane]] = {
    "valley": valley,
    "regression": regression,
    "logistic": logistic,
    "valleys": valleys,
    "river": river,
    "rare": rare,
}


def parse_problem(text: str) -> Plane:
    """The problem that `name`, `name:key=value,…` or an expression in x and y describes.

    An expression takes its bounds as settings: `x**2 + y**4:left=-5,right=5,bottom=-2,top=2`.

    Raises:
        UserError: an unknown name or setting, or what is no expression, and where.

    >>> parse_problem("valley:condition=50").title
    'Valley, condition number 50'
    >>> parse_problem("x**2 + 10*y**2").minima
    ((0.0, 0.0),)
    """
    first, _, rest = text.partition(":")
    if first.strip().lower() not in PROBLEMS and looks_like(text):
        if "=" not in rest:
            return expression(text)
        return build(first.strip(), partial(_within, first), split(text)[1])
    name, words = split(text)
    problem = PROBLEMS[name]
    if not words:
        return problem
    if name not in FAMILIES:
        raise UserError(f"{name!r} takes no settings; these do: {', '.join(FAMILIES)}.")
    return build(name, FAMILIES[name], words)


def _within(
    text: str, left: float = -3.0, right: float = 3.0, bottom: float = -3.0, top: float = 3.0
) -> Plane:
    """The surface of an expression within bounds of its own."""
    return expression(text, ((left, right), (bottom, top)))


def as_problem(given: P | str) -> P | Plane:
    """A problem, or the one that words describe.

    Raises:
        UserError: words that `parse_problem` cannot read, or something else than a problem.

    >>> as_problem("bowl") is as_problem(PROBLEMS["bowl"])
    True
    """
    if isinstance(given, str):
        return parse_problem(given)
    if not isinstance(given, Problem):
        raise UserError(
            f"A problem is a surface, the name of one, or an expression in x and y, got {given!r}."
        )
    return given
