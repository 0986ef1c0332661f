"""What pictures of numbers have in common: a themed figure, a title, a legend, a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from optiviz.views.files import still
from optiviz.views.scene.figure import rc
from optiviz.views.scene.panel import check_size
from optiviz.views.style import THEMES, Mark
from optiviz.words import look_up

MARGIN = 0.24  # inches around everything


class Page:
    """A figure in a theme; its area in inches is always the same, so text keeps its share.

    Args:
        theme: "light", "dark" or "slides".
        size: width and height in pixels.

    Raises:
        UserError: an unknown theme, or an impossible size.
    """

    def __init__(self, theme: str, size: tuple[int, int]) -> None:
        check_size(size)
        self.look = look_up("theme", theme, THEMES)
        width, height = size
        dpi = 100 * (width * height / (960 * 540)) ** 0.5
        with self.style():
            self.figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)
            self.canvas: Any = FigureCanvasAgg(self.figure)
        self.width, self.height = width / dpi, height / dpi

    def style(self) -> Any:
        """The theme's settings, for as long as artists are made."""
        return matplotlib.rc_context(rc(self.look))

    def titles(self, title: str, note: str) -> float:
        """Write the title and a note below it; return the inches that they take."""
        scale, left = self.look.scale, MARGIN / self.width
        style: Any = {"va": "top", "parse_math": False}
        y = 1 - 0.15 / self.height
        self.figure.text(
            left, y, title, fontsize=13 * scale, weight="bold", color=self.look.text, **style
        )
        y -= 0.26 * scale / self.height
        self.figure.text(left, y, note, fontsize=9 * scale, color=self.look.muted, **style)
        return 0.15 + 0.62 * scale

    def legend(self, marks: Sequence[Mark], labels: Sequence[str]) -> float:
        """Write the legend at the bottom in as many columns as fit; return the inches it takes."""
        scale = self.look.scale
        handles = [
            Line2D([], [], color=m.color, linestyle=m.dash, lw=2.4 * scale, label=label)
            for m, label in zip(marks, labels, strict=True)
        ]
        for columns in range(len(handles), 0, -1):
            legend = self.figure.legend(
                handles=handles,
                loc="lower left",
                bbox_to_anchor=(MARGIN / self.width - 0.005, 0.05 / self.height),
                ncols=columns,
                frameon=False,
                fontsize=9 * scale,
                borderpad=0.1,
                handlelength=2.4,
                columnspacing=2.0,
                labelcolor=self.look.text,
            )
            box = legend.get_window_extent(self.canvas.get_renderer())
            if columns == 1 or box.width / self.figure.dpi < self.width - 1.5 * MARGIN:
                return float(box.height) / self.figure.dpi + 0.1
            legend.remove()
        return 0.0

    def pair(self, header: float, footer: float) -> Any:
        """Two axes side by side, below the inches of the titles and above those of the legend."""
        scale = self.look.scale
        edges = {"left": 0.62 * scale / self.width, "right": 1 - 0.3 / self.width}
        edges["top"] = 1 - (header + 0.12 * scale) / self.height
        edges["bottom"] = (footer + 0.5 * scale) / self.height
        return self.figure.subplots(1, 2, gridspec_kw=edges | {"wspace": 0.21 * scale})

    def axes(self, ax: Any, title: str, xlabel: str) -> None:
        """Dress axes: a title at the left, a grid, what runs along them."""
        look = self.look
        ax.set_title(title, loc="left", fontsize=10 * look.scale, color=look.text, pad=6)
        ax.set_xlabel(xlabel)
        ax.grid(color=look.grid, linewidth=0.8)
        ax.set_axisbelow(True)

    def save(self, path: Path) -> None:
        """Write the figure as it stands, the same bytes for the same figure."""
        with self.style():
            still.save(self.figure, path)


def power(value: float, digits: int = 2) -> str:
    """A number as a product with a power of ten, in plain text.

    >>> power(8.84e-9), power(1e-5), power(0.25)
    ('8.8·10⁻⁹', '10⁻⁵', '0.25')
    """
    if 0.01 <= abs(value) < 1000 or value == 0:
        return f"{round(value):d}" if abs(value) >= 100 else f"{value:.{digits}g}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    factor = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"10{raised}" if factor == "1" else f"{factor}·10{raised}"
