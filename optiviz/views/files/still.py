"""The file of one still picture."""

from __future__ import annotations

import re
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.text import Text

STAMPS = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
SPACES = re.compile(r"^ +| {2,}| +$")


def save(figure: Figure, path: Path) -> None:
    """Write a figure as it stands, the same bytes for the same figure."""
    ending = path.suffix.lower()
    if ending == ".svg":
        for text in figure.findobj(Text):
            _keep_spaces(text)
    figure.savefig(path, metadata=STAMPS.get(ending))


def _keep_spaces(text: Text) -> None:
    """Make spaces hard that SVG's readers would drop or take for one."""
    text.set_text(SPACES.sub(lambda found: "\N{NO-BREAK SPACE}" * len(found[0]), text.get_text()))
