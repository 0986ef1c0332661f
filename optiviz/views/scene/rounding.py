"""What Muon makes of the slope of a matrix: the unit circle's image, rounded in a few rounds."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array
from optiviz.runs.rounding import rounding
from optiviz.views.numbers import number
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.drawn import corners
from optiviz.views.scene.panel import TITLE, Panel
from optiviz.views.style import DOTTED, HALO, LINES, WORDS, blend, legible

REACH = 1.42  # of the axes to either side, since singular values end at 1.2 at most
SIZE = 8.5  # points of the words, which stand above the circle
ROW, MOST = 1.75, 0.5  # of them, from one row to the next; of the height that rows may take
HEADING = "What Muon makes of a circle"


class Rounding(Panel):
    """The ellipse that a matrix's slope makes of the unit circle, and each round of Newton-Schulz.

    Muon divides the mean slope u by its norm, which makes a thin ellipse of the circle, and every
    round makes it rounder: what was barely heard moves as far as what was loud. It needs the two
    rows of one run of Muon, as `optiviz.runs.rows.rows` gives them.
    """

    wide: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.dress(ax, picture)
        found = rounding(picture.runs)
        if found is None:
            raise UserError("The panel 'rounding' needs the two rows of a run of muon.")
        self.met: Array = found
        self.entitle(HEADING)
        look, rounds = picture.look, found.shape[1] - 1
        style: Any = {"ls": DOTTED, "lw": 1.2 * look.pen}
        ax.plot(*self._closed(np.eye(2)), color=look.muted, **style)
        last = picture.marks[0].color
        pale = legible(blend(last, look.background, 0.6), look, LINES)
        self.colors = [blend(pale, last, k / rounds) for k in range(rounds + 1)]
        self.lines = []
        for k, color in enumerate(self.colors):
            strong = k in (0, rounds)
            (line,) = ax.plot([], [], color=color, lw=(2.4 if strong else 1.2) * look.pen)
            self.lines.append(self.add(line))
        self._write(rounds)
        self.fit()

    @classmethod
    def dress(cls, ax: Any, picture: Contents) -> None:
        ax.set_title(HEADING, loc="left", fontsize=TITLE * picture.look.scale, pad=5)
        ax.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])

    def _write(self, rounds: int) -> None:
        """What the dotted, the first and the last line are, with their singular values."""
        look, inks = self.look, [self.look.muted, self.colors[0], self.colors[-1]]
        plate = {"facecolor": look.background, "alpha": HALO, "linewidth": 0, "pad": 1.5}
        self.said = ["dotted: the unit circle", "u/‖u‖", f"after {rounds} rounds"]
        self.texts = []
        for row, ink in enumerate(inks):
            style: Any = {"transform": self.ax.transAxes, "va": "top", "bbox": plate}
            style |= {"color": legible(ink, look, WORDS), "fontsize": SIZE * look.scale}
            text = self.ax.text(0.02, 1, self.said[row], zorder=5, **style)
            self.texts.append(self.add(text))

    def fit(self) -> None:
        """Lay the words below each other, and below them a circle that is round."""
        super().fit()
        box = self.ax.get_window_extent()
        row = ROW * SIZE * self.look.scale * self.ax.figure.dpi / 72
        free = box.height - min((0.5 + len(self.texts)) * row, MOST * box.height)
        unit = min(box.width, free) / (2 * REACH)
        across, down = box.width / 2 / unit, free / 2 / unit
        self.ax.set(xlim=(-across, across), ylim=(-down, box.height / unit - down))
        for nth, text in enumerate(self.texts):
            text.set_y(1 - (0.3 + nth) * row / box.height)

    @staticmethod
    def _closed(matrix: Array) -> Array:
        """The outline of the unit circle's image, `(2, n)`, its end at its beginning."""
        around = corners(np.zeros(2), matrix)
        return np.concatenate([around, around[:1]]).T

    def show(self, t: float) -> None:
        met = self.met[min(int(t), len(self.met) - 1)]
        for line, matrix in zip(self.lines, met, strict=True):
            line.set_data(*self._closed(matrix))
        for nth, matrix in ((1, met[0]), (2, met[-1])):
            long, short = (number(float(s), 2) for s in np.linalg.svd(matrix, compute_uv=False))
            self.texts[nth].set_text(f"{self.said[nth]}: {long} by {short}")
