"""Numbers as every picture writes them, in plain text, which is drawn faster than a formula is set.

A picture says a number in one way, on its axes and beside its lines: a true minus, few digits,
raised powers of ten, shares of images in per cent.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogLocator,
    NullFormatter,
    ScalarFormatter,
)

from optiviz.problems.base import Array

FAR = 4.0  # times the least error, from which on errors are far apart
NINES = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
WORD = 0.45  # inches that a power of ten needs along an axis
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3, zeros: bool = False) -> str:
    """A number in so many digits; trailing zeros only where numbers stand below each other.

    >>> number(-0.25), number(0.11149), number(2000.0), number(4e-5), number(276200)
    ('−0.25', '0.111', '2000', '4·10⁻⁵', '276 200')
    >>> number(0.08, zeros=True)
    '0.0800'
    """
    if value and not 1e-3 <= abs(value) < 1e7:
        return power(value, digits)
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0) if value else 0
    grouped = "," if abs(value) >= 1e4 else ""
    written = f"{value:{grouped}.{places}f}".replace(",", " ").replace("-", "−")
    return written.rstrip("0").rstrip(".") if "." in written and not zeros else written


def percent(share: float, places: int = 2) -> str:
    """A share of images in per cent.

    >>> percent(0.9595), percent(1.0)
    ('95.95 %', '100.00 %')
    """
    return f"{100 * share:.{places}f} %"


def power(value: float, digits: int = 2) -> str:
    """A number as a product with a power of ten.

    >>> power(8.84e-9), power(1e-5), power(-0.25), power(99.6)
    ('8.8·10⁻⁹', '10⁻⁵', '−0.25', '100')
    """
    if 0.01 <= abs(value) < 1000 or value == 0:
        written = f"{round(value):d}" if abs(value) >= 99.5 else f"{value:.{digits}g}"
        return written.replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    factor = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    raised = power_of_ten(int(exponent))
    return raised if factor == "1" else f"{factor}·{raised}".replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """A power of ten by its exponent.

    >>> power_of_ten(-3)
    '10⁻³'
    """
    return "10" + str(exponent).translate(RAISED)


class Even(ScalarFormatter):
    """Numbers of equal decimals along an axis, without the formula that Matplotlib makes of each.

    >>> from matplotlib.figure import Figure
    >>> numbers, axis = Even(), Figure().subplots().xaxis
    >>> axis.set_major_formatter(numbers)
    >>> ends = axis.axes.set_xlim(0, 2e-6)
    >>> numbers.format_ticks([0, 1e-6]), numbers.get_offset()
    (['0', '1'], '×10⁻⁶')
    """

    def __init__(self) -> None:
        super().__init__(useOffset=False, useMathText=False)

    def get_offset(self) -> str:
        """What all are to be multiplied by."""
        words = super().get_offset().replace("\N{MINUS SIGN}", "-")
        return f"×{power_of_ten(int(words[2:]))}" if words.startswith("1e") else words


PLAIN = FuncFormatter(lambda value, _: number(value))
PERCENT = FuncFormatter(lambda value, _: f"{100 * value:g} %")
POWERS = FuncFormatter(lambda value, _: power_of_ten(round(math.log10(value))))


def log_axis(ax: Axes, values: Array) -> None:
    """A logarithmic y-axis around some values: few numbers where they span much."""
    ratio = values.max() / values.min()
    few, some, many = (1.0,), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
    ax.set_yscale("log")
    subs = few if ratio > 300 else some if ratio > 10 else many
    ax.yaxis.set_major_locator(LogLocator(subs=subs))
    ax.yaxis.set_major_formatter(PLAIN)
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(values.min() / 1.15, values.max() * 1.15)


def accuracy_axis(ax: Axes, values: Array) -> None:
    """A y-axis of accuracies: by their errors where these span much, as 80, 90, 95, 97.5 % do."""
    low, high = float(values.min()), float(values.max())
    if high < 1 and 1 - low > FAR * (1 - high):
        ax.set_yscale("function", functions=(_nines, _share))
        ends = np.array([_nines(low), _nines(high)])
        ends += 0.06 * np.diff(ends) * [-1, 1]
        low, high = _share(ends)
        ax.yaxis.set_major_locator(FixedLocator(NINES))
    else:
        room = 0.06 * max(high - low, 0.01)
        low, high = low - room, min(high + room, 1.0)
    ax.yaxis.set_major_formatter(PERCENT)
    ax.set_ylim(low, high)


def _nines(share: Any) -> Any:
    """How small an error is, as a power of ten."""
    return -np.log10(np.maximum(1 - np.asarray(share), 1e-9))


def _share(nines: Any) -> Any:
    return 1 - 10 ** -np.asarray(nines)


def log_axis_to_fit(ax: Axes, name: str, ratio: float, scale: float) -> None:
    """A logarithmic axis, set before its limits: its numbers are as many as there is room for.

    Args:
        ax: of its final size.
        name: "x" or "y".
        ratio: of the limits to come.
        scale: of the text.
    """
    kind: Any = {f"{name}scale": "log"}
    ax.set(**kind)
    axis, box = (ax.xaxis if name == "x" else ax.yaxis), ax.get_window_extent()
    length = box.width if name == "x" else 2 * box.height
    room = length / ax.figure.dpi / scale / math.log10(ratio)  # inches for a decade
    subs = (1.0,) if room < 1.9 else (1.0, 2.0, 5.0) if room < 5 else tuple(range(1, 10))
    few = max(2, int(length / ax.figure.dpi / scale / WORD)) if len(subs) == 1 else 30
    axis.set_major_locator(LogLocator(subs=subs, numticks=few))
    axis.set_major_formatter(POWERS if ratio > 2000 and len(subs) == 1 else PLAIN)
    axis.set_minor_formatter(NullFormatter())
