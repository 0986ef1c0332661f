"""What rules have to be drawn beside their paths, as the player's facts and columns."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from optiviz.optim.drawn import Drawn
from optiviz.problems.base import Array
from optiviz.views.picture import Picture
from optiviz.views.scene.drawn import LARGEST, color_of, of_runs
from optiviz.views.style import THEMES, WORDS, legible

Found = tuple[list[dict[str, Any]], list[tuple[str, Array]]]


def marked(picture: Picture) -> list[Found]:
    """Of every run the facts of its marks, and their arrays by name: `drawn0.points`, ….

    Both the colours of lines and those of words are sent, on a light and on a dark page.
    """
    looks = [THEMES[theme] for theme in ("light", "dark")]
    inks = [picture.marked(look) for look in looks]
    found: list[Found] = []
    for i, marks in enumerate(of_runs(picture.runs, picture.lead)):
        facts, arrays = [], []
        for nth, one in enumerate(marks):
            colors = [color_of(one, ink[i], look) for look, ink in zip(looks, inks, strict=True)]
            words = [legible(color, look, WORDS) for color, look in zip(colors, looks, strict=True)]
            told, own = _parts(one, nth)
            facts.append(told | {"colors": colors, "inks": words})
            arrays += own
        found.append((facts, arrays))
    return found


def _parts(one: Drawn, nth: int) -> Found | tuple[dict[str, Any], list[tuple[str, Array]]]:
    """A mark's facts, and its arrays."""
    values = {item.name: getattr(one, item.name) for item in fields(one)}
    facts = {name: value for name, value in values.items() if not isinstance(value, np.ndarray)}
    arrays = [
        (f"drawn{nth}.{name}", value.astype("<f4").ravel())
        for name, value in values.items()
        if isinstance(value, np.ndarray)
    ]
    if "tips" in values:
        facts["many"] = values["tips"].shape[1]
    if "axes" in values and not values["letter"]:
        longest = np.linalg.norm(values["axes"], 2, axis=(1, 2)).max(initial=1e-300)
        facts["share"] = float(0.5 * LARGEST / longest)
    return facts | {"kind": one.kind, "sign": one.sign}, arrays
