"""What a film shows again and again, drawn once and stamped into every frame.

Words take most time to draw, and are stamped where they have moved to, at the nearest whole pixel;
what else has not changed since the last frame stands where it was.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text
from numpy.typing import NDArray

Sprite = tuple[
    NDArray[Any], NDArray[Any], int, int
]  # what it adds, what it lets through, column and row
Box = tuple[slice, slice]

MOST = 100 * 100  # pixels that are blended sooner than drawn
MARGIN = 6  # pixels around words, for their plate and their rim


class Sprites:
    """The artists of a figure as pictures of themselves, each made when it is first needed."""

    def __init__(self, size: tuple[int, int], dpi: float) -> None:
        self.size, self.dpi = size, dpi
        blank: Any = RendererAgg(*size, dpi)  # type: ignore[no-untyped-call]
        self.blank: Any = blank
        self.drawn: NDArray[np.uint8] = np.asarray(blank.buffer_rgba())
        self.words: dict[Any, tuple[Sprite | None, Any]] = {}
        self.stood: dict[Artist, Sprite | None] = {}

    def write(self, text: Text, frame: NDArray[np.uint8]) -> None:
        """Stamp words into a frame of opaque pixels."""
        words = text.get_text()
        if not words:
            return
        place = text.get_transform().transform(text.get_unitless_position())
        key = (id(text), words, text.get_alpha(), text.get_color())
        if key not in self.words:
            self.words[key] = self._make(text, self._around(text)), place
        sprite, home = self.words[key]
        across, up = np.round(place - home).astype(int)
        _stamp(frame, sprite, int(across), int(up))

    def stand(self, artist: Artist, frame: NDArray[np.uint8]) -> bool:
        """Stamp what has not changed since it was drawn; whether it has been done."""
        if artist.stale:
            self.stood.pop(artist, None)
            return False
        if artist not in self.stood:
            made = self._make(artist, (slice(None), slice(None)))
            blended = made is not None and made[1].dtype != bool and made[1].size > MOST
            self.stood[artist] = None if blended else made
        if self.stood[artist] is None:
            return False
        _stamp(frame, self.stood[artist])
        return True

    def _around(self, text: Text) -> Box:
        """The rows and columns in which words are drawn."""
        box, margin = text.get_window_extent(self.blank), math.ceil(MARGIN * self.dpi / 72)
        height = self.size[1]
        rows = max(height - math.ceil(box.y1) - margin, 0), height - math.floor(box.y0) + margin
        columns = max(math.floor(box.x0) - margin, 0), math.ceil(box.x1) + margin
        return slice(max(rows[0], 0), max(rows[1], 0)), slice(columns[0], max(columns[1], 0))

    def _make(self, artist: Artist, where: Box) -> Sprite | None:
        """The artist alone, cut out."""
        artist.draw(self.blank)
        drawn = self.drawn[where]
        seen = drawn[..., 3] > 0
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return None
        part = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        cut = part.copy()
        part[:] = 0  # for the next one
        left, top = columns[0] + (where[1].start or 0), rows[0] + (where[0].start or 0)
        return *_layers(cut), int(left), int(top)


def _layers(cut: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any]]:
    """What a drawing adds to what is below it, and what it lets through."""
    colors, cover = cut[..., :3], cut[..., 3:]
    if ((cover == 0) | (cover == 255)).all():
        return colors, cover == 0
    share = cover / np.float32(255)
    # Half of one more, since numbers are cut off when they become whole.
    return colors * share + np.float32(0.5), 1 - share


def _stamp(frame: NDArray[np.uint8], sprite: Sprite | None, across: int = 0, up: int = 0) -> None:
    """Lay a sprite over a frame, moved by whole pixels."""
    if sprite is None:
        return
    adds, through, left, top = sprite
    left, top = left + across, top - up
    height, width = through.shape[:2]
    rows = slice(max(top, 0), max(min(top + height, frame.shape[0]), 0))
    columns = slice(max(left, 0), max(min(left + width, frame.shape[1]), 0))
    own = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    below = frame[rows, columns, :3]
    if through.dtype == bool:
        np.copyto(below, adds[own], where=~through[own])
    else:
        below[:] = below * through[own] + adds[own]
