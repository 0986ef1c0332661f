"""Colours, line styles and themes: one look for every picture."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from matplotlib.colors import LinearSegmentedColormap, to_rgb


@dataclass(frozen=True)
class Theme:
    """How a picture is coloured and how large its text is.

    Attributes:
        about: what the theme is for.
        background, text, muted, grid: of the page and its axes.
        bands: the colours of the ground from the lowest to the highest.
        contour: of the lines between bands.
        accent: of what belongs to a batch, or to memory.
        ink: of the rule whose colour is plain ink, black on light and white on dark.
        scale: the size of text and lines, 1 for a screen.
    """

    about: str
    background: str
    text: str
    muted: str
    grid: str
    bands: tuple[str, ...]
    contour: str
    accent: str
    ink: str
    scale: float = 1.0

    @property
    def dark(self) -> bool:
        """Whether text is lighter than the page."""
        return sum(to_rgb(self.text)) > sum(to_rgb(self.background))

    @cached_property
    def ramp(self) -> LinearSegmentedColormap:
        """The ground's colours as a continuous map."""
        return LinearSegmentedColormap.from_list("ground", self.bands)


_LIGHT = Theme(
    about="for paper and pages",
    background="#ffffff",
    text="#1c2430",
    muted="#667085",
    grid="#e3e7ee",
    bands=("#fbfcfe", "#e9eef5", "#d3dce9", "#b9c6da", "#9fb0ca"),
    contour="#8194b3",
    accent="#7a4fbf",
    ink="#111111",
)

THEMES: dict[str, Theme] = {
    "light": _LIGHT,
    "dark": Theme(
        about="for dark pages and dark rooms",
        background="#0f141b",
        text="#e8edf4",
        muted="#93a0b4",
        grid="#232c38",
        bands=("#10161e", "#182230", "#223044", "#2e4059", "#3b5170"),
        contour="#4d648a",
        accent="#b79cf5",
        ink="#f5f7fa",
    ),
    "slides": replace(_LIGHT, about="light, with text for the back row", scale=1.35),
}

MINIMUM = "#F0E442"  # the star at a minimum

# Okabe and Ito's eight colours, which colour-blind eyes tell apart. "ink" is black or white.
_BLUE, _SKY, _GREEN, _ORANGE, _RED, _PINK = (
    "#0072B2",
    "#56B4E9",
    "#009E73",
    "#E69F00",
    "#D55E00",
    "#CC79A7",
)
SOLID, DASHED, DASHDOT, DOTTED = "-", (0, (5, 2)), (0, (6, 2, 1.5, 2)), (0, (1.5, 1.5))
Dash = Any  # what Matplotlib takes for a line style


@dataclass(frozen=True)
class Mark:
    """The colour and the line style by which a rule is known in every picture."""

    color: str
    dash: Dash = SOLID


MARKS: dict[str, Mark] = {
    "sgd": Mark("ink"),
    "momentum": Mark(_RED),
    "nesterov": Mark(_PINK, DASHED),
    "adagrad": Mark(_GREEN),
    "rmsprop": Mark(_SKY),
    "adadelta": Mark(_GREEN, DASHED),
    "adam": Mark(_BLUE),
    "amsgrad": Mark(_BLUE, DASHDOT),
    "adamw": Mark(_BLUE, DASHED),
    "nadam": Mark(_SKY, DASHED),
    "lion": Mark(_ORANGE),
}
# Any other rule has one of these, the same in every picture.
_SPARE = [Mark(color, dash) for dash in (DOTTED, DASHDOT) for color in (_PINK, _ORANGE, _GREEN)]


def mark(name: str, theme: Theme, nth: int = 0) -> Mark:
    """The mark of a rule; the nth more run of the same rule is a paler or darker cousin."""
    chosen = MARKS.get(name) or _SPARE[zlib.crc32(name.encode()) % len(_SPARE)]
    return _shade(chosen, theme, nth)


def marks(names: Sequence[str], theme: Theme) -> list[Mark]:
    """The marks of the rules of one picture: no two share a colour while another is free."""
    chosen: dict[str, Mark] = {name: MARKS[name] for name in names if name in MARKS}
    for name in names:
        first = zlib.crc32(name.encode()) % len(_SPARE)
        turned = [*_SPARE[first:], *_SPARE[:first]]
        taken, colors = list(chosen.values()), {mark.color for mark in chosen.values()}
        own = min(turned, key=lambda spare: (spare in taken, spare.color in colors))
        chosen.setdefault(name, own)
    return [_shade(chosen[name], theme, names[:i].count(name)) for i, name in enumerate(names)]


def _shade(chosen: Mark, theme: Theme, nth: int) -> Mark:
    color = theme.ink if chosen.color == "ink" else chosen.color
    if theme.dark and color == _BLUE:
        color = "#3D9BE0"  # the same hue, light enough for a dark ground
    if nth == 0:
        return Mark(color, chosen.dash)
    dash = (DASHED, DOTTED, DASHDOT)[(nth - 1) % 3]
    toward = theme.background if nth % 2 else theme.text
    return Mark(blend(color, toward, 0.45), dash)


def blend(color: str, other: str, share: float) -> str:
    """A colour moved by a share of the way towards another."""
    mixed = [a + (b - a) * share for a, b in zip(to_rgb(color), to_rgb(other), strict=True)]
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in mixed)
