"""Schedules: how a setting changes with the step (on a surface) or the epoch (on data).

A schedule is a value of k, counted from 0, out of n. The loop turns it into a number before each
step, so an update rule never meets one.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optiviz.errors import UserError
from optiviz.optim.settings import choice, setting, validate
from optiviz.words import Registry

Base = float | NDArray[np.floating]


@dataclass(frozen=True)
class Schedule(ABC):
    """A setting that changes; `base` is its undecayed value (a number or a `(K, 1)` array)."""

    base: Base = setting(0.01, low=0)

    def __post_init__(self) -> None:
        validate(self)

    @abstractmethod
    def __call__(self, k: int, n: int) -> Base:
        """The value at k, from 0 to n - 1."""

    def values(self, n: int) -> list[Base]:
        """All n values, in order."""
        try:
            return [self(k, n) for k in range(n)]
        except OverflowError:
            raise UserError(f"{self} outgrows all numbers within {n} steps.") from None

    if TYPE_CHECKING:
        # A rule computes with a setting as with the number that the loop has put in its place, so
        # to a type checker a schedule is one; at run time it is not.
        def _number(self, other: Any = None) -> Any: ...
        def __array__(self) -> NDArray[Any]: ...

        __mul__ = __rmul__ = __rsub__ = __rtruediv__ = __truediv__ = __neg__ = __float__ = _number

    def preview(self) -> NDArray[np.floating]:
        """A sample of values, for checking them against the bound of a setting."""
        return np.array(self.values(100))


@dataclass(frozen=True)
class Constant(Schedule):
    """No decay: η_k = η_0.

    >>> Constant(0.1).values(3)
    [0.1, 0.1, 0.1]
    """

    def __call__(self, k: int, n: int) -> Base:
        return self.base


@dataclass(frozen=True)
class Linear(Schedule):
    """Linear decay: η_k = η_0·(1 - α) + α·η_N with α = k/N (Goodfellow et al. 2016, §8.3.1).

    `end` is η_N, the value that step N itself would have.

    >>> Linear(1.0, end=0.0).values(4)
    [1.0, 0.75, 0.5, 0.25]
    """

    end: float = setting(0.0, low=0)

    def __call__(self, k: int, n: int) -> Base:
        alpha = k / n
        return self.base * (1 - alpha) + alpha * self.end


@dataclass(frozen=True)
class Step(Schedule):
    """Staircase: η_k = η_0·γ^⌊k/s⌋, a drop by `gamma` every `step_size` steps.

    >>> Step(1.0, step_size=2, gamma=0.5).values(5)
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    step_size: int = setting(30, low=1)
    gamma: float = setting(0.5, low=0, above=True)

    def __call__(self, k: int, n: int) -> Base:
        return self.base * self.gamma ** (k // self.step_size)


@dataclass(frozen=True)
class Exponential(Schedule):
    """Exponential decay: η_k = η_0·γ^k.

    >>> Exponential(1.0, gamma=0.5).values(3)
    [1.0, 0.5, 0.25]
    """

    gamma: float = setting(0.98, low=0, above=True)

    def __call__(self, k: int, n: int) -> Base:
        return self.base * self.gamma**k


@dataclass(frozen=True)
class InverseTime(Schedule):
    """Inverse-time decay: η_k = η_0 / (1 + d·k) (Robbins & Monro 1951 ask for this order).

    >>> InverseTime(1.0, decay=1.0).values(3)
    [1.0, 0.5, 0.3333333333333333]
    """

    decay: float = setting(0.05, low=0)

    def __call__(self, k: int, n: int) -> Base:
        return self.base / (1 + self.decay * k)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Cosine decay: η_k = η_N + (η_0 - η_N)·(1 + cos(πk/N))/2 (Loshchilov & Hutter 2017).

    >>> [round(value, 3) for value in Cosine(1.0).values(4)]
    [1.0, 0.854, 0.5, 0.146]
    """

    end: float = setting(0.0, low=0)

    def __call__(self, k: int, n: int) -> Base:
        return self.end + (self.base - self.end) * (1 + math.cos(math.pi * k / n)) / 2


@dataclass(frozen=True)
class Polynomial(Schedule):
    """Polynomial decay: η_k = η_N + (η_0 - η_N)·(1 - k/N)^p, as in PyTorch's `PolynomialLR`.

    >>> Polynomial(1.0, power=2).values(4)
    [1.0, 0.5625, 0.25, 0.0625]
    """

    end: float = setting(0.0, low=0)
    power: float = setting(2.0, low=0, above=True)

    def __call__(self, k: int, n: int) -> Base:
        left: float = (1 - k / n) ** self.power
        return self.base * left + self.end * (1 - left)


@dataclass(frozen=True)
class Restarts(Schedule):
    """Cosine decay with warm restarts, SGDR: back to η_0 after `period` steps, and again.

    η_k = η_N + (η_0 - η_N)·(1 + cos(πj/T))/2 at the j-th step of a cycle of T; T begins as `period`
    and is multiplied by `factor` at each restart (Loshchilov & Hutter 2017, as in PyTorch's
    `CosineAnnealingWarmRestarts`).

    >>> [round(value, 2) for value in Restarts(1.0, period=2).values(6)]
    [1.0, 0.5, 1.0, 0.5, 1.0, 0.5]
    """

    period: int = setting(30, low=1)
    factor: int = setting(1, low=1)
    end: float = setting(0.0, low=0)

    def __call__(self, k: int, n: int) -> Base:
        j, cycle = k, self.period
        if self.factor == 1:
            j %= cycle
        while j >= cycle:
            j, cycle = j - cycle, cycle * self.factor
        return _cosine_between(self.base, self.end, j / cycle)


@dataclass(frozen=True)
class WSD(Schedule):
    """Warm-up, stable, decay: a ramp of `warmup` steps, η_0, and a cool-down over the last share.

    η_k = η_0·(k + 1)/s while k < s, then η_0, and over the last `cooldown` of the steps
    η_N + (η_0 - η_N)·(1 - p) at the share p of them, or 1 - √p with shape="sqrt", which falls
    at once (Hu et al. 2024; the two shapes are Hägele et al.'s, 2024).

    >>> WSD(1.0, warmup=2, cooldown=0.5).values(8)
    [0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25]
    """

    warmup: int = setting(0, low=0)
    cooldown: float = setting(0.2, low=0, high=1)
    shape: str = choice("linear", "sqrt")
    end: float = setting(0.0, low=0)

    def __call__(self, k: int, n: int) -> Base:
        if k < self.warmup:
            return self.base * ((k + 1) / self.warmup)
        stable = (1 - self.cooldown) * n
        share = (k - stable) / (n - stable) if k > stable else 0.0
        left = 1 - (share if self.shape == "linear" else math.sqrt(share))
        return self.base * left + self.end * (1 - left)


@dataclass(frozen=True)
class WarmUp(Schedule):
    """Warm-up: a linear ramp to η_0 over the first `steps`, then any other schedule.

    η_k = η_0·(k + 1)/s while k < s, then `then` at k - s out of n - s. `base` is that of `then`.

    >>> WarmUp(then=Constant(1.0), steps=4).values(6)
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    base: Base = field(init=False)
    steps: int = setting(10, low=1)
    then: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        if not isinstance(self.then, Schedule):
            raise UserError(f"WarmUp: then must be a schedule, got {self.then!r}.")
        object.__setattr__(self, "base", self.then.base)
        super().__post_init__()

    def __call__(self, k: int, n: int) -> Base:
        if k < self.steps:
            return self.base * ((k + 1) / self.steps)
        return self.then(k - self.steps, n - self.steps)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """One cycle: a cosine rise from η_0/`div` to the peak η_0, then a cosine fall to near 0.

    The rise takes the share `rise` of the steps; the last value is η_0/(`div`·`final_div`)
    (Smith & Topin 2019, as in PyTorch's `OneCycleLR`).

    >>> [round(value, 2) for value in OneCycle(1.0, rise=0.5).values(5)]
    [0.04, 0.76, 0.9, 0.35, 0.0]
    """

    rise: float = setting(0.3, low=0, high=1)
    div: float = setting(25.0, low=1)
    final_div: float = setting(1e4, low=1)

    def __call__(self, k: int, n: int) -> Base:
        bottom = self.base / self.div
        top, last = self.rise * n - 1, n - 1
        if k <= top:
            return _cosine_between(bottom, self.base, k / top if top else 1.0)
        share = (k - top) / (last - top) if last > top else 1.0
        return _cosine_between(self.base, bottom / self.final_div, share)


def _cosine_between(start: Base, end: Base, share: float) -> Base:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


SCHEDULES: Registry[type[Schedule]] = Registry(
    "schedule",
    {
        "constant": Constant,
        "linear": Linear,
        "step": Step,
        "exponential": Exponential,
        "inverse-time": InverseTime,
        "polynomial": Polynomial,
        "cosine": Cosine,
        "restarts": Restarts,
        "warmup": WarmUp,
        "one-cycle": OneCycle,
        "wsd": WSD,
    },
)
