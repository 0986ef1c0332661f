"""The ground: level bands that show a valley as well as a basin, and where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes

from optiviz.problems.base import Array, Bounds, Plane
from optiviz.views.numbers import number
from optiviz.views.style import MINIMUM, Theme, blend

BANDS = 20
KEY = (0.7, 0.88)  # of the panel: beyond stands the key of the arrows, and no height
FAINT = 0.55  # of the ground's colours, below the contours of a batch
HIGHEST = 1e200  # Matplotlib takes 1e250 for a height above all others
CONTOUR = {False: 0.55, True: 0.3}  # how opaque contours are, and how where the ground is faint
TAIL = 0.1  # of the ground, at either end, that may be a pole
REACH = 4  # times the heights' spread without their tails, as far as levels follow a pole
RING = 19  # points across the ring around a goal
MARKS = 4.6  # where minima lie among what is drawn: above paths, below heads
UNDEFINED = "hatched: undefined"


def levels(values: Array, n: int = BANDS) -> Array:
    """n + 1 heights, evenly apart on a scale that is linear near the bottom and logarithmic above.

    The bend is put at a low quantile of the heights: a narrow valley, most of whose surroundings
    are far above it, gets many levels at its floor, and a basin nearly even ones. A pole would eat
    the levels: they follow it a little way only, and if it is a hole, they begin at the middle of
    the heights and go both ways. Undefined (NaN) ground has no height.
    """
    low, high = ends(values)
    known = values[~np.isnan(values)]
    largest = max(abs(low), abs(high))
    if not high - low > 1e-12 * largest:  # flat, as far as numbers can tell
        half = max(0.5, 1e-6 * largest)
        return np.linspace(low - half, low + half, n + 1)
    middle, bend = low, float(np.quantile(known, 0.06)) - low
    if low > known.min():
        less, middle, more = map(float, np.quantile(known, (0.44, 0.5, 0.56)))
        bend = (more - less) / 2
    bend = max(bend, 1e-4 * (high - low))
    below, above = np.log1p((middle - low) / bend), np.log1p((high - middle) / bend)
    places = np.linspace(-below, above, n + 1)
    return middle + bend * np.sign(places) * np.expm1(np.abs(places))


def ends(values: Array) -> tuple[float, float]:
    """The least and the greatest height that levels show: those of the ground, but for poles."""
    known = values[~np.isnan(values)]
    if not known.size:
        return 0.0, 0.0
    few, most = map(float, np.quantile(known, (TAIL, 1 - TAIL)))
    room = REACH * (most - few)
    low, high = float(known.min()), float(known.max())
    return (
        few - room if pole(-values, room - few) else low,
        most + room if pole(values, most + room) else high,
    )


def pole(values: Array, beyond: float) -> bool:
    """Whether the ground rises beyond a height at a single point: no hill, which has a top."""
    top, flat = np.nanmax(values), values.reshape(-1, values.shape[-1])
    row, column = np.unravel_index(np.nanargmax(flat), flat.shape)
    around = flat[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
    return bool(top > beyond > np.nanmin(flat) and np.nanmin(around) < beyond / 2 + top / 2)


def fit(bounds: Bounds, aspect: float) -> Bounds:
    """Bounds widened about their middle until width / height is `aspect`."""
    (left, right), (bottom, top) = bounds
    width, height = right - left, top - bottom
    more_x = max(height * aspect - width, 0) / 2
    more_y = max(width / aspect - height, 0) / 2
    return (left - more_x, right + more_x), (bottom - more_y, top + more_y)


def sample(problem: Plane, bounds: Bounds, points: int = 240) -> tuple[Array, Array, Array]:
    """x, y and the heights of the problem over the bounds: finite, or NaN where undefined."""
    x, y = (np.linspace(low, high, points) for low, high in bounds)
    with np.errstate(all="ignore"):
        values = problem.on(x, y)
    return x, y, np.clip(values, -HIGHEST, HIGHEST)


def filled(values: Array, rounds: int = 4) -> Array:
    """Heights that go on a few points into undefined ground, so that bands end at its very edge."""
    for _ in range(rounds if np.isnan(values).any() else 0):
        wide = np.pad(values, 1, constant_values=np.nan)
        sides = np.stack([wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:]])
        known = ~np.isnan(sides)
        mean = np.where(known, sides, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        values = np.where(np.isnan(values) & known.any(axis=0), mean, values)
    return np.nan_to_num(values, nan=0.0)


def draw_undefined(ax: Axes, x: Array, y: Array, values: Array, theme: Theme) -> bool:
    """Hatch the page where the ground is undefined; whether it is anywhere."""
    nowhere = np.isnan(values)
    if nowhere.any():
        lines: Any = {"hatch.color": blend(theme.muted, theme.background, 0.45)}
        for style in ({"colors": [theme.background]}, {"colors": "none", "hatches": ["////"]}):
            with rc_context(lines):
                ax.contourf(x, y, nowhere.astype(float), [0.5, 2], zorder=2.2, **style)
    return bool(nowhere.any())


def draw_ground(
    ax: Axes, problem: Plane, bounds: Bounds, theme: Theme, faint: bool = False
) -> tuple[Array, bool]:
    """Bands and contour lines.

    Returns:
        The heights of the lines, and whether any of the ground is undefined.
    """
    x, y, values = sample(problem, bounds)
    heights, known = _spanned(values, problem.span), filled(values)
    colors: Any = theme.ramp(np.linspace(0, FAINT if faint else 1, len(heights) - 1))
    ax.contourf(x, y, known, heights, colors=colors, extend="both", antialiased=False)
    lines = ax.contour(
        x,
        y,
        known,
        heights[1:-1],
        colors=theme.contour,
        linestyles="solid",
        linewidths=0.5 * theme.pen,
        alpha=CONTOUR[faint],
    )
    if problem.told:
        how: Any = {"fmt": lambda height: number(height, 2), "fontsize": 7.5 * theme.scale}
        for text in ax.clabel(lines, heights[3:-1:4], inline_spacing=2, **how):
            text.set(color=theme.text, alpha=1)
            across, down = ax.transLimits.transform(text.get_position())
            text.set_visible(across < KEY[0] or down < KEY[1])
    holes = draw_undefined(ax, x, y, values, theme)
    return heights, holes


def _spanned(values: Array, least: float) -> Array:
    """The heights of the lines; on nearly level ground so far apart that it is no cliff."""
    low, high = ends(values)
    if high - low >= least:
        return levels(values)
    middle = (low + high) / 2
    return np.linspace(middle - least / 2, middle + least / 2, BANDS + 1)


def draw_marks(ax: Axes, problem: Plane, theme: Theme) -> list[Any]:
    """The known minima and saddles, above the paths that run over them and below their heads."""
    local = np.array(problem.local(), bool)
    minima, saddles = (np.reshape(points, (-1, 2)) for points in (problem.minima, problem.saddles))
    kinds = [
        (saddles, saddle(theme)),
        (minima[local], minimum(theme, local=True)),
        (minima[~local], minimum(theme)),
    ]
    return [
        mark
        for points, style in kinds
        if len(points)
        for mark in ax.plot(*points.T, **style, zorder=MARKS)
    ]


def draw_goals(ax: Axes, problem: Plane, theme: Theme) -> list[Any]:
    """Rings around the deepest minima, for above the heads that get there."""
    local = np.array(problem.local(), bool)
    deepest = np.reshape(problem.minima, (-1, 2))[~local]
    rings = []
    for color, width, order in ((theme.background, 3.4, 7), (theme.text, 1.5, 7.1)):
        style: Any = {"markerfacecolor": "none", "markeredgecolor": color, "linestyle": "none"}
        style |= {"markersize": RING * theme.pen, "markeredgewidth": width * theme.pen}
        rings += ax.plot(*deepest.T, "o", **style, zorder=order)
    return rings


def minimum(theme: Theme, local: bool = False) -> dict[str, Any]:
    """The look of a minimum: a star, hollow if it is local."""
    return {
        "marker": "*",
        "markersize": (8 if local else 15) * theme.pen,
        "markerfacecolor": theme.background if local else MINIMUM,
        "markeredgecolor": edge(theme, local),
        "markeredgewidth": 0.9,
        "linestyle": "none",
    }


def saddle(theme: Theme) -> dict[str, Any]:
    """The look of a saddle: a cross."""
    style = {"marker": "x", "markersize": 8 * theme.pen, "linestyle": "none"}
    return style | {"markeredgecolor": theme.text, "markeredgewidth": 1.8 * theme.pen}


def edge(theme: Theme, local: bool) -> str:
    """The colour around a minimum's star, which a hollow one is seen by."""
    if not theme.dark:
        return theme.text
    return MINIMUM if local else theme.background
