"""Surfaces from an expression such as "x**2 + 10*y**2 + sin(3*x)", read by a whitelist.

Nothing that was typed is run: the text becomes a tree of the few operations below, whose numbers
are all floats, and the tree is computed with dual numbers.
"""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Bounds
from optiviz.problems.planes.dual import power
from optiviz.problems.planes.function import BOUNDS, surface
from optiviz.problems.planes.surfaces import Surface

LONGEST, DEEPEST = 500, 60  # characters, and levels of nesting
LETTERS = re.compile(r"[0-9A-Za-z_.+*/()\- ]")
LOOKS = re.compile(r"[+*/^()\[\]{}'\"]|\b[xy]\b")
TITLE = 64
MEANT = (
    ("^²³", "** for powers"),
    ("−–", "- for minus"),
    ("·×∙⋅", "* between factors"),
    (",", "a point in numbers"),
)

Values = tuple[Any, Any]
Node = Callable[[Values], Any]

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.absolute,
}
NAMES: dict[str, Node] = {
    "x": operator.itemgetter(0),
    "y": operator.itemgetter(1),
    "pi": lambda _: np.float64(np.pi),
    "e": lambda _: np.float64(np.e),
}
BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: power,
}
UNARY: dict[type, Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}


def looks_like(text: str) -> bool:
    """Whether a text is meant as an expression rather than as a name."""
    return LOOKS.search(text) is not None


def expression(text: str, bounds: Bounds = BOUNDS) -> Surface:
    """The surface z = f(x, y) of an expression, with exact derivatives.

    Args:
        text: x, y, numbers, pi, e, + - * / ** and parentheses, and sin cos tan asin acos atan sinh
            cosh tanh exp log sqrt abs.
        bounds: ((left, right), (bottom, top)), the part to draw.

    Raises:
        UserError: anything else, with the column where it stands, or bounds that hold nothing.

    >>> bowl = expression("x**2 + 10*y**2")
    >>> bowl.value_and_grad(np.array([1.0, 2.0]))[1]
    array([ 2., 40.])
    """
    text = text.strip()
    return surface(Expression(text), name=text, title=_title(text), bounds=bounds)


def _title(text: str) -> str:
    return text if len(text) <= TITLE else text[: TITLE - 1] + "…"


@dataclass(frozen=True)
class Expression:
    """The function that a text describes, on dual numbers and on plain ones."""

    text: str

    def __post_init__(self) -> None:
        _ = self._node  # a mistake shows at once

    @cached_property
    def _node(self) -> Node:
        return _Reader(self.text).node()

    def __call__(self, x: Any, y: Any) -> Any:
        return self._node((x, y))

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.text,)


class _Reader:
    """Turns one text into a function of x and y."""

    def __init__(self, text: str) -> None:
        self.text = text

    def node(self) -> Node:
        """The whole text as one operation."""
        return self._node(self._tree().body, 1)

    def _tree(self) -> ast.Expression:
        if len(self.text) > LONGEST:
            self._refuse(LONGEST, f"an expression has at most {LONGEST} characters")
        for column, letter in enumerate(self.text):
            if not LETTERS.match(letter):
                hint = next((f", write {right}" for wrong, right in MEANT if letter in wrong), "")
                self._refuse(column, f"{letter!r} has no place in an expression{hint}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as about "1or x", which is refused below
                return ast.parse(self.text, mode="eval")
        except SyntaxError as error:
            # An offset of 0 stands for the end, where something is wanting.
            column = error.offset - 1 if error.offset else len(self.text)
            bracket = "(" in error.msg or ")" in error.msg
            self._refuse(column, error.msg if bracket else "something is missing or out of place")
        except (ValueError, MemoryError, RecursionError):
            self._refuse(0, "it cannot be read as an expression")

    def _node(self, tree: ast.expr, depth: int) -> Node:
        """One operation as a function of (x, y)."""
        if depth > DEEPEST:
            self._fail(tree, f"it is nested more than {DEEPEST} levels deep")
        if isinstance(tree, ast.Constant):
            return self._number(tree)
        if isinstance(tree, ast.Name):
            if tree.id not in NAMES:
                self._fail(tree, f"{tree.id} is none of {', '.join(NAMES)}")
            return NAMES[tree.id]
        if isinstance(tree, ast.BinOp) and type(tree.op) in BINARY:
            both = BINARY[type(tree.op)]
            left, right = self._node(tree.left, depth + 1), self._node(tree.right, depth + 1)
            return lambda at: both(left(at), right(at))
        if isinstance(tree, ast.UnaryOp) and type(tree.op) in UNARY:
            one, inner = UNARY[type(tree.op)], self._node(tree.operand, depth + 1)
            return lambda at: one(inner(at))
        if isinstance(tree, ast.Call):
            return self._call(tree, depth)
        self._fail(tree, "only + - * / ** and functions of one number are known")

    def _number(self, tree: ast.Constant) -> Node:
        given = tree.value
        if isinstance(given, bool) or not isinstance(given, int | float):
            self._fail(tree, f"{given!r} is no number")
        try:
            number = np.float64(given)
        except OverflowError:
            number = np.float64(np.inf)
        return lambda _: number

    def _call(self, tree: ast.Call, depth: int) -> Node:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        if name not in FUNCTIONS:
            self._fail(tree, f"{name or 'this'} is none of the functions {' '.join(FUNCTIONS)}")
        if len(tree.args) != 1 or tree.keywords:
            self._fail(tree, f"{name} takes one number")
        function, inner = FUNCTIONS[name], self._node(tree.args[0], depth + 1)
        return lambda at: function(inner(at))

    def _fail(self, tree: ast.expr, reason: str) -> NoReturn:
        self._refuse(tree.col_offset, reason)

    def _refuse(self, column: int, reason: str) -> NoReturn:
        """Refuse the expression for what stands at a column, counted from 0 here, from 1 there."""
        shown = _title(self.text)
        raise UserError(f"Cannot read the surface {shown!r} at column {column + 1}: {reason}.")
