"""Colours, line styles and themes: one look for every picture."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patheffects import withStroke

from optiviz.words import look_up


@dataclass(frozen=True)
class Theme:
    """How a picture is coloured and how large its text is.

    Attributes:
        background, text, muted, grid: of the page and its axes.
        bands: the colours of the ground from the lowest to the highest.
        contour: of the lines between bands.
        accent: of what belongs to a batch, or to memory.
        ink: of the rule whose colour is plain ink, black on light and white on dark.
        scale: the size of text and lines, 1 for a screen.
        larger: how many times larger words are than it goes with lines.
    """

    background: str
    text: str
    muted: str
    grid: str
    bands: tuple[str, ...]
    contour: str
    accent: str
    ink: str
    scale: float = 1.0
    larger: float = 1.0

    @property
    def pen(self) -> float:
        """The size of lines and marks."""
        return self.scale / self.larger

    @property
    def dark(self) -> bool:
        """Whether text is lighter than the page."""
        return sum(to_rgb(self.text)) > sum(to_rgb(self.background))

    @cached_property
    def ramp(self) -> LinearSegmentedColormap:
        """The ground's colours as a continuous map."""
        return LinearSegmentedColormap.from_list("ground", self.bands)


_LIGHT = Theme(
    background="#ffffff",
    text="#1c2430",
    muted="#667085",
    grid="#e3e7ee",
    bands=("#fbfcfe", "#edf1f7", "#dde5ef", "#cdd8e6", "#bdcadd"),
    contour="#8194b3",
    accent="#7a4fbf",
    ink="#111111",
)

AUTO = "auto"  # the theme of a page that follows its reader's system
THEMES: dict[str, Theme] = {
    "light": _LIGHT,
    "dark": Theme(
        background="#0f141b",
        text="#e8edf4",
        muted="#93a0b4",
        grid="#232c38",
        bands=("#10161e", "#182230", "#223044", "#2e4059", "#3b5170"),
        contour="#4d648a",
        accent="#b79cf5",
        ink="#f5f7fa",
    ),
    "slides": replace(_LIGHT, scale=1.35),
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

LINES, WORDS = 3.0, 4.5  # the least contrast on the ground
HALO = 0.84  # how opaque the halo is by which lines and words are seen on any ground
DEEP = 0.62  # of the way to black, or white, that a ladder goes
CROWD, CROWDED = 4, 0.75  # runs, and the weight of lines where there are more
STRONG, WEAK = 1.45, 0.7  # the weight of the hero's line, and of the others


@dataclass(frozen=True)
class Mark:
    """How a run is known in every panel of a picture.

    Attributes:
        color, dash: of its line; head: the marker at its head, which with the dash tells rules
            apart without colour.
        weight: times the usual width of a line.
    """

    color: str
    dash: Dash = SOLID
    head: str = "o"
    weight: float = 1.0


MARKS: dict[str, Mark] = {
    "sgd": Mark("ink"),
    "momentum": Mark(_RED, head="s"),
    "nesterov": Mark(_PINK, DASHED, "D"),
    "adagrad": Mark(_GREEN, head="^"),
    "rmsprop": Mark(_SKY, DASHDOT, "v"),
    "adadelta": Mark(_GREEN, DASHED, "<"),
    "adam": Mark(_BLUE, head="p"),
    "amsgrad": Mark(_BLUE, DASHDOT, "p"),
    "adamw": Mark(_BLUE, DASHED, "p"),
    "nadam": Mark(_SKY, DASHED, "v"),
    "lion": Mark(_ORANGE, head=">"),
    "signsgd": Mark(_ORANGE, DASHED, ">"),
    "radam": Mark(_SKY, head="v"),
    "adopt": Mark(_BLUE, DOTTED, "p"),
    "schedule-free-sgd": Mark("ink", DASHED, "o"),
    "schedule-free-adamw": Mark("ink", DASHDOT, "o"),
    "prodigy": Mark(_RED, DASHED, "s"),
    "sam": Mark(_PINK, head="D"),
    "lbfgs": Mark("ink", DOTTED, "s"),
    "full-adagrad": Mark(_SKY, DOTTED, "^"),
    "shampoo": Mark(_RED, DOTTED, "v"),
    "muon": Mark(_RED, DASHDOT, "s"),
}
# Any other rule has one of these, the same in every picture.
_SPARE = [Mark(color, dash) for dash in (DOTTED, DASHDOT) for color in (_PINK, _ORANGE, _GREEN)]


def mark(name: str, theme: Theme, nth: int = 0) -> Mark:
    """The mark of a rule; the nth more run of the same rule is a darker or lighter cousin."""
    chosen = MARKS.get(name) or _SPARE[zlib.crc32(name.encode()) % len(_SPARE)]
    chosen = replace(chosen, color=_seen(chosen.color, theme))
    if nth == 0:
        return chosen
    rungs = ladder(chosen.color, theme, 4)
    others = [rungs[i] for i in (0, 3, 1, 2) if rungs[i] != chosen.color]  # ink is one of its own
    return replace(chosen, color=others[(nth - 1) % len(others)])


def marks(
    names: Sequence[str],
    theme: Theme,
    order: Sequence[Any] | None = None,
    hero: int | None = None,
) -> list[Mark]:
    """The marks of the rules of one picture: no two share a colour while another is free.

    Args:
        names: the rules of the runs; several runs of one rule form a ladder from dark to light.
        theme: the look of the picture.
        order: what the rungs of a ladder rise by; by default as the runs are given.
        hero: the run that the picture is about, whose line is the strongest.
    """
    chosen: dict[str, Mark] = {name: MARKS[name] for name in names if name in MARKS}
    for name in names:
        first = zlib.crc32(name.encode()) % len(_SPARE)
        turned = [*_SPARE[first:], *_SPARE[:first]]
        taken, colors = list(chosen.values()), {mark.color for mark in chosen.values()}
        own = min(turned, key=lambda spare: (spare in taken, spare.color in colors))
        chosen.setdefault(name, own)
    rises = list(range(len(names)) if order is None else order)
    rungs = {name: [i for i, other in enumerate(names) if other == name] for name in names}
    found = []
    for i, name in enumerate(names):
        kin = sorted(rungs[name], key=lambda j: (rises[j], j))
        color = _seen(chosen[name].color, theme)
        if len(kin) > 1 and i != hero:
            color = ladder(color, theme, len(kin))[kin.index(i)]
        weight = CROWDED if len(names) > CROWD else 1.0
        if hero is not None:
            color = color if i == hero else _back(color, theme)
            weight = STRONG if i == hero else WEAK * weight
        found.append(replace(chosen[name], color=color, weight=weight))
    return found


def ladder(color: str, theme: Theme, rungs: int) -> list[str]:
    """So many shades of a colour from dark to light, each seen on the ground."""
    if color == legible(theme.ink, theme, LINES):  # shades of ink are greys: hues in their place
        hues = [_seen(hue, theme) for hue in (_LIGHT.accent, _ORANGE)]
        stops = [*hues, color] if theme.dark else [color, *hues]
        return [_between(stops, i / max(rungs - 1, 1)) for i in range(rungs)]
    pale, dark = _furthest(color, theme), blend(color, "#000000", DEEP)
    low, high = (pale, blend(color, "#ffffff", DEEP)) if theme.dark else (dark, pale)
    return [blend(low, high, i / max(rungs - 1, 1)) for i in range(rungs)]


def _between(stops: Sequence[str], share: float) -> str:
    """A colour on the way through several."""
    at = share * (len(stops) - 1)
    first = min(int(at), len(stops) - 2)
    return blend(stops[first], stops[first + 1], at - first)


def words(color: str, theme: Theme) -> str:
    """A run's colour as that of words on the page."""
    return legible(color, theme, WORDS)


@lru_cache(1000)  # a lab asks for the same few at every move of a slider
def legible(color: str, theme: Theme, least: float) -> str:
    """A colour, darkened on a light page and lightened on a dark one until it is seen there."""
    end = "#ffffff" if theme.dark else "#000000"
    shades = (blend(color, end, share / 40) for share in range(41))
    return next(shade for shade in shades if contrast(shade, halo(theme)) >= least or shade == end)


@lru_cache(100)
def halo(theme: Theme) -> str:
    """The ground right beside a line or a word: what its halo leaves of the highest band."""
    return blend(theme.bands[-1], theme.background, HALO)


def rim(theme: Theme, points: float = 4) -> list[Any]:
    """The effect that parts a mark or words from whatever is behind them: an edge of page."""
    return [withStroke(linewidth=points * theme.scale, foreground=theme.background)]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG defines it, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def theme_of(name: str) -> Theme:
    """A theme by its name; "auto", that of who reads a page, is light where nobody can tell.

    Raises:
        UserError: there is none of that name.
    """
    return THEMES["light"] if name == AUTO else look_up("theme", name, THEMES)


def _luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _seen(color: str, theme: Theme) -> str:
    """A line's colour, such that it is seen on the ground."""
    if theme.dark and color == _BLUE:
        color = "#3D9BE0"  # the same hue, light enough for a dark ground
    return legible(theme.ink if color == "ink" else color, theme, LINES)


def _furthest(color: str, theme: Theme) -> str:
    """A line's colour moved towards the page as far as it is still seen."""
    end = "#000000" if theme.dark else "#ffffff"
    shades = (blend(color, end, share / 40) for share in range(40, -1, -1))
    return next(shade for shade in shades if contrast(shade, halo(theme)) >= LINES)


def _back(color: str, theme: Theme) -> str:
    """A colour that steps back behind the hero's: greyer and paler."""
    greyer = _seen(blend(color, theme.muted, 0.5), theme)
    return blend(greyer, _furthest(greyer, theme), 0.5)


def blend(color: str, other: str, share: float) -> str:
    """A colour moved by a share of the way towards another."""
    mixed = [a + (b - a) * share for a, b in zip(to_rgb(color), to_rgb(other), strict=True)]
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in mixed)
