"""Words of a film, set once and stamped into every frame, since setting them takes most time."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text
from numpy.typing import NDArray

Sprite = tuple[NDArray[np.float32], NDArray[np.float32], int, int]  # colour, cover, column and row


class Sprites:
    """The words of a figure as pictures of themselves, each made when it is first needed.

    Where they have moved since, they are stamped at the nearest whole pixel.
    """

    def __init__(self, size: tuple[int, int], dpi: float) -> None:
        self.blank: Any = RendererAgg(*size, dpi)  # type: ignore[no-untyped-call]
        self.made: dict[Any, tuple[Sprite | None, Any]] = {}

    def stamp(self, text: Text, frame: NDArray[np.uint8]) -> None:
        """Draw words into a frame of opaque pixels."""
        words = text.get_text()
        if not text.get_visible() or not words:
            return
        place = text.get_transform().transform(text.get_unitless_position())
        key = (id(text), words, text.get_alpha(), text.get_color())
        if key not in self.made:
            self.made[key] = self._make(text), place
        sprite, home = self.made[key]
        if sprite is None:
            return
        colors, cover, left, top = sprite
        across, up = np.round(place - home).astype(int)
        left, top = left + across, top - up
        height, width = cover.shape[:2]
        rows = slice(max(top, 0), max(min(top + height, frame.shape[0]), 0))
        columns = slice(max(left, 0), max(min(left + width, frame.shape[1]), 0))
        own = (
            slice(rows.start - top, rows.stop - top),
            slice(columns.start - left, columns.stop - left),
        )
        below = frame[rows, columns, :3]
        below[:] = below + (colors[own] - below) * cover[own] + np.float32(0.5)

    def _make(self, text: Text) -> Sprite | None:
        """The words alone, cut out."""
        self.blank.clear()
        text.draw(self.blank)
        drawn: NDArray[np.uint8] = np.asarray(self.blank.buffer_rgba())
        rows, columns = (np.flatnonzero(drawn[..., 3].max(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return None
        cut = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
        return cut[..., :3], cut[..., 3:] / np.float32(255), int(columns[0]), int(rows[0])
