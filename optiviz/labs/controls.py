"""Sliders as lists of values, so that they stop at round numbers; and those of the update rules."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optiviz.optim import OPTIMIZERS
from optiviz.optim.describe import called

LANES = 4  # optimisers in a race


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


MEMORY = (
    *(round(0.05 * i, 2) for i in range(18)),
    *(0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.999),
)
SQUARES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
# The settings that have a slider, where a rule has them; the defaults are the rule's own.
SETTINGS = {"beta": MEMORY, "rho": MEMORY, "beta1": MEMORY, "beta2": SQUARES}
REACH = (0.0, *decades(-3, 1, "1 2 3 5 7"))


def knobs(rule: str, rates: Sequence[float], usual: Mapping[str, float]) -> dict[str, Knob]:
    """The sliders of an update rule: η, and those of its settings that have one.

    Args:
        rule: its name.
        rates: what η can be set to.
        usual: the η that suits what is minimised, for each kind of rule (see `Plane.rates`).

    >>> [knob.label for knob in knobs("momentum", (0.1, 0.2), {"gradient": 0.1}).values()]
    ['learning rate η', 'momentum β']
    """
    kind = OPTIMIZERS[rule]
    defaults: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(kind)}
    rate = float(f"{usual.get(kind.rate, defaults['lr']):.3g}")  # as one would type it
    settings = SETTINGS | ({"beta": SQUARES} if "squares" in called(kind, "beta") else {})
    if "look" in kind.extras:
        settings = settings | {"rho": REACH}
    own = {
        name: Knob(called(kind, name), values, defaults[name])
        for name, values in settings.items()
        if name in defaults
    }
    return {"lr": Knob(called(kind, "lr"), tuple(rates), rate)} | own


def facts(offered: Mapping[str, Knob]) -> dict[str, Any]:
    """What the page needs to draw sliders."""
    return {
        name: dataclasses.asdict(knob) | {"whole": isinstance(knob.default, int)}
        for name, knob in offered.items()
    }
