"""The path over the level bands, from above."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import numpy as np
from contourpy import contour_generator
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon

from optiviz.problems import Samples
from optiviz.problems.base import Array, Bounds
from optiviz.runs.record import Run
from optiviz.views.scene.arrows import GRADIENT, SUM, VELOCITY, Arrow, outline
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.contour import UNDEFINED, draw_ground, fit, minimum
from optiviz.views.scene.notes import Notes
from optiviz.views.scene.panel import Panel, until
from optiviz.views.style import Mark, Theme, blend

TAIL = 24  # steps until a path has faded to its resting colour
DOTTED = 60  # steps at most, each of which can be marked by a dot
REST = 0.5  # how far that colour has gone towards the ground's
LONGEST = 0.22  # of the picture's shorter side, for the longest arrow
REACH = 20  # sizes of the picture that a path may leave it by
BATCH = 90  # points a side for a batch's surface, which is as smooth as the whole one


class PathPanel(Panel):
    """Contours, the path with a fading tail, the head, and its velocity and gradient arrows."""

    wide: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.box = ax.get_window_extent()
        self.bounds = fit(picture.problem.bounds, self.box.width / self.box.height)
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
            _Trail(self, run, mark) for run, mark in zip(picture.runs, picture.marks, strict=True)
        ]
        self._key()
        if holes:
            self.note(UNDEFINED, 0, look.muted, side="left")
        self.notes = Notes(self, [trail.points for trail in self.trails], picture.problem.minima)

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
        return self.ax.text(
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

    def show(self, t: float) -> None:
        if self.batch:
            self.batch.show(t)
        for trail in self.trails:
            trail.show(t)
        self.notes.show(t, self.film)


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
        self.lines = LineCollection([], colors=batch_color(look), linewidths=1.1 * look.scale)
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


class _Trail:
    """One run's artists on the path panel."""

    def __init__(self, panel: PathPanel, run: Run, mark: Mark) -> None:
        look = panel.picture.look
        ax, scale = panel.ax, look.scale
        self.run, self.factor = run, panel.factor
        self.points = tame(run.w, panel.bounds)
        ax.plot(*self.points[0], "o", ms=6 * scale, mfc=look.background, mec=mark.color, mew=1.6)
        ground = look.bands[len(look.bands) // 2]
        resting = blend(mark.color, ground, REST)
        (self.halo,) = ax.plot([], [], color=look.background, lw=3.6 * scale, alpha=0.55, zorder=3)
        (self.line,) = ax.plot([], [], color=resting, ls=mark.dash, lw=1.9 * scale, zorder=3.1)
        if run.steps <= DOTTED:
            self.line.set(marker="o", ms=3.6 * scale, mec=look.background, mew=0.4 * scale)
            self.line.set(mfc=blend(resting, mark.color, 0.5))
        self.tail = LineCollection([], linewidths=2.3 * scale, capstyle="round", zorder=3.2)
        ax.add_collection(self.tail, autolim=False)
        for artist in (self.halo, self.line, self.tail):
            panel.add(artist)
        freshness = np.arange(1, TAIL + 1) / TAIL
        self.colors = [blend(mark.color, ground, REST * (1 - f)) for f in freshness]
        self.arrows = []
        self.thickness = 1.5 * scale * panel.pixel * ax.figure.dpi / 72
        for arrow in panel.arrows():
            patch = Polygon(np.zeros((7, 2)), fc=panel.color_of(arrow, mark), ec=look.background)
            patch.set(linewidth=0.5, zorder=5, joinstyle="miter")
            ax.add_patch(patch)
            offsets = np.zeros((1, 2)) if arrow.tails is None else arrow.tails(run)
            tails, vectors = self.points + self.factor * offsets, self.factor * arrow.vectors(run)
            self.arrows.append((panel.add(patch), tails, vectors))
        (self.head,) = ax.plot(
            [], [], "o", ms=6.5 * scale, mfc=mark.color, mec=look.background, mew=1.2, zorder=5
        )
        panel.add(self.head)
        self.end = _Ending(panel, run, mark) if run.diverged_at >= 0 else None

    def show(self, t: float) -> None:
        passed = until(self.points, min(t, self.run.steps))
        head, last = passed[-1], len(passed) - 1
        now = min(int(t), self.run.steps)
        self.halo.set_data(*passed.T)
        self.line.set_data(*passed.T)
        fresh = np.stack([passed[:-1], passed[1:]], axis=1)[max(last - TAIL, 0) :]
        self.tail.set_segments(list(fresh))
        self.tail.set_color(self.colors[TAIL - len(fresh) :])
        self.head.set_data(*head[:, None])
        for patch, tails, vectors in self.arrows:
            tail = tails[now] + (head - self.points[now])
            corners = outline(tail, vectors[now], self.thickness)
            patch.set_visible(corners is not None)
            if corners is not None:
                patch.set_xy(corners)
        if self.end:
            self.end.show(t)


class _Ending:
    """A cross where a run ended before its time; the verdict beside its name says why."""

    def __init__(self, panel: PathPanel, run: Run, mark: Mark) -> None:
        look = panel.picture.look
        self.at = min(int(run.diverged_at), panel.picture.steps)  # which may end a step before
        place = leaves(tame(run.w, panel.bounds), panel.bounds)
        style = {"ms": 11 * look.scale, "mfc": mark.color, "mec": look.background, "zorder": 7}
        self.cross = panel.add(*panel.ax.plot(*place, "X", **style))

    def show(self, t: float) -> None:
        self.cross.set_visible(t >= self.at)


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


def tame(w: Array, bounds: Bounds) -> Array:
    """Points far outside brought to a circle around the picture, in the same direction from it."""
    low, high = np.array(bounds).T
    middle, reach = (low + high) / 2, REACH * float((high - low).max())
    away = w - middle
    distance = np.hypot(*away.T)[:, None]
    tamed: Array = middle + away * (reach / np.maximum(distance, reach))
    return tamed


def leaves(points: Array, bounds: Bounds) -> Array:
    """Where the path crosses the picture's edge for the last time, a little inside of it."""
    low, high = np.array(bounds).T
    margin = 0.025 * (high - low)
    low, high = low + margin, high - margin
    inside = ((points >= low) & (points <= high)).all(axis=1)
    last = int(np.flatnonzero(inside)[-1]) if inside.any() else 0
    here, there = points[last], points[min(last + 1, len(points) - 1)]
    with np.errstate(all="ignore"):
        shares = np.concatenate([(low - here) / (there - here), (high - here) / (there - here)])
    share = min((s for s in shares if 0 <= s <= 1), default=1.0)
    crossing: Array = np.clip(here + share * (there - here), low, high)
    return crossing
