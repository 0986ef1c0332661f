"""Slopes written down as operations: computed again they are the surface's own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from optiviz import surface
from optiviz.problems import parse_problem
from optiviz.problems.planes.surfaces import SURFACES
from optiviz.problems.planes.written import NAMES, slopes

WORDS = [*SURFACES, "sin(3*x)*exp(-y**2) + abs(x)/(2 + cos(y))", "x/3 - atan(y)", "7 + 0*x"]


def computed(lines: list[list[Any]], x: float, y: float) -> list[float]:
    """What the lines come to."""
    functions = {name: function for function, name in NAMES.items()}
    values: list[float] = []
    for name, *parts in lines[:-1]:
        usual = {"x": x, "y": y}.get(name, name)
        values.append(functions[name](*(values[i] for i in parts)) if parts else usual)
    return [values[i] for i in lines[-1]]


@pytest.mark.parametrize("words", WORDS)
def test_the_lines_are_the_slopes(words: str) -> None:
    problem = parse_problem(words)
    lines = slopes(problem)
    assert lines is not None
    for at in ((0.3, -0.7), (-1.2, 0.4), (2.0, 1.0)):
        assert computed(lines, *at) == pytest.approx(problem.value_and_grad(np.array(at))[1])


def test_what_is_no_arithmetic_has_none() -> None:
    """Nor what no text holds; never something else than the surface's slopes."""
    for function in (lambda x, y: math.sin(x) + y, lambda x, y: x * x if x > y else y * y):
        assert slopes(surface(function, name="own")) is None
    for words in ("x**y", "regression:n=9", "1e999*x"):
        assert slopes(parse_problem(words)) is None
