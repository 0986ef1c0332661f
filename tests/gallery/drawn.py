"""What a script of the gallery draws, in a few numbers.

`python tests/gallery/drawn.py` records them anew, after a picture was changed on purpose.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from optiviz.gallery.build import run
from optiviz.gallery.scripts import scripts

RECORDED = Path(__file__).with_name("drawn.json")


def drawn(path: Path) -> list[dict[str, Any]]:
    """Run a script and sum up every axes of the figure that it saves."""
    return [summary(ax) for ax in figure_of(path).axes]


def figure_of(path: Path) -> Figure:
    """The figure that a script saves."""
    figures: list[Figure] = []

    def save(figure: Figure, file: Any, **_: Any) -> None:
        figures.append(figure)
        file.write(b"not drawn")

    with tempfile.TemporaryDirectory() as out, patch.object(Figure, "savefig", save):
        run(path, Path(out), "png", "--quick")
    (figure,) = figures
    return figure


def summary(ax: Any) -> dict[str, Any]:
    """How many lines, points, pictures and words there are, and the means of their numbers."""
    points = [np.asarray(line.get_xydata(), float) for line in ax.lines]
    points += [
        np.column_stack([patch.get_data().edges[1:], patch.get_data().values])
        for patch in ax.patches
        if isinstance(patch, StepPatch)
    ]
    every = np.concatenate([*points, np.empty((0, 2))])
    every = every[np.isfinite(every).all(axis=1)]
    images = [np.ma.filled(image.get_array().astype(float), 0.0).mean() for image in ax.images]
    means = [*(every.mean(axis=0) if len(every) else ()), *images]
    return {
        "title": ax.get_title(loc="left"),
        "lines": len(points),
        "points": len(every),
        "texts": len(ax.texts),
        "means": [float(f"{mean:.5g}") for mean in means],
    }


def record() -> None:
    """Write what every script draws now."""
    every = {name: drawn(script.path) for name, script in scripts().items()}
    lines = [
        f"{json.dumps(name)}: [\n"
        + ",\n".join(json.dumps(ax, ensure_ascii=False) for ax in axes)
        + "\n]"
        for name, axes in every.items()
    ]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(record())
