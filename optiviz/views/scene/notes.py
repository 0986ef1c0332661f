"""Notes in time: words that appear at their moment beside the path, and what they point at."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Plane
from optiviz.runs.events import events
from optiviz.runs.record import Run
from optiviz.views.scene.contour import RING
from optiviz.views.scene.place import Box, Ground, around, crossed
from optiviz.views.style import rim

WIDE = 22  # letters in a row, at most
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
        x, y = run.w[step] if note.at is None else note.at
        found.append(Told(step, note.words, (float(x), float(y))))
    return tuple(sorted(found, key=lambda one: one.step))


def own(run: Run, problem: Plane) -> list[Note]:
    """What a run itself has to say: that velocity builds, that it overshoots, that it is there."""
    happens = {event.kind for event in events(run, problem)}
    found = [Note("peaks", "velocity builds")] if "velocity" in run.slots else []
    past = "turns" if "turns" in happens else "overshoots"
    found += [
        Note(past, "overshoots"),
        Note("arrives", "settles" if past == "turns" else "arrives"),
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


class Notes:
    """The artists of the notes on a panel of paths, `optiviz.views.scene.path.PathPanel`."""

    def __init__(self, panel: Any) -> None:
        picture, self.panel, self.steps = panel.picture, panel, panel.picture.steps
        self.told: list[tuple[Told, list[Any]]] = []
        if not picture.told:
            return
        self.row = 11 * picture.look.scale * panel.ax.figure.dpi / 72  # pixels of a letter
        self.ring = RING / 2 * picture.look.pen * panel.ax.figure.dpi / 72
        box = panel.box
        paths = [panel.pixels(trail.points) for trail in panel.trails]
        keys = [text.get_window_extent().translated(-box.x0, -box.y0) for text in panel.notes]
        free = [*picture.problem.minima, *(one.at for one in picture.told)]
        fixed = [around(panel.pixels(point), self.row) for point in free]
        room = (box.width, box.height)
        ground = Ground(room, crossed(paths, room), [*fixed, *(key.extents for key in keys)])
        taken: list[Box] = []
        for one in picture.told:
            heads = [around(path[min(one.step, len(path) - 1)], 0.8 * self.row) for path in paths]
            taken.append(self._write(one, ground, [*taken, *heads]))

    def _write(self, one: Told, ground: Ground, taken: list[Box]) -> Box:
        """Write a note where there is room, and the box that it takes."""
        ax, look, row = self.panel.ax, self.panel.look, self.row
        style: Any = {"color": look.text, "zorder": 8.1, "transform": ax.transAxes}
        centred: Any = {"ha": "center", "va": "center", "linespacing": 1.15, "parse_math": False}
        text = ax.text(0, 0, textwrap.fill(one.words, WIDE), **style, **centred)
        text.set(fontsize=11 * look.scale, path_effects=rim(look, 3.2))
        size, point = text.get_window_extent().size + 0.4 * row, self.panel.pixels(one.at)
        box = ground.place(tuple(point), tuple(size), taken, 1.1 * row, row)
        low, high = np.array(box[:2]), np.array(box[2:])
        text.set_position((low + high) / 2 / ground.room)
        style |= {"lw": 1.1 * look.pen, "mew": 1.1 * look.pen, "ms": 11 * look.pen}
        goal = self._goal(point)
        at, gap = (point, 0.55 * row) if goal is None else (goal, self.ring)
        ends = _short(np.array([at, np.clip(at, low, high)]), gap) / ground.room
        rings = [] if goal is not None else [point / ground.room]
        marks = [mark for ring in rings for mark in ax.plot(*ring, "o", mfc="none", **style)]
        self.told.append((one, [*marks, *ax.plot(*ends.T, **style), text]))
        for artist in self.told[-1][1]:
            self.panel.add(artist)
        self.panel.notes.append(text)
        return box

    def _goal(self, point: Array) -> Array | None:
        """The goal whose ring a point lies in; one of its own would make a tangle."""
        panel, problem = self.panel, self.panel.picture.problem
        pairs = zip(problem.minima, problem.local(), strict=True)
        for goal in (panel.pixels(at) for at, local in pairs if not local):
            if np.hypot(*(goal - point)) < self.ring:
                return np.asarray(goal)
        return None

    def show(self, t: float, film: bool) -> None:
        """What has been said by step t; in a film it fades again, until the end."""
        for one, artists in self.told:
            age = (t - one.step) / max(self.steps, 1)
            left = 1.0 if not film or t >= self.steps else 1 - (age - STAYS) / FADES
            for artist in artists:
                artist.set_visible(age >= 0 and left > 0)
                artist.set_alpha(min(left, 1.0) if left > 0 else None)


def _short(ends: Array, gap: float) -> Array:
    """A line that begins a little away from its first end; no line where none is left."""
    along = ends[1] - ends[0]
    length = float(np.hypot(*along))
    return np.array([ends[0] + along * gap / length, ends[1]]) if length > gap else ends[1:]
