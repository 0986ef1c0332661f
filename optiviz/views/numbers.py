"""Numbers along axes, in plain text, which is drawn faster than a formula is set."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogFormatterMathtext, LogLocator, NullFormatter

from optiviz.problems.base import Array

PLAIN = FuncFormatter(lambda value, _: f"{value:g}")
PERCENT = FuncFormatter(lambda value, _: f"{100 * value:g} %")
POWERS = FuncFormatter(lambda value, _: power_of_ten(round(math.log10(value))))
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(value: float, digits: int = 2) -> str:
    """A number as a product with a power of ten.

    >>> power(8.84e-9), power(1e-5), power(0.25), power(99.6)
    ('8.8·10⁻⁹', '10⁻⁵', '0.25', '100')
    """
    if 0.01 <= abs(value) < 1000 or value == 0:
        return f"{round(value):d}" if abs(value) >= 99.5 else f"{value:.{digits}g}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    factor = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    raised = power_of_ten(int(exponent))
    return raised if factor == "1" else f"{factor}·{raised}"


def power_of_ten(exponent: int) -> str:
    """A power of ten by its exponent.

    >>> power_of_ten(-3)
    '10⁻³'
    """
    return "10" + str(exponent).translate(RAISED)


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
    axis.set_major_locator(LogLocator(subs=subs, numticks=30))
    axis.set_major_formatter(LogFormatterMathtext() if ratio > 2000 else PLAIN)
    axis.set_minor_formatter(NullFormatter())
