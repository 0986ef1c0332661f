"""Pictures of maps: how soon settings converge, with the theory drawn on it; and all the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from optiviz.maps import BasinMap, RateMap, Sensitivity
from optiviz.maps.axes import Axis
from optiviz.optim import SYMBOLS, describe
from optiviz.optim.describe import EVERY
from optiviz.problems.base import Array
from optiviz.views.charts.basins import draw_basins
from optiviz.views.charts.sensitivity import draw_sensitivity
from optiviz.views.charts.sheet import EDGE, Sheet
from optiviz.views.numbers import log_axis_to_fit
from optiviz.views.scene.contour import minimum
from optiviz.views.style import DASHED, SOLID, Theme, rim

LINE = {"light": "#C03A00", "dark": "#FF9B57"}  # of the theory: vermilion, against the blues
STOPS = 17  # of the ramp
BEST = "theory of a quadratic: best β"  # what the dashed line is


def plot_map(
    found: RateMap | BasinMap | Sensitivity,
    path: str | Path,
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
    title: str = "",
) -> None:
    """Write a still picture of a map: .png, .svg or .pdf by its ending.

    Args:
        found: what to draw; title: what it shows, above it.
        path, theme, size: see `optiviz.views.charts.comparison.plot_comparison`.

    Raises:
        UserError: an unknown ending or theme, an impossible size, or no way to write there.
    """
    sheet = Sheet(theme, size)
    draw(sheet, found, title)
    sheet.save(path)


def draw(sheet: Sheet, found: RateMap | BasinMap | Sensitivity, title: str = "") -> None:
    """Draw a map of any kind."""
    with sheet.style():
        if isinstance(found, RateMap):
            draw_rates(sheet, found, title)
        elif isinstance(found, BasinMap):
            draw_basins(sheet, found, title)
        else:
            draw_sensitivity(sheet, found, title)


def draw_rates(sheet: Sheet, found: RateMap, title: str = "") -> None:
    """Steps to converge as colour, divergence hatched, theory as lines."""
    look, s = sheet.look, sheet.look.scale
    settings = [name for name in EVERY if name not in (found.x.name, found.y.name)]
    sheet.title(
        title or found.problem.title,
        f"{describe(found.rule, names=settings, between=' ')}: steps until the loss stays below "
        f"{100 * found.tolerance:g} % of the start's",
    )
    marks = marks_of(found, look)
    areas = areas_of([found], look)
    handles = [*areas.values(), *(Line2D([], [], **style) for _, _, style in marks.values())]
    sheet.explain(handles, [*areas, *marks])
    bottom = sheet.bottom + 0.44 * s
    bar = 0.78 * s if found.best else 0.0
    ax = sheet.axes((0.36 + 0.3 * s), bottom, sheet.width - EDGE - bar, sheet.top)
    norm = norm_of([found])
    cells(ax, found, look, norm)
    sheet.settle(ax)
    if norm:
        left = sheet.width - EDGE - bar + 0.16 * s
        key_of_colors(sheet, sheet.axes(left, bottom, left + 0.15 * s, sheet.top - 0.32 * s), norm)
    draw_theory(ax, found, look)
    for x, y, style in marks.values():
        ax.plot(x, y, zorder=5, **style)


def areas_of(maps: Sequence[RateMap], look: Theme) -> dict[str, Patch]:
    """What the areas without a colour of the bar mean."""
    style: Any = {"edgecolor": look.muted, "linewidth": 0.8}
    areas = {}
    if any(found.diverged.any() for found in maps):
        areas["diverged"] = Patch(facecolor=look.background, hatch="////", **style)
    if any(_slow(found).any() for found in maps):
        areas[f"not there in {maps[0].steps} steps"] = Patch(facecolor=look.grid, **style)
    return areas


def marks_of(found: RateMap, look: Theme) -> dict[str, tuple[float, float, dict[str, Any]]]:
    """The best of the map and the best in theory, by their words in the key."""
    marks: dict[str, tuple[float, float, dict[str, Any]]] = {}
    names = [SYMBOLS.get(axis.name, axis.name) for axis in (found.x, found.y)]
    if found.best:
        x, y, steps = found.best
        ring = {"marker": "o", "mfc": "none", "mec": look.text, "mew": 1.6 * look.scale, "ls": ""}
        ring["path_effects"] = rim(look)
        fast = f"{steps} step{'s' * (steps > 1)}"
        words = f"fastest here: {fast}, {names[0]} = {x:.3g}, {names[1]} = {y:.3g}"
        marks[words] = (x, y, ring | {"ms": 9 * look.scale})
    if found.theory:
        lr, beta = found.theory.best
        star = minimum(look) | {"markersize": 13 * look.scale}
        x, y = (lr, beta) if found.x.name == "lr" else (beta, lr)
        marks[f"best in theory: η* = {lr:.3g}, β* = {beta:.3g}"] = (x, y, star)
    return marks


def norm_of(maps: Sequence[RateMap]) -> LogNorm | None:
    """What the colours of maps beside each other mean; none if nothing has converged."""
    best = [found.best[2] for found in maps if found.best]
    if not best:
        return None
    slowest = max(float(np.nanmax(found.steps_to_converge)) for found in maps if found.best)
    return LogNorm(min(best), max(slowest, 2.0 * min(best)))


def cells(ax: Axes, found: RateMap, look: Theme, norm: LogNorm | None) -> None:
    """The map itself, as one picture of colours."""
    for axis, name in ((found.x, "x"), (found.y, "y")):
        label = SYMBOLS.get(axis.name, axis.name)
        ax.set(**{f"{name}label": "learning rate $η$" if label == "η" and name == "x" else label})
        if axis.log:
            log_axis_to_fit(ax, name, float(axis.values[-1] / axis.values[0]), look.scale)
    short = len(ax.get_ylabel()) <= 2
    ax.yaxis.label.set(rotation=0 if short else 90, style="italic" if short else "normal")
    if len(ax.get_xlabel()) <= 2:
        ax.xaxis.label.set(style="italic")
    colors = np.empty((*found.loss.shape, 4))
    colors[:] = to_rgba(look.background)
    colors[_slow(found)] = to_rgba(look.grid)
    if norm:
        there = np.isfinite(found.steps_to_converge)
        colors[there] = ramp(look)(norm(found.steps_to_converge[there]))
    x, y = _edges(found.x), _edges(found.y)
    ax.pcolormesh(x, y, colors, rasterized=True)
    if found.diverged.any():
        # Every cell's value at its four corners: the hatched area then ends where its cells do.
        corners = [np.repeat(edges, 2)[1:-1] for edges in (x, y)]
        area = found.diverged.repeat(2, axis=0).repeat(2, axis=1).astype(float)
        ax.contourf(*corners, area, [0.5, 1.5], colors="none", hatches=["////"])
    ax.set(xlim=x[[0, -1]], ylim=y[[0, -1]])


def key_of_colors(sheet: Sheet, ax: Axes, norm: LogNorm) -> None:
    """The key to the colours, fast at the foot."""
    shades = ScalarMappable(norm, ramp(sheet.look))
    bar = sheet.figure.colorbar(shades, cax=ax)
    low, high = float(norm.vmin or 1), float(norm.vmax or 1)
    ticks = [n * 10**k for k in range(7) for n in (1, 2, 5) if low <= n * 10**k <= high]
    bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    bar.minorticks_off()
    bar.outline.set_visible(False)
    ax.set_title(
        "steps",
        fontsize=9 * sheet.look.scale,
        color=sheet.look.text,
        loc="left",
        pad=9 * sheet.look.scale,
    )


def draw_theory(ax: Axes, found: RateMap, look: Theme, names: bool = True) -> None:
    """The limit of stability and the best β for every η, with their names along them."""
    if not found.theory:
        return
    turned = found.x.name != "lr"
    rates, betas = (found.y, found.x) if turned else (found.x, found.y)
    beta = np.linspace(_edges(betas)[0], _edges(betas)[-1], 200)
    lr = np.geomspace(max(_edges(rates)[0], 1e-9), _edges(rates)[-1], 400)
    away = 0.7 if found.theory.best[1] < 0.5 else 0.25  # from the star
    curves = (
        ("limit η = 2(1+β)/λₘₐₓ", found.theory.limit(beta), beta, SOLID, away, "top"),
        (BEST, lr, found.theory.best_beta(lr), DASHED, 0.35, "top"),
    )
    for words, x, y, dash, share, side in curves:
        points = np.stack([y, x] if turned else [x, y])
        low, high = np.array([ax.get_xlim(), ax.get_ylim()]).T
        seen = ((points >= low[:, None]) & (points <= high[:, None])).all(axis=0)
        if seen.sum() < 2:
            continue
        points = points[:, seen]
        ax.plot(*points, color=line_color(look), ls=dash, lw=1.8 * look.scale, zorder=4)
        if names:
            write_along(ax, points, words, share, side, look)


def write_along(ax: Axes, points: Array, words: str, share: float, side: str, look: Theme) -> None:
    """Words beside a curve, turned as it runs where a share of its length has gone by."""
    pixels = ax.transData.transform(points.T)
    gone = np.r_[0, np.cumsum(np.hypot(*np.diff(pixels, axis=0).T))]
    here, near, far = (
        np.array([np.interp(part * gone[-1], gone, column) for column in pixels.T])
        for part in (share, share - 0.05, share + 0.05)
    )
    along = far - near
    along *= -1 if along[0] < 0 else 1
    away = np.array([along[1], -along[0]]) / np.hypot(*along) * (1 if side == "top" else -1)
    x, y = ax.transData.inverted().transform(here)
    ax.annotate(
        words,
        (x, y),
        xytext=away * 4 * look.scale,
        textcoords="offset points",
        rotation=np.degrees(np.arctan2(along[1], along[0])),
        rotation_mode="anchor",
        ha="center",
        va=side,
        color=line_color(look),
        fontsize=9 * look.scale,
        fontweight="bold",
        bbox={"facecolor": look.background, "alpha": 0.92, "linewidth": 0, "pad": 1.5},
        zorder=4.5,
    )


def line_color(look: Theme) -> str:
    """The colour of what theory says, which stands out from the map's blues."""
    return LINE["dark" if look.dark else "light"]


def ramp(look: Theme) -> LinearSegmentedColormap:
    """From fast to slow in even steps of lightness, the fast end farthest from the page's."""
    ends = (0.0, 0.84) if look.dark else (0.06, 0.96)  # neither end is the page's own colour
    blues = matplotlib.colormaps["YlGnBu"](np.linspace(*ends, 256))
    heights = lightness(blues[:, :3])[::-1]
    even = np.interp(np.linspace(heights[0], heights[-1], STOPS), heights, np.arange(255, -1, -1))
    stops = blues[even.round().astype(int)]
    return LinearSegmentedColormap.from_list("speed", stops[::-1] if look.dark else stops)


def lightness(rgb: Array) -> Array:
    """CIE L*, from 0 for black to 100 for white, of colours brighter than near-black."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16)


def _slow(found: RateMap) -> Array:
    """Where a run neither converged nor diverged."""
    return np.asarray(np.isnan(found.steps_to_converge) & ~found.diverged)


def _edges(axis: Axis) -> Array:
    """The borders of the cells around an axis's values."""
    values = np.log(axis.values) if axis.log else axis.values
    between = (values[1:] + values[:-1]) / 2
    first, last = 2 * values[0] - between[0], 2 * values[-1] - between[-1]
    edges = np.r_[first, between, last]
    return np.asarray(np.exp(edges) if axis.log else edges)
