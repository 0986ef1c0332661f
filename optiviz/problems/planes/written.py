"""The slopes of a surface written down as a list of operations, which a page can compute again.

A surface's formula takes whatever can be added and multiplied. Given symbols instead of numbers, it
says what it does with them; what asks more of them, such as which is larger, cannot be written.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optiviz.problems.base import Plane
from optiviz.problems.planes.dual import Dual
from optiviz.problems.planes.function import Exact
from optiviz.problems.planes.surfaces import Surface

# What js/again.js computes, each by the name that JavaScript has for it.
NAMES: dict[np.ufunc, str] = {
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.divide: "/",
    np.negative: "negative",
    np.power: "pow",
    np.square: "square",
    np.sqrt: "sqrt",
    np.exp: "exp",
    np.log: "log",
    np.absolute: "abs",
    np.sign: "sign",
    np.maximum: "max",
    np.hypot: "hypot",
    np.sin: "sin",
    np.cos: "cos",
    np.tan: "tan",
    np.arcsin: "asin",
    np.arccos: "acos",
    np.arctan: "atan",
    np.sinh: "sinh",
    np.cosh: "cosh",
    np.tanh: "tanh",
}
Line = list[Any]


class Written(np.lib.mixins.NDArrayOperatorsMixin):
    """A symbol, or an operation on symbols and numbers."""

    def __init__(self, name: str, *parts: Any) -> None:
        self.name, self.parts = name, parts

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **_: Any) -> Any:
        if method != "__call__" or ufunc not in NAMES:
            return NotImplemented
        return Written(NAMES[ufunc], *inputs)


def slopes(problem: Plane) -> list[Line] | None:
    """A surface's two partial derivatives, line by line; None where they cannot be written.

    A line is a number, "x" or "y", or an operation and the lines that it takes; the last one names
    those of ∂/∂x and ∂/∂y.

    >>> from optiviz.problems import parse_problem
    >>> slopes(parse_problem("x*y"))
    [[1.0], ['y'], ['*', 0, 1], ['x'], ['*', 0, 3], [2, 4]]
    """
    if not isinstance(problem, Surface):
        return None
    x, y, formula = Written("x"), Written("y"), problem.formula
    try:
        if isinstance(formula, Exact):
            found = formula.function(Dual(x, 1.0), Dual(y, None, 1.0))
            parts = (found.dx, found.dy)
        else:
            parts = formula(x, y)[1:]
        lines: list[Line] = []
        known: dict[Any, int] = {}
        ends = [_line(0.0 if part is None else part, lines, known) for part in parts]
    except Exception:  # whatever it does with a symbol, it is no arithmetic
        return None
    return [*lines, ends]


def _line(part: Any, lines: list[Line], known: dict[Any, int]) -> int:
    """Which line a part is; it and those that it takes are added where they are not known."""
    if isinstance(part, Written):
        line = [part.name, *(_line(inner, lines, known) for inner in part.parts)]
    else:
        number = float(part)
        if not math.isfinite(number):
            raise ValueError("no text holds such a number")
        line = [number]
    key = tuple(line)
    if key not in known:
        known[key] = len(lines)
        lines.append(line)
    return known[key]
