"""The file of one still picture."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.text import Text

from optiviz.views.typeface import HEAVY, faces

# What makes two files of one figure differ, and what each format calls words about it.
STAMPS = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
ABOUT = {".png": "Description", ".svg": "Description", ".pdf": "Subject"}
FAMILY = re.compile("(font-family: 'Inter'[^;]*)")  # for those who have not installed it
STYLES = re.compile(r'style="([^"]*)"')
SPACES = re.compile(r"^ +| {2,}| +$")


def save(figure: Figure, path: Path, about: str = "", transparent: bool = False) -> None:
    """Write a figure as it stands, the same bytes for the same figure.

    Args:
        figure: what to write; path: where.
        about: the figure in words, for those who do not see it.
        transparent: let what is behind the page be seen.
    """
    ending = path.suffix.lower()
    facts = STAMPS.get(ending, {}) | ({ABOUT[ending]: about} if about else {})
    if ending == ".svg":
        for text in figure.findobj(Text):
            _keep_spaces(text)
    with path.open("wb") as file:  # which Matplotlib leaves open where the disk is full
        figure.savefig(file, format=ending[1:], metadata=facts, transparent=transparent)
    if ending == ".svg":
        drawn = FAMILY.sub(r"\1, sans-serif", path.read_text(encoding="utf-8"))
        words = f"<title>{escape(about)}</title>" if about else ""  # readers of screens know it
        head = f"{words}<style>{faces(*_cuts(drawn))}</style>"
        path.write_text(re.sub("(<svg [^>]*>)", lambda tag: tag[0] + head, drawn, count=1), "utf-8")


def _cuts(drawn: str) -> list[str]:
    """The cuts of the typeface that words are written in."""
    styles = [style for style in STYLES.findall(drawn) if "'Inter'" in style]
    heavy = ["font-weight: 700" in style for style in styles]
    slanted = ["font-style: italic" in style for style in styles]
    used = {"Inter-Regular": bool(styles), HEAVY: any(heavy), "Inter-Italic": any(slanted)}
    return [cut for cut, seen in used.items() if seen] or ["Inter-Regular"]


def _keep_spaces(text: Text) -> None:
    """Make spaces hard that SVG's readers would drop or take for one."""
    text.set_text(SPACES.sub(lambda found: "\N{NO-BREAK SPACE}" * len(found[0]), text.get_text()))
