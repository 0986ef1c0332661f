"""The contract of an update rule: it changes one array in place."""

from __future__ import annotations

import dataclasses
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.errors import UserError
from optiviz.optim.drawn import Drawn, Seen
from optiviz.optim.schedules import Schedule
from optiviz.optim.settings import Bound, setting, validate
from optiviz.optim.shared import SHARED, sharing, shown, telling

Array = NDArray[Any]
State = dict[str, Array]
# A number, an array that broadcasts against w, or what changes into one with every step.
Setting = float | Array | Schedule
Rate = Literal["gradient", "unit", "own"]
# look(w, out): the loss at w on the batch of this step; the gradient there is written into `out`.
Look = Callable[[Array, Array], Any]
# blocks(x): the matrices (inputs, outputs) and the vectors of an array that is laid out as w is, as
# views of it; a stack's have its first axis, too.
Blocks = Callable[[Array], list[Array]]


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule w ← w + Δ(g), with settings that never change and a state that the run owns.

    `w` may be a point `(2,)`, a stack of K trajectories `(K, 2)` with settings of shape `(K, 1)`,
    or all the weights `(P,)` of a network. A rule updates `w` and its state in place.

    Every rule takes two settings more, by name; a class that declares one sees to it itself.

    Args:
        weight_decay: λ ≥ 0: g + λw takes the place of g, as in PyTorch.
        clip: C > 0: a gradient longer than C is shortened to C first; 0 leaves all as they are.
    """

    # The arrays that the rule keeps between steps, all of the shape of `w`; views plot them.
    slots: ClassVar[tuple[str, ...]] = ()
    # Which of a problem's default rates suits the rule: "gradient" for steps in proportion to the
    # gradient, "unit" for steps of about η whatever the gradient is, "own" for the rule's default.
    rate: ClassVar[Rate] = "gradient"
    # Whether it divides by a mean of past slopes that fades: near a minimum its steps grow again,
    # until they shake it loose for a while.
    forgets: ClassVar[bool] = False

    # Whether a step in one coordinate depends on the others, so that it cannot be taken in parts.
    meets: ClassVar[bool] = False
    # The slot that is the answer where that is not w, as with a rule that averages its points.
    answer: ClassVar[str] = ""

    # What `step` asks for beyond w, g, state and t, as arguments of these names: "look", "blocks"
    # (which `init` is given, too). What a rule does not name costs nothing.
    extras: ClassVar[tuple[str, ...]] = ()
    # Whether it has nothing to do where no parameters form a matrix; how many parameters at most.
    matrices: ClassVar[bool] = False
    most: ClassVar[int | None] = None

    # What the formula calls the arrays of the state.
    symbols: ClassVar[Mapping[str, str]] = {}
    # The symbols whose lines tell what a search, a look or a matrix came to: not by arithmetic, but
    # by these slots after the step.
    outcomes: ClassVar[Mapping[str, str]] = {}
    # What people write, where that is not the class's name; what the rule is for, in a sentence.
    written: ClassVar[str] = ""
    purpose: ClassVar[str] = ""

    # The rule that it adds something to, by its name, and what that is in comparison.
    plain: ClassVar[tuple[str, str] | None] = None

    # The shared settings that the rule declares, and so sees to, itself.
    own: ClassVar[frozenset[str]] = frozenset()

    lr: Setting = setting(0.01, low=0)
    _: dataclasses.KW_ONLY
    weight_decay: Setting = setting(0.0, low=0)
    clip: Setting = setting(0.0, low=0)

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        cls.own = cls.own | (set(SHARED) & set(inspect.get_annotations(cls)))
        for name, made in (("step", sharing), ("formula", telling)):
            if name in vars(cls):
                setattr(cls, name, made(vars(cls)[name]))
        if "__repr__" not in vars(cls):
            cls.__repr__ = Optimizer.__repr__  # type: ignore[method-assign]  # not a dataclass's

    def __repr__(self) -> str:
        fields = (f for f in dataclasses.fields(self) if f.repr and shown(self, f.name))
        told = (f"{field.name}={getattr(self, field.name)!r}" for field in fields)
        return f"{type(self).__qualname__}({', '.join(told)})"

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

    def drawn(self, seen: Seen) -> tuple[Drawn, ...]:
        """What is new in the rule, for a picture of its path: places, circles, its own arrows."""
        return ()

    def divisor(self, seen: Seen) -> Array | None:
        """By what every step was divided: `(T, P)` in each coordinate, or matrices `(T, P, P)`;
        None where it is not divided by past slopes."""
        return None

    def recalled(self, seen: Seen) -> State:
        """What it keeps beside its slots, as the last step of a run left it, `seen` with the
        gradients that its own lines met: so that a run can go on from its record."""
        return {}

    def settings(self) -> dict[str, Any]:
        """The settings by name, as they were given; shared ones last, and where they are used."""
        names = sorted(vars(self), key=SHARED.__contains__)
        return {name: vars(self)[name] for name in names if shown(self, name)}

    def known(self) -> list[str]:
        """The names of the settings that the rule takes."""
        return list(dict.fromkeys([*self.settings(), *SHARED]))

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


def nowhere(w: Array, out: Array) -> Any:
    """The `look` of a step that was given none."""
    raise UserError(
        "This rule looks at the loss elsewhere: run it with descend or train, or give its step "
        "look(w, out), which writes the gradient into out and returns the loss."
    )


def whole(x: Array) -> list[Array]:
    """The `blocks` of parameters that form no matrix."""
    return [x]
