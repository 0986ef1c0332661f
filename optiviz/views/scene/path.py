"""The path over the level bands, from above."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import numpy as np
from contourpy import contour_generator
from matplotlib.collections import LineCollection

from optiviz.problems import Samples
from optiviz.problems.base import Array, Bounds
from optiviz.runs.record import Run
from optiviz.views.scene.arrows import GRADIENT, SUM, VELOCITY, Arrow
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.contour import UNDEFINED, draw_goals, draw_ground, fit, minimum
from optiviz.views.scene.names import MOST, HeadNames
from optiviz.views.scene.notes import Notes
from optiviz.views.scene.panel import Panel
from optiviz.views.scene.trail import Trail
from optiviz.views.style import Mark, Theme, blend

LONGEST = 0.22  # of the picture's shorter side, for the longest arrow
BATCH = 90  # points a side for a batch's surface, which is as smooth as the whole one


class PathPanel(Panel):
    """Contours, the path with a fading tail, the head, and its velocity and gradient arrows."""

    wide: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.box = ax.get_window_extent()
        self.notes: list[Any] = []
        self.bounds = fit(picture.view, self.box.width / self.box.height)
        look = picture.look
        ax.set(xlim=self.bounds[0], ylim=self.bounds[1])
        if look.scale > 1:  # wide numbers would run into each other
            ax.locator_params("x", nbins=6)
        ax.set_xlabel(picture.problem.axes[0])
        upright = len(picture.problem.axes[1]) < 4
        ax.set_ylabel(
            picture.problem.axes[1], rotation=0 if upright else 90, labelpad=4 * look.scale
        )
        batched = [run for run in picture.runs if run.batch is not None]
        heights, holes = draw_ground(ax, picture.problem, self.bounds, look, faint=bool(batched))
        self.batch = BatchGround(self, batched[0], heights) if batched else None
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.tick_params(length=0)
        # A pixel in units of the plane.
        self.pixel = (self.bounds[0][1] - self.bounds[0][0]) / self.box.width
        self.factor = self._arrow_factor()
        self.trails = [
            Trail(self, run, mark) for run, mark in zip(picture.runs, picture.marks, strict=True)
        ]
        self._starts()
        for ring in draw_goals(ax, picture.problem, look):
            self.add(ring)
        if picture.small:
            ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
        else:
            self._key()
        if holes:
            self.note(UNDEFINED, 0, look.muted, side="left")
        self.told = Notes(self)
        self.names = HeadNames(self, picture.problem.minima) if self.named() else None

    def named(self) -> bool:
        """Whether the runs are named at their heads."""
        return len(self.picture.runs) <= MOST and not self.picture.small

    def _starts(self) -> None:
        """An open circle where a run starts, above the paths and below the heads."""
        look, pairs = self.look, zip(self.trails, self.picture.marks, strict=True)
        starts = {tuple(trail.points[0].tolist()): mark.color for trail, mark in pairs}
        for start, color in starts.items():
            ink = look.text if len(starts) < len(self.trails) else color
            style: Any = {"ms": 6.5 * look.pen, "mew": 1.5 * look.pen, "zorder": 3.9}
            self.add(*self.ax.plot(*start, "o", mfc=look.background, mec=ink, **style))

    def arrows(self) -> tuple[Arrow, ...]:
        """The arrows at the head of every path."""
        return usual(len(self.picture.runs))

    def color_of(self, arrow: Arrow, mark: Mark) -> str:
        """An arrow's colour for a run."""
        look = self.picture.look
        return {"run": mark.color, "muted": look.muted, "accent": look.accent}[arrow.role]

    def _arrow_factor(self) -> float:
        """How many times longer than life the arrows are, so that the longest can be seen well."""
        lengths = [
            _inside(run, self.bounds, arrow.vectors(run)).max(initial=0)
            for run in self.picture.runs
            for arrow in self.arrows()
        ]
        longest = max(lengths, default=0.0)
        (left, right), (bottom, top) = self.bounds
        factor = LONGEST * min(right - left, top - bottom) / longest if longest else 1.0
        step = 10.0 ** np.floor(np.log10(factor))
        return float(step * max(n for n in (1, 2, 5) if n * step <= factor * 1.0001))

    def _key(self) -> None:
        """What the arrows mean, in a corner."""
        times = "" if self.factor == 1 else f" ×{self.factor:.2g}"
        for row, arrow in enumerate(self.arrows()):
            color = self.color_of(arrow, self.picture.marks[0])
            if arrow.role == "run" and len(self.picture.runs) > 1:
                color = self.picture.look.text
            self.note(f"→ {arrow.words}{times}", row, color)

    def note(self, words: str, row: int, color: str, side: str = "right") -> Any:
        """A line of text in an upper corner, rows counted from the top."""
        look = self.picture.look
        text = self.ax.text(
            0.985 if side == "right" else 0.015,
            1 - (0.10 + 0.21 * row) * look.scale * self.ax.figure.dpi / self.box.height,
            words,
            transform=self.ax.transAxes,
            ha=side,
            va="top",
            color=color,
            fontsize=8.5 * look.scale,
            bbox={"facecolor": look.background, "alpha": 0.72, "linewidth": 0, "pad": 2},
            zorder=6,
        )
        self.notes.append(text)
        return text

    def follow(self) -> None:
        if self.names:
            self.names.follow()

    def show(self, t: float) -> None:
        if self.batch:
            self.batch.show(t)
        for trail in self.trails:
            trail.show(t)
        self.told.show(t, self.film)
        if self.names:
            self.names.show(t)


class SumPanel(PathPanel):
    """Contours and path, with β·velocity, the gradient's push and their sum at the head."""

    def arrows(self) -> tuple[Arrow, ...]:
        return SUM


class BatchGround:
    """The contours and the minimum of the batch that the coming step is taken on."""

    def __init__(self, panel: PathPanel, run: Run, heights: Array) -> None:
        look = panel.picture.look
        self.problem, self.batches = cast(Samples, panel.picture.problem), run.batch
        self.x, self.y = (np.linspace(low, high, BATCH) for low, high in panel.bounds)
        self.heights, self.shown = heights[2:-1:4], -1
        self.lines = LineCollection([], colors=batch_color(look), linewidths=1.1 * look.pen)
        panel.ax.add_collection(panel.add(self.lines), autolim=False)
        style = minimum(look) | {"markerfacecolor": look.background, "markeredgecolor": look.accent}
        (self.star,) = panel.ax.plot([], [], **style, zorder=2.6)
        panel.add(self.star)
        size = (run.batch[0] >= 0).sum() if run.batch is not None else 0
        panel.note(f"this batch of {size}", 0, look.accent, side="left")
        panel.note(f"all {self.problem.n_samples} samples", 1, look.muted, side="left")

    def batch(self, t: int) -> Array:
        """The indices of the samples at point t."""
        rows = cast(Array, self.batches)
        row = rows[min(t, len(rows) - 1)]
        return np.asarray(row[row >= 0])

    def show(self, t: float) -> None:
        if int(t) == self.shown:
            return
        self.shown = int(t)
        batch = self.batch(self.shown)
        values = self.problem.on(self.x, self.y, batch)
        contours = contour_generator(self.x, self.y, values)
        self.lines.set_segments(
            [cast(Array, line) for h in self.heights for line in contours.lines(h)]
        )
        least = self.problem.minimizer(batch)
        self.star.set_data(*([], []) if least is None else np.array(least)[:, None])


def usual(runs: int) -> tuple[Arrow, ...]:
    """Which arrows there is room for: both for one run, the velocity for up to three."""
    return (VELOCITY, GRADIENT) if runs == 1 else (VELOCITY,) if runs <= 3 else ()


def batch_color(look: Theme) -> str:
    """The colour of a batch's contours."""
    return blend(look.accent, look.bands[0], 0.2)


def _inside(run: Run, bounds: Bounds, vectors: Array) -> Array:
    """The lengths of the vectors whose points can be seen."""
    low, high = np.array(bounds).T
    seen = ((run.w >= low) & (run.w <= high)).all(axis=1)
    lengths: Array = np.hypot(*vectors[seen].T)
    return lengths
