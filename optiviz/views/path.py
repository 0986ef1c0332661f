"""The path over the level bands, from above."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon

from optiviz.problems.base import Array, Bounds
from optiviz.runs.record import Run
from optiviz.views.contour import draw_ground, fit
from optiviz.views.panel import Panel, Picture
from optiviz.views.style import Mark, blend

TAIL = 24  # steps until a path has faded to its resting colour
REST = 0.5  # how far that colour has gone towards the ground's


class PathPanel(Panel):
    """Contours, the path with a fading tail, the head, and its velocity and gradient arrows."""

    wide: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Picture) -> None:
        super().__init__(ax, picture)
        box = ax.get_window_extent()
        self.bounds = fit(picture.problem.bounds, box.width / box.height)
        look = picture.look
        ax.set(xlim=self.bounds[0], ylim=self.bounds[1])
        ax.set_xlabel(picture.problem.axes[0])
        ax.set_ylabel(picture.problem.axes[1], rotation=0, labelpad=5 * look.scale)
        draw_ground(ax, picture.problem, self.bounds, look)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.tick_params(length=0)
        self.pixel = (self.bounds[0][1] - self.bounds[0][0]) / box.width  # in units of the plane
        self.factor = self._arrow_factor()
        self.trails = [
            _Trail(self, run, mark) for run, mark in zip(picture.runs, picture.marks, strict=True)
        ]
        if self.arrows:
            self._key()

    @property
    def arrows(self) -> tuple[str, ...]:
        """Which arrows there is room for: both for one run, the velocity for up to three."""
        runs = len(self.picture.runs)
        return ("velocity", "gradient") if runs == 1 else ("velocity",) if runs <= 3 else ()

    def _arrow_factor(self) -> float:
        """How many times longer than life the arrows are, so that the longest can be seen well."""
        (left, right), (bottom, top) = self.bounds
        lengths = [_inside(run, self.bounds, run.velocity) for run in self.picture.runs]
        if len(self.picture.runs) == 1:
            lengths.append(_inside(self.picture.runs[0], self.bounds, _push(self.picture.runs[0])))
        longest = max(float(lengths_.max(initial=0)) for lengths_ in lengths)
        factor = 0.22 * min(right - left, top - bottom) / longest if longest else 1.0
        step = 10.0 ** np.floor(np.log10(factor))
        return float(step * max(n for n in (1, 2, 5) if n * step <= factor * 1.0001))

    def _key(self) -> None:
        """What the arrows mean, in a corner."""
        look = self.picture.look
        times = "" if self.factor == 1 else f" ×{self.factor:.2g}"
        words = {"velocity": f"→ velocity{times}", "gradient": f"→ −η · gradient{times}"}
        colors = {"velocity": self.picture.marks[0].color, "gradient": look.muted}
        if len(self.picture.runs) > 1:
            colors["velocity"] = look.text
        for row, name in enumerate(self.arrows):
            self.ax.text(
                0.985,
                0.975 - 0.052 * look.scale * row,
                words[name],
                transform=self.ax.transAxes,
                ha="right",
                va="top",
                color=colors[name],
                fontsize=8.5 * look.scale,
                bbox={"facecolor": look.background, "alpha": 0.72, "linewidth": 0, "pad": 2},
                zorder=6,
            )

    def show(self, t: int) -> None:
        for trail in self.trails:
            trail.show(t)


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
        self.tail = LineCollection([], linewidths=2.3 * scale, capstyle="round", zorder=3.2)
        ax.add_collection(self.tail, autolim=False)
        for artist in (self.halo, self.line, self.tail):
            panel.add(artist)
        self.segments = np.stack([self.points[:-1], self.points[1:]], axis=1)
        freshness = np.arange(1, TAIL + 1) / TAIL
        self.colors = [blend(mark.color, ground, REST * (1 - f)) for f in freshness]
        self.arrows = []
        self.thickness = 1.5 * scale * panel.pixel * ax.figure.dpi / 72
        vectors = {"velocity": run.velocity, "gradient": _push(run)}
        arrow_colors = {"velocity": mark.color, "gradient": look.muted}
        for name in panel.arrows:
            arrow = Polygon(np.zeros((7, 2)), fc=arrow_colors[name], ec=look.background)
            arrow.set(linewidth=0.5, zorder=5, joinstyle="miter")
            ax.add_patch(arrow)
            self.arrows.append((panel.add(arrow), vectors[name]))
        (self.head,) = ax.plot(
            [], [], "o", ms=6.5 * scale, mfc=mark.color, mec=look.background, mew=1.2, zorder=5
        )
        panel.add(self.head)
        self.end = _Ending(panel, run, mark) if run.diverged_at >= 0 else None

    def show(self, t: int) -> None:
        now = min(t, self.run.steps)
        self.halo.set_data(*self.points[: now + 1].T)
        self.line.set_data(*self.points[: now + 1].T)
        fresh = self.segments[max(now - TAIL, 0) : now]
        self.tail.set_segments(list(fresh))
        self.tail.set_color(self.colors[TAIL - len(fresh) :])
        self.head.set_data(*self.points[now][:, None])
        for arrow, vectors in self.arrows:
            outline = arrow_outline(self.points[now], self.factor * vectors[now], self.thickness)
            arrow.set_visible(outline is not None)
            if outline is not None:
                arrow.set_xy(outline)
        if self.end:
            self.end.show(t)


class _Ending:
    """Where a diverged run left the picture, and the words that say so."""

    def __init__(self, panel: PathPanel, run: Run, mark: Mark) -> None:
        look = panel.picture.look
        self.at = int(run.diverged_at)
        x, y = leaves(tame(run.w, panel.bounds), panel.bounds)
        (left, right), (bottom, top) = panel.bounds
        (cross,) = panel.ax.plot(x, y, "X", ms=10 * look.scale, mfc=mark.color, mec=look.background)
        words = panel.ax.annotate(
            f"diverged at step {self.at}",
            (x, y),
            xytext=(-10 if x > (left + right) / 2 else 10, -9 if y > (bottom + top) / 2 else 9),
            textcoords="offset points",
            ha="right" if x > (left + right) / 2 else "left",
            va="top" if y > (bottom + top) / 2 else "bottom",
            color=blend(mark.color, look.text, 0.25),
            fontsize=9.5 * look.scale,
            fontweight="bold",
            bbox={"facecolor": look.background, "alpha": 0.8, "linewidth": 0, "pad": 2},
            zorder=7,
        )
        self.artists = (panel.add(cross), panel.add(words))

    def show(self, t: int) -> None:
        for artist in self.artists:
            artist.set_visible(t >= self.at)


def arrow_outline(tail: Array, vector: Array, thickness: float) -> Array | None:
    """The seven corners of an arrow; a short one is thinner, and one that is a mere dot is None."""
    length = float(np.hypot(*vector))
    if not length > thickness:
        return None
    thickness = min(thickness, length / 6)
    along = vector / length
    across = thickness * np.array([-along[1], along[0]])
    neck, tip = tail + vector - 4.5 * thickness * along, tail + vector
    left = [tail + across / 2, neck + across / 2, neck + 2 * across]
    right = [neck - 2 * across, neck - across / 2, tail - across / 2]
    return np.array([*left, tip, *right])


def _push(run: Run) -> Array:
    """What the gradient alone would do at each point, -ηg; the last rate serves the last point."""
    lr = np.append(run.lr, run.lr[-1:] if len(run.lr) else [0.0])
    push: Array = -lr[:, None] * run.grad
    return push


def _inside(run: Run, bounds: Bounds, vectors: Array) -> Array:
    """The lengths of the vectors whose points can be seen."""
    low, high = np.array(bounds).T
    seen = ((run.w >= low) & (run.w <= high)).all(axis=1)
    lengths: Array = np.hypot(*vectors[seen].T)
    return lengths


def tame(w: Array, bounds: Bounds) -> Array:
    """Points far outside brought to a circle around the picture, in the same direction from it."""
    low, high = np.array(bounds).T
    middle, reach = (low + high) / 2, 20 * float((high - low).max())
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
