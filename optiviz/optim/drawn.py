"""What a rule has beside its path, to be drawn with it: where it was, where it looked, how far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Seen:
    """What a record holds of a run of T steps; row t of every array speaks of point t.

    Attributes:
        w: `(T+1, P)`, the points; g: the gradient at each, as the rule meets it.
        slots: the rule's arrays, each `(T+1, P)`, as the step to a point left them.
        hyper: the settings that may change, as numbers, `(T,)` each.
        symbol: what a symbol of the rule's formula is before the step that leaves each point.
    """

    w: Array
    g: Array
    slots: Mapping[str, Array]
    hyper: Mapping[str, Array]
    symbol: Callable[[str], Array]

    def setting(self, rule: Any, name: str) -> Array:
        """A setting of a rule, as it goes with `(T, P)`."""
        if name not in self.hyper:
            return np.asarray(getattr(rule, name))
        value = self.hyper[name]
        return value[:, None] if value.ndim == 1 else value


@dataclass(frozen=True)
class Drawn:
    """A mark beside the path; of itself no more than words, which tell what the path is.

    Attributes:
        words: what it is, for the key; role: "run" for the run's own colour, else "muted" or
            "accent" for the theme's.
    """

    kind: ClassVar[str] = "path"
    sign: ClassVar[str] = "—"  # before its words

    words: str
    role: str = "run"


@dataclass(frozen=True)
class Way(Drawn):
    """Further points that move with the run, `(T+1, P)`, each named by a letter at its head."""

    kind: ClassVar[str] = "way"
    sign: ClassVar[str] = "╌"

    letter: str = ""
    points: Array = None  # type: ignore[assignment]  # the fields above it have defaults


@dataclass(frozen=True)
class Tried(Drawn):
    """Places that were looked at from each point, or the point, `(T+1, n, P)`, NaN where none is.

    Attributes:
        tips: the places; crossed: whether they were given up, and have a cross.
        longer: whether they are parts of a step, and as much longer than life as arrows are.
    """

    kind: ClassVar[str] = "tried"

    tips: Array = None  # type: ignore[assignment]
    crossed: bool = False
    longer: bool = False

    @property
    def sign(self) -> str:  # type: ignore[override]
        return "✕" if self.crossed else "○"


@dataclass(frozen=True)
class Pull(Drawn):
    """An arrow that begins beside the path, as much longer than life as all arrows are.

    Attributes:
        at: where it begins, `(T+1, P)`; vector: NaN where there is none.
    """

    kind: ClassVar[str] = "pull"
    sign: ClassVar[str] = "→"

    at: Array = None  # type: ignore[assignment]
    vector: Array = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Oval(Drawn):
    """The image of the unit circle under a matrix, about a point: a circle, or a turned ellipse.

    Attributes:
        middle: `(T+1, P)`; axes: the matrices `(T+1, P, P)`, 0 where there is nothing to see.
        letter: names the radius of a circle, which is as long as it is on the plane; an ellipse has
            none, and a scale of its own.
    """

    kind: ClassVar[str] = "oval"
    sign: ClassVar[str] = "◯"

    middle: Array = None  # type: ignore[assignment]
    axes: Array = None  # type: ignore[assignment]
    letter: str = ""
