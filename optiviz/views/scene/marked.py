"""What the marks of a plane are: a word beside the first of each kind that has room for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from optiviz.views.scene.place import Box, Ground, Spot, around, crossed, gap_of
from optiviz.views.style import rim

SIZE = 8.5  # points of the words
NEAR = 0.5  # heights of a word, from its mark at most: further away it could be another's
RING, DOT = 15.0, 6.0  # pixels of a screen, from the middle of a mark to its word, and of a start


def tell(panel: Any) -> dict[str, Any]:
    """Write the words on a panel of paths whose names have been placed, and keep names off them.

    Nothing gives way to them: where a still picture has no room beside a mark, there is no word.

    Returns:
        Those for which there was room.
    """
    problem, names = panel.picture.problem, panel.names
    pairs = list(zip(problem.minima, problem.local(), strict=True))
    kinds = {
        "minimum": [point for point, local in pairs if not local],
        "local minimum": [point for point, local in pairs if local],
        "saddle": [*problem.saddles],
        "start": list(dict.fromkeys(tuple(trail.points[0].tolist()) for trail in panel.trails)),
    }
    end = panel.picture.steps
    boxes = names.places(end)
    taken = [*boxes, *names.dots(end)]
    lines = [panel.pixels(line) for marks in panel.marks for line in marks.outlines(end)]
    lines = [line[np.isfinite(line).all(axis=1)] for line in lines]
    for nth, (left, low, right, high) in enumerate(boxes):  # to its name, where it leads
        x, y = names.head(nth, end)
        lines.append(np.array([(x, y), (min(max(x, left), right), min(max(y, low), high))]))
    table = crossed([*names.paths, *lines], names.ground.room)
    ground = replace(names.ground, crossed=table)
    found: list[Box] = []
    written: dict[str, Any] = {}
    for word, points in kinds.items():
        spots = [(float(x), float(y)) for x, y in map(panel.pixels, points)]
        others = [panel.pixels(point) for kind in kinds for point in kinds[kind] if kind != word]
        away = (DOT if word == "start" else RING) * panel.look.pen * names.dpi
        text, box = _write(panel, ground, word, (spots, others), away, [*taken, *found])
        if box:
            written[word] = text
            found.append(box)
    names.ground = replace(names.ground, fixed=[*names.ground.fixed, *found])
    return written


def _write(
    panel: Any,
    ground: Ground,
    word: str,
    spots: Sequence[list[Spot]],
    away: float,
    taken: list[Box],
) -> tuple[Any, Box | None]:
    """Write a word at the first spot that has room, rather far from other marks, and its box."""
    look, style = panel.look, dict[str, Any](transform=panel.ax.transAxes)
    style |= {"color": look.text, "fontsize": SIZE * look.scale, "ha": "center", "va": "center"}
    style |= {"zorder": 4.4, "path_effects": rim(look, 3)}
    text = panel.ax.text(0, 0, word, **style)
    width, row = text.get_window_extent().size
    wide = [around(other, away + row) for other in spots[1]]
    for spot in spots[0]:
        if not (0 < spot[0] < ground.room[0] and 0 < spot[1] < ground.room[1]):
            continue
        box = ground.place(spot, (width, row), [around(spot, 0.6 * away), *taken, *wide], away, row)
        if not ground.cost(box, taken) and gap_of(box, spot) < away + NEAR * row:
            middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            text.set_position((middle[0] / ground.room[0], middle[1] / ground.room[1]))
            panel.add(text)
            return text, box
    text.remove()
    return text, None
