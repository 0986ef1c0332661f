"""The picture of weights that somebody brought: a slice of the loss, and where each stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.problems.base import Array
from optiviz.problems.network.slice import Slice
from optiviz.views.charts.sheet import EDGE, Sheet
from optiviz.views.scene.contour import draw_ground, fit
from optiviz.views.scene.place import CELL, Box, Ground, around, overlap
from optiviz.views.style import rim

DOT = 8.0  # points across a point


def plot_checkpoints(
    plane: Slice,
    at: Array,
    words: Sequence[str],
    path: str | Path,
    *,
    title: str,
    note: str,
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write the loss on a plane with the points that it was laid through.

    Args:
        plane: what is drawn.
        at: `(n, 2)`, where the points are on it, or nearest to; words: beside each.
        path: where to write; .png, .svg or .pdf by its ending.
        title, note: what stands above.
        theme, size: see `Frame`.

    Raises:
        UserError: an unknown ending or theme, an impossible size, or no place to write to.
    """
    sheet = Sheet(theme, size)
    look, s = sheet.look, sheet.look.scale
    with sheet.style():
        sheet.title(title, note)
        ax = sheet.axes(0.36 + 0.42 * s, sheet.bottom + 0.5 * s, sheet.width - EDGE, sheet.top)
        box = ax.get_window_extent()
        (left, right), (low, high) = bounds = fit(plane.bounds, box.width / box.height)
        draw_ground(ax, plane, bounds, look)
        ax.set(xlim=(left, right), ylim=(low, high))
        ax.set_xlabel(plane.axes[0])
        ax.set_ylabel(plane.axes[1])
        dot: Any = {"marker": "o", "ms": DOT * s, "ls": "", "mew": 1.6 * s, "zorder": 6}
        ax.plot(*at.T, color=look.text, mec=look.background, **dot)
        _name(sheet, ax, at, words)
        sheet.save(path)


def _name(sheet: Sheet, ax: Any, at: Array, words: Sequence[str]) -> None:
    """Names beside their points, clear of each other and of all the points."""
    look, box = sheet.look, ax.get_window_extent()
    inch = sheet.figure.dpi
    places = ax.transData.transform(at) - [box.x0, box.y0]
    radius = 0.7 * DOT * look.scale / 72 * inch
    crossed = np.zeros((int(box.height / CELL) + 2, int(box.width / CELL) + 2))
    dots = [around((float(x), float(y)), radius) for x, y in places]
    ground = Ground((box.width, box.height), crossed, dots)
    taken: list[Box] = []
    heights = list(ax.texts)
    style: Any = {"fontsize": 10 * look.scale, "color": look.text, "parse_math": False, "zorder": 7}
    style |= {"path_effects": rim(look), "ha": "center", "va": "center", "linespacing": 1.2}
    for (x, y), said in zip(places.tolist(), words, strict=True):
        text = ax.text(0, 0, said, **style)
        wide, high = (inches * inch for inches in sheet.inches(text))
        place = ground.place((x, y), (wide, high), taken, 1.3 * radius, 14 * look.scale)
        taken.append(place)
        middle = ((place[0] + place[2]) / 2 + box.x0, (place[1] + place[3]) / 2 + box.y0)
        text.set_position(ax.transData.inverted().transform(middle))
    for height in heights:  # a contour's, which others tell, too
        spot = height.get_window_extent()
        here = (spot.x0 - box.x0, spot.y0 - box.y0, spot.x1 - box.x0, spot.y1 - box.y0)
        height.set_visible(height.get_visible() and not any(overlap(here, t) for t in taken))
