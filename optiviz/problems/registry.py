"""The problems of two parameters by name, and how a word becomes one."""

from __future__ import annotations

from collections.abc import Callable

from optiviz.errors import UserError
from optiviz.problems.base import Plane
from optiviz.problems.planes.expressions import expression, looks_like
from optiviz.problems.planes.regression import logistic, regression, valleys
from optiviz.problems.planes.surfaces import SURFACES, valley
from optiviz.words import build, look_up, split

PROBLEMS: dict[str, Plane] = {
    **SURFACES,
    "regression": regression(),
    "logistic": logistic(),
    "valleys": valleys(),
}

# Those that take settings, by the function that makes them.
FAMILIES: dict[str, Callable[..., Plane]] = {
    "valley": valley,
    "regression": regression,
    "logistic": logistic,
    "valleys": valleys,
}


def parse_problem(text: str) -> Plane:
    """The problem that `name`, `name:key=value,…` or an expression in x and y describes.

    Raises:
        UserError: an unknown name or setting, or what is no expression, and where.

    >>> parse_problem("valley:condition=50").title
    'Valley, condition number 50'
    >>> parse_problem("x**2 + 10*y**2").minima
    ((0.0, 0.0),)
    """
    if text.partition(":")[0].strip().lower() not in PROBLEMS and looks_like(text):
        return expression(text)
    name, words = split(text)
    problem = look_up("problem", name, PROBLEMS)
    if not words:
        return problem
    if name not in FAMILIES:
        raise UserError(f"{name!r} takes no settings; these do: {', '.join(FAMILIES)}.")
    return build(name, FAMILIES[name], words)
