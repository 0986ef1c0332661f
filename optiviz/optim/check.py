"""What a rule of one's own may not do, found by trying it, and told in one sentence."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import math
import random
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.optim.base import Array, Optimizer, State
from optiviz.optim.blame import at, blamed, blaming
from optiviz.optim.trial import begun, extras

FEW = 3  # steps: the first is often another than those that follow
PATIENCE = 64  # steps without a move: a rule may gather gradients for a while before it moves


def check(rule: Optimizer | type[Optimizer], w: ArrayLike = (1.0, 2.0)) -> None:
    """Try a rule, and refuse one that the loop could not run or record as it means to.

    A copy of the rule takes its first steps on arrays of its own, so that the rule, its counts and
    its random numbers are as if nothing had happened.

    Args:
        rule: an instance of a subclass of `Optimizer`, or the class.
        w: an array of the shape and type that it is to step, `(2,)` by default.

    Raises:
        UserError: it rebinds its state or w instead of writing into them, changes its own settings,
            makes arrays of a wrong shape, or cannot step at all.

    >>> class Mine(Optimizer):
    ...     def step(self, w, g, state, t):
    ...         w = w - self.lr * g
    >>> check(Mine())
    Traceback (most recent call last):
    optiviz.errors.UserError: Mine.step leaves w as it is: write w -= … or w[...] = …, ...
    """
    rule = rule if isinstance(rule, Optimizer) else made(rule)
    name, legacy, ours = type(rule).__name__, np.random.get_state(), random.getstate()
    try:
        inspect.signature(rule.step).bind("w", "g", "state", "t", **extras(rule))
    except TypeError:
        raise at(rule.step, f"{name}.step must take w, g, state and t, in this order.") from None
    start = _start(rule, np.asarray(w))
    try:
        with np.errstate(all="ignore"):
            _try(name, _twin(rule), start)
    except (np.linalg.LinAlgError, ArithmeticError, copy.Error):
        return  # these numbers do not suit it; the run will show whether its own do
    except dataclasses.FrozenInstanceError:
        raise _changes(rule) from None
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise blamed(error, f"{name} cannot step an array of shape {start.shape}") from error
    finally:
        np.random.set_state(legacy)
        random.setstate(ours)


def made(kind: type[Optimizer]) -> Optimizer:
    """A rule from its class, with its usual settings.

    Raises:
        UserError: the class is none of a rule, or has no step.
    """
    name = getattr(kind, "__name__", repr(kind))
    if not (isinstance(kind, type) and issubclass(kind, Optimizer)):
        raise UserError(f"{name} is no update rule: make it a subclass of optiviz.optim.Optimizer.")
    if inspect.isabstract(kind):
        raise at(kind, f"{name} has no step: write step(self, w, g, state, t).")
    with blaming(f"{name} cannot be made"):
        return kind()


def _start(rule: Optimizer, w: Array) -> Array:
    """Numbers from 1 to 2, of the type of `w` and of its shape or the stack's."""
    try:
        shape = np.broadcast_shapes(w.shape, *rule.shapes())
    except ValueError:
        shapes = ", ".join(map(str, rule.shapes()))
        message = f"Settings of shape {shapes} do not fit an array of shape {w.shape}."
        raise UserError(message) from None
    kind = np.result_type(w, np.float16)
    return np.linspace(1, 2, math.prod(shape), dtype=kind).reshape(shape)


def _twin(rule: Optimizer) -> Optimizer:
    """A copy that shares nothing, with numbers in the place of schedules."""
    try:
        twin = copy.deepcopy(rule)
    except Exception as error:  # a file, a lock: it cannot be tried without leaving traces
        raise copy.Error from error
    vars(twin).update({k: schedule(0, PATIENCE) for k, schedule in rule.schedules().items()})
    return twin


def _try(name: str, rule: Optimizer, w: Array) -> None:
    """Take steps until w moves, at least a few, and look at everything after each."""
    state = begun(rule, w)
    _look_at_start(rule, state, w)
    state["_scratch"] = np.empty_like(w)  # as the loop does
    first, settings = w.copy(), _settings(rule)
    owned, given = dict(state), extras(rule)
    for t in range(PATIENCE):
        rule.step(w, 1 + 0.5 * first, state, t, **given)
        for slot in owned | state:
            if slot not in owned:
                raise at(rule.step, f"{name}.step adds state[{slot!r}]: make it in init.")
        check_owned(rule, state, owned)
        if _settings(rule) != settings:
            raise _changes(rule)
        if t + 1 >= FEW and not np.array_equal(w, first):
            return
    if np.any(np.not_equal(getattr(rule, "lr", 1), 0)):
        raise at(
            rule.step,
            f"{name}.step leaves w as it is: write w -= … or w[...] = …, since w = … names another "
            "array and what step returns is not looked at.",
        )


def check_owned(rule: Optimizer, state: State, owned: State) -> None:
    """Refuse arrays in the place of those that the record sees.

    Args:
        rule: what stepped; state: its arrays after a step.
        owned: those that it was given.

    Raises:
        UserError: one of them is another.
    """
    for slot, array in owned.items():
        if state.get(slot) is not array:
            raise at(
                rule.step,
                f"{type(rule).__name__}.step rebinds state[{slot!r}], which the record does not "
                f"see: write into it, such as state[{slot!r}][...] = …",
            )


def _look_at_start(rule: Optimizer, state: State, w: Array) -> None:
    must = f"{type(rule).__name__}.init must"
    if not isinstance(state, dict):
        raise at(rule.init, f"{must} return a dictionary of arrays, got {state!r}.")
    for slot, array in state.items():
        if not isinstance(slot, str):
            raise at(rule.init, f"{must} name its arrays in words, got {slot!r}.")
        if not isinstance(array, np.ndarray):
            raise at(rule.init, f"{must} make state[{slot!r}] an array, got {array!r}.")
        if not slot.startswith("_") and array.shape != w.shape:
            raise at(
                rule.init,
                f"{must} make state[{slot!r}] of the shape of w, {w.shape}, got "
                f"{array.shape}; what is of another shape has a name with an underscore.",
            )


def _settings(rule: Optimizer) -> list[Any]:
    """What shows whether a field has changed: numbers as bytes, other things as who they are."""
    values = [getattr(rule, field.name) for field in dataclasses.fields(rule)]
    numbers = bool | int | float | np.generic | np.ndarray
    return [np.asarray(v).tobytes() if isinstance(v, numbers) else id(v) for v in values]


def _changes(rule: Optimizer) -> UserError:
    return at(
        rule.step,
        f"{type(rule).__name__} changes its own settings: they stay as they are, and what changes "
        "belongs into the arrays that init makes, or is a schedule.",
    )
