"""Published figures that need no data: computed by the update rules themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optiviz.optim import Momentum, parse
from optiviz.optim.adam import correction
from optiviz.optim.adaptive import average
from optiviz.problems import SURFACES
from optiviz.runs.batches import batches
from optiviz.runs.descend import descend

Figures = dict[str, float]
LONG = 5000  # samples, after which nothing is left of what β < 0.995 remembers


def descent(optim: str, start: float, steps: int) -> Figures:
    """The weight after so many steps on L = w²/2, and the last step and its push η·gradient.

    >>> {name: round(value, 3) for name, value in descent("sgd:lr=0.1", 2.0, 2).items()}
    {'weight': 1.62, 'step': 0.18, 'push': 0.18}
    """
    if not steps:
        return {"weight": start}
    run = descend(SURFACES["bowl"], parse(optim), (start, 0.0), steps)
    weight, before = run.w[-1, 0], run.w[-2, 0]
    push = run.lr[-1] * run.grad[-2, 0]
    return {"weight": float(weight), "step": float(abs(weight - before)), "push": float(push)}


def memory(beta: float, age: int) -> Figures:
    """The share of a gradient that is still in the velocity so many steps later.

    >>> round(memory(0.9, 2)["share"], 9)
    0.81
    """
    rule, w = Momentum(lr=1.0, beta=beta), np.zeros(1)
    state = rule.init(w)
    state["_scratch"] = np.empty(1)
    for t, gradient in enumerate([1.0] + [0.0] * age):
        rule.step(w, np.array([gradient]), state, t)
    return {"share": float(-state["velocity"][0])}


def horizon(beta: float) -> Figures:
    """How many samples as recent as the last one a running mean holds: its whole weight by that.

    >>> round(horizon(0.9)["samples"], 9)
    10.0
    """
    mean, shares = np.ones(1), []
    for _ in range(LONG):
        shares.append(float(mean[0]))
        average(mean, beta, np.zeros(1), np.empty(1))
    return {"samples": sum(shares)}


def corrected(beta: float, t: int) -> Figures:
    """Adam's correction for a mean that started at 0, after t steps.

    >>> round(corrected(0.9, 2)["factor"], 2)
    5.26
    """
    return {"factor": float(1 / correction(beta, t - 1))}


def epoch(samples: int, batch_size: int) -> Figures:
    """How many batches make an epoch, and the size of the last.

    >>> epoch(10, 4)
    {'batches': 3, 'last_batch': 2}
    """
    feed = batches(samples, batch_size, seed=0)
    sizes: list[int] = []
    while sum(sizes) < samples:
        sizes.append(len(next(feed)))
    return {"batches": len(sizes), "last_batch": sizes[-1]}


ARITHMETIC: dict[str, Callable[..., Figures]] = {
    "descent": descent,
    "memory": memory,
    "horizon": horizon,
    "correction": corrected,
    "batches": epoch,
}
