"""The contract of an update rule: it changes one array in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.optim.schedules import Schedule
from optiviz.optim.settings import Bound, setting, validate

Array = NDArray[Any]
State = dict[str, Array]
# A number, an array that broadcasts against w, or what changes into one with every step.
Setting = float | Array | Schedule
Rate = Literal["gradient", "unit", "own"]


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule w ← w + Δ(g), with settings that never change and a state that the run owns.

    `w` may be a point `(2,)`, a stack of K trajectories `(K, 2)` with settings of shape `(K, 1)`,
    or all the weights `(P,)` of a network. A rule updates `w` and its state in place.
    """

    # The arrays that the rule keeps between steps, all of the shape of `w`; views plot them.
    slots: ClassVar[tuple[str, ...]] = ()
    # Which of a problem's default rates suits the rule: "gradient" for steps in proportion to the
    # gradient, "unit" for steps of about η whatever the gradient is, "own" for the rule's default.
    rate: ClassVar[Rate] = "gradient"
    # Whether it divides by a mean of past slopes that fades: near a minimum its steps grow again,
    # until they shake it loose for a while.
    forgets: ClassVar[bool] = False

    # What the formula calls the arrays of the state.
    symbols: ClassVar[Mapping[str, str]] = {}
    # What the rule is for, in a sentence.
    purpose: ClassVar[str] = ""

    # The rule that it adds something to, by its name, and what that is in comparison.
    plain: ClassVar[tuple[str, str] | None] = None

    lr: Setting = setting(0.01, low=0)

    def __post_init__(self) -> None:
        validate(self)

    def init(self, w: Array) -> State:
        """The state before the first step; names with an underscore are not for recording."""
        return {name: np.zeros_like(w) for name in self.slots} | {"_scratch": np.empty_like(w)}

    @abstractmethod
    def step(self, w: Array, g: Array, state: State, t: int) -> None:
        """Update `w` and `state` in place from the gradient `g`; t counts steps from 0."""

    def formula(self) -> tuple[str, ...]:
        """The lines of a step with these settings, as `optiviz.optim.formula` reads them."""
        return ()

    def settings(self) -> dict[str, Any]:
        """The settings by name, as they were given."""
        return dict(vars(self))

    def known(self) -> list[str]:
        """The names of the settings that the rule takes."""
        return list(self.settings())

    def versions(self) -> dict[str, str]:
        """The versions of the packages that compute it, beside NumPy."""
        return {}

    @classmethod
    def bound(cls, name: str) -> Bound | None:
        """The bound of a setting; None for a field without one."""
        field = cls.__dataclass_fields__.get(name)
        bound: Bound | None = field.metadata.get("bound") if field else None
        return bound

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of the settings that are arrays, or schedules of arrays."""
        plain = (v.base if isinstance(v, Schedule) else v for v in self.settings().values())
        return [value.shape for value in plain if isinstance(value, np.ndarray) and value.ndim]

    def schedules(self) -> dict[str, Schedule]:
        """The settings that change."""
        return {k: v for k, v in vars(self).items() if isinstance(v, Schedule)}
