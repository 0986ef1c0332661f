"""Notes in time: words that appear at their moment beside the path, and what they point at."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from optiviz.errors import UserError
from optiviz.problems.base import Array, Plane
from optiviz.runs.events import events
from optiviz.runs.record import Run

WIDE = 22  # letters in a row, at most
STAYS, FADES = 0.22, 0.06  # of a film's steps: how long a note stands, and how long it fades
TURNS, AWAY = 16, (1.4, 2.4, 3.6, 5.0, 7.0)  # directions to look for room in; rows of letters


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
    """The artists of a panel's notes.

    Args:
        panel: a panel of the plane, laid out; what it holds already is kept free.
        points: the paths that are drawn in it, each `(n, 2)` in units of the plane.
        goals: points that stay free, too.
    """

    def __init__(self, panel: Any, points: Sequence[Array], goals: Sequence[Any]) -> None:
        picture, self.ax, self.panel = panel.picture, panel.ax, panel
        self.steps, look = picture.steps, picture.look
        self.row = 11 * look.scale * self.ax.figure.dpi / 72  # pixels of a letter's height
        self.told: list[tuple[Told, list[Any]]] = []
        if not picture.told:
            return
        ways = np.concatenate([_dense(self.ax.transData.transform(way)) for way in points])
        boxes = [text.get_window_extent() for text in self.ax.texts]
        free = [goal for goal in goals if np.isfinite(goal).all()]
        free += [one.at for one in picture.told]
        boxes += [_around(point, self.row) for point in self.ax.transData.transform(free)]
        for one in picture.told:
            heads = [way[min(one.step, len(way) - 1)] for way in points]
            there = [_around(p, self.row) for p in self.ax.transData.transform(heads)]
            boxes.append(self._write(one, ways, [*boxes, *there], look))

    def _write(self, one: Told, ways: Array, boxes: list[Any], look: Any) -> Any:
        """Write a note where there is room, and the box that it takes."""
        pixels = self.ax.transAxes.inverted().transform  # to shares, which every density has
        style: Any = {"color": look.text, "fontsize": 11 * look.scale, "zorder": 8}
        style |= {"ha": "center", "va": "center", "transform": self.ax.transAxes}
        halo = withStroke(linewidth=3.2 * look.scale, foreground=look.background)
        words = textwrap.fill(one.words, WIDE)
        text = self.ax.text(0, 0, words, **style)
        text.set(path_effects=[halo], linespacing=1.15)
        size = np.array(text.get_window_extent().size) + 0.4 * self.row
        anchor = self.ax.transData.transform(one.at)
        frame = self.ax.get_window_extent().padded(-0.3 * self.row)
        middle = place(anchor, size, frame, boxes, ways, self.row)
        box = Bbox([middle - size / 2, middle + size / 2])
        text.set_position(pixels(middle))
        ends = np.array([anchor, np.clip(anchor, box.min, box.max)])
        lead: Any = {"color": look.text, "lw": 1.1 * look.scale, "zorder": 7.9}
        ends = pixels(_short(ends, 0.55 * self.row))
        line = Line2D(*ends.T, **lead)
        ring = {"mfc": "none", "mec": look.text, "mew": 1.1 * look.scale, "ms": 11 * look.scale}
        mark = Line2D(*pixels([anchor]).T, marker="o", ls="", **(lead | ring))
        for artist in (line, mark):
            artist.set_transform(self.ax.transAxes)
            self.ax.add_artist(artist)
        self.told.append((one, [self.panel.add(artist) for artist in (mark, line, text)]))
        return box

    def show(self, t: float, film: bool) -> None:
        """What has been said by step t; in a film it fades again, until the end."""
        for one, artists in self.told:
            age = (t - one.step) / max(self.steps, 1)
            left = 1.0 if not film or t >= self.steps else 1 - (age - STAYS) / FADES
            for artist in artists:
                artist.set_visible(age >= 0 and left > 0)
                artist.set_alpha(min(left, 1.0) if left > 0 else None)


def place(
    anchor: Array, size: Array, frame: Any, boxes: Sequence[Any], ways: Array, row: float
) -> Array:
    """The middle of the freest place for a box beside a point, all in pixels.

    Args:
        anchor: the point; size: of the box; frame: what it must lie in.
        boxes: what it must not cover; ways: points of paths, of which it covers as few as it can.
        row: a letter's height.
    """
    angles = np.arange(TURNS) * 2 * np.pi / TURNS
    towards = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    reach = (np.array(AWAY) * row)[:, None, None]
    # As far from the box's edge as from its corner: half its size towards the side it lies on.
    found = (anchor + reach * towards + np.sign(towards.round(9)) * size / 2).reshape(-1, 2)
    found = np.clip(found, frame.min + size / 2, np.maximum(frame.max - size / 2, frame.min))
    low, high = found - size / 2, found + size / 2
    taken = np.array([[*box.min, *box.max] for box in boxes]).reshape(-1, 4)
    overlap = np.minimum(high[:, None], taken[:, 2:]) - np.maximum(low[:, None], taken[:, :2])
    covers = np.where((overlap > 0).all(axis=2), overlap.clip(0).prod(axis=2), 0).sum(axis=1)
    under = ((ways > low[:, None]) & (ways < high[:, None])).all(axis=2).sum(axis=1)
    away = np.hypot(*(np.clip(anchor, low, high) - anchor).T)
    return np.asarray(found[np.argmin(100 * covers / row**2 + under + 1.5 * away / row)])


def _dense(way: Array, apart: float = 4.0) -> Array:
    """A path in pixels as points not further apart than that, where it stays near."""
    counts = (np.hypot(*np.diff(way, axis=0).T) / apart).clip(1, 400).astype(int)
    pieces = [
        np.linspace(a, b, n, endpoint=False) for a, b, n in zip(way, way[1:], counts, strict=False)
    ]
    return np.concatenate([*pieces, way[-1:]])


def _around(point: Array, row: float) -> Any:
    return Bbox([point - 0.8 * row, point + 0.8 * row])


def _short(ends: Array, gap: float) -> Array:
    """A line that begins a little away from its first end; no line where none is left."""
    along = ends[1] - ends[0]
    length = float(np.hypot(*along))
    return np.array([ends[0] + along * gap / length, ends[1]]) if length > gap else ends[1:]
