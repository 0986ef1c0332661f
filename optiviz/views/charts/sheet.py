"""A page for a map: its title above, its key below, and axes between them, placed in inches."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogFormatterMathtext, LogLocator, NullFormatter

from optiviz.errors import UserError
from optiviz.optim import Optimizer, Schedule, name_of
from optiviz.views.files import still
from optiviz.views.scene.panel import check_size
from optiviz.views.style import Theme

EDGE = 0.22  # inches that stay empty
SYMBOLS = {
    "lr": "η",
    "beta": "β",
    "beta1": "β₁",
    "beta2": "β₂",
    "rho": "ρ",
    "eps": "ε",
    "weight_decay": "λ",
}


class Sheet:
    """A figure of so many pixels; the same area in inches whatever they are, as every picture's.

    Attributes:
        figure: the figure; width, height: its inches.
        top, bottom: the inches from below between which axes may stand.
    """

    def __init__(self, look: Theme, size: tuple[int, int]) -> None:
        check_size(size)
        dpi = 100 * (size[0] * size[1] / (960 * 540)) ** 0.5
        self.look = look
        self.width, self.height = size[0] / dpi, size[1] / dpi
        self.figure = Figure(figsize=(self.width, self.height), dpi=dpi)
        FigureCanvasAgg(self.figure)
        self.top, self.bottom = self.height - 0.14, 0.06

    @property
    def tall(self) -> bool:
        """Whether there is more room below than beside."""
        return bool(self.width < 1.1 * self.height)

    def inches(self, artist: Any) -> tuple[float, float]:
        """The width and the height of something drawn."""
        box = artist.get_window_extent()
        return box.width / self.figure.dpi, box.height / self.figure.dpi

    def title(self, title: str, line: str) -> None:
        """The title, and below it a line that says what is shown, in as many rows as it needs."""
        room = self.width - 2 * EDGE
        bold: Any = {"fontweight": "bold", "color": self.look.text}
        plain: Any = {"color": self.look.muted}
        for words, size, style in ((title, 13, bold), (line, 9.5, plain)):
            text = self.figure.text(
                EDGE / self.width,
                self.top / self.height,
                words,
                va="top",
                fontsize=size * self.look.scale,
                linespacing=1.25,
                **style,
            )
            if (width := self.inches(text)[0]) > room:
                rows = math.ceil(1.05 * width / room)
                text.set_text(textwrap.fill(words, math.ceil(len(words) / rows) + 4))
            self.top -= self.inches(text)[1] + 0.07 * self.look.scale
        self.top -= 0.06 * self.look.scale

    def key(self, handles: Sequence[Any], labels: Sequence[str]) -> None:
        """The key along the lower edge, in few rows, and in smaller letters if it must be."""
        columns = range(min(len(labels), 5), 0, -1)
        for share, n in product(np.arange(1.0, 0.3, -0.08), columns):
            legend = self.figure.legend(
                handles,
                labels,
                loc="lower left",
                bbox_to_anchor=((EDGE - 0.05) / self.width, self.bottom / self.height),
                ncols=n,
                frameon=False,
                fontsize=9.5 * self.look.scale * share,
                borderpad=0.1,
                borderaxespad=0.2,
                handlelength=2.0,
                columnspacing=1.8,
                labelcolor=self.look.text,
            )
            width, height = self.inches(legend)
            if width <= self.width - EDGE and height <= 0.3 * self.height:
                self.bottom += height + 0.08
                return
            legend.remove()
        raise UserError("There is no room for the key: show fewer rules.")

    def axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        """Axes between the given inches, counted from the figure's lower left corner."""
        w, h = self.width, self.height
        if not (left < right and bottom < top):
            raise UserError("There is no room for the picture: choose another shape of it.")
        return self.figure.add_axes((left / w, bottom / h, (right - left) / w, (top - bottom) / h))

    def settle(self, *axes: Axes) -> None:
        """Move the left edges in until the words beside them are on the page."""
        boxes: list[Any] = [ax.get_tightbbox() for ax in axes]
        left = min(box.x0 for box in boxes) / self.figure.dpi
        for ax in axes:
            box = ax.get_position()
            box.x0 += max(0.12 - left, 0.0) / self.width
            ax.set_position(box)

    def save(self, path: Path) -> None:
        """Write the figure, the same bytes for the same figure."""
        still.save(self.figure, path)


def described(rule: Optimizer, *without: str) -> str:
    """A rule's name with the settings that matter most, but for some."""
    words = [name_of(rule)]
    for name, symbol in SYMBOLS.items():
        value = rule.settings().get(name)
        if isinstance(value, float) and name not in (*without, "eps"):
            words.append(f"{symbol} {value:.3g}")
        elif isinstance(value, Schedule) and name not in without:
            words.append(f"{symbol} {value.base:.3g} {type(value).__name__.lower()}")
    form = rule.settings().get("form", "inside")
    return " ".join([*words, *([] if form == "inside" else [form])])


def plain_log(ax: Axes, name: str, ratio: float, look: Theme) -> None:
    """A logarithmic axis, set before its limits: its numbers are as many as there is room for.

    Args:
        ax: of its final size.
        name: "x" or "y".
        ratio: of the limits to come.
    """
    scale: Any = {f"{name}scale": "log"}
    ax.set(**scale)
    axis, box = (ax.xaxis if name == "x" else ax.yaxis), ax.get_window_extent()
    length = box.width if name == "x" else 2 * box.height
    room = length / ax.figure.dpi / look.scale / math.log10(ratio)  # inches for a decade
    subs = (1.0,) if room < 1.9 else (1.0, 2.0, 5.0) if room < 5 else tuple(range(1, 10))
    axis.set_major_locator(LogLocator(subs=subs, numticks=30))
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    axis.set_major_formatter(LogFormatterMathtext() if ratio > 2000 else plain)
    axis.set_minor_formatter(NullFormatter())
