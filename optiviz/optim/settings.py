"""Settings of update rules and schedules: their bounds, and how a bad value is refused."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from optiviz.errors import UserError

SCALARS = int | float | np.generic


@dataclasses.dataclass(frozen=True)
class Bound:
    """An interval; the upper end is always open, the lower end is open if `above`."""

    low: float
    high: float = math.inf
    above: bool = False
    whole: bool = False

    def __str__(self) -> str:
        if self.whole:
            return f"a whole number from {self.low:g} to {self.high - 1:g}"
        if self.high == math.inf:
            return f"{'above' if self.above else 'at least'} {self.low:g} and finite"
        return f"in {'(' if self.above else '['}{self.low:g}, {self.high:g})"

    def check(self, owner: str, name: str, value: Any) -> None:
        """Refuse a value outside the interval, naming the setting, the bound and the value."""
        if isinstance(value, float) and not self.whole and self.low < value < self.high:
            return  # as nearly all are: an array costs ten times as much
        array = np.asarray(value if isinstance(value, SCALARS | np.ndarray) else None)
        if array.dtype.kind not in ("iu" if self.whole else "fiu"):
            kind = "" if self.whole else "a number "
            raise UserError(f"{owner}: {name} must be {kind}{self}, got {value!r}.")
        above_low = array > self.low if self.above else array >= self.low
        inside = above_low & (array < self.high)
        if not inside.all():
            bad = array[~inside].flat[0]
            raise UserError(f"{owner}: {name} must be {self}, got {bad:g}.")


def setting(default: Any, low: float, high: float = math.inf, *, above: bool = False) -> Any:
    """A dataclass field with a default and a bound."""
    return dataclasses.field(default=default, metadata={"bound": Bound(low, high, above)})


def count(default: int, low: int, high: int) -> Any:
    """A dataclass field of whole numbers up to and with `high`."""
    return dataclasses.field(default=default, metadata={"bound": Bound(low, high + 1, whole=True)})


def choice(default: str, *others: str) -> Any:
    """A dataclass field that is one of a few words."""
    return dataclasses.field(default=default, metadata={"choices": (default, *others)})


def validate(owner: Any) -> None:
    """Check every field of a dataclass against its bound or its choices."""
    for field in dataclasses.fields(owner):
        value = getattr(owner, field.name)
        name = type(owner).__name__
        if bound := field.metadata.get("bound"):
            bound.check(name, field.name, value.preview() if hasattr(value, "preview") else value)
        choices = field.metadata.get("choices", (True, False) if field.type == "bool" else None)
        if choices and value not in choices:
            words = ", ".join(map(str, choices))
            raise UserError(f"{name}: {field.name} must be one of {words}, got {value!r}.")
