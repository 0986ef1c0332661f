"""What a rule asks for beyond the gradient, made up, for steps that are only to be looked at."""

from __future__ import annotations

from typing import Any

import numpy as np

from optiviz.optim.base import Array, Optimizer, State


def begun(rule: Optimizer, w: Array) -> State:
    """The state that a rule begins with."""
    given = {"blocks": blocks} if "blocks" in rule.extras else {}
    return rule.init(w, **given)


def extras(rule: Optimizer) -> dict[str, Any]:
    """What its step takes beside w, g, state and t: a bowl L = w²/2 to look at, and `blocks`."""
    given: dict[str, Any] = {"look": bowl, "blocks": blocks}
    return {name: given[name] for name in rule.extras}


def bowl(w: Array, out: Array) -> Any:
    """L = w²/2, whose gradient is w."""
    out[...] = w
    return np.square(w).sum(axis=-1) / 2


def blocks(x: Array) -> list[Array]:
    """All but the last of several parameters as a matrix of one row, and the last as a vector."""
    n = max(x.shape[-1] - 1, 1)
    return [x[..., None, :n], *([x[..., n:]] if x.shape[-1] > n else [])]
