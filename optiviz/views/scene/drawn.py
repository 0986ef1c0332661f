"""What a rule has to be drawn beside its path: further trails, places it tried, circles, arrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from optiviz.optim.drawn import Drawn, Oval, Pull, Tried, Way
from optiviz.problems.base import Array
from optiviz.runs.drawn import drawn
from optiviz.runs.record import Run
from optiviz.views.numbers import number
from optiviz.views.scene.arrows import outline
from optiviz.views.scene.panel import until
from optiviz.views.scene.place import Box
from optiviz.views.style import DOTTED, HALO, LINES, WORDS, Mark, Theme, legible, rim

MOST = 3  # runs whose marks are drawn, if none is the hero
KEPT = 60  # steps before, at most, whose crosses stay to be seen
LARGEST = 0.36  # of the panel's shorter side, for the longest axis of an ellipse
FILL = 0.16  # how opaque it is within
ROUND = 72  # corners of a circle
AWAY = 9  # points from a head to its letter
SEEN = 4  # points of a radius, from which on it has a letter
CIRCLE = np.stack([f(np.linspace(0, 2 * np.pi, ROUND, endpoint=False)) for f in (np.cos, np.sin)])


def of_runs(runs: Sequence[Run], lead: int | None) -> list[tuple[Drawn, ...]]:
    """The marks of each run that has room for them: the hero's, or those of a few.

    Where several runs have marks, each has them in its own colour.
    """
    few = range(len(runs) if len(runs) <= MOST else 0)
    shown = few if lead is None else range(lead, lead + 1)
    found = [drawn(run) if i in shown else () for i, run in enumerate(runs)]
    if sum(map(bool, found)) > 1:
        found = [tuple(replace(one, role="run") for one in marks) for marks in found]
    return found


def color_of(one: Drawn, mark: Mark, look: Theme) -> str:
    """The colour of a mark, seen on the ground."""
    known = {"run": mark.color, "muted": look.muted, "accent": look.accent}
    return legible(known[one.role], look, LINES)


def corners(middle: Array, axes: Array) -> Array:
    """The outline `(ROUND, 2)` of the unit circle's image about a point."""
    return np.asarray(middle + (axes @ CIRCLE).T)


def stays(one: Tried) -> Array:
    """The steps whose crosses stay to be seen, at most `KEPT` of them."""
    found = np.flatnonzero(np.isfinite(one.tips).any(axis=(1, 2)) & one.crossed)
    return found[:: max(-(-len(found) // KEPT), 1)]


class Marks:
    """The marks of one run on a panel of paths, `optiviz.views.scene.path.PathPanel`."""

    def __init__(self, panel: Any, trail: Any, marks: tuple[Drawn, ...], mark: Mark) -> None:
        self.panel, self.marks = panel, marks
        self.kept: dict[float, list[Box]] = {}
        kinds = {Way: _Way, Tried: _Tried, Pull: _Pull, Oval: _Oval}
        self.parts: list[Any] = [
            kinds[type(one)](panel, trail, one, color_of(one, mark, panel.look))
            for one in marks
            if type(one) in kinds
        ]
        self.colors = [legible(color_of(one, mark, panel.look), panel.look, WORDS) for one in marks]
        self.ways = [part for part in self.parts if isinstance(part, _Way)]

    def told(self) -> list[tuple[str, str]]:
        """What each mark is, and its colour."""
        signs = [f"{one.sign} {one.words}" for one in self.marks]
        return list(zip(signs, self.colors, strict=True))

    def boxes(self, t: float) -> list[Box]:
        """Where the letters are at a step, in the panel's pixels."""
        if t not in self.kept:
            self.show(t)
            self.kept[t] = [box for part in self.parts for box in part.boxes()]
        return self.kept[t]

    def outlines(self, t: float) -> list[Array]:
        """The points of the plane through which their lines run at a step."""
        self.show(t)
        artists = [artist for part in self.parts for artist in vars(part).values()]
        lines = [np.asarray(one.get_xydata()) for one in artists if isinstance(one, Line2D)]
        shapes = [one for one in artists if isinstance(one, Polygon) and one.get_visible()]
        pieces = [one.get_segments() for one in artists if isinstance(one, LineCollection)]
        return [*lines, *(np.asarray(one.get_xy()) for one in shapes), *chain(*pieces)]

    def show(self, t: float) -> None:
        """Take the marks to a step."""
        for part in self.parts:
            part.show(t)
        heads = np.array([part.head for part in self.ways])
        for part, head in zip(self.ways, heads, strict=True):
            away = head - heads.mean(axis=0)
            part.lay(away if np.hypot(*away) > self.panel.pixel else None)
        said = [text for text in self.panel.told.texts if text.get_visible()]
        taken = [*self.corners, *(text.get_window_extent() for text in said)]
        for part in self.parts:
            part.clear(taken)

    @cached_property
    def corners(self) -> list[Any]:
        """The boxes of the lines in the panel's upper corners."""
        told = self.panel.told.texts
        notes = [text for text in self.panel.notes if text not in told]
        return [text.get_window_extent() for text in notes if text.get_ha() != "center"]


class _Part:
    """One mark: its artists are the panel's."""

    def __init__(self, panel: Any, trail: Any, one: Any, color: str) -> None:
        self.panel, self.ax, self.look = panel, panel.ax, panel.look
        self.trail, self.one, self.color = trail, one, color
        self.steps = trail.run.steps
        self.point = panel.pixel * panel.ax.figure.dpi / 72 * panel.look.scale  # in the plane
        self.letter: Any = None
        self.furnish()

    def furnish(self) -> None:
        """Make the artists."""

    def write(self, words: str) -> None:
        """A letter for the mark."""
        color, look = legible(self.color, self.look, WORDS), self.look
        style: Any = {"fontsize": 10.5 * look.scale, "style": "italic", "color": color}
        style |= {"ha": "center", "va": "center", "zorder": 6, "path_effects": rim(look, 3)}
        self.letter = self.panel.add(self.ax.text(0, 0, words, clip_on=True, **style))

    def clear(self, taken: list[Any]) -> None:
        """Hide a letter that would lie on other words."""
        if self.letter is not None and self.letter.get_visible():
            box = self.letter.get_window_extent()
            self.letter.set_visible(not any(box.overlaps(other) for other in taken))

    def boxes(self) -> list[Box]:
        """The letter's box in the panel's pixels; none if it is not seen."""
        if self.letter is None or not self.letter.get_visible():
            return []
        box, low = self.letter.get_window_extent(), self.panel.box.p0
        if not self.panel.box.overlaps(box):
            return []
        return [(box.x0 - low[0], box.y0 - low[1], box.x1 - low[0], box.y1 - low[1])]


class _Way(_Part):
    """A thin dotted trail, a hollow head, and a letter on its outer side."""

    def furnish(self) -> None:
        ax, pen, look = self.ax, self.look.pen, self.look
        style: Any = {"color": look.background, "alpha": HALO, "zorder": 2.8}
        (self.halo,) = ax.plot([], [], lw=3.2 * pen, **style)
        (self.line,) = ax.plot([], [], color=self.color, ls=DOTTED, lw=1.5 * pen, zorder=2.9)
        style = {"mfc": look.background, "mec": self.color, "mew": 1.6 * pen, "zorder": 4.9}
        (self.dot,) = ax.plot([], [], "o", ms=6 * pen, **style)
        for artist in (self.halo, self.line, self.dot):
            self.panel.add(artist)
        self.write(self.one.letter)

    def show(self, t: float) -> None:
        passed = until(self.one.points, min(t, self.steps))
        self.head = passed[-1]
        for line in (self.halo, self.line):
            line.set_data(*passed.T)
        self.dot.set_data(*self.head[:, None])
        self.letter.set_visible(True)

    def lay(self, away: Array | None) -> None:
        """Lay the letter away from the other heads; where all are one, to its own side."""
        side = np.array([-0.7, 0.7]) * (1 if self.one.role == "accent" else -1)
        along = side if away is None else away / np.hypot(*away)
        self.letter.set_position(self.head + AWAY * self.point * along)


class _Tried(_Part):
    """Thin lines from points to what was tried there; what was given up stays to be seen."""

    def furnish(self) -> None:
        ax, pen, look = self.ax, self.look.pen, self.look
        away = self.one.tips - self.trail.points[: len(self.one.tips), None]
        longer = self.trail.factor if self.one.longer else 1
        self.tips = self.trail.points[:, None] + longer * away
        self.stay = stays(self.one)
        dash = DOTTED if self.one.crossed else "-"
        self.lines = LineCollection([], colors=self.color, linestyles=[dash], zorder=3.5)
        ax.add_collection(self.panel.add(self.lines), autolim=False)
        style: Any = {"mec": self.color, "mfc": look.background, "ls": "none"}
        shape, size = ("x", 5.5) if self.one.crossed else ("o", 4.5)
        (self.old,) = ax.plot([], [], shape, ms=0.7 * size * pen, mew=pen, zorder=3.6, **style)
        style |= {"ms": 1.4 * size * pen, "mew": 2 * pen, "zorder": 5.2}
        (self.new,) = ax.plot([], [], shape, **style)
        self.panel.add(self.old)
        self.panel.add(self.new)

    def show(self, t: float) -> None:
        now = min(int(t), self.steps)
        past = self.stay[self.stay < now]
        tips = self.tips[[*past, now]]
        ends = np.stack(
            [np.broadcast_to(self.trail.points[[*past, now], None], tips.shape), tips], 2
        )
        ends = ends.reshape(-1, 2, 2)
        self.lines.set_segments(list(ends[np.isfinite(ends).all(axis=(1, 2))]))
        self.lines.set_linewidth(1.1 * self.look.pen)
        self.old.set_data(*self.tips[past].reshape(-1, 2).T)
        self.new.set_data(*self.tips[now].T)


class _Pull(_Part):
    """An arrow like those at the head."""

    def furnish(self) -> None:
        patch = Polygon(np.zeros((7, 2)), fc=self.color, ec=self.look.background, lw=0.5)
        patch.set(zorder=5.1, joinstyle="miter")
        self.patch = self.panel.add(self.ax.add_patch(patch))

    def show(self, t: float) -> None:
        now = min(int(t), self.steps)
        vector = self.trail.factor * np.nan_to_num(self.one.vector[now])
        shape = outline(self.one.at[now], vector, self.trail.thickness)
        self.patch.set_visible(shape is not None)
        if shape is not None:
            self.patch.set_xy(shape)


class _Oval(_Part):
    """A circle with its radius, or an ellipse on a scale of its own around the head."""

    def furnish(self) -> None:
        pen = self.look.pen
        fill = to_rgba(self.color, 0 if self.one.letter else FILL)
        style: Any = {"ec": self.color, "fc": fill, "lw": 1.6 * pen, "zorder": 3.4}
        self.patch = self.panel.add(self.ax.add_patch(Polygon(np.zeros((3, 2)), **style)))
        (self.radius,) = self.ax.plot([], [], ls=DOTTED, lw=1.2 * pen, color=self.color, zorder=3.4)
        self.panel.add(self.radius)
        self.axes = self.one.axes
        if self.one.letter:
            self.write(self.one.letter)
            self.beside = np.array([2.6, 1.1]) * AWAY * self.point  # words are wide
            self.along = self._free()
        else:
            (left, right), (low, high) = self.panel.bounds
            longest = np.linalg.norm(self.axes, 2, axis=(1, 2)).max(initial=1e-300)
            self.axes = self.axes * (0.5 * LARGEST * min(right - left, high - low) / longest)

    def _free(self) -> Array:
        """The direction in which the letter is in the panel, and furthest from the path."""
        (left, right), (low, high) = self.panel.bounds
        start, radius = self.one.middle[-1], float(self.axes[-1, 0, 0])
        best, least = np.array([1.0, 0.0]), np.inf
        for turn in np.arange(16) * np.pi / 8:
            along = np.array([np.cos(turn), np.sin(turn)])
            name = start + radius * along + self.beside * along
            x, y = name + np.sign(along) * self.beside
            near = float(np.hypot(*(self.trail.points - name).T).min())
            price = -near + 100 * (right - left) * (not (left < x < right and low < y < high))
            if price < least:
                best, least = along, price
        return best

    def show(self, t: float) -> None:
        now = min(int(t), self.steps)
        circle = self.letter is not None
        middle = self.one.middle[now] if circle else until(self.trail.points, min(t, now + 1))[-1]
        axes = self.axes[now]
        long = float(np.abs(axes).max())
        for artist in (self.patch, self.radius):
            artist.set_visible(long > 0)
        self.patch.set_xy(corners(middle, axes))
        self.radius.set_data([], [])
        if circle:
            end = middle + long * self.along
            self.radius.set_data(*np.stack([middle, end]).T)
            self.letter.set_visible(long > SEEN * self.point)
            self.letter.set_text(f"{self.one.letter} = {number(long, 2)}")
            self.letter.set_position(end + self.beside * self.along)
