"""What a framework has to offer for its rules to run in our loop, and where each does so."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import needs_extra, unknown
from optiviz.named import named
from optiviz.optim.base import Array, Look

# The engine of each framework, found by name: a framework is imported when it is asked for.
ENGINES = {
    "torch": "optiviz.optim.foreign.torch:Torch",
    "optax": "optiviz.optim.foreign.optax:Optax",
    "keras": "optiviz.optim.foreign.keras:Keras",
}


class Engine(ABC):
    """A framework's rule on one array: it steps it in place, and tells what it remembers.

    Args:
        make: the framework's class or function.
        options: its arguments but for the rate.
        w: `(P,)`, what is stepped.
        lr: the first rate.
    """

    title: ClassVar[str]
    extra: ClassVar[str]
    packages: ClassVar[tuple[str, ...]]
    # The framework's names for what our rules keep, too.
    slots: ClassVar[Mapping[str, str]]
    w: Array
    looks: bool = False  # whether its rule has asked for the loss elsewhere

    @abstractmethod
    def __init__(self, make: Any, options: Mapping[str, Any], w: Array, lr: float) -> None: ...

    @abstractmethod
    def step(self, g: Array, lr: float, look: Look) -> None:
        """Update `w` in place; a rule that needs the loss, too, or one elsewhere, gets `look`."""

    @abstractmethod
    def arrays(self) -> dict[str, Array]:
        """What is remembered now, by our names."""

    @abstractmethod
    def load(self, arrays: Mapping[str, Array]) -> None:
        """Remember what `arrays` gave once."""

    def template(self) -> dict[str, Array]:
        """What is remembered before the first step."""
        return {name: np.array(array) for name, array in self.arrays().items()}

    @classmethod
    def require(cls) -> None:
        """Refuse to go on without the framework."""
        if not all(find_spec(package) for package in cls.packages):
            raise needs_extra(cls.title, cls.extra)

    @classmethod
    def computed_by(cls) -> tuple[str, ...]:
        """The packages that compute a step."""
        return cls.packages

    @classmethod
    def find(cls, name: str) -> tuple[str, Any]:
        """The class or function of that name in any case, and its own spelling."""
        cls.require()
        known = cls.choices()
        same = {key.lower(): (key, value) for key, value in known.items()}
        if name.lower() not in same:
            raise unknown(f"optimizer of {cls.title}", name, known)
        return same[name.lower()]

    @classmethod
    @abstractmethod
    def choices(cls) -> dict[str, Any]:
        """What the framework offers by name."""

    @classmethod
    def usual_lr(cls, make: Any) -> float:
        """The rate that the framework takes when none is given; 1 where it then has none."""
        try:
            parameters = inspect.signature(make).parameters
        except (TypeError, ValueError):
            return 1.0
        given = parameters.get("lr") or parameters.get("learning_rate")
        if given is None or given.default is None:
            return 1.0
        return 0.01 if given.default is inspect.Parameter.empty else float(given.default)

    def named(self, name: str, array: Array, taken: Mapping[str, Any]) -> str:
        """Our name for an array, with an underscore unless it is of the shape of `w`."""
        alike = np.shape(array) == self.w.shape and np.asarray(array).dtype == self.w.dtype
        ours = self.slots.get(name, name) if alike else f"_{name}"
        return f"{ours}_{len(taken)}" if ours in taken else ours


def engine_of(framework: str) -> type[Engine]:
    """The engine of a framework."""
    engine: type[Engine] = named(ENGINES[framework])
    return engine


def classes_of(home: Any, base: type) -> dict[str, Any]:
    """The classes below `base` that a module offers."""
    every = {name: getattr(home, name) for name in dir(home)}
    kinds = {name: kind for name, kind in every.items() if isinstance(kind, type)}
    return {n: kind for n, kind in kinds.items() if issubclass(kind, base) and kind is not base}


def straight(g: Array) -> Look:
    """A loss with this gradient everywhere, to try a rule on."""

    def look(w: Array, out: Array) -> Any:
        out[...] = g
        return (g * w).sum()

    return look
