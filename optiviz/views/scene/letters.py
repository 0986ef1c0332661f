"""Letters at the tips of arrows, placed so that they lie neither on each other nor on an arrow."""

from __future__ import annotations

from typing import Any

import numpy as np

from optiviz.problems.base import Array
from optiviz.views.scene.panel import Panel
from optiviz.views.style import rim

SIZE = 11  # points
AROUND = np.array([0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8]) * np.pi / 8
AWAY = (3, 9, 18)  # points from a tip to its letter, tried in this order


class Letters:
    """The letters of some arrows; those of a formula are slanted, words are not."""

    def __init__(self, panel: Panel, words: tuple[str, ...], colors: list[str]) -> None:
        look, figure = panel.look, panel.ax.figure
        self.ax, self.point = panel.ax, figure.dpi / 72 * look.scale
        self.texts = []
        for word, color in zip(words, colors, strict=True):
            plain = word.startswith("the ")
            style: Any = {"fontsize": SIZE * look.scale, "style": "normal" if plain else "italic"}
            style |= {"ha": "center", "va": "center", "zorder": 6.5, "color": color}
            style["path_effects"] = rim(look, 3)
            self.texts.append(panel.add(panel.ax.text(0, 0, word, parse_math=False, **style)))
        boxes = [text.get_window_extent() for text in self.texts]
        self.halves = [np.array([box.width, box.height]) / 2 for box in boxes]

    def show(self, origin: Array, vectors: dict[int, Array], low: Array, high: Array) -> None:
        """Write the letters of the arrows that begin at a point, within a rectangle; of arrows
        that are not there none is seen."""
        to_pixels, to_plane = self.ax.transData, self.ax.transData.inverted()
        tips = {i: to_pixels.transform(origin + vector) for i, vector in vectors.items()}
        start, edges = to_pixels.transform(origin), to_pixels.transform([low, high])
        lines = [start + (tip - start) * np.linspace(0, 1, 25)[:, None] for tip in tips.values()]
        taken = np.concatenate([*lines, start[None]]) if lines else np.zeros((0, 2))
        middle = np.mean([start, *tips.values()], axis=0)
        boxes: list[tuple[Array, Array]] = []
        for i, text in enumerate(self.texts):
            text.set_visible(i in tips)
            if text.get_visible():
                at = self._free(tips[i], middle, self.halves[i], taken, boxes, edges)
                boxes.append((at, self.halves[i]))
                text.set_position(to_plane.transform(at))

    def _free(
        self,
        tip: Array,
        middle: Array,
        half: Array,
        taken: Array,
        boxes: list[tuple[Array, Array]],
        edges: Array,
    ) -> Array:
        """The middle of a letter beside its tip, outwards if there is room; else the least bad."""
        out = np.arctan2(*(tip - middle)[::-1])
        best, least = tip, np.inf
        for away in AWAY:
            for turn in AROUND:
                along = np.array([np.cos(out + turn), np.sin(out + turn)])
                reach = np.min(half / np.maximum(np.abs(along), 1e-9))  # to the box's edge
                at = tip + along * (reach + away * self.point)
                hits = (np.abs(taken - at) < half + 1.5 * self.point).all(axis=1).sum()
                over = sum((np.abs(at - other) < half + its).all() for other, its in boxes)
                out_of = (at - half < edges[0]).any() or (at + half > edges[1]).any()
                worth = hits + 100 * over + 100 * out_of
                if worth < least:
                    best, least = at, worth
                if least == 0:
                    return np.asarray(best)
        return np.asarray(best)
