"""The trail of one run over the ground: its path, its head, its arrows, and where it breaks off."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon

from optiviz.problems.base import Array, Bounds
from optiviz.runs.record import Run
from optiviz.views.scene.arrows import outline
from optiviz.views.style import Mark, blend

TAIL = 24  # steps until a path has faded to its resting colour
DOTTED = 60  # steps at most, each of which can be marked by a dot
REST = 0.5  # how far that colour has gone towards the ground's
REACH = 20  # sizes of the picture that a path may leave it by


class Trail:
    """One run's artists on a panel of the path, `optiviz.views.scene.path.PathPanel`."""

    def __init__(self, panel: Any, run: Run, mark: Mark) -> None:
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
        self.segments = np.stack([self.points[:-1], self.points[1:]], axis=1)
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

    def show(self, t: int) -> None:
        now = min(t, self.run.steps)
        self.halo.set_data(*self.points[: now + 1].T)
        self.line.set_data(*self.points[: now + 1].T)
        fresh = self.segments[max(now - TAIL, 0) : now]
        self.tail.set_segments(list(fresh))
        self.tail.set_color(self.colors[TAIL - len(fresh) :])
        self.head.set_data(*self.points[now][:, None])
        for patch, tails, vectors in self.arrows:
            corners = outline(tails[now], vectors[now], self.thickness)
            patch.set_visible(corners is not None)
            if corners is not None:
                patch.set_xy(corners)
        if self.end:
            self.end.show(t)


class _Ending:
    """A cross where a run ended before its time; the verdict beside its name says why."""

    def __init__(self, panel: Any, run: Run, mark: Mark) -> None:
        look = panel.picture.look
        self.at = min(int(run.diverged_at), panel.picture.steps)  # which may end a step before
        place = leaves(tame(run.w, panel.bounds), panel.bounds)
        style = {"ms": 11 * look.scale, "mfc": mark.color, "mec": look.background, "zorder": 7}
        self.cross = panel.add(*panel.ax.plot(*place, "X", **style))

    def show(self, t: int) -> None:
        self.cross.set_visible(t >= self.at)


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
