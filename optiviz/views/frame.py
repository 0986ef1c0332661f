"""What all figures have in common: a theme, an area, a title, a legend, a file."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from optiviz.errors import UserError
from optiviz.files import whole
from optiviz.views.files import still
from optiviz.views.files.animate import STILL, check_ending
from optiviz.views.style import Mark, Theme, theme_of
from optiviz.views.typeface import Page, settings

SMALLEST, LARGEST = (240, 180), (3840, 2160)  # pixels
SHARES = np.arange(1.0, 0.3, -0.08)  # of a legend's size, where it would not fit


def check_size(size: tuple[int, int]) -> None:
    """Refuse a width and height, in pixels, that no picture can have."""
    bounds = zip(SMALLEST, size, LARGEST, strict=True)
    if not all(least <= pixels <= most for least, pixels, most in bounds):
        raise UserError(
            f"size must be from {SMALLEST[0]}x{SMALLEST[1]} to {LARGEST[0]}x{LARGEST[1]}, "
            f"got {size[0]}x{size[1]}."
        )


def density(size: tuple[int, int]) -> float:
    """Times the pixels to the inch of a picture of 960x540: its area in inches is the same."""
    return float((size[0] * size[1] / (960 * 540)) ** 0.5)


class Frame:
    """A figure in a theme; its area in inches is always the same, so text keeps its share.

    Args:
        theme: "light", "dark" or "slides".
        size: width and height in pixels.

    Attributes:
        figure, canvas: Matplotlib's; width, height: the figure's inches.
        top, bottom: the inches from below between which there is room for axes.
        about: the figure in words, for those who do not see it.

    Raises:
        UserError: an unknown theme, or an impossible size.
    """

    edge: ClassVar[float] = 0.24  # inches that stay empty beside the words,
    above: ClassVar[float] = 0.15  # above the title,
    rows: ClassVar[tuple[float, float]] = (0.26, 0.36)  # and that the title and the note take
    small: ClassVar[float] = 9.0  # points of the note and the legend
    leading: ClassVar[float | None] = None  # from a row of words to the next, or the usual

    def __init__(self, theme: str, size: tuple[int, int]) -> None:
        check_size(size)
        self.look, self.about = theme_of(theme), ""
        dpi = 100 * density(size)
        self.width, self.height = size[0] / dpi, size[1] / dpi
        with self.style():
            self.figure: Figure = Page(figsize=(self.width, self.height), dpi=dpi)
            self.canvas: Any = FigureCanvasAgg(self.figure)
        self.top, self.bottom = self.height - self.above, 0.06
        self.corner = 0.0  # inches that something else takes at the right of the title

    def style(self) -> Any:
        """The theme's settings, for as long as artists are made."""
        return matplotlib.rc_context(rc(self.look))

    def inches(self, artist: Any) -> tuple[float, float]:
        """The width and the height of something drawn."""
        box = artist.get_window_extent(self.canvas.get_renderer())
        return box.width / self.figure.dpi, box.height / self.figure.dpi

    def title(self, title: str, note: str = "") -> float:
        """Write the title and a note below it, each in as many rows as it needs.

        Returns:
            The inches that it takes more than in a row each.
        """
        bold: Any = {"weight": "bold", "color": self.look.text}
        plain: Any = {"color": self.look.muted}
        self.about = f"{title}. {note}".strip()
        more = self._words(title, 13, self.rows[0], self.corner, **bold)
        if note:
            more += self._words(note, self.small, self.rows[1], **plain)
        return more

    def _words(
        self, words: str, size: float, row: float, corner: float = 0.0, **style: Any
    ) -> float:
        """Words from the left below what has been written, in rows where they are too wide."""
        room = self.width - 2 * self.edge - corner
        at = (self.edge / self.width, self.top / self.height)
        style |= {
            "va": "top",
            "fontsize": size * self.look.scale,
            "parse_math": False,
            "linespacing": self.leading,
        }
        text = self.figure.text(*at, words, **style)
        width, height = self.inches(text)
        if width > room:
            rows = math.ceil(1.05 * width / room)
            text.set_text(textwrap.fill(words, math.ceil(len(words) / rows) + 4))
        more = float(self.inches(text)[1] - height)
        self.top -= row * self.look.scale + more
        return more

    def legend(self, marks: Sequence[Mark], labels: Sequence[str]) -> None:
        """Write what the lines mean along the lower edge."""
        width = 2.4 * self.look.scale
        lines = [Line2D([], [], color=mark.color, ls=mark.dash, lw=width) for mark in marks]
        at = (self.edge - 0.005 * self.width, 0.05)
        style: Any = {"handlelength": 2.4, "columnspacing": 2.0}
        height = self.key(lines, labels, at, self.width - 1.5 * self.edge, **style)
        self.bottom = height + 0.1

    def key(
        self,
        handles: Sequence[Any],
        labels: Sequence[str],
        at: tuple[float, float],
        room: float,
        **style: Any,
    ) -> float:
        """Write a legend in as few rows as there is room for, in smaller letters if need be.

        Args:
            handles, labels, style: what Matplotlib's `legend` takes.
            at: the inches of its lower left corner; room: those of its greatest width.

        Returns:
            The inches of its height.
        """
        x, y = at[0] / self.width, at[1] / self.height
        style |= {"loc": "lower left", "bbox_to_anchor": (x, y), "frameon": False}
        style |= {"borderpad": 0.1, "labelcolor": self.look.text}
        height = 0.0
        for share, columns in product(SHARES, range(len(labels), 0, -1)):
            size = self.small * self.look.scale * share
            legend = self.figure.legend(handles, labels, ncols=columns, fontsize=size, **style)
            width, height = self.inches(legend)
            last = share == SHARES[-1] and columns == 1
            if last or (width <= room and height <= 0.3 * self.height):
                break
            legend.remove()
        return height

    def row(
        self, count: int, left: float = 0.62, right: float = 0.3, gap: float = 0.85
    ) -> list[Any]:
        """Axes side by side between the title and the legend, in a tall figure one below another.

        Args:
            count: how many.
            left: inches to the left of the first, before the theme's scale.
            right: inches to the right of the last; gap: those to the next, before that scale.
        """
        s, tall = self.look.scale, self.width < self.height
        shape = (count, 1) if tall else (1, count)
        left, right, gap = left * s, min(right, 0.5 * self.width), gap * s
        top, bottom = self.top - 0.12 * s, self.bottom + 0.5 * s
        length = top - bottom if tall else self.width - left - right
        apart = gap / max((length - gap * (count - 1)) / count, 0.1)
        room: Any = {"left": left / self.width, "right": 1 - right / self.width}
        room |= {"top": top / self.height, "bottom": bottom / self.height}
        room |= {"hspace" if tall else "wspace": apart}
        return list(self.figure.subplots(*shape, squeeze=False, gridspec_kw=room).flat)

    def dress(self, ax: Any, title: str, xlabel: str) -> None:
        """Dress axes: a title at the left, a grid, what runs along them."""
        look = self.look
        ax.set_title(title, loc="left", fontsize=10 * look.scale, color=look.text, pad=6)
        ax.set_xlabel(xlabel, style="italic" if len(xlabel) == 1 else "normal")
        ax.grid(color=look.grid, linewidth=0.8)
        ax.set_axisbelow(True)

    def save(self, path: str | Path, transparent: bool = False) -> None:
        """Write the figure as it stands, the same bytes for the same figure: .png, .svg or .pdf.

        Args:
            path: where to write.
            transparent: let what is behind the page be seen.

        Raises:
            UserError: an unknown ending, or a place that cannot be written to.
        """
        target = check_ending(path, STILL)
        with self.style(), whole(target) as unfinished:
            still.save(self.figure, unfinished, self.about, transparent)


def rc(look: Theme) -> Any:
    """Matplotlib's settings for a theme."""
    return settings() | {
        "font.size": 9 * look.scale,
        "axes.facecolor": look.background,
        "figure.facecolor": look.background,
        "savefig.facecolor": look.background,
        "axes.edgecolor": look.muted,
        "axes.labelcolor": look.text,
        "xtick.color": look.muted,
        "ytick.color": look.muted,
        "text.color": look.text,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "hatch.color": look.muted,
        "hatch.linewidth": 0.6 * look.scale,
        "pdf.fonttype": 42,  # TrueType, which printers and editors take; Type 3 not all do
        "svg.fonttype": "none",
        "svg.hashsalt": "optiviz",
        "axes.formatter.use_mathtext": True,
    }
