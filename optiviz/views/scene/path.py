"""The path over the level bands, from above."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import numpy as np
from contourpy import contour_generator
from matplotlib.collections import LineCollection

from optiviz.problems import Samples
from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.scene.arrows import Arrow, enlarged, times, usual
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.contour import UNDEFINED, draw_goals, draw_ground, draw_marks, fit, minimum
from optiviz.views.scene.drawn import Marks, of_runs
from optiviz.views.scene.eigen import draw_axes
from optiviz.views.scene.marked import tell
from optiviz.views.scene.names import MOST, HeadNames
from optiviz.views.scene.notes import Notes
from optiviz.views.scene.panel import Panel
from optiviz.views.scene.place import Ground, around, crossed
from optiviz.views.scene.trail import Trail
from optiviz.views.style import WORDS, Mark, Theme, blend, legible

BATCH = 90  # points a side for a batch's surface, which is as smooth as the whole one


class PathPanel(Panel):
    """Contours, the path that thins behind its head, and the arrows of velocity and gradient."""

    wide: ClassVar[bool] = True
    faint: ClassVar[bool] = False  # whether the ground is pale though no batch lies over it
    explains: ClassVar[bool] = True  # whether words say what its marks are

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.dress(ax, picture)
        self.box = ax.get_window_extent()
        self.notes: list[Any] = []
        self.bounds = (ax.get_xlim(), ax.get_ylim())
        look = picture.look
        batched = [run for run in picture.runs if run.batch is not None]
        faint = self.faint or bool(batched)
        heights, holes = draw_ground(ax, picture.problem, self.bounds, look, faint)
        if {"eigen", "eigen-loss"} & {*picture.panels}:
            draw_axes(ax, picture)
        self.notes += ax.texts  # the heights along contour lines, which no name may cover
        written = [*ax.texts]
        self.batch = BatchGround(self, batched[0], heights) if batched else None
        # A pixel in units of the plane.
        self.pixel = (self.bounds[0][1] - self.bounds[0][0]) / self.box.width
        self.factor = enlarged(picture.runs, picture.problem.bounds, self.arrows())
        self.trails = [
            Trail(self, run, mark) for run, mark in zip(picture.runs, picture.marks, strict=True)
        ]
        self.marks = [] if picture.small else self._marks()
        self._clear(written)
        self._starts()
        for draw in (draw_marks, draw_goals):
            self.moving += draw(ax, picture.problem, look)
        self._explain()
        self.key = [] if picture.small else self.keys()
        if holes:
            self.note(UNDEFINED, 0, look.muted, side="left")
        self.furnish()
        self.told = self._told()
        marked = [*picture.problem.minima, *picture.problem.saddles]
        self.names = HeadNames(self, marked) if self.named() else None
        self.words = tell(self) if self.names and self.explains else {}

    def _marks(self) -> list[Marks]:
        """What rules have to be drawn beside their paths."""
        every = of_runs(self.picture.runs, self.picture.lead)
        rows = zip(self.trails, every, self.picture.marks, strict=True)
        return [Marks(self, trail, marks, mark) for trail, marks, mark in rows if marks]

    def _explain(self) -> None:
        """Say what the marks of rules are, each once."""
        told = dict(key for marks in self.marks for key in marks.told())
        for words, color in told.items():
            self.note(words, self.rows, self.look.text if len(self.marks) > 1 else color)

    @property
    def rows(self) -> int:
        """How many lines stand in the upper right corner."""
        return sum(text.get_ha() == "right" for text in self.notes)

    def _clear(self, heights: list[Any]) -> None:
        """Leave out the heights that a path runs through."""
        paths = [self.pixels(trail.points) for trail in self.trails]
        ground = Ground((self.box.width, self.box.height), crossed(paths, self.box.size), [])
        for text in heights:
            left, low, right, high = (text.get_window_extent().get_points() - self.box.p0).ravel()
            text.set_visible(text.get_visible() and not ground.crossings((left, low, right, high)))

    def _told(self) -> Notes:
        """The notes, which names then keep clear of."""
        problem = self.picture.problem
        pairs = zip(problem.minima, problem.local(), strict=True)
        goals = [self.pixels(at) for at, local in pairs if not local]
        paths = [self.pixels(trail.points) for trail in self.trails]
        low = self.box.p0
        keys = [(text.get_window_extent().get_points() - low).ravel() for text in self.notes]
        row = 11 * self.look.scale * self.ax.figure.dpi / 72
        fixed = [*keys, *(around(self.pixels(at), row) for at in problem.minima)]
        told = Notes(self, lambda one: self.pixels(one.at), paths, goals, fixed)
        self.notes += told.texts
        return told

    def furnish(self) -> None:
        """Add what a kind of panel has besides, before names are placed around it."""

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

    @classmethod
    def dress(cls, ax: Any, picture: Contents) -> None:
        box, look, (across, up) = ax.get_window_extent(), picture.look, picture.problem.axes
        bounds = fit(picture.view, box.width / box.height)
        ax.set(xlim=bounds[0], ylim=bounds[1])
        if picture.small:
            ax.set(xticks=[], yticks=[])
        else:
            ax.set_xlabel(across)
            ax.set_ylabel(up, labelpad=4 * look.scale)
            if len(up) < 4:
                ax.yaxis.label.set(rotation=0, ha="right")
        if look.scale > 1:  # wide numbers would run into each other
            ax.locator_params("x", nbins=6)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.tick_params(length=0)

    def arrows(self) -> tuple[Arrow, ...]:
        """The arrows at the head of every path."""
        return usual(self.picture.runs)

    def color_of(self, arrow: Arrow, mark: Mark) -> str:
        """An arrow's colour for a run."""
        look = self.picture.look
        return {"run": mark.color, "muted": look.muted, "accent": look.accent}[arrow.role]

    def keys(self) -> list[Any]:
        """What each kind of arrow is, in a corner."""
        keys = []
        for arrow in self.arrows():
            color = self.color_of(arrow, self.picture.marks[0])
            if arrow.role == "run" and len(self.picture.runs) > 1:
                color = self.picture.look.text
            color = legible(color, self.picture.look, WORDS)
            keys.append(self.note(f"→ {arrow.words}{times(self.factor)}", self.rows, color))
        return keys

    def note(self, words: str, row: int, color: str, side: str = "right") -> Any:
        """A line of text in an upper corner, rows counted from the top, over all that moves."""
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
            bbox={"facecolor": look.background, "linewidth": 0, "pad": 2},
            zorder=6,
        )
        self.notes.append(text)
        return self.add(text)

    def pixels(self, points: Any) -> Any:
        """Points of the plane as pixels from the panel's lower left corner."""
        return (np.asarray(points) - np.array(self.bounds)[:, 0]) / self.pixel

    def follow(self) -> None:
        if self.names:
            self.names.follow()

    def show(self, t: float) -> None:
        if self.batch:
            self.batch.show(t)
        for trail in self.trails:
            trail.show(t)
        self.told.show(t, self.film)
        if "start" in self.words:  # there the runs' names tell it
            self.words["start"].set_visible(t > 0)
        for i, key in enumerate(self.key):  # an arrow too short to be drawn has none
            key.set_visible(any(trail.arrows[i][0].get_visible() for trail in self.trails))
        if self.names:
            self.names.show(t)
        for marks in self.marks:
            marks.show(t)  # last, since names ask where letters are at whole steps


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


def batch_color(look: Theme) -> str:
    """The colour of a batch's contours."""
    return blend(look.accent, look.bands[0], 0.2)
