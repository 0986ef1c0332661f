"""The picture of published accuracies against ours: a line a row, by how far it is off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.ticker import FuncFormatter, MultipleLocator

from optiviz.errors import UserError
from optiviz.studies.published.report import settings_of
from optiviz.studies.published.score import TOLERANCE, Collected, Figure, agreement, scored
from optiviz.views.frame import Frame
from optiviz.views.style import mark
from optiviz.words import split

LIMIT = 1.5  # points: what is further off stands at the edge with its number
LABEL = 0.46  # of a column's width


@dataclass(frozen=True)
class Line:
    """A line of the picture: a table's title, or one of its rows with its differences.

    Attributes:
        gap: that of the mean over the seeds; gaps: that of every seed.
    """

    words: str
    rule: str = ""
    gap: float = math.nan
    gaps: tuple[float, ...] = ()


def plot_agreement(
    collected: Collected,
    path: str | Path,
    *,
    theme: str = "light",
    size: tuple[int, int] = (1600, 1000),
) -> None:
    """Write the difference of every accuracy, of each seed and of their mean.

    Args:
        collected: see `optiviz.studies.published.reproduce.collect`; at least one accuracy of ours.
        path: where to write; .png, .svg or .pdf by its ending.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.

    Raises:
        UserError: no accuracy, an unknown ending or theme, an impossible size, or a place that
            cannot be written to.
    """
    lines = lines_of(collected)
    if not lines:
        raise UserError("There is nothing to draw: no row with an accuracy has been run.")
    frame = Frame(theme, size)
    agreement_figure(frame, lines, agreement(collected))
    frame.save(path)


def lines_of(collected: Collected) -> list[Line]:
    """The lines of the picture from top to bottom: every accuracy that counts."""
    lines: list[Line] = []
    table = None
    for figure in scored(collected):
        if figure.table is not table:
            table = figure.table
            lines.append(Line(f"{table.name}  {table.title}"))
        lines.append(_line(figure))
    return lines


def _line(figure: Figure) -> Line:
    outcome = figure.outcome
    words = str(outcome.row.given.get("label", "")) or settings_of(outcome)
    rule = split(outcome.row.settings["optim"])[0]
    each = tuple(100 * gap for gap in figure.differences)
    return Line(words.replace(", η_N ", " … "), rule, 100 * figure.difference, each)


def agreement_figure(frame: Frame, lines: Sequence[Line], note: str) -> None:
    """Draw the columns, the title and the legend."""
    rules = list(dict.fromkeys(line.rule for line in lines if line.rule))
    with frame.style():
        frame.title("Published accuracies against ours", note)
        frame.legend([mark(rule, frame.look) for rule in rules], rules)
        columns = _columns(lines)
        width = (frame.width - 0.3) / len(columns)
        most = max(map(len, columns))
        bottom = frame.bottom + 0.5 * frame.look.scale
        for i, column in enumerate(columns):
            left = 0.2 + i * width + LABEL * width
            w, h = frame.width, frame.height
            across, up = ((1 - LABEL) * width - 0.25) / w, (frame.top - bottom) / h
            ax = frame.figure.add_axes((left / w, bottom / h, across, up))
            _column(frame, ax, column, most)


def _columns(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines in one column, or in two of about equal length: each begins with a table."""
    titles = [i for i, line in enumerate(lines) if i and not line.rule]
    if len(lines) < 20 or not titles:
        return [list(lines)]
    cut = min(titles, key=lambda i: abs(i - len(lines) / 2))
    return [list(lines[:cut]), list(lines[cut:])]


def _column(frame: Frame, ax: Any, lines: Sequence[Line], most: int) -> None:
    look = frame.look
    room = ax.get_position().height * frame.height / most * 72  # points for a line
    size = min(9 * look.scale, 0.78 * room)
    ax.axvspan(-TOLERANCE, TOLERANCE, color=look.grid, alpha=0.6, lw=0)
    ax.axvline(0, color=look.muted, lw=0.8)
    for y, line in enumerate(lines):
        _draw(frame, ax, y, line, size)
    ax.set_ylim(most - 0.5, -0.7)
    ax.set_xlim(-1.12 * LIMIT, 1.12 * LIMIT)
    ax.xaxis.set_major_locator(MultipleLocator(0.5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}" if value else "0"))
    ax.set_xlabel("ours less published, points: ● mean, | seed", fontsize=8 * look.scale)
    ax.tick_params(labelsize=8 * min(look.scale, 1.1))  # numbers of neighbours must not touch
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def _draw(frame: Frame, ax: Any, y: int, line: Line, size: float) -> None:
    look = frame.look
    left: Any = {"transform": ax.get_yaxis_transform(), "va": "center", "parse_math": False}
    if not line.rule:
        start = -LABEL / (1 - LABEL) * 1.06
        left["bbox"] = {"facecolor": look.background, "edgecolor": "none", "pad": 1.5}
        ax.text(start, y, line.words, fontsize=size, weight="bold", color=look.text, **left)
        return
    ax.text(-0.02, y, line.words, fontsize=size, color=look.text, ha="right", **left)
    color = mark(line.rule, look).color
    ax.plot([-1.12 * LIMIT, 1.12 * LIMIT], [y, y], color=look.grid, lw=0.5, zorder=0)
    near = [gap for gap in line.gaps if abs(gap) <= LIMIT]
    ax.plot(near, [y] * len(near), "|", color=color, ms=0.9 * size, mew=1.1)
    if abs(line.gap) <= LIMIT:
        ax.plot(line.gap, y, "o", color=color, ms=0.62 * size, mew=0)
        return
    side = math.copysign(1, line.gap)
    ax.plot(side * 1.06 * LIMIT, y, ">" if side > 0 else "<", color=color, ms=0.7 * size, mew=0)
    ha = "right" if side > 0 else "left"
    words = f"{line.gap:+.1f}"
    ax.text(side * LIMIT, y, words, fontsize=size, color=color, ha=ha, va="center")
