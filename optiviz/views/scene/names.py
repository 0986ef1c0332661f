"""The runs' names at their heads, in place of a legend."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from textwrap import fill
from typing import Any

import numpy as np

from optiviz.problems.base import Array
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.panel import until
from optiviz.views.scene.place import (
    CROSSED,
    Box,
    Ground,
    Spot,
    around,
    crossed,
    gap_of,
    glide,
    spaced,
)
from optiviz.views.style import HALO, words

MOST = 7  # runs that are named where they are; more stand in a legend,
FEW = 4  # and the verdicts of so many join their names
KEYS = 100  # moments of a film for which places are sought; between them names glide
GLIDE = 12  # of those: a fraction of them that a jump is spread over
NARROW = 12  # letters in a row at the end of a line, beside its panel; of a verdict, 8 more,
BROAD = 32  # and at a head
PAD = 1.5  # points of the plate around the words
FAR = 2.5  # heights from its head, from where on a name in a film is called back
BELOW = 0.8  # heights between it and a note, whose words it would else end
COVERS = 4  # cells of paths that a name may lie on before another place is sought
GAP = 9.0  # pixels of a screen between a head and its name,
DOTS = (0, (1, 1.6))  # on and off, in widths of the leader
LEADER = 16.0  # and from where on a thin line joins them


class Words:
    """A run's name and, from its step on, its verdict below."""

    def __init__(
        self, ax: Any, picture: Contents, nth: int, verdict: bool = True, end: bool = False
    ) -> None:
        look, self.ax = picture.look, ax
        plate = {"facecolor": look.background, "alpha": HALO, "linewidth": 0, "pad": PAD}
        style: Any = {"transform": ax.transAxes, "va": "top", "bbox": plate, "parse_math": False}
        color = words(picture.marks[nth].color, look)
        size = (8.5 if end else 9.5) * look.scale * (1.12 if nth == picture.lead else 1.0)
        told = picture.names[nth]
        if end:  # in rows, a setting and its value in one of them
            rows = fill(told.replace(" = ", "\xa0=\xa0"), NARROW, break_long_words=False)
            told = rows.replace("\xa0", " ")
        self.name = ax.text(
            0, 0, told, color=color, fontsize=size, weight="bold", zorder=8, **style
        )
        self.said: int | float = picture.said[nth] if verdict else np.inf
        said = fill(picture.verdicts[nth], NARROW + 8 if end else BROAD)
        self.verdict = ax.text(0, 0, said, fontsize=8.5 * look.scale, zorder=8, **style)
        self.verdict.set_color(words(look.muted, look))
        if not end and _size(self.verdict)[0] > 2 / 3 * ax.get_window_extent().width:
            self.verdict.set_text(fill(said, NARROW + 8))
        self.sizes = [_size(self.name), _size(self.verdict)]
        style = {"transform": ax.transAxes, "color": color, "lw": 0.9 * look.scale, "zorder": 4.5}
        (self.leader,) = ax.plot([], [], ls=DOTS, **style)  # or it would look like a path
        self.artists = [self.leader, self.verdict, self.name]

    def arrive(self, step: int | None, runs: int) -> None:
        """Make room for a place among so many, and tell below it when the run was there."""
        self.name.set_text(f"{runs}  {self.name.get_text()}")
        self.verdict.set_text(f"    at step {step}")
        self.said = np.inf if step is None else step
        self.sizes = [_size(self.name), _size(self.verdict)]

    def size(self, t: float) -> Spot:
        """The pixels of what is told at a step."""
        (width, height), (more, below) = self.sizes
        return (max(width, more), height + below) if t >= self.said else (width, height)

    def put(self, t: float, corner: Spot, room: Spot, head: Spot | None = None) -> None:
        """Lay the words at their upper left corner, and the leader to a head."""
        (x, y), (width, height) = corner, self.size(t)
        self.name.set_position((x / room[0], y / room[1]))
        self.verdict.set_position((x / room[0], (y - self.sizes[0][1]) / room[1]))
        self.verdict.set_visible(bool(t >= self.said))
        if head is None:
            return
        near = min(max(head[0], x), x + width), min(max(head[1], y - height), y)
        ends = np.array([head, near]) / room
        self.leader.set_data(*ends.T)
        far = np.hypot(*(np.subtract(head, near)))
        self.leader.set_visible(bool(far > LEADER * self.ax.figure.dpi / 100))


class HeadNames:
    """The names on a panel of paths, `optiviz.views.scene.path.PathPanel`.

    A still picture's are placed for its moment alone. In a film they ride on their heads, keep
    their side for as long as there is room, and then glide to another: their way is sought
    backwards from the end, which is as the still picture has it.
    """

    def __init__(self, panel: Any, marked: Sequence[Spot]) -> None:
        picture, self.panel, self.dpi = panel.picture, panel, panel.ax.figure.dpi / 100
        self.count, self.steps = len(picture.runs), picture.steps
        few = self.count <= FEW
        self.words = [Words(panel.ax, picture, nth, few) for nth in range(self.count)]
        for artist in (artist for each in self.words for artist in each.artists):
            panel.add(artist)
        self.order = sorted(range(self.count), key=lambda nth: nth != picture.lead)
        box = panel.box
        self.room = (box.width, box.height)
        notes = [text.get_window_extent() for text in panel.notes]
        fixed = [(b.x0 - box.x0, b.y0 - box.y0, b.x1 - box.x0, b.y1 - box.y0) for b in notes]
        row, told = self.words[0].sizes[0][1], {*panel.told.texts}
        pairs = zip(panel.notes, fixed, strict=True)
        near = [spaced(one, row, BELOW) for text, one in pairs if text in told]
        ring = 11 * picture.look.pen * self.dpi
        fixed += [around(self._pixel(point), ring) for point in marked]
        self.paths = [panel.pixels(trail.points) for trail in panel.trails]
        fixed += [around(path[0].tolist(), ring / 2) for path in self.paths]
        self.ground = Ground(self.room, crossed(self.paths, self.room), fixed, near)
        self.track: Array | None = None

    def follow(self) -> None:
        """Seek the places of the whole film."""
        self.keys = np.unique(np.linspace(0, self.steps, KEYS).round())
        found = [self.places(self.steps)]
        for then, t in pairwise(self.keys[::-1].astype(int).tolist()):
            found.append(self._before(t, found[-1], then))
        corners = [[(box[0], box[3]) for box in boxes] for boxes in reversed(found)]
        self.track = glide(np.array(corners), max(1, len(self.keys) // GLIDE))

    def places(self, t: int) -> list[Box]:
        """The boxes of all names at a step."""
        found: dict[int, Box] = {}
        for nth in self.order:
            found[nth] = self._fresh(nth, t, found)
        return [found[nth] for nth in range(self.count)]

    def _before(self, t: int, later: list[Box], then: int) -> list[Box]:
        """The boxes at a step before another: each beside its head as it is then, if it can be."""
        found: dict[int, Box] = {}
        for nth in self.order:
            here, there = self.head(nth, t), self.head(nth, then)
            corner = later[nth][0] + here[0] - there[0], later[nth][3] + here[1] - there[1]
            row = self.words[nth].sizes[0][1]
            kept = self._nudged(nth, t, corner, found)
            if gap_of(kept, here) > FAR * row or self.ground.crossings(kept) > COVERS:
                fresh = self._fresh(nth, t, found)
                kept = fresh if self._burden(fresh, here) < self._burden(kept, here) / 2 else kept
            found[nth] = kept
        return [found[nth] for nth in range(self.count)]

    def _burden(self, box: Box, head: Spot) -> float:
        """How far a name is from its head, and how much of the paths it hides."""
        return gap_of(box, head) + CROSSED * self.ground.crossings(box)

    def _fresh(self, nth: int, t: int, found: dict[int, Box]) -> Box:
        """The best place for one name among those found, whatever it was before."""
        gap, row = GAP * self.panel.look.pen * self.dpi, self.words[nth].sizes[0][1]
        blocked = [*found.values(), *self.dots(t), *self._arrows(nth, t)]
        near = [spaced(box, row) for box in found.values()]
        size = self.words[nth].size(t)
        return self.ground.place(self.head(nth, t), size, blocked, gap, row, near)

    def _nudged(self, nth: int, t: float, corner: Spot, found: dict[int, Box]) -> Box:
        """The place for one name among those found that is nearest to a corner."""
        row, box = self.words[nth].sizes[0][1], self.ground.inside(self._box(nth, t, corner))
        near = [spaced(box, row) for box in found.values()]
        return self.ground.nudged(box, [*found.values(), *self.dots(t)], row, near)

    def dots(self, t: float) -> list[Box]:
        """The boxes of all heads."""
        size = 5 * self.panel.look.pen * self.dpi
        letters = [box for marks in self.panel.marks for box in marks.boxes(t)]
        return [*(around(self.head(nth, t), size) for nth in range(self.count)), *letters]

    def _box(self, nth: int, t: float, corner: Spot) -> Box:
        """A name's box from its upper left corner."""
        width, height = self.words[nth].size(t)
        return corner[0], corner[1] - height, corner[0] + width, corner[1]

    def head(self, nth: int, t: float) -> Spot:
        """Where a run's head is seen, or where it left the picture."""
        path = until(self.paths[nth], min(t, len(self.paths[nth]) - 1))
        now = len(path) - 1
        x, y = path[now]
        if not (0 <= x <= self.room[0] and 0 <= y <= self.room[1]):
            inside = ((path[: now + 1] >= 0) & (path[: now + 1] <= self.room)).all(axis=1)
            last = int(np.flatnonzero(inside)[-1]) if inside.any() else now
            (x, y), (to_x, to_y) = path[last], path[min(last + 1, now)]
            share = (
                min(
                    (side - here) / (there - here)
                    for here, there, far in ((x, to_x, self.room[0]), (y, to_y, self.room[1]))
                    for side in (0.0, far)
                    if (there - here) * (side - here) > 0
                )
                if last < now
                else 0.0
            )
            x, y = x + share * (to_x - x), y + share * (to_y - y)
        return min(max(float(x), 0), self.room[0]), min(max(float(y), 0), self.room[1])

    def _arrows(self, nth: int, t: int) -> list[Box]:
        """Small boxes along the arrows at a head."""
        found = []
        trail = self.panel.trails[nth]
        now = min(t, trail.run.steps)
        for (_, tails, vectors), share in product(trail.arrows, (0.25, 0.5, 0.75, 1.0)):
            point = tails[now] + share * vectors[now]
            found.append(around(self._pixel(point), 2 * self.dpi))
        return found

    def _pixel(self, point: Any) -> Spot:
        x, y = self.panel.pixels(point)
        return float(x), float(y)

    def show(self, t: float) -> None:
        """Take the names to a step."""
        if self.track is None:
            boxes = dict(enumerate(self.places(int(t))))
        else:
            at = [np.interp(t, self.keys, way) for way in self.track.reshape(len(self.keys), -1).T]
            boxes = {}
            for nth in self.order:  # what a glide led over something gives way again
                boxes[nth] = self._nudged(nth, t, (at[2 * nth], at[2 * nth + 1]), boxes)
        for nth, box in boxes.items():
            self.words[nth].put(t, (box[0], box[3]), self.room, self.head(nth, t))


def _size(text: Any) -> Spot:
    """The pixels of words with their plate."""
    box, pad = text.get_window_extent(), 2 * PAD * text.figure.dpi / 72
    return float(box.width + pad), float(box.height + pad)
