"""The trail of one run over the ground: its path, its head, its arrows, and where it breaks off."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon

from optiviz.problems.base import Array, Bounds
from optiviz.runs.record import Run
from optiviz.views.scene.arrows import outline
from optiviz.views.scene.panel import until
from optiviz.views.style import HALO, Mark

TAIL = 24  # steps until a path has become as thin as it stays
DOTTED = 60  # steps at most, each of which can be marked by a dot
WIDTH = 2.6  # points of a line at its head
DOT = 2.0  # points that a dot is wider than its line
REST = 0.55  # of that width, where it rests
EDGE = 0.9  # points of page on either side of a line
REACH = 20  # sizes of the picture that a path may leave it by


class Trail:
    """One run's artists on a panel of the path, `optiviz.views.scene.path.PathPanel`."""

    def __init__(self, panel: Any, run: Run, mark: Mark) -> None:
        look = panel.picture.look
        ax, scale = panel.ax, look.pen
        self.run, self.factor = run, panel.factor
        self.points = tame(run.w, panel.bounds)
        top = 0.3 * (mark.weight > 1)  # a hero runs over the others
        width = WIDTH * mark.weight * scale
        style = {"lw": REST * width + 2 * EDGE * scale, "alpha": HALO, "zorder": 3 + top}
        (self.halo,) = ax.plot([], [], color=look.background, **style)
        style = {"lw": REST * width, "ls": mark.dash, "zorder": 3.1 + top}
        (self.line,) = ax.plot([], [], color=mark.color, **style)
        if run.steps <= DOTTED:
            self.line.set(
                marker="o", ms=REST * width + DOT * scale, mec=look.background, mew=0.4 * scale
            )
        self.widths = width * np.linspace(REST, 1, TAIL + 1)[1:]
        style = {"colors": mark.color, "capstyle": "round", "zorder": 3.2 + top}
        self.tail = LineCollection([], **style)
        ax.add_collection(self.tail, autolim=False)
        for artist in (self.halo, self.line, self.tail):
            panel.add(artist)
        self.arrows = []
        self.thickness = 1.5 * scale * panel.pixel * ax.figure.dpi / 72
        for arrow in panel.arrows():
            patch = Polygon(np.zeros((7, 2)), fc=panel.color_of(arrow, mark), ec=look.background)
            patch.set(linewidth=0.5, zorder=5, joinstyle="miter")
            ax.add_patch(patch)
            self.arrows.append((panel.add(patch), self.points, self.factor * arrow.vectors(run)))
        size = {"ms": 6.5 * mark.weight**0.5 * scale, "mew": 1.2, "zorder": 5 + top}
        style = {"mfc": mark.color, "mec": look.background, **size}
        (self.head,) = ax.plot([], [], mark.head, ls="none", **style)
        panel.add(self.head)
        self.end = _Ending(panel, run, mark) if run.diverged_at >= 0 else None

    def show(self, t: float) -> None:
        passed = until(self.points, min(t, self.run.steps))
        now, head = min(int(t), self.run.steps), passed[-1]
        self.halo.set_data(*passed.T)
        self.line.set_data(*passed.T)
        last = passed[-TAIL - 1 :]
        self.tail.set_segments(list(np.stack([last[:-1], last[1:]], axis=1)))
        self.tail.set_linewidth(self.widths[TAIL + 1 - len(last) :])
        self.head.set_data(*head[:, None])
        for patch, tails, vectors in self.arrows:
            corners = outline(tails[now] + head - self.points[now], vectors[now], self.thickness)
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
        style = {"ms": 9 * look.pen, "mfc": mark.color, "mec": look.background, "zorder": 7}
        self.cross = panel.add(*panel.ax.plot(*place, "X", **style))

    def show(self, t: float) -> None:
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
