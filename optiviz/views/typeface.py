"""The typeface of every picture: Inter, which travels with the package, cut to what they write."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

FONTS = Path(__file__).parent / "fonts"
FAMILY = ["Inter", "DejaVu Sans"]  # the second for what the first lacks
HINTING: Any = "text.hinting"
UNHINTED = "no_hinting"  # hints move letters apart, most where small
HEAVY = "Inter-SemiBold"  # what is asked for as bold


# What is embedded, for those who have not installed it: a cut, and when it is asked for.
FACES = {
    "Inter-Regular": "font-weight: 100 500",
    HEAVY: "font-weight: 600 900",
    "Inter-Italic": "font-style: italic; font-weight: 100 500",
}


class Page(Figure):
    """A figure whose letters are as far apart as they were measured, by whomever it is drawn."""

    def draw(self, renderer: Any) -> None:
        how: Any = settings()
        with matplotlib.rc_context(how):
            super().draw(renderer)

    def draw_artist(self, a: Artist) -> None:
        with _unhinted():
            super().draw_artist(a)


def faces(*cuts: str) -> str:
    """Style that brings the typeface with it, in the cuts that are named, or in all of them."""
    rules = []
    for cut in cuts or FACES:
        data = base64.b64encode((FONTS / f"{cut}.woff2").read_bytes()).decode()
        source = f"src: url(data:font/woff2;base64,{data}) format('woff2')"
        rules.append(f"@font-face {{ font-family: Inter; {FACES[cut]}; {source}; }}")
    return "\n".join(rules)


@contextmanager
def _unhinted() -> Iterator[None]:
    """One setting for a while; `rc_context` would copy them all, for each artist of each frame."""
    current: Any = matplotlib.rcParams
    usual = current[HINTING]
    current[HINTING] = UNHINTED
    try:
        yield
    finally:
        current[HINTING] = usual


@cache
def register() -> None:
    """Make the typeface known to Matplotlib, before one of the same name that is installed."""
    for path in sorted(FONTS.glob("*.ttf")):
        fontManager.addfont(path)
        font = fontManager.ttflist.pop()
        weight = "bold" if path.stem == HEAVY else font.weight
        fontManager.ttflist.insert(0, replace(font, name="Inter", weight=weight))


def settings() -> Any:
    """Matplotlib's settings for words, and for letters of mathematics between dollar signs."""
    register()
    return {
        "font.family": FAMILY,
        HINTING: UNHINTED,
        "mathtext.fontset": "custom",
        "mathtext.fallback": "stixsans",
        **{f"mathtext.{name}": "Inter" for name in ("rm", "sf", "tt")},
        **{f"mathtext.{name}": "Inter:italic" for name in ("it", "cal")},
        **{f"mathtext.{name}": "Inter:bold" for name in ("bf", "bfit")},
    }
