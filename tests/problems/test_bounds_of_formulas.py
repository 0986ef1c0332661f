"""Bounds as settings of a formula, in the small language."""

from __future__ import annotations

import math

import pytest

from optiviz.errors import UserError
from optiviz.problems import parse_problem
from optiviz.problems.planes.function import surface


def test_a_formula_takes_bounds_as_settings() -> None:
    found = parse_problem("(x - 7)**2 + y**2:left=5,right=9.5")
    assert found.bounds == ((5.0, 9.5), (-3.0, 3.0))
    assert found.minima == ((7.0, 0.0),)  # which lies outside the usual ones
    assert parse_problem("(x - 7)**2 + y**2").minima == ()
    assert found.name == "(x - 7)**2 + y**2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x**2 + y**2:lef=1", "Did you mean 'left'"),
        ("x**2 + y**2:left=a", "left must be a number, got 'a'"),
        ("x**2 + y**2:left=4", "from a lower number to a higher one"),
        ("x**2 + y**2:left=-inf", "from a lower number to a higher one"),
        ("x**2 + y**2:left", "at column 12"),
        ("x**2 + floor(y):left=1", "at column 8"),
    ],
)
def test_what_is_no_bound_is_refused(text: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        parse_problem(text)


def test_bounds_are_finite() -> None:
    with pytest.raises(UserError, match="bounds must go"):
        surface(lambda x, y: x * x + y * y, bounds=((-math.inf, 0.0), (-1.0, 1.0)))
