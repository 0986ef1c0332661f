"""Maps of rates in a row: equal axes, and one key to the colours of all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.lines import Line2D

from optiviz.errors import UserError
from optiviz.maps import RateMap
from optiviz.optim import name_of
from optiviz.optim.describe import apart, word
from optiviz.views.charts.maps import (
    BEST,
    areas_of,
    cells,
    draw_theory,
    key_of_colors,
    line_color,
    marks_of,
    norm_of,
)
from optiviz.views.charts.sheet import EDGE, Sheet
from optiviz.views.style import DASHED, SOLID

MOST = 4  # maps in a row
BAR, GAP = 0.78, 0.2  # inches that the key to the colours takes, and between two maps


def plot_row(
    maps: Sequence[RateMap],
    path: str | Path,
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
    title: str = "",
) -> None:
    """Write maps of rates beside each other as one still picture: .png, .svg or .pdf.

    Args:
        maps: of several rules or problems, over the same settings and values.
        path, theme, size: see `optiviz.views.charts.comparison.plot_comparison`.
        title: what they show; by default how many steps the fastest of each takes.

    Raises:
        UserError: maps with different axes, more than fit in a row, or what `plot_map` refuses.
    """
    sheet = Sheet(theme, size)
    draw_row(sheet, maps, title)
    sheet.save(path)


def draw_row(sheet: Sheet, maps: Sequence[RateMap], title: str = "") -> None:
    """Draw the maps, from the left to the right or, on a tall page, from the top down."""
    if not 1 < len(maps) <= MOST:
        raise UserError(f"From 2 to {MOST} maps fit in a row, got {len(maps)}.")
    if len({(*found.x.values, *found.y.values) for found in maps}) > 1:
        raise UserError("Maps in a row need the same values along their axes.")
    look, s, names = sheet.look, sheet.look.scale, called(maps)
    with sheet.style():
        share = f"{100 * maps[0].tolerance:g} % of the start's"
        sheet.title(title or finding(maps, names), f"Steps until the loss stays below {share}")
        _explain(sheet, maps)
        norm, bottom = norm_of(maps), sheet.bottom + 0.44 * s
        left, right = 0.36 + 0.3 * s, sheet.width - EDGE - (BAR * s if norm else 0)
        across, down = (1, len(maps)) if sheet.tall else (len(maps), 1)
        width = (right - left - GAP * s * (across - 1)) / across
        height = (sheet.top - bottom) / down - 0.24 * s  # for what stands above each
        for nth, (found, name) in enumerate(zip(maps, names, strict=True)):
            column, row = (0, nth) if sheet.tall else (nth, 0)
            x = left + column * (width + GAP * s)
            y = sheet.top - (row + 1) * (height + 0.24 * s)
            ax = sheet.axes(x, y, x + width, y + height)
            cells(ax, found, look, norm)
            draw_theory(ax, found, look, names=False)
            for at, to, style in marks_of(found, look).values():
                ax.plot(at, to, zorder=5, **style)
            ax.set_title(name, loc="left", fontsize=10 * s, color=look.text, pad=4 * s)
            if column:
                ax.set(ylabel="", yticklabels=[])
            if row < down - 1:
                ax.set(xlabel="", xticklabels=[])
            elif not sheet.tall:
                ax.locator_params(axis="y", nbins=6)
        if norm:
            x, top = right + 0.16 * s, sheet.top - 0.32 * s
            key_of_colors(sheet, sheet.axes(x, bottom, x + 0.15 * s, top), norm)


def called(maps: Sequence[RateMap]) -> list[str]:
    """What tells the maps apart: their rules, their problems, or both."""
    mapped = (maps[0].x.name, maps[0].y.name)
    settings = [
        {name: value for name, value in found.rule.settings().items() if name not in mapped}
        for found in maps
    ]
    rules = [(name_of(found.rule), rest) for found, rest in zip(maps, settings, strict=True)]
    alike = len({name for name, _ in rules}) == len(rules)
    told = [word(name) for name, _ in rules] if alike else apart(rules)
    if len({found.problem.name for found in maps}) == 1:
        return told
    titles = [found.problem.title for found in maps]
    if len({str(rule) for rule in rules}) == 1:
        return titles
    return [f"{rule}: {title}" for rule, title in zip(told, titles, strict=True)]


def finding(maps: Sequence[RateMap], names: Sequence[str]) -> str:
    """How many steps the best settings of each need."""
    found = [
        f"{name} {one.best[2] if one.best else 'never'}"
        for one, name in zip(maps, names, strict=True)
    ]
    return "Steps at their best: " + ", ".join(found)


def _explain(sheet: Sheet, maps: Sequence[RateMap]) -> None:
    """The key to areas, marks and lines, each once for all maps."""
    look = sheet.look
    handles: dict[str, Any] = {**areas_of(maps, look)}
    for found in maps:
        for words, (_, _, style) in marks_of(found, look).items():
            kind = "best in theory" if "theory" in words else "fastest here"
            handles.setdefault(kind, Line2D([], [], **style))
    if any(found.theory for found in maps):
        style = {"color": line_color(look), "lw": 1.8 * look.scale}
        handles["limit of η"] = Line2D([], [], ls=SOLID, **style)
        handles[BEST] = Line2D([], [], ls=DASHED, **style)
    sheet.explain([*handles.values()], [*handles])
