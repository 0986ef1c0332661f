"""The pictures of a sweep: a heat map of settings for a rule, and the rates that work for all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import LogNorm, Normalize, to_hex, to_rgb
from matplotlib.patches import Rectangle

from optiviz.optim import SYMBOLS, name_of, parse
from optiviz.studies.sweep.findings import NEAR, Strip
from optiviz.studies.sweep.plan import word
from optiviz.studies.table import Row
from optiviz.views.charts.ends import room
from optiviz.views.charts.maps import ramp
from optiviz.views.frame import Frame
from optiviz.views.numbers import PERCENT, POWERS
from optiviz.views.style import contrast, marks
from optiviz.views.style import words as written

INKS = ("#ffffff", "#000000")  # of a number, whichever is seen better on its cell
APART = 2.0  # times: rates closer together have no room for two numbers
SPELT = SYMBOLS | {"batch_size": "batch size"}


def plot_heat(
    rows: Sequence[Row],
    path: str | Path,
    *,
    title: str,
    span: tuple[float, float],
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write the accuracy of one rule at every setting of two; of the others the best.

    Args:
        rows: of a table, all of one rule.
        path: where to write; .png, .svg or .pdf by its ending.
        title: above the picture.
        span: the least and the greatest error that have a colour of their own.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.

    Raises:
        UserError: an unknown ending or theme, an impossible size, or no place to write to.
    """
    frame = Frame(theme, size)
    with frame.style():
        names = _varied(rows)
        note = "test accuracy in %, mean over the seeds"
        if len(names) > 2:
            note += f"; the best over {', '.join(SPELT.get(n, n) for n in names[2:])}"
        frame.title(title, note)
        _heat(frame, rows, names[:2], span)
    frame.save(path)


def span(accuracies: Sequence[float | None]) -> tuple[float, float]:
    """The errors from the least to the greatest, at least a factor of two apart."""
    errors = [1 - a for a in accuracies if a is not None] or [0.5]
    low = max(min(errors), 1e-3)
    return low, max(*errors, 2 * low)


def _varied(rows: Sequence[Row]) -> list[str]:
    """The settings that take several values, the learning rate first."""
    every = dict.fromkeys(name for row in rows for name in row["settings"])
    taken = {n: {word(row["settings"].get(n)) for row in rows} for n in every}
    varied = [n for n in every if len(taken[n]) > 1] or list(every)[:1] or ["lr"]
    return sorted(varied, key=lambda name: name != "lr")


def _heat(frame: Frame, rows: Sequence[Row], names: list[str], span: tuple[float, float]) -> None:
    look, scale = frame.look, frame.look.scale
    across = _values(rows, names[0])
    up = _values(rows, names[1]) if len(names) > 1 else [None]
    grid = np.full((len(up), len(across)), np.nan)
    for row in rows:
        i = up.index(row["settings"].get(names[1])) if len(names) > 1 else 0
        j = across.index(row["settings"].get(names[0]))
        if row["test_accuracy"] is not None and not row["diverged"]:
            grid[i, j] = np.fmax(grid[i, j], row["test_accuracy"])
    left = (0.95 if len(names) > 1 else 0.4) * scale / frame.width
    bottom, right = 0.62 * scale / frame.height, 0.3 * scale / frame.width
    height = (frame.top - 0.05) / frame.height - bottom
    ax = frame.figure.add_axes((left, bottom, 1 - left - right, height))
    colors = ramp(look)
    norm = LogNorm(*span)  # errors of 2 % and 4 % are as far apart as those of 20 and 40
    shown = colors(norm(np.clip(np.nan_to_num(1 - grid, nan=1.0), *span)))
    shown[np.isnan(grid)] = (*to_rgb(look.grid), 1.0)
    ax.imshow(shown, aspect="auto", origin="lower")
    longest = "diverged" if np.isnan(grid).any() else "99.99"
    style: Any = {"ha": "center", "va": "center", "fontsize": _fitting(ax, grid.shape, longest)}
    for (i, j), value in np.ndenumerate(grid):
        best = value == np.nanmax(grid)
        ink = max(INKS, key=lambda ink: contrast(ink, to_hex(shown[i, j])))
        words = "diverged" if np.isnan(value) else f"{100 * value:.2f}"
        ax.text(j, i, words, color=ink, weight="bold" if best else "normal", **style)
        if best:
            box: Any = {"fill": False, "ec": look.text, "lw": 2.4 * scale, "clip_on": False}
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, zorder=3, **box))
    ax.set_xticks(range(len(across)), [word(v) for v in across])
    ax.set_yticks(range(len(up)), [word(v) for v in up] if len(names) > 1 else [""])
    ax.tick_params(length=0)
    for name, axis in zip(names, (ax.xaxis, ax.yaxis), strict=False):
        slant = "italic" if name in SYMBOLS else "normal"
        axis.set_label_text(SPELT.get(name, name), style=slant)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _values(rows: Sequence[Row], name: str) -> list[Any]:
    values = {row["settings"].get(name) for row in rows}
    numbers = all(isinstance(v, int | float) for v in values)
    return sorted(values) if numbers else sorted(values, key=word)


def _fitting(ax: Any, cells: tuple[int, ...], words: str) -> float:
    """A size of letters with which words fit into the cells."""
    box = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    scale = matplotlib.rcParams["font.size"] / 9
    width, height = box.width / cells[1] / len(words) / 0.6, 0.55 * box.height / cells[0]
    return float(min(20 * scale, 72 * width * 0.9, 72 * height))


def plot_trials(
    rows: Sequence[Row],
    path: str | Path,
    *,
    title: str,
    column: str,
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write the trials of a search over η, and over the rule's memory if it has one.

    Args as for `plot_heat`; rows have the `state` of their trial, complete or pruned.
    """
    frame = Frame(theme, size)
    look, scale = frame.look, frame.look.scale
    names = _varied(rows)[:2]
    with frame.style():
        frame.title(title, "validation accuracy; crosses: pruned early, or diverged")
        left, bottom = 0.75 * scale / frame.width, 0.6 * scale / frame.height
        height = (frame.top - 0.1) / frame.height - bottom
        ax = frame.figure.add_axes((left, bottom, 0.86 - left, height))
        frame.dress(ax, "", SPELT.get(names[0], names[0]))
        ax.set_xscale("log")
        good = [row[column] for row in rows if _good(row, column)] or [0.0, 1.0]
        norm, colors = Normalize(min(good), max(good)), ramp(look).reversed()
        for kind in (False, True):
            own = [row for row in rows if _good(row, column) is kind]
            x = [row["settings"].get(names[0], np.nan) for row in own]
            y = [_height(row, names, column) for row in own]
            c: Any = [row[column] or 0.0 for row in own] if kind else look.muted
            how: Any = {"norm": norm, "cmap": colors, "marker": "o"} if kind else {"marker": "x"}
            drawn = ax.scatter(x, y, c=c, s=46 * scale, zorder=3, linewidths=1.4, **how)
        ax.set_ylabel("1 − " + SPELT.get(names[1], names[1]) if len(names) > 1 else "accuracy")
        if len(names) > 1:
            ax.set_yscale("log")
        place = frame.figure.add_axes((0.89, bottom, 0.02, height))
        bar = frame.figure.colorbar(drawn, cax=place)
        bar.outline.set_visible(False)
        bar.ax.yaxis.set_major_formatter(PERCENT)
    frame.save(path)


def _good(row: Row, column: str) -> bool:
    return row["state"] == "complete" and not row["diverged"] and row[column] is not None


def _height(row: Row, names: list[str], column: str) -> float:
    if len(names) > 1:
        return max(1 - float(row["settings"].get(names[1], np.nan)), 1e-3)
    return float(row[column] or 0.0)


def plot_strips(
    strips: Sequence[Strip],
    path: str | Path,
    *,
    title: str,
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write for every rule which learning rates work, and how well.

    Args:
        strips: one for each rule.
        path, title, theme, size: see `plot_heat`.
    """
    frame = Frame(theme, size)
    looks = marks([name_of(parse(strip.optimizer)) for strip in strips], frame.look)
    with frame.style():
        note = f"bars: within {100 * NEAR:g} points of the best accuracy; numbers: accuracy in %"
        frame.title(title, note)
        scale = frame.look.scale
        left = room(frame, [strip.optimizer for strip in strips], 9) / frame.width
        bottom = 0.62 * scale / frame.height
        height = (frame.top - 0.05) / frame.height - bottom
        ax = frame.figure.add_axes((left, bottom, 1 - left - 0.35 / frame.width, height))
        frame.dress(ax, "", "learning rate $η$")
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(POWERS)
        for row, (strip, look) in enumerate(zip(strips, looks, strict=True)):
            _strip(frame, ax, -row, strip, look.color)
        ax.set_yticks(range(0, -len(strips), -1), [strip.optimizer for strip in strips])
        ax.set_ylim(-len(strips) + 0.35, 0.65)
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
    frame.save(path)


def _strip(frame: Frame, ax: Any, y: float, strip: Strip, color: str) -> None:
    """One rule: a dot for each rate, a bar along those that work, and the verdict."""
    look, scale = frame.look, frame.look.scale
    found = strip.lr[strip.works]
    if len(found):
        ax.plot([found[0], found[-1]], [y, y], color=color, lw=11 * scale, alpha=0.3, zorder=2)
        ax.plot(found, [y] * len(found), "o", color=color, ms=10 * scale, alpha=0.3, zorder=2)
    ax.plot(strip.lr, [y] * len(strip.lr), "o", color=color, ms=4 * scale, zorder=3)
    style: Any = {"ha": "center", "fontsize": 8 * scale, "color": look.muted}
    told = 0.0
    for lr, value in zip(strip.lr, strip.accuracy, strict=True):
        words = "diverged" if np.isnan(value) else f"{100 * value:.1f}"
        if lr > APART * told:
            ax.annotate(words, (lr, y), (0, -13 * scale), textcoords="offset points", **style)
            told = lr
    right = len(found) > 0 and found[-1] ** 2 > strip.lr[0] * strip.lr[-1]  # of the middle
    at = (found if len(found) else strip.lr)[-1 if right else 0]
    said: Any = {"fontsize": 9 * scale, "color": written(color, look), "va": "bottom"}
    said |= {"ha": "right" if right else "left", "textcoords": "offset points"}
    ax.annotate(str(strip), (at, y), ((5 if right else -5) * scale, 8 * scale), **said)
