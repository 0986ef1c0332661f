"""Sliders as lists of values: what one can be set to, and the nearest of it to what was sent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


def decades(first: int, last: int, mantissas: str = "1 1.5 2 3 5 7") -> tuple[float, ...]:
    """Round numbers from 10^first to 10^last, evenly spread on a logarithmic scale.

    >>> decades(-1, 0)
    (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
    """
    powers = range(first, last)
    steps = [float(f"{m}e{power}") for power in powers for m in mantissas.split()]
    return (*steps, float(f"1e{last}"))


@dataclass(frozen=True)
class Knob:
    """A slider.

    Attributes:
        label: in the lecture's words, with the symbol.
        values: what it can be set to, in order.
        default: the one it begins with.
    """

    label: str
    values: tuple[float, ...]
    default: float

    def nearest(self, value: Any) -> float:
        """The value that is nearest to what was sent, or the default if that is no number.

        >>> Knob("β", (0.0, 0.9, 0.99), 0.9).nearest(7), Knob("β", (0.0, 0.9), 0.9).nearest("x")
        (0.99, 0.9)
        """
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or (isinstance(value, float) and math.isnan(value)):
            return self.default
        value = min(max(value, self.values[0]), self.values[-1])
        return min(self.values, key=lambda known: abs(known - value))

    def facts(self) -> dict[str, Any]:
        """What the page needs to draw it."""
        return {"label": self.label, "values": list(self.values), "default": self.default}
