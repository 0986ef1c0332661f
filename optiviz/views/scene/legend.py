"""The runs' names below a picture that has no room for them where they are."""

from __future__ import annotations

from typing import Any

from matplotlib.lines import Line2D

from optiviz.views.frame import Frame
from optiviz.views.scene.contents import Contents
from optiviz.views.style import words


def legend(frame: Frame, picture: Contents) -> tuple[list[Any], float]:
    """Write every run's line and label and how it ended; in a small picture names in one row.

    Returns:
        The verdicts, each to be shown from its step on, and the inches that all of it needs.
    """
    return _row(frame, picture) if picture.small else _table(frame, picture)


def _row(frame: Frame, picture: Contents) -> tuple[list[Any], float]:
    """Names in their colours side by side, as small as they must be."""
    size, look, room = 9.5 * picture.look.scale, picture.look, frame.width - 2 * frame.edge
    texts = [
        frame.figure.text(0, 0, name, color=words(mark.color, look), fontsize=size, weight="bold")
        for name, mark in zip(picture.names, picture.marks, strict=True)
    ]
    gap = 0.15 * look.scale
    taken = sum(frame.inches(text)[0] for text in texts) + gap * (len(texts) - 1)
    x, share = frame.edge, min(1.0, room / taken)
    for text in texts:
        text.set(fontsize=share * size, position=(x / frame.width, 0.12 / frame.height))
        x += frame.inches(text)[0] + share * gap
    return [], 0.3 * look.scale


def _table(frame: Frame, picture: Contents) -> tuple[list[Any], float]:
    """Lines, labels and verdicts, in as many columns as there is room for."""
    figure, look = frame.figure, picture.look
    style: Any = {"va": "center", "fontsize": 9.5 * look.scale}
    labels = [figure.text(0, 0, words, color=look.text, **style) for words in picture.labels]
    endings = [figure.text(0, 0, said, color=look.muted, **style) for said in picture.verdicts]
    widths = [[frame.inches(text)[0] for text in texts] for texts in (labels, endings)]
    width, height = frame.width, frame.height
    stroke, gap = 0.3 * look.scale, 0.12 * look.scale
    needed = max(map(sum, zip(*widths, strict=True))) + stroke + 4 * gap
    columns = max(1, min(len(labels), int((width - 0.3) / needed)))
    rows = -(-len(labels) // columns)
    for i, mark in enumerate(picture.marks):
        x = 0.24 + (width - 0.3) * (i // rows) / columns
        y = (0.17 + 0.2 * (rows - 1 - i % rows)) * look.scale / height
        ends = [x / width, (x + stroke) / width]
        line = Line2D(ends, [y, y], color=mark.color, ls=mark.dash, lw=2.4 * look.scale)
        figure.add_artist(line)
        labels[i].set_position(((x + stroke + gap) / width, y))
        endings[i].set_position(((x + stroke + 2 * gap + widths[0][i]) / width, y))
    return endings, (0.13 + 0.2 * rows) * look.scale
