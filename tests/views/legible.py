"""What cannot be read in a figure: words beyond its edge, over each other, or pale on their ground.

`faults(figure)` draws any Matplotlib figure and lists what is wrong with it.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text

WORDS, LINES = 4.5, 3.0  # the least contrast
PALE = 0.2  # of the ground below some words, which may be as near to their colour as it likes
EDGE = 1.0  # pixels beyond the canvas, and
LEADING = 0.14  # a share of a row's height above and below, that hold no ink
THIN = 1.1  # points: a thinner line is there to guide the eye, not to be followed


def faults(figure: Figure) -> list[str]:
    """Every fault of a figure as it is drawn, in words; none if it can be read."""
    canvas: Any = figure.canvas
    canvas.draw()
    idle = _idle(figure)
    texts = [text for text in figure.findobj(Text) if _shown(text, idle)]
    boxes = [_box(text, canvas.get_renderer()) for text in texts]
    ground = _without(figure, texts)
    width, height = canvas.get_width_height()
    found = []
    for text, box in zip(texts, boxes, strict=True):
        low, high = box.min(axis=0), box.max(axis=0)
        if (low < -EDGE).any() or (high > np.array([width, height]) + EDGE).any():
            found.append(f"{_said(text)} beyond the edge")
            continue
        if (pale := _pale(text, box, ground)) is not None:
            found.append(f"{_said(text)} has a contrast of {pale:.1f}")
    for (one, first), (two, second) in combinations(zip(texts, boxes, strict=True), 2):
        if _overlap(first, second):
            found.append(f"{_said(one)} over {_said(two)}")
    found += [
        f"{_said(text)} on a head"
        for text, box in zip(texts, boxes, strict=True)
        for head in _heads(figure)
        if _overlap(box, head + np.array([[-1, 0], [1, 0], [0, 1]]))
    ]
    return found + _faint(figure)


def _idle(figure: Figure) -> set[Text]:
    """The labels of ticks that are not drawn."""
    idle: set[Text] = set()
    for ax in figure.axes:
        for axis in ax._axis_map.values():
            drawn = axis._update_ticks() if ax.axison else []
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if tick not in drawn:
                    idle |= {tick.label1, tick.label2}
    return idle


def _shown(text: Text, idle: set[Text]) -> bool:
    """Whether words are drawn at all."""
    if text in idle or not text.get_visible() or not text.get_text().strip():
        return False
    if text.get_alpha() == 0 or (text.axes and not text.axes.get_visible()):
        return False
    if isinstance(text, Annotation) and not text._check_xy(text.figure.canvas.get_renderer()):
        return False
    box = text.get_window_extent()
    clipped = text.get_clip_on() and text.get_clip_box()
    return not (clipped and not text.get_clip_box().overlaps(box))


def _box(text: Text, renderer: Any) -> np.ndarray:
    """The four corners of the words' ink, `(4, 2)` in pixels."""
    around, turn = text.get_window_extent(renderer), text.get_rotation()
    text.set_rotation(0)
    level = text.get_window_extent(renderer)
    text.set_rotation(turn)
    width, height = level.width, level.height
    rows = text.get_text().count("\n") + 1
    half = np.array([width / 2 - 0.5, height / 2 - LEADING * height / rows])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.maximum(half, 0.5)
    angle = np.radians(turn)
    turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = np.array([around.x0 + around.x1, around.y0 + around.y1]) / 2
    return np.asarray(corners @ turned + middle)


def _overlap(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two convex shapes share ground: no line along an edge parts them."""
    for shape in (one, other):
        along = np.roll(shape, -1, axis=0) - shape
        for normal in np.column_stack([-along[:, 1], along[:, 0]]):
            a, b = one @ normal, other @ normal
            if a.max() <= b.min() or b.max() <= a.min():
                return False
    return True


def _without(figure: Figure, texts: list[Text]) -> np.ndarray:
    """The figure as red green blue without the words, but with the plates below them."""
    opaque = [text.get_alpha() for text in texts]
    for text in texts:
        text.set_alpha(0)
    figure.canvas.draw()
    image = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3] / 255
    for text, alpha in zip(texts, opaque, strict=True):
        text.set_alpha(alpha)
    figure.canvas.draw()
    return image


def _pale(text: Text, box: np.ndarray, ground: np.ndarray) -> float | None:
    """The contrast that too many of the pixels below some words have at most; None if few do."""
    low, high = box.min(axis=0).astype(int), np.ceil(box.max(axis=0)).astype(int)
    low = np.maximum(low, 0)
    below = ground[low[1] : high[1], low[0] : high[0]]
    rows, columns = np.indices(below.shape[:2])
    inside = Path(box).contains_points(np.column_stack([columns.ravel(), rows.ravel()]) + low + 0.5)
    below = below.reshape(-1, 3)[inside]
    for effect in text.get_path_effects() or []:
        if isinstance(effect, withStroke) and "foreground" in effect._gc:
            below = np.array([to_rgb(effect._gc["foreground"])])
    alpha = 1.0 if text.get_alpha() is None else text.get_alpha()
    ink = alpha * np.array(to_rgb(text.get_color())) + (1 - alpha) * below
    seen = float(np.quantile(contrasts(ink, below), PALE))
    return seen if seen < WORDS - 0.05 else None


def contrasts(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The contrasts of colours, `(…, 3)` from 0 to 1, as WCAG defines them."""
    bright = [_luminance(colors) + 0.05 for colors in (one, other)]
    return np.asarray(np.maximum(*bright) / np.minimum(*bright))


def _luminance(colors: np.ndarray) -> np.ndarray:
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])


def _heads(figure: Figure) -> list[np.ndarray]:
    """The pixels of the dots at the heads of paths and lines."""
    heads = []
    for line in _lines(figure):
        points = np.asarray(line.get_xydata(), float)
        filled = line.get_marker() not in ("None", None, "", "*", "x", "|")
        if (
            filled
            and len(points) == 1
            and np.isfinite(points).all()
            and line.get_clip_on() is False
        ):
            heads.append(line.get_transform().transform(points))
    return heads


def _lines(figure: Figure) -> list[Line2D]:
    return [
        line
        for ax in figure.axes
        for line in ax.lines
        if line.get_visible() and ax.get_visible() and ax.axison
    ]


def _faint(figure: Figure) -> list[str]:
    """Curves that are too pale for the page, where they are on it."""
    found = []
    for line in _lines(figure):
        ax, alpha = line.axes, line.get_alpha()
        grounded = ax.images or len(ax.collections) > 5
        drawn = line.get_linestyle() not in ("None", "", " ") and len(line.get_xdata()) > 1
        if grounded or not drawn or line.get_linewidth() < THIN or (alpha or 1) < 1:
            continue
        page, ink = np.array(to_rgb(ax.get_facecolor())), np.array(to_rgb(line.get_color()))
        seen = float(contrasts(ink, page))
        if seen < LINES - 0.05:
            found.append(f"a line of {line.get_color()} has a contrast of {seen:.1f}")
    return found


def _said(text: Text) -> str:
    return repr(text.get_text()[:40])
