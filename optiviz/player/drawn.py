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

Found = tuple[dict[str, Any], list[tuple[str, Array]]]


def marked(picture: Picture) -> list[Found]:
    """Of every run the facts of its marks, and their arrays by name: `drawn0.points`, ….

    Both the colours of lines and those of words are sent, on a light and on a dark page.
    """
    looks = [THEMES[theme] for theme in ("light", "dark")]
    inks = [picture.marked(look) for look in looks]
    found: list[Found] = []
    for i, marks in enumerate(of_runs(picture.runs, picture.lead)):
        facts: list[dict[str, Any]] = []
        arrays: list[tuple[str, Array]] = []
        for nth, one in enumerate(marks):
            pairs = zip(looks, inks, strict=True)
            colors = [color_of(one, ink[i], look) for look, ink in pairs]
            words = [legible(color, look, WORDS) for color, look in zip(colors, looks, strict=True)]
            told, own = _parts(one)
            facts.append(told | {"colors": colors, "inks": words})
            arrays += [(f"drawn{nth}.{name}", array) for name, array in own.items()]
        found.append(({"drawn": facts}, arrays))
    return found


def _parts(one: Drawn) -> tuple[dict[str, Any], dict[str, Array]]:
    """A mark's facts, and its arrays."""
    values = {item.name: getattr(one, item.name) for item in fields(one)}
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    facts = {name: value for name, value in values.items() if name not in arrays}
    if "tips" in arrays:
        facts["many"] = arrays["tips"].shape[1]
    if "axes" in arrays and not facts["letter"]:
        longest = np.linalg.norm(arrays["axes"], 2, axis=(1, 2)).max(initial=1e-300)
        facts["share"] = float(0.5 * LARGEST / longest)
    columns = {name: value.astype("<f4").ravel() for name, value in arrays.items()}
    return facts | {"kind": one.kind, "sign": one.sign}, columns
