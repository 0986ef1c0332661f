"""A rule's step on a single point, in Python's own numbers.

NumPy takes a quarter of a microsecond for any operation on an array, which on the two numbers of a
point is ten times what their arithmetic takes. So a rule's own `step` is called once on arrays of
`Number`, which do no arithmetic but write it down, and from these lines a function of plain floats
is made that does the same operations in the same order. `step` stays the only place that says what
the rule is, and no bit of a result changes: Python and NumPy round + - * / and roots alike.

Powers, signs and comparisons cannot be written down, and where coordinates meet, NumPy may round in
another way; such rules are stepped by NumPy. So is a single step at which Python raises where NumPy
goes on, as when it divides by zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from optiviz.optim.base import Array, Optimizer, State
from optiviz.optim.schedules import Schedule
from optiviz.optim.shared import step_of

Step = Callable[[int], None]
SIZE = 2  # coordinates of a point


class Number:
    """A number that is not known yet: what comes of it is a line more."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name, self.lines = name, lines

    def then(self, what: str) -> Number:
        """The number that this arithmetic comes to."""
        number = Number(f"n{len(self.lines)}", self.lines)
        self.lines.append(f"{number.name} = {what}")
        return number

    def __neg__(self) -> Number:
        return self.then(f"-{self.name}")

    def sqrt(self) -> Number:
        """What NumPy asks of an object for its root."""
        return self.then(f"sqrt({self.name})")

    def _undecided(self, *_: object) -> Any:
        raise TypeError("A number that is not known yet decides nothing.")

    __bool__ = __eq__ = _undecided  # which every object has, and would answer


def _operator(sign: str, turned: bool) -> Callable[[Number, Any], Any]:
    def written(self: Number, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented  # the array asks for each of its numbers in turn
        one, two = (_said(other), self.name) if turned else (self.name, _said(other))
        return self.then(f"{one} {sign} {two}")

    return written


for _name, _sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/"}.items():
    setattr(Number, f"__{_name}__", _operator(_sign, turned=False))
    setattr(Number, f"__r{_name}__", _operator(_sign, turned=True))


def _said(value: Any) -> str:
    """A number as a line has it."""
    if isinstance(value, Number):
        return value.name
    if isinstance(value, int | float) and math.isfinite(value):
        return str(value)
    raise TypeError(f"{value!r} cannot be written down.")


def scalar(rule: Optimizer, w: Array, g: Array, state: State, taken: Step) -> Step | None:
    """What `taken`, NumPy's step of this rule on these arrays, does, in a quicker way.

    None for all but a point, and for a rule that cannot be written down. The rule's numbers may
    change between steps; its arrays must stay the same ones.

    >>> from optiviz.optim import Momentum
    >>> w, g, rule = np.zeros(2), np.ones(2), Momentum(lr=0.5)
    >>> state = rule.init(w)
    >>> step = scalar(rule, w, g, state, lambda t: rule.step(w, g, state, t))
    >>> step(0), w, state["velocity"]
    (None, array([-0.5, -0.5]), array([-0.5, -0.5]))
    """
    if w.shape != (SIZE,) or rule.meets or rule.extras:
        return None
    arrays = {"w": w, "g": g} | {name: state[name] for name in state if name != "_scratch"}
    settings = rule.settings()
    fixed = {name: value for name, value in settings.items() if isinstance(value, str | bool)}
    free = settings.keys() - fixed.keys()
    if any(array.shape != w.shape or array.dtype != np.float64 for array in arrays.values()):
        return None
    if not all(_double(settings[name]) for name in free):
        return None
    bind = _written(type(rule), frozenset(fixed.items()), frozenset(free), tuple(arrays))
    return bind and bind(vars(rule), taken, *[array.data for array in arrays.values()])


def _double(setting: Any) -> bool:
    """Whether a setting is one number that Python has, too, or a schedule of such numbers."""
    value = setting.base if isinstance(setting, Schedule) else setting
    return isinstance(value, int | float) or (
        isinstance(value, np.ndarray) and value.shape == () and value.dtype == np.float64
    )


@lru_cache(256)
def _written(
    kind: type[Optimizer],
    fixed: frozenset[tuple[str, Any]],
    free: frozenset[str],
    names: tuple[str, ...],
) -> Callable[..., Step] | None:
    """What makes a step for the arrays of one run; free settings are read anew at every step."""
    lines: list[str] = []
    rule = object.__new__(kind)
    vars(rule).update(dict(fixed) | {name: Number(name, lines) for name in free})
    before = {name: [Number(f"{name}_{i}", lines) for i in range(SIZE)] for name in names}
    after = {name: np.array(numbers, object) for name, numbers in before.items()}
    try:
        state = after | {"_scratch": np.empty(SIZE, object)}
        step_of(rule)(state.pop("w"), state.pop("g"), state, Number("t", lines))
        stored = [
            f"{name}[{i}] = {_said(new)}"
            for name, array in after.items()
            for i, new in enumerate(array)
            if new is not before[name][i]
        ]
    except Exception:  # a step may ask anything of a number that is not known
        return None
    read = [f"{name} = float(numbers[{name!r}])" for name in sorted(free)]
    for name, row in before.items():
        read.append(f"[{', '.join(number.name for number in row)}] = {name}.tolist()")
    source = f"""
def bind(numbers, taken, {", ".join(before)}):
    def step(t):
        try:
            {"; ".join(read + lines)}
        except (ArithmeticError, ValueError):
            taken(t)
        else:
            {"; ".join(stored)}
    return step
"""
    scope: dict[str, Any] = {"sqrt": math.sqrt}
    exec(source, scope)
    bind: Callable[..., Step] = scope["bind"]
    return bind
