"""Compiled sweeps for the rules that train networks most often.

Each repeats, operation by operation, what its rule says with NumPy, so that not a bit of the
result changes; what changes is that every number is read and written once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optiviz.fast import compiler
from optiviz.optim.adam import Adam, AdamW, correction
from optiviz.optim.base import Array, Optimizer, State
from optiviz.optim.sgd import SGD, Momentum

# Without fast-math: a fused multiply-add would round differently from NumPy.
compiled = compiler()
RUN = 256  # numbers of a gradient that are looked at together


@compiled
def _sgd(w: Array, g: Array, bits: Array, rate: Any) -> None:
    """Where a run of the gradient is all zeros, w stays as it is and is not even read.

    After one image that is four fifths of a first layer. `bits` are those of g, as whole numbers.
    """
    whole = len(w) - len(w) % RUN
    for begin in range(0, whole, RUN):
        any_bit = bits[begin]
        for i in range(1, RUN):
            any_bit |= bits[begin + i]
        if any_bit:
            for i in range(RUN):
                w[begin + i] -= g[begin + i] * rate
    for i in range(whole, len(w)):
        w[i] -= g[i] * rate


@compiled
def _momentum(w: Array, g: Array, v: Array, beta: Any, push: Any, pull: Any) -> None:
    for i in range(len(w)):
        v[i] = v[i] * beta + g[i] * push
        w[i] += v[i] * pull


@compiled
def _adam(
    w: Array,
    g: Array,
    m: Array,
    s: Array,
    beta1: Any,
    rest1: Any,
    beta2: Any,
    rest2: Any,
    correction2: Any,
    rate: Any,
    eps: Any,
    keep: Any,
) -> None:
    for i in range(len(w)):
        s[i] = s[i] * beta2 + (g[i] * g[i]) * rest2
        m[i] = m[i] * beta1 + g[i] * rest1
        w[i] = w[i] * keep - (m[i] / (np.sqrt(s[i] / correction2) + eps)) * rate


def _sgd_step(rule: SGD, w: Array, g: Array, state: State, t: int) -> None:
    _sgd(w, g, g.view(f"i{g.itemsize}"), w.dtype.type(rule.lr))


def _momentum_step(rule: Momentum, w: Array, g: Array, state: State, t: int) -> None:
    number = w.dtype.type
    push, pull = {
        "inside": (-rule.lr, 1),
        "outside": (1, -rule.lr),
        "average": (1 - rule.beta, -rule.lr),
    }[rule.form]
    _momentum(w, g, state["velocity"], number(rule.beta), number(push), number(pull))


def _adam_step(rule: Adam, w: Array, g: Array, state: State, t: int) -> None:
    number = w.dtype.type
    correction2, rate = correction(rule.beta2, t), rule.lr / correction(rule.beta1, t)
    keep = 1 - rule.lr * rule.weight_decay if isinstance(rule, AdamW) else 1
    slots = (state["moment1"], state["moment2"])
    betas = (rule.beta1, 1 - rule.beta1, rule.beta2, 1 - rule.beta2)
    _adam(w, g, *slots, *map(number, (*betas, correction2, rate, rule.eps, keep)))


STEPS: dict[type[Optimizer], Callable[..., None]] = {
    SGD: _sgd_step,
    Momentum: _momentum_step,
    Adam: _adam_step,
    AdamW: _adam_step,
}


def step_of(rule: Optimizer) -> Callable[..., None] | None:
    """The compiled step of exactly this rule, if there is one for its settings."""
    if getattr(rule, "eps_inside_root", False):
        return None
    return STEPS.get(type(rule))
