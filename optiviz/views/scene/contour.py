"""The ground: level bands that show a valley as well as a basin."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from optiviz.problems.base import Array, Bounds, Plane
from optiviz.views.style import MINIMUM, Theme

BANDS = 20
FAINT = 0.55  # of the ground's colours, below the contours of a batch
HIGHEST = 1e200  # Matplotlib takes 1e250 for a height above all others
CONTOUR = {False: 0.55, True: 0.3}  # how opaque contours are, and how where the ground is faint


def levels(values: Array, n: int = BANDS) -> Array:
    """n + 1 heights, evenly apart on a scale that is linear near the bottom and logarithmic above.

    The bend is put at a low quantile of the heights: a narrow valley, most of whose surroundings
    are far above it, gets many levels at its floor, and a basin nearly even ones.
    """
    low, high = float(values.min()), float(values.max())
    largest = max(abs(low), abs(high))
    if not high - low > 1e-12 * largest:  # flat, as far as numbers can tell
        half = max(0.5, 1e-6 * largest)
        return np.linspace(low - half, low + half, n + 1)
    bend = max(float(np.quantile(values, 0.06)) - low, 1e-4 * (high - low))
    return low + bend * np.expm1(np.linspace(0, np.log1p((high - low) / bend), n + 1))


def fit(bounds: Bounds, aspect: float) -> Bounds:
    """Bounds widened about their middle until width / height is `aspect`."""
    (left, right), (bottom, top) = bounds
    width, height = right - left, top - bottom
    more_x = max(height * aspect - width, 0) / 2
    more_y = max(width / aspect - height, 0) / 2
    return (left - more_x, right + more_x), (bottom - more_y, top + more_y)


def sample(problem: Plane, bounds: Bounds, points: int = 240) -> tuple[Array, Array, Array]:
    """x, y and the finite values of the problem over the bounds."""
    x, y = (np.linspace(low, high, points) for low, high in bounds)
    with np.errstate(all="ignore"):
        values = problem.on(x, y)
    if not np.isfinite(values).all():
        values = np.where(np.isfinite(values), values, np.nanmax(values[np.isfinite(values)]))
    return x, y, np.clip(values, -HIGHEST, HIGHEST)


def draw_ground(
    ax: Axes, problem: Plane, bounds: Bounds, theme: Theme, faint: bool = False
) -> Array:
    """Bands, contour lines and the known minima; returns the heights of the lines."""
    x, y, values = sample(problem, bounds)
    heights = levels(values)
    colors: Any = theme.ramp(np.linspace(0, FAINT if faint else 1, len(heights) - 1))
    ax.contourf(x, y, values, heights, colors=colors, extend="both", antialiased=False)
    ax.contour(
        x,
        y,
        values,
        heights[1:-1],
        colors=theme.contour,
        linewidths=0.5 * theme.scale,
        alpha=CONTOUR[faint],
    )
    for point in problem.minima:
        ax.plot(*point, **minimum(theme), zorder=2.5)
    return heights


def minimum(theme: Theme) -> dict[str, Any]:
    """The look of a minimum: a cross in a disc, seen under a path and beside it."""
    return {
        "marker": "*",
        "markersize": 15 * theme.scale,
        "markerfacecolor": MINIMUM,
        "markeredgecolor": theme.background if theme.dark else theme.text,
        "markeredgewidth": 0.9,
        "linestyle": "none",
    }
