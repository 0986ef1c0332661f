"""The picture of basins: where a start leads is its colour, and how soon is how deep it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from optiviz.maps import BasinMap
from optiviz.maps.basins import NONE, UNDEFINED
from optiviz.optim.describe import EVERY, describe
from optiviz.problems.base import Array
from optiviz.views.charts.sheet import EDGE, Sheet
from optiviz.views.numbers import number
from optiviz.views.scene.contour import draw_undefined, filled, levels, minimum, sample
from optiviz.views.style import Theme, blend, mark

# The rules whose colours the minima borrow, Okabe and Ito's in an order of good contrast.
BORROWED = ("adam", "lion", "adagrad", "nesterov", "rmsprop", "momentum")
STRIP, HIGH = 0.36, 0.27  # inches of the key's colours, and of each of its rows
# Where its columns are from there on; the first begins there, the others end.
COLUMNS = {"leads to": 0.1, "loss": 1.78, "starts": 2.23, "steps": 2.66}
STRETCHED = 1.6  # times as wide as at equal scales that the map may be
SAID = 6  # minima at most whose share stands on the map
LISTED = 12  # minima at most, each with a row of its own
PALEST = 0.72  # how far the slowest starts' colour has gone towards the page's


def draw_basins(sheet: Sheet, found: BasinMap, title: str = "") -> None:
    """The map, and beside or below it what every colour means."""
    look, s = sheet.look, sheet.look.scale
    sheet.title(
        title or _finding(found),
        f"{found.problem.title}, {describe(found.rule, names=EVERY, between=' ')}: "
        f"which minimum each start leads to within {found.steps} steps",
    )
    x, y = (_ends(values) for values in (found.x, found.y))
    aspect = (x[1] - x[0]) / (y[1] - y[0])
    beside, below = _wide(found) * min(s, 1.15) + 0.3, 0.0
    if sheet.tall:
        beside, below = 0.0, _rows(found) * HIGH * s
    left, bottom = 0.36 + 0.3 * s, sheet.bottom + 0.5 * s + below
    width, height = sheet.width - EDGE - beside - left, sheet.top - bottom
    width, height = min(width, height * aspect * STRETCHED), min(height, width / aspect)
    ax = sheet.axes(left, sheet.top - height, left + width, sheet.top)
    _map(ax, found, look)
    ax.set(xlim=x, ylim=y)
    ax.set_xlabel(found.problem.axes[0], style="italic")
    ax.set_ylabel(found.problem.axes[1], rotation=0, labelpad=5 * s, style="italic")
    if sheet.tall:
        top = sheet.top - height - 0.5 * s
        _key(sheet, found, left, top)
    else:
        _key(sheet, found, left + width + 0.3, sheet.top)


def _finding(found: BasinMap) -> str:
    """What the map shows."""
    reached = [i for i in range(len(found.minima)) if found.share(i)]
    if len(reached) > 1:
        return "Where you start decides where you end"
    everywhere = reached and found.share(reached[0]) == 1
    return "Every start leads to the same minimum" if everywhere else found.problem.title


def _map(ax: Axes, found: BasinMap, look: Theme) -> None:
    """Colours, the surface's contour lines over them, and the minima with their letters."""
    fast, slow = _fast_slow(found)
    image = np.empty((*found.index.shape, 3))
    image[:] = to_rgb(look.grid)
    for i, color in enumerate(colors_of_minima(found, look)):
        here = found.index == i
        share = np.clip((found.steps_to_reach[here, None] - fast) / (slow - fast), 0, 1)
        pale = blend(color, look.background, PALEST)
        image[here] = (1 - share) * to_rgb(color) + share * np.array(to_rgb(pale))
    x, y = _ends(found.x), _ends(found.y)
    image[found.index == UNDEFINED] = to_rgb(look.background)
    ax.imshow(image, extent=(*x, *y), origin="lower", aspect="auto", interpolation="nearest")
    xs, ys, values = sample(found.problem, (x, y))
    lines = levels(values)[1:-1]
    ink: Any = {"colors": look.text, "linestyles": "solid", "alpha": 0.3}
    ax.contour(xs, ys, filled(values), lines, linewidths=0.5 * look.scale, **ink)
    draw_undefined(ax, xs, ys, values, look)
    for point, local in zip(found.minima, found.problem.local(found.minima), strict=True):
        ax.plot(*point, **minimum(look, local), zorder=3)
    shown, few = found.listed(LISTED)[0], len(found.minima) <= SAID
    box: Any = {"boxstyle": "round,pad=0.25", "fc": look.background, "alpha": 0.85, "lw": 0}
    for n, i in enumerate(shown):
        words = _letter(n) + f"  {_percent(found.share(i))}" * few
        left = found.minima[i][0] > sum(x) / 2
        ax.annotate(
            words,
            found.minima[i],
            xytext=((-9 if left else 9) * look.scale, 8 * look.scale),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=(10.5 if few else 9) * look.scale,
            fontweight="bold",
            color=look.text,
            bbox=box,
            zorder=4,
        )
    for spine in ax.spines.values():
        spine.set_visible(False)


def _key(sheet: Sheet, found: BasinMap, left: float, top: float) -> None:
    """A row for each minimum: its colour from fast to slow, its place, loss, share and steps."""
    look = sheet.look
    wide = sheet.width - EDGE - left
    s = min(wide / _wide(found), (top - sheet.bottom) / (_rows(found) * HIGH), 1.4 * look.scale)
    row, strip = HIGH * s, STRIP * s
    shown = _columns(found)
    columns = [left + strip + inches * s for inches in shown.values()]
    entries = _entries(found, look)
    _write(sheet, columns, top - row / 2, list(shown), look.muted, s)
    for n, (color, words, loss, each) in enumerate(entries, start=1):
        y = top - (n + 0.5) * row
        ax = sheet.axes(left, y - 0.33 * row, left + strip, y + 0.33 * row)
        ax.axis("off")
        pale = blend(color, look.background, PALEST) if loss else color
        shades = np.linspace(0, 1, 64)[None, :, None]
        ax.imshow((1 - shades) * to_rgb(color) + shades * np.array(to_rgb(pale)), aspect="auto")
        taken = found.steps_to_reach[np.isin(found.index, each)]
        steps = f"{np.median(taken):.0f}" if taken.size and each[0] >= 0 else "–"
        share = _percent(sum(map(found.share, each)))
        said = {"leads to": words, "loss": loss, "starts": share, "steps": steps}
        _write(sheet, columns, y, [said[head] for head in shown], look.text, s)
    if (found.index >= 0).any():
        fast, slow = _fast_slow(found)
        words = f"steps: median; full colour {fast:.0f}, faded {slow:.0f}+"
        _write(sheet, [left], top - (len(entries) + 1.6) * row, [words], look.muted, s)


def _entries(found: BasinMap, look: Theme) -> list[tuple[str, str, str, list[int]]]:
    """Of every row the colour, what it stands for, its loss, and the indices that it counts."""
    colors, (shown, others) = colors_of_minima(found, look), found.listed(LISTED)
    entries = [
        (colors[i], f"{_letter(n)}  {_place(found.minima[i])}", number(found.losses[i]), [i])
        for n, i in enumerate(shown)
    ]
    if others:
        entries.append((look.background, f"{len(others)} other minima", "", others))
    if (found.index == NONE).any():
        entries.append((look.grid, "none of them", "", [NONE]))
    if (found.index == UNDEFINED).any():
        entries.append((look.background, "hatched: undefined", "", [UNDEFINED]))
    return entries


def _columns(found: BasinMap) -> dict[str, float]:
    """The key's columns; where a minimum's share stands on the map, none of shares."""
    if len(found.minima) > SAID or (found.index < 0).any():
        return COLUMNS
    less = COLUMNS["starts"] - COLUMNS["loss"]
    return {
        "leads to": COLUMNS["leads to"],
        "loss": COLUMNS["loss"],
        "steps": COLUMNS["steps"] - less,
    }


def _wide(found: BasinMap) -> float:
    """The inches that the key needs."""
    return STRIP + _columns(found)["steps"]


def _rows(found: BasinMap) -> int:
    """How many rows the key may need: those of minima, three of other starts, two of words."""
    return min(len(found.minima), LISTED + 1) + 4


def _write(
    sheet: Sheet, places: list[float], y: float, words: list[str], color: str, scale: float
) -> None:
    """Words in a row, the first to the right of its place and the others to the left of theirs."""
    for n, (x, word) in enumerate(zip(places, words, strict=True)):
        sheet.figure.text(
            x / sheet.width,
            y / sheet.height,
            word,
            ha="right" if n else "left",
            va="center_baseline",
            fontsize=9 * scale,
            color=color,
        )


def colors_of_minima(found: BasinMap, look: Theme) -> list[str]:
    """A colour for each minimum; where there are not enough, the nearest of its kind is far."""
    places, taken = np.array(found.minima), np.zeros(len(found.minima), int)
    for i, place in enumerate(places):
        away = np.hypot(*(places[:i] - place).T)
        room = [away[taken[:i] == c].min(initial=np.inf) for c in range(len(BORROWED))]
        taken[i] = np.argmax(room)
    return [mark(BORROWED[c], look).color for c in taken]


def _fast_slow(found: BasinMap) -> tuple[float, float]:
    """The steps at the ends of the colours: all but the fastest and the slowest few starts."""
    reached = found.steps_to_reach[found.index >= 0]
    if not reached.size:
        return 0.0, 1.0
    fast, slow = np.percentile(reached, [2, 98]).round()
    return float(fast), float(max(slow, fast + 1))


def _ends(middles: Array) -> tuple[float, float]:
    """The outer borders of cells, from their middles."""
    half = (middles[1] - middles[0]) / 2
    return float(middles[0] - half), float(middles[-1] + half)


def _letter(index: int) -> str:
    """A, B, C, … as on the map."""
    return chr(ord("A") + index % 26)


def _place(point: tuple[float, float]) -> str:
    return "({}, {})".format(*map(number, point))


def _percent(share: float) -> str:
    """A share that is not rounded to nothing or to all."""
    percent = 100 * share
    return "<1 %" if 0 < percent < 1 else ">99 %" if 99 < percent < 100 else f"{percent:.0f} %"
