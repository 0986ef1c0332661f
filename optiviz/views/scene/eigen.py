"""Panels that split a run along the axes of the curvature at its minimum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

from optiviz.problems.base import Array
from optiviz.runs.modes import EDGE, Modes, modes
from optiviz.runs.record import Run
from optiviz.views.numbers import number
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.series import DEPTH, Series
from optiviz.views.style import DASHED, LINES, SOLID, Mark, blend, legible, words

ROW, GAP = 8.5, 3.0  # points of the words on an axis where there is room, and between two rows
LEAST = 0.82  # of that size, where there is little
MOST = 0.5  # of the height that rows may take: those of further runs are left out
INDENT = 0.13  # of the width, of the words beside their piece of line
FORMS = ("row", "rows", "short")  # in which they are told, the first that has room
NEAR_ONE = 5e-4  # a factor that would be rounded to 1 is told by what it lacks


class Eigen(Series):
    """w − w* along the axes of the curvature, each with its λ, η·λ and factor a step.

    The steep axis is solid, the flat one dashed. On a quadratic each multiplies by its factor,
    the spectral radius of the rule's recurrence, and grows from its limit of η on; elsewhere that
    holds near the minimum.
    """

    title: ClassVar[str] = "w − w*"
    fades: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        self.modes = [modes(run, picture.problem) for run in picture.runs]
        super().__init__(ax, picture)
        self.share = 1.6
        first = picture.lead or 0
        order = [first, *(i for i in range(len(picture.runs)) if i != first)]
        self.rows = [(nth, axis) for nth in order for axis in range(2)]
        self.texts: list[tuple[Any, Any]] = []
        self.bare, self.form, self.locator = ax.get_ylim(), FORMS[0], None
        place: Any = {"transform": ax.transAxes, "color": self.look.background, "zorder": 4.5}
        self.plate = self.add(ax.add_patch(Rectangle((0, 1), 1, 0, linewidth=0, **place)))

    def words(self) -> str:
        exact = all(found.exact for found in self.modes)
        return f"{self.title} along the {'curvature’s axes' if exact else 'axes at the minimum'}"

    def values(self, found: Modes) -> Array:
        """What is shown of both axes, `(T+1, 2)`."""
        return found.along

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        nth = next(i for i, other in enumerate(self.picture.runs) if other is run)
        steep, flat = self.values(self.modes[nth]).T
        return [(steep, Mark(mark.color, SOLID)), (flat, Mark(self._paler(mark), DASHED))]

    def _paler(self, mark: Mark) -> str:
        return legible(blend(mark.color, self.look.background, 0.3), self.look, LINES)

    def limits(self) -> tuple[float, float]:
        most = reach(self.modes, self.picture)
        return -most, most

    def fit(self) -> None:
        """Write the rows above the curves, in as many words as have room there."""
        super().fit()
        for artist in (artist for row in self.texts for artist in row):
            artist.remove()
            self.moving.remove(artist)
        self.texts = []
        found = [] if self._told_elsewhere() else [*filter(None, map(self._fits, FORMS))]
        if not found:
            self._make_room(0.0)
            return
        whole = (fits for fits in found if len(self.rows) * fits[2] <= MOST)
        self.form, size, height = next(whole, found[0])
        rows = self.rows[: 2 * (int(MOST / height) // 2)]
        self._make_room(len(rows) * height)
        self.texts = [self._row(row, 1 - (i + 0.5) * height, size) for i, row in enumerate(rows)]

    def _fits(self, form: str) -> tuple[str, float, float] | None:
        """A form of the rows, their points and their share of the height, if there is room."""
        box, size = self.ax.get_window_extent(), ROW * self.look.scale
        told = [self._told(row, t, form) for row in self.rows for t in (0, self.picture.steps)]
        share = 1.0
        for _ in range(2):  # letters go in whole pixels, so smaller ones are not as much narrower
            width, height = self._measured(told, share * size)
            share *= min(1.0, (0.99 - INDENT) * box.width / width)
        height = (height + GAP * self.ax.figure.dpi / 72) / box.height
        return (form, share * size, height) if share >= LEAST and 2 * height <= MOST else None

    def _measured(self, rows: Sequence[str], size: float) -> tuple[float, float]:
        """The width and the height that rows take, in pixels."""
        sizes = []
        for row in rows:
            text = self.ax.text(0, 0, row, fontsize=size)
            sizes.append(text.get_window_extent().size)
            text.remove()
        width, height = np.max(sizes, axis=0).tolist()
        return width, height

    def _told(self, row: tuple[int, int], t: float, form: str) -> str:
        return told(self.modes[row[0]], row[1], int(t), form)

    def _told_elsewhere(self) -> bool:
        return False

    def _make_room(self, share: float) -> None:
        """Raise the axis's upper end by a share of the height, and write nothing beside that."""
        low, high = self.bare
        if self.ax.get_yscale() == "log":
            self.ax.set_ylim(low, low * (high / low) ** (1 / (1 - share)))
        else:
            self.ax.set_ylim(low, low + (high - low) / (1 - share))
        self.locator = self.locator or self.ax.yaxis.get_major_locator()
        self.ax.yaxis.set_major_locator(self.locator)
        ticks = np.asarray(self.ax.get_yticks())
        self.ax.yaxis.set_major_locator(FixedLocator(ticks[(low <= ticks) & (ticks <= high)]))
        self.plate.set(y=1 - share, height=share)

    def _row(self, row: tuple[int, int], y: float, size: float) -> tuple[Any, Any]:
        """A piece of an axis's line, and what is told of it."""
        nth, axis = row
        line, color = self.lines[2 * nth + axis][0], words(self.picture.marks[nth].color, self.look)
        place: Any = {"transform": self.ax.transAxes, "zorder": 5}
        style: Any = {"color": line.get_color(), "ls": line.get_linestyle(), "lw": line.get_lw()}
        (piece,) = self.ax.plot([0.01, INDENT - 0.02], [y, y], **style, **place)
        style = {"color": color, "fontsize": size, "va": "center"}
        text = self.ax.text(INDENT, y, self._told(row, 0, self.form), **style, **place)
        return self.add(piece), self.add(text)

    def show(self, t: float) -> None:
        super().show(t)
        for row, (_, text) in zip(self.rows, self.texts, strict=False):
            text.set_text(self._told(row, t, self.form))


class EigenLoss(Eigen):
    """The loss above the minimum, ½λ(w − w*)² along each of the axes of the curvature.

    On a quadratic the two are the loss; on the logarithmic axis a fixed factor is a straight line.
    """

    title: ClassVar[str] = "Loss"
    log: ClassVar[bool] = True
    fades: ClassVar[bool] = False

    def values(self, found: Modes) -> Array:
        return found.losses

    def limits(self) -> tuple[float, float]:
        values = np.concatenate([values for _, _, _, values in self.lines])
        most = max(
            float((0.5 * found.curvatures * reach(self.modes, self.picture) ** 2).max())
            for found in self.modes
        )
        high = min(float(values.max()), most) or 1.0
        seen = values[values > DEPTH * high]
        return float(seen.min()) if len(seen) else DEPTH * high, high

    def _told_elsewhere(self) -> bool:
        return "eigen" in self.picture.panels


def reach(found: list[Modes], picture: Contents) -> float:
    """How far from the minimum is shown: all that a run does, or half across the picture."""
    low, high = np.array(picture.problem.bounds).T
    starts = max(float(np.abs(one.along[0]).max()) for one in found)
    most = max(float(np.abs(one.along).max()) for one in found)
    return min(most, max(starts, float(np.hypot(*(high - low))) / 2)) or 1.0


def told(found: Modes, axis: int, t: int, form: str = "row") -> str:
    """What is told of an axis: λ, η·λ, the factor of the step from t, and where the limit lies.

    >>> from optiviz import descend, surfaces
    >>> run = descend("valley", "sgd:lr=0.012", steps=5)
    >>> told(modes(run, surfaces["valley"]), 0, 0)
    'λ 20 · ηλ 0.24 · ×0.76 a step · stable, η < 0.1'
    """
    curvature = f"λ {number(found.curvatures[axis])}"
    if found.factors is None:
        return f"{curvature} · no fixed factor" + (" a step is known" if form != "short" else "")
    now = min(t, len(found.factors) - 1)
    factor, rate = float(found.factors[now, axis]), float(found.rates[now, axis])
    grows = 0 if abs(factor - 1) <= EDGE else 1 if factor > 1 else -1
    ends = ("stable", "neither shrinks nor grows", "unstable")[grows + 1]
    if form == "short":
        return f"{curvature} · ×{times(factor)} · {ends}"
    if grows and found.limits is not None and np.isfinite(found.limits[axis]):
        ends += f", η {'<' if grows < 0 else '>'} {number(found.limits[axis])}"
    apart = "\n" if form == "rows" else " · "
    return f"{curvature} · ηλ {number(rate)} · ×{times(factor)} a step{apart}{ends}"


def times(factor: float) -> str:
    """A factor in words, which are 1 for nothing but 1.

    >>> times(0.76), times(0.99997), times(1.0)
    ('0.76', '(1 − 3·10⁻⁵)', '1')
    """
    more = factor - 1
    if EDGE < abs(more) < NEAR_ONE:
        return f"(1 {'+' if more > 0 else '−'} {number(abs(more), 1)})"
    return number(factor)


def draw_axes(ax: Any, picture: Contents) -> None:
    """The axes at the minimum where the hero ends, or else the first run: thin, steep one solid."""
    found, look = modes(picture.runs[picture.lead or 0], picture.problem), picture.look
    for axis, dash in zip(found.axes, (SOLID, DASHED), strict=True):
        style: Any = {"color": look.text, "alpha": 0.35, "lw": 0.9 * look.pen, "ls": dash}
        ax.axline(tuple(found.at), tuple(found.at + axis), zorder=1.5, **style)
