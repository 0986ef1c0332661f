"""Notes in time: words that appear at their moment beside the path, and what they point at."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Plane
from optiviz.runs.events import events
from optiviz.runs.record import Run
from optiviz.views.scene.contour import RING
from optiviz.views.scene.place import Box, Ground, around, crossed, spaced
from optiviz.views.style import rim

WIDE = 22  # letters in a row, at most
CLEAR = 0.03  # of the picture's diagonal: a ring, and a head beside it
ABOUT = (0, 1, -1, 2, -2)  # steps from a peak at which a run is about as fast
STAYS, FADES = 0.22, 0.06  # of a film's steps: how long a note stands, and how long it fades


@dataclass(frozen=True)
class Note:
    """What a picture says of a moment of a run.

    Attributes:
        t: the step, or what happens at it: one of the kinds of `optiviz.runs.events`.
        words: few; they are wrapped.
        at: the point of the plane that is spoken of, by default where the run then is.
        run: whose moment it is, as its place among the picture's runs.

    >>> Note("overshoots", "too fast to stop")
    Note(t='overshoots', words='too fast to stop', at=None, run=0)
    """

    t: int | str
    words: str
    at: tuple[float, float] | None = None
    run: int = 0


@dataclass(frozen=True)
class Told:
    """A note whose moment has been found."""

    step: int
    words: str
    at: tuple[float, float]
    run: int = 0


def told(notes: Sequence[Note], runs: Sequence[Run], problem: Plane) -> tuple[Told, ...]:
    """The notes in the order of their moments.

    Raises:
        UserError: a note of a run or a step that there is not, or of what does not happen.
    """
    found = []
    for note in notes:
        if not 0 <= note.run < len(runs):
            raise UserError(f"note {note.words!r}: run must be from 0 to {len(runs) - 1}.")
        run = runs[note.run]
        step = _moment(note, run, problem) if isinstance(note.t, str) else int(note.t)
        if not 0 <= step <= run.steps:
            raise UserError(f"note {note.words!r}: t must be from 0 to {run.steps}, got {step}.")
        x, y = _place(note, step, runs, problem) if note.at is None else note.at
        found.append(Told(step, note.words, (float(x), float(y)), note.run))
    return tuple(sorted(found, key=lambda one: one.step))


def own(run: Run, problem: Plane) -> list[Note]:
    """What a run itself has to say: what it clips, where it overshoots, that it is there."""
    happens = {event.kind for event in events(run, problem)}
    found = [Note("peaks", "velocity builds")] if "velocity" in run.slots else []
    past = "turns" if "turns" in happens else "overshoots"
    found += [
        Note(past, "overshoots"),
        Note("arrives", "settles" if past == "turns" else "arrives"),
        Note("clips", "gradient clipped"),
    ]
    return [note for note in found if note.t in happens]


def _moment(note: Note, run: Run, problem: Plane) -> int:
    """The step at which what a note names happens."""
    steps: dict[str, int] = {event.kind: event.step for event in events(run, problem)}
    if note.t not in steps:
        raise UserError(
            f"note {note.words!r}: {run.optimizer} has no moment {note.t!r}. "
            f"Choose a step, or from: {', '.join(steps) or 'no other'}."
        )
    return min(steps[str(note.t)], run.steps)


def _place(note: Note, step: int, runs: Sequence[Run], problem: Plane) -> list[float]:
    """Where a run is at a step; of its peak, about which it is as fast, rather where no other ends:
    there a ring would seem to mean that one."""
    low, high = np.array(problem.bounds).T
    reach = CLEAR * np.hypot(*(high - low))
    ends = [run.w[-1] for nth, run in enumerate(runs) if nth != note.run]
    about = ABOUT if note.t == "peaks" else (0,)
    path = runs[note.run].w
    places = [path[min(max(step + away, 0), len(path) - 1)] for away in about]
    clear = (at for at in places if all(np.hypot(*(at - end)) > reach for end in ends))
    found: list[float] = next(clear, places[0]).tolist()
    return found


class Notes:
    """The artists of the notes on a panel: of paths, in relief, or of curves.

    Args:
        panel: where.
        spot: the pixels, from the panel's lower left corner, of what a note speaks of.
        paths: what the words keep clear of, one `(n, 2)` a run, in such pixels.
        goals: the goals in such pixels, whose rings are drawn already.
        fixed: boxes of what stands in the panel.
    """

    def __init__(
        self,
        panel: Any,
        spot: Callable[[Told], Array],
        paths: Sequence[Array],
        goals: Sequence[Array] = (),
        fixed: Sequence[Box] = (),
    ) -> None:
        picture, self.panel, self.steps = panel.picture, panel, panel.picture.steps
        self.spot, self.goals = spot, [np.asarray(goal) for goal in goals]
        self.told: list[tuple[Told, list[Any]]] = []
        self.boxes: list[Box] = []
        self.rows: list[Array] = []  # of each note: how wide its rows are
        if not picture.told:
            return
        self.row = 11 * picture.look.scale * panel.ax.figure.dpi / 72  # pixels of a letter
        self.ring = RING / 2 * picture.look.pen * panel.ax.figure.dpi / 72
        box = panel.ax.get_window_extent()
        free = [point for point in map(spot, picture.told) if np.isfinite(point).all()]
        room, spots = (box.width, box.height), [around((x, y), self.row) for x, y in free]
        self.ground = Ground(room, crossed(paths, room), [*fixed, *spots])
        for one in picture.told:
            heads = [path[min(one.step, len(path) - 1)] for path in paths if len(path)]
            seen = [around(head, 0.8 * self.row) for head in heads if np.isfinite(head).all()]
            self.boxes.append(self._write(one, [*self.boxes, *seen]))

    def _write(self, one: Told, taken: list[Box]) -> Box:
        """Write a note where there is room, and the box that it takes."""
        ax, look, row = self.panel.ax, self.panel.look, self.row
        style: Any = {"color": look.text, "zorder": 8.1, "transform": ax.transAxes}
        centred: Any = {"ha": "center", "va": "center", "linespacing": 1.15, "parse_math": False}
        text = ax.text(0, 0, textwrap.fill(one.words, WIDE), **style, **centred)
        text.set(fontsize=11 * look.scale, path_effects=rim(look, 3.2))
        self.rows.append(_widths(text))
        size, point = text.get_window_extent().size + 0.4 * row, self.spot(one)
        where = point if np.isfinite(point).all() else np.array(self.ground.room) / 2
        near = [spaced(box, row) for box in self.boxes]
        box = self.ground.place(tuple(where), tuple(size), taken, 1.1 * row, row, near)
        text.set_position(tuple(np.reshape(box, (2, 2)).mean(axis=0) / self.ground.room))
        style |= {"lw": 1.1 * look.pen, "mew": 1.1 * look.pen, "ms": 11 * look.pen}
        rings = [] if self._goal(point) is not None else ax.plot([], [], "o", mfc="none", **style)
        self.told.append((one, [*rings, *ax.plot([], [], **style), text]))
        self._point(box, self.rows[-1], *self.told[-1])
        for artist in self.told[-1][1]:
            self.panel.add(artist)
        return box

    def _point(self, box: Box, rows: Array, one: Told, artists: list[Any]) -> None:
        """Lead from the words to what they are about, as it now is seen."""
        *rings, lead, _ = artists
        point = self.spot(one)
        goal = self._goal(point)
        at, gap = (point, 0.55 * self.row) if goal is None else (goal, self.ring)
        ends = _short(np.array([at, _nearest(box, rows, at)]), gap) / self.ground.room
        lead.set_data(*ends.T)
        for ring in rings:
            ring.set_data(*(point / self.ground.room)[:, None])

    def _goal(self, point: Array) -> Array | None:
        """The goal whose ring a point lies in; one of its own would make a tangle."""
        near = (goal for goal in self.goals if np.hypot(*(goal - point)) < self.ring)
        return next(near, None)

    def point(self) -> None:
        """Lead anew to what has moved."""
        for box, rows, one in zip(self.boxes, self.rows, self.told, strict=True):
            self._point(box, rows, *one)

    def show(self, t: float, film: bool) -> None:
        """What has been said by step t; in a film it fades again, until the end."""
        for one, artists in self.told:
            age = (t - one.step) / max(self.steps, 1)
            left = 1.0 if not film or t >= self.steps else 1 - (age - STAYS) / FADES
            for artist in artists:
                artist.set_visible(age >= 0 and left > 0)
                artist.set_alpha(min(left, 1.0) if left > 0 else None)

    @property
    def texts(self) -> list[Any]:
        """The words, which names keep clear of."""
        return [artists[-1] for _, artists in self.told]


def _widths(text: Any) -> Array:
    """The pixels that each row of a text is wide."""
    told, found = text.get_text(), []
    for row in told.split("\n"):
        text.set_text(row)
        found.append(text.get_window_extent().width)
    text.set_text(told)
    return np.array(found)


def _nearest(box: Box, rows: Array, point: Array) -> Array:
    """The point of a box's rows, which stand in its middle and may be shorter, nearest to another.

    >>> _nearest((0, 0, 10, 4), np.array([8, 2]), np.array([9, -2]))
    array([7., 0.])
    """
    left, low, right, high = box
    tops, spare = np.linspace(high, low, len(rows) + 1), (rows.max() - rows) / 2
    ends = [
        np.clip(point, (left + less, below), (right - less, top))
        for less, top, below in zip(spare, tops[:-1], tops[1:], strict=True)
    ]
    return min(ends, key=lambda end: float(np.hypot(*(end - point))))


def _short(ends: Array, gap: float) -> Array:
    """A line that begins a little away from its first end; no line where none is left."""
    along = ends[1] - ends[0]
    length = float(np.hypot(*along))
    return np.array([ends[0] + along * gap / length, ends[1]]) if length > gap else ends[1:]
