"""The first frame of a page as SVG: it teaches before a script runs, without one, and printed."""

from __future__ import annotations

import base64
import html
import io
from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator
from PIL import Image

from optiviz.problems.base import Array
from optiviz.views.numbers import number, power_of_ten
from optiviz.views.picture import Picture
from optiviz.views.scene.contour import BANDS, fit, levels, sample
from optiviz.views.scene.series import DEPTH
from optiviz.views.style import MINIMUM, SOLID, Mark

WIDE, HIGH = 960, 540
PLANE = (52, 48, 560, 380)  # left, top, width, height
OPENING = (52, 8, 580, 400)
LOSS = (676, 70, 268, 358)
STAR = 9  # pixels from the middle of a goal to its tips


def still(picture: Picture) -> str:
    """The runs of a picture at their last step, over the bands of the loss, and their losses."""
    look, text = picture.look, _text
    parts = [
        f'<rect width="{WIDE}" height="{HIGH}" fill="{look.background}"/>',
        text(16, 28, picture.title, look.text, 'font-size="19" font-weight="650"'),
        *_plane(picture),
        *_losses(picture),
    ]
    for i, (label, said) in enumerate(zip(picture.labels, picture.verdicts, strict=True)):
        y = 480 + 50 / max(len(picture.runs) - 1, 1) * i if len(picture.runs) > 1 else 490
        parts.append(_line(f"M16 {y - 4:g}h28", picture.marks[i]))
        label = html.escape(label).replace("  ", "\N{NO-BREAK SPACE} ")
        words = f'<tspan font-weight="600">{label}</tspan>\N{NO-BREAK SPACE} {html.escape(said)}'
        parts.append(f'<text x="52" y="{y:g}" fill="{look.text}">{words}</text>')
    return _drawing(WIDE, HIGH, picture.about, parts)


def opening(picture: Picture, step: int, key: str, about: str) -> str:
    """The plane at an early step, and the runs' names: nothing of what becomes of them.

    Args:
        picture: the runs, of which no later steps are drawn.
        step: which.
        key: what tells this drawing's parts from those of others on the same page.
        about: what it shows, in words.
    """
    left, top, width, height = OPENING
    wide, high = left + width + 8, top + height + 44 + 22 * len(picture.runs)
    parts = [
        f'<rect width="{wide}" height="{high}" fill="{picture.look.background}"/>',
        *_plane(picture, OPENING, key, step),
    ]
    for i, label in enumerate(picture.labels):
        y = top + height + 58 + 22 * i
        parts.append(_line(f"M{left} {y - 4:g}h28", picture.marks[i]))
        parts.append(_text(left + 36, y, label, picture.look.text, 'font-weight="500"'))
    return _drawing(wide, high, about, parts)


def _drawing(wide: float, high: float, about: str, parts: list[str]) -> str:
    """The parts as one drawing."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" '
        'font-family="system-ui, Segoe UI, Roboto, sans-serif" font-size="13">'
        f"<title>{html.escape(about)}</title>{''.join(parts)}</svg>"
    )


def _plane(
    picture: Picture, box: tuple[int, int, int, int] = PLANE, key: str = "ex", step: int = -1
) -> list[str]:
    """The ground, the goals, the paths up to a step, by default the last, and the axes."""
    problem, look = picture.problem, picture.look
    left, top, width, height = box
    sides = fit(picture.view, width / height)
    (x0, x1), (y0, y1) = sides

    def place(w: Any) -> Array:
        x, y = np.moveaxis(np.asarray(w, float), -1, 0)
        across, up = (x - x0) / (x1 - x0), (y - y0) / (y1 - y0)
        pixels = np.stack([left + width * across, top + height * (1 - up)], axis=-1)
        return np.asarray(np.clip(pixels, -1e4, 1e4))

    parts = [
        f'<clipPath id="{key}-plane"><rect x="{left}" y="{top}" width="{width}" height="{height}"/>'
        "</clipPath>",
        f'<image x="{left}" y="{top}" width="{width}" height="{height}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{_bands(picture, sides, box)}"/>',
        f'<g clip-path="url(#{key}-plane)">',
    ]
    for point, local in zip(problem.minima, problem.local(), strict=True):
        fill = look.background if local else MINIMUM
        parts.append(_star(place(point), STAR / (2 if local else 1), fill, look.text))
    for run, mark in zip(picture.runs, picture.marks, strict=True):
        points = place(run.w if step < 0 else run.w[: step + 1])
        parts.append(_line(_path(points), mark))
        (sx, sy), (hx, hy) = points[0], points[-1]
        ring = f'fill="{look.background}" stroke="{mark.color}" stroke-width="2"'
        parts.append(f'<circle cx="{sx:.1f}" cy="{sy:.1f}" r="4.5" {ring}/>')
        dot = f'fill="{mark.color}" stroke="{look.background}" stroke-width="1.5"'
        parts.append(f'<circle cx="{hx:.1f}" cy="{hy:.1f}" r="5.5" {dot}/>')
    parts.append("</g>")
    middle, below = 'text-anchor="middle"', top + height
    for value in _round(x0, x1):
        parts.append(_text(place((value, y0))[0], below + 16, number(value), look.muted, middle))
    for value in _round(y0, y1):
        y = place((x0, value))[1] + 4
        parts.append(_text(left - 6, y, number(value), look.muted, 'text-anchor="end"'))
    names = 'font-style="italic" text-anchor="middle"'
    parts.append(_text(left + width / 2, below + 32, problem.axes[0], look.text, names))
    parts.append(_text(left - 24, top + 4, problem.axes[1], look.text, names))
    return parts


def _bands(picture: Picture, sides: Any, box: tuple[int, int, int, int]) -> str:
    """The ground as a PNG of few colours."""
    problem, look = picture.problem, picture.look
    heights = levels(sample(problem, fit(picture.view, 4 / 3), 160)[2])
    (x0, x1), (y0, y1) = sides
    x, y = np.linspace(x0, x1, box[2]), np.linspace(y1, y0, box[3])
    with np.errstate(all="ignore"):
        values = problem.on(x, y)
    index = np.clip(np.digitize(np.nan_to_num(values), heights) - 1, 0, BANDS - 1)
    index[np.isnan(values)] = BANDS
    image = Image.fromarray(index.astype("u1"), "P")
    colors = np.round(255 * look.ramp(np.linspace(0, 1, BANDS))[:, :3]).astype(int)
    page = [int(look.background[i : i + 2], 16) for i in (1, 3, 5)]
    image.putpalette([*colors.ravel().tolist(), *page])
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _losses(picture: Picture) -> list[str]:
    """Every run's loss against the step."""
    look, floor = picture.look, picture.problem.floor()
    left, top, width, height = LOSS
    curves = [run.loss - (floor or 0.0) for run in picture.runs]
    first = max(float(np.abs(curve[0])) for curve in curves)
    kept = np.concatenate([curve[curve <= 10 * first] for curve in curves])
    log = floor is not None and bool((kept > 0).any())
    low, high = float(kept.min()), float(kept.max())
    if log:
        low = max(float(kept[kept > 0].min()), DEPTH * high)
    low, high = (low / 1.5, high * 1.5) if log else (low, high + 0.05 * (high - low or 1))

    def up(value: Array) -> Array:
        with np.errstate(all="ignore"):
            share = (
                np.log(value / low) / np.log(high / low) if log else (value - low) / (high - low)
            )
        return top + height * (1 - np.clip(np.nan_to_num(share, neginf=-1), -0.2, 1.2))

    title = "Loss above minimum" if floor else "Loss"
    parts = [
        _text(left, top - 14, title, look.text, 'font-weight="600"'),
        f'<clipPath id="ex-loss"><rect x="{left}" y="{top}" width="{width}" height="{height}"/>'
        "</clipPath>",
    ]
    powers = LogLocator(numticks=7).tick_values(low, high) if log else _round(low, high)
    ticks = np.asarray(powers)
    for value in ticks[(ticks >= low) & (ticks <= high)]:
        y = float(up(value))
        words = power_of_ten(round(np.log10(value))) if log else number(value)
        parts.append(f'<path d="M{left} {y:.1f}h{width}" stroke="{look.grid}"/>')
        parts.append(_text(left - 6, y + 4, words, look.muted, 'text-anchor="end"'))
    for value in _round(0, picture.steps):
        x = left + width * value / picture.steps
        middle = 'text-anchor="middle"'
        parts.append(_text(x, top + height + 16, number(value), look.muted, middle))
    parts.append('<g clip-path="url(#ex-loss)">')
    for curve, mark in zip(curves, picture.marks, strict=True):
        across = left + width * np.arange(len(curve)) / picture.steps
        parts.append(_line(_path(np.stack([across, up(curve)], axis=-1)), mark))
    return [*parts, "</g>"]


def _round(low: float, high: float) -> Array:
    """A few round values between two."""
    found = np.asarray(MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high))
    kept: Array = found[(found >= low) & (found <= high)]
    return kept


def _path(points: Array) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points.tolist())


def _line(path: str, mark: Mark) -> str:
    """A run's line."""
    dash = "" if mark.dash == SOLID else " ".join(f"{2.2 * part:g}" for part in mark.dash[1])
    return (
        f'<path d="{path}" fill="none" stroke="{mark.color}" stroke-width="{2.2 * mark.weight:g}" '
        f'stroke-linejoin="round" stroke-dasharray="{dash or "none"}"/>'
    )


def _star(middle: Array, size: float, fill: str, edge: str) -> str:
    turns = np.arange(10) * np.pi / 5
    reach = np.where(np.arange(10) % 2, 0.42 * size, size)
    points = middle + np.stack([reach * np.sin(turns), -reach * np.cos(turns)], axis=-1)
    return f'<path d="{_path(points)}Z" fill="{fill}" stroke="{edge}" stroke-width="1.2"/>'


def _text(x: float, y: float, words: str, color: str, also: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" {also}>{html.escape(words)}</text>'
