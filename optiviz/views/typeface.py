"""The typeface of every picture: Inter, which travels with the package, cut to what they write."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from matplotlib.font_manager import fontManager

FONTS = Path(__file__).parent / "fonts"
FAMILY = ["Inter", "DejaVu Sans"]  # the second for what the first lacks
HEAVY = "Inter-SemiBold"  # what is asked for as bold


@cache
def register() -> None:
    """Make the typeface known to Matplotlib, before one of the same name that is installed."""
    for path in sorted(FONTS.glob("*.ttf")):
        fontManager.addfont(path)
        font = fontManager.ttflist.pop()
        weight = "bold" if path.stem == HEAVY else font.weight
        fontManager.ttflist.insert(0, replace(font, name="Inter", weight=weight))


def settings() -> dict[str, Any]:
    """Matplotlib's settings for words, and for letters of mathematics between dollar signs."""
    register()
    return {
        "font.family": FAMILY,
        "text.hinting": "no_hinting",  # which moves letters apart, at each size by another share
        "mathtext.fontset": "custom",
        "mathtext.fallback": "stixsans",
        **{f"mathtext.{name}": "Inter" for name in ("rm", "sf", "tt")},
        **{f"mathtext.{name}": "Inter:italic" for name in ("it", "cal")},
        **{f"mathtext.{name}": "Inter:bold" for name in ("bf", "bfit")},
    }
