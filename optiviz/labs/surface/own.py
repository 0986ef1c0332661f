"""A formula that a visitor typed, as a surface: read by the command line's own reader, and bounded.

It stands in the state as the problem's name, and its bounds as the problem's settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.labs.controls import Knob
from optiviz.problems import PROBLEMS, Plane, parse_problem
from optiviz.problems.planes.expressions import Expression, looks_like
from optiviz.words import join

LONGEST, MOST = 200, 60  # characters of a formula, and operations, each of which costs time
OPERATIONS = re.compile(r"[a-z]+\(|\*\*|[-+*/]")
FAR = (-1e4, 1e4)  # how far bounds may go
EDGES = {
    "left": Knob("x from", FAR, -3.0),
    "right": Knob("to", FAR, 3.0),
    "bottom": Knob("y from", FAR, -3.0),
    "top": Knob("to", FAR, 3.0),
}
SMALL = 1e-3  # the least length of a side
TINY = 1e-100  # heights that differ by less leave no digits to draw levels between them


@lru_cache(maxsize=16)  # a slider of a rule leaves the surface as it is
def plane_of(words: str) -> Plane:
    """The problem that words describe, made once."""
    return parse_problem(words)


def is_own(problem: Any) -> bool:
    """Whether a problem's name is meant as a formula."""
    return isinstance(problem, str) and problem not in PROBLEMS and looks_like(problem)


def checked(text: str, shape: Mapping[str, float]) -> Plane:
    """The surface of a formula within its bounds, if it can be drawn and run.

    Raises:
        UserError: why not, and at which column.
    """
    if len(text) > LONGEST:
        raise UserError(f"A formula has at most {LONGEST} characters here, and this {len(text)}.")
    count = len(OPERATIONS.findall(text))
    if count > MOST:
        raise UserError(f"A formula has at most {MOST} operations here, and this one {count}.")
    Expression(text)  # says what cannot be read, and where, before all else
    if not looks_like(text):
        raise UserError("A formula needs x or y in it.")
    problem = plane_of(join(text, shape))
    with np.errstate(all="ignore"):
        loss, slope = problem.value_and_grad(np.array(problem.start))
        heights = problem.grid(24)[2]
    highest = np.abs(heights[np.isfinite(heights)]).max(initial=0.0)
    if 0 < highest < TINY:
        raise UserError(f"{problem.title} is flat: its heights here are {highest:.0e} at most.")
    if not np.isfinite([loss, *slope]).all():
        raise UserError(f"{problem.title} has no finite height and slope within these bounds.")
    return problem


def refusal(sent: Any) -> str:
    """Why the formula among some controls cannot be taken; nothing if there is none, or it can."""
    sent = sent if isinstance(sent, Mapping) else {}
    text, shape = sent.get("problem"), sent.get("shape")
    if not isinstance(text, str) or text in PROBLEMS:
        return ""
    try:
        checked(text.strip().lower(), in_order(_edges(shape), []))
    except UserError as error:
        return str(error)
    return ""


def _edges(shape: Any) -> dict[str, float]:
    """The bounds among what was sent; the usual one for what is no number between the ends."""
    given = shape if isinstance(shape, Mapping) else {}
    found = {}
    for name, knob in EDGES.items():
        value: Any = given.get(name)
        near = isinstance(value, int | float) and abs(value) <= FAR[1]  # NaN is not
        found[name] = float(value) if near else knob.default
    return found


def in_order(shape: dict[str, float], notes: list[str]) -> dict[str, float]:
    """Bounds that go from a lower number to a higher one."""
    found = dict(shape)
    for low, high in (("left", "right"), ("bottom", "top")):
        if not found[high] - found[low] > SMALL / 2:  # a page's own rounding aside
            ends = f"{found[low]:g} to {found[high]:g}"
            found |= {low: EDGES[low].default, high: EDGES[high].default}
            axis = EDGES[low].label.removesuffix(" from")
            notes.append(f"{axis} must go from a lower number to a higher one, not from {ends}.")
    return found
