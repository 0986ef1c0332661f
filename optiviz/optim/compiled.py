"""Compiled sweeps for the rules that train networks most often.

Each repeats, operation by operation, what its rule says with NumPy, so that not a bit of the
result changes. What changes is that every number is read and written once, and that runs of numbers
which would stay as they are, are passed over: after one image four fifths of a first layer have no
gradient, and in a network that has collapsed no layer has one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from optiviz.fast import compiler
from optiviz.optim.adam import Adam, AdamW, Nadam, correction
from optiviz.optim.adaptive import AdaGrad, RMSProp
from optiviz.optim.base import Array, Optimizer, State
from optiviz.optim.sgd import SGD, Momentum

# Without fast-math: a fused multiply-add would round differently from NumPy.
compiled = compiler()
any_order = compiler("reassoc")
RUN = 256  # numbers that are looked at together
# Which rows of a gradient may hold anything but zeros, which is for others to say before every
# step, and where each of them ends.
Rows = tuple[Array, Array]


class Runs(NamedTuple):
    """What is known of the runs of an array.

    Attributes:
        filled: `(rows,)`, which rows of the gradient may hold anything but zeros.
        first, last: `(runs,)`, the rows that each run begins and ends in.
        live: `(3, runs)`, which runs of the gradient and of each slot may do so.
    """

    filled: Array
    first: Array
    last: Array
    live: Array

    @classmethod
    def of(cls, size: int, rows: Rows | None = None) -> Runs:
        """Of an array of that size, of whose slots nothing is known yet."""
        filled, ends = (np.ones(1, np.bool_), [size]) if rows is None else rows
        begin = np.arange(0, size, RUN)
        first, last = (np.searchsorted(ends, x, "right") for x in (begin, begin + RUN - 1))
        last = np.minimum(last, len(filled) - 1)
        return cls(filled, first, last, np.ones((3, len(begin)), np.bool_))


@compiled
def _look(runs: Runs) -> None:
    """See where there is a gradient, and so may be something in the slots."""
    for run in range(len(runs.first)):
        fed = False
        for row in range(runs.first[run], runs.last[run] + 1):
            fed |= runs.filled[row]
        runs.live[0, run] = fed
        runs.live[1, run] |= fed
        runs.live[2, run] |= fed


@compiled
def _stretch(live: Array, since: int) -> Any:
    """Where the next stretch of live runs begins and ends, in numbers; nowhere if there is none."""
    begin, n = since // RUN, len(live)
    while begin < n and not live[begin]:
        begin += 1
    end = begin
    while end < n and live[end]:
        end += 1
    return begin * RUN, end * RUN


@compiled
def _sgd(w: Array, g: Array, runs: Runs, rate: Any) -> None:
    _look(runs)
    begin, end = _stretch(runs.live[0], 0)
    while begin < end:
        wr, gr = w[begin:end], g[begin:end]
        for i in range(len(wr)):
            wr[i] -= gr[i] * rate
        begin, end = _stretch(runs.live[0], end)


@compiled
def _momentum(w: Array, g: Array, v: Array, runs: Runs, beta: Any, push: Any, pull: Any) -> None:
    _look(runs)
    begin, end = _stretch(runs.live[1], 0)
    while begin < end:
        wr, gr, vr = w[begin:end], g[begin:end], v[begin:end]
        for i in range(len(wr)):
            vr[i] = vr[i] * beta + gr[i] * push
            wr[i] += vr[i] * pull
        begin, end = _stretch(runs.live[1], end)


@compiled
def _scaled(
    w: Array,
    g: Array,
    s: Array,
    runs: Runs,
    beta: Any,
    rest: Any,
    rate: Any,
    inner: Any,
    outer: Any,
) -> None:
    _look(runs)
    live = runs.live[0] if beta == 1 else runs.live[1]
    begin, end = _stretch(live, 0)
    while begin < end:
        wr, gr, sr = w[begin:end], g[begin:end], s[begin:end]
        for i in range(len(wr)):
            sr[i] = sr[i] * beta + (gr[i] * gr[i]) * rest
            wr[i] -= (gr[i] / (np.sqrt(sr[i] + inner) + outer)) * rate
        begin, end = _stretch(live, end)


@compiled
def _adam(
    w: Array,
    g: Array,
    m: Array,
    s: Array,
    runs: Runs,
    beta1: Any,
    rest1: Any,
    beta2: Any,
    rest2: Any,
    correction2: Any,
    ahead: Any,
    now: Any,
    rate: Any,
    inner: Any,
    outer: Any,
    keep: Any,
) -> None:
    _look(runs)
    live, others = runs.live[1], runs.live[2]
    begin, end = _stretch(live, 0)
    while begin < end:
        wr, gr, mr, sr = w[begin:end], g[begin:end], m[begin:end], s[begin:end]
        for i in range(len(wr)):
            sr[i] = sr[i] * beta2 + (gr[i] * gr[i]) * rest2
            mr[i] = mr[i] * beta1 + gr[i] * rest1
            step = mr[i] * ahead + gr[i] * now
            second = sr[i] if correction2 is None else sr[i] / correction2
            root = np.sqrt(second + inner) + outer
            wr[i] = wr[i] * keep - (step / root) * rate
        begin, end = _stretch(live, end)
    for run in range(len(live)):
        if others[run] and not live[run]:
            sr = s[run * RUN : run * RUN + RUN]
            for i in range(len(sr)):
                sr[i] *= beta2
        if keep != 1 and not live[run]:
            wr = w[run * RUN : run * RUN + RUN]
            for i in range(len(wr)):
                wr[i] *= keep


@any_order
def _any(x: Array) -> Any:
    total = x[0] * 0
    for i in range(len(x)):
        total += abs(x[i])
    return total != 0


@compiled
def fade(x: Array, least: Any, live: Array) -> None:
    """Zeros for what is less than that, and which runs have something else left."""
    for run in range(len(live)):
        part = x[run * RUN : run * RUN + RUN]
        for i in range(len(part)):
            part[i] = 0 if abs(part[i]) < least else part[i]
        live[run] = _any(part)


def _sgd_step(rule: SGD, w: Array, g: Array, state: State, t: int, runs: Runs) -> None:
    _sgd(w, g, runs, w.dtype.type(rule.lr))


def _momentum_step(rule: Momentum, w: Array, g: Array, state: State, t: int, runs: Runs) -> None:
    push, pull = {
        "inside": (-rule.lr, 1),
        "outside": (1, -rule.lr),
        "average": (1 - rule.beta, -rule.lr),
    }[rule.form]
    _momentum(w, g, state["velocity"], runs, *map(w.dtype.type, (rule.beta, push, pull)))


def _scaled_step(
    rule: AdaGrad | RMSProp, w: Array, g: Array, state: State, t: int, runs: Runs
) -> None:
    shares = (rule.beta, 1 - rule.beta) if isinstance(rule, RMSProp) else (1, 1)
    numbers = (*shares, rule.lr, *_beside(rule))
    _scaled(w, g, state[rule.slots[0]], runs, *map(w.dtype.type, numbers))


def _adam_step(rule: Adam, w: Array, g: Array, state: State, t: int, runs: Runs) -> None:
    keep = 1 - rule.lr * rule.weight_decay if isinstance(rule, AdamW) else 1
    rate = rule.lr / correction(rule.beta1, t)
    _adam_like(rule, w, g, state, t, runs, (1, 0, rate, *_beside(rule), keep))


def _nadam_step(rule: Nadam, w: Array, g: Array, state: State, t: int, runs: Runs) -> None:
    product, (mu, after) = state["_mu_product"], (rule.mu(t + 1), rule.mu(t + 2))
    product *= mu
    ahead, now = after / (1 - product * after), (1 - mu) / (1 - product)
    _adam_like(rule, w, g, state, t, runs, (ahead[0], now[0], rule.lr, 0, rule.eps, 1))


def _adam_like(
    rule: Adam | Nadam, w: Array, g: Array, state: State, t: int, runs: Runs, others: Any
) -> None:
    number = w.dtype.type
    betas = (rule.beta1, 1 - rule.beta1, rule.beta2, 1 - rule.beta2)
    second = number(correction(rule.beta2, t))
    numbers = *map(number, betas), None if second == 1 else second, *map(number, others)
    _adam(w, g, state["moment1"], state["moment2"], runs, *numbers)


def _beside(rule: Any) -> tuple[float, float]:
    """ε inside the root and beside it: in one of both places, and 0 in the other."""
    return (rule.eps, 0) if rule.eps_inside_root else (0, rule.eps)


STEPS: dict[type[Optimizer], Callable[..., None]] = {
    SGD: _sgd_step,
    Momentum: _momentum_step,
    AdaGrad: _scaled_step,
    RMSProp: _scaled_step,
    Adam: _adam_step,
    AdamW: _adam_step,
    Nadam: _nadam_step,
}


def step_of(rule: Optimizer) -> Callable[..., None] | None:
    """The compiled step of exactly this rule, if there is one for its settings."""
    return None if getattr(rule, "centered", False) else STEPS.get(type(rule))
