"""What a sweep found: its table, and the learning rates that work."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.files import write_csv, write_json
from optiviz.maps.axes import longest
from optiviz.runs.record import plain
from optiviz.studies.sweep.plan import word
from optiviz.studies.table import Row, each_once, mean, spread

NEAR = 0.02  # below the best accuracy of the sweep: a rate that comes so near works


def table(results: Sequence[Row]) -> list[Row]:
    """For every rule and setting the means over the seeds, and the deviations of several.

    A training that diverged has no accuracy and no loss: `diverged` counts them, and the means are
    of the others.
    """
    groups: dict[str, list[Row]] = {}
    for result in results:
        name = json.dumps([result["optimizer"], result["settings"]], sort_keys=True)
        groups.setdefault(name, []).append(result)
    return [_mean(group) for group in groups.values()]


def _mean(group: list[Row]) -> Row:
    row: Row = {"optimizer": group[0]["optimizer"], "settings": group[0]["settings"]}
    row |= {"seeds": len(group), "diverged": sum(one["diverged"] for one in group)}
    columns = ("test_accuracy", "test_loss", "seconds")
    known = {name: [one[name] for one in group if one[name] is not None] for name in columns}
    row |= spread({name: known[name] for name in ("test_accuracy", "test_loss")})
    row["seconds"] = mean(known["seconds"])
    return row | {"verdict": each_once(one["verdict"] for one in group)}


@dataclass(frozen=True)
class Strip:
    """How a rule fares over its learning rates, with whatever else was tried at its best.

    Attributes:
        optimizer: the rule in words.
        lr: `(n,)`, ascending.
        accuracy: `(n,)`, NaN where a training diverged.
        works: the longest row of neighbouring rates that come near the best of the sweep.
    """

    optimizer: str
    lr: np.ndarray[Any, Any]
    accuracy: np.ndarray[Any, Any]
    works: slice

    def __str__(self) -> str:
        found = self.lr[self.works]
        if not len(found):
            return "works for no η that was tried"
        if len(found) == 1:
            return f"works for η = {found[0]:g}"
        return f"works for η from {found[0]:g} to {found[-1]:g}"


def strips(rows: Sequence[Row], column: str) -> list[Strip]:
    """A strip for each rule whose learning rate was varied.

    Args:
        rows: with the rule's name as optimizer, its settings, and how many diverged.
        column: what holds the accuracy.
    """
    known = [row[column] for row in rows if row[column] is not None and not row["diverged"]]
    floor = max(known, default=np.inf) - NEAR
    found = []
    for name in dict.fromkeys(row["optimizer"] for row in rows):
        best: dict[float, float] = {}
        for row in rows:
            if row["optimizer"] == name and "lr" in row["settings"]:
                lr = float(row["settings"]["lr"])
                here = np.nan if row["diverged"] or row[column] is None else row[column]
                best[lr] = float(np.fmax(best.get(lr, np.nan), here))
        if len(best) > 1:
            accuracy = np.array([best[rate] for rate in sorted(best)])
            found.append(Strip(name, np.array(sorted(best)), accuracy, longest(accuracy >= floor)))
    return found


def in_words(settings: Row) -> str:
    """The settings of a row."""
    return ", ".join(f"{name}={word(value)}" for name, value in settings.items())


def flat(rows: Sequence[Row]) -> list[Row]:
    """The rows with a column for every setting."""
    names = dict.fromkeys(name for row in rows for name in row["settings"])
    return [
        {"optimizer": row["optimizer"]}
        | {name: row["settings"].get(name) for name in names}
        | {k: v for k, v in row.items() if k not in ("optimizer", "settings")}
        for row in rows
    ]


def write(path: Path, name: str, rows: Sequence[Row]) -> None:
    """Write rows as `name.csv` and `name.json`, whole or not at all."""
    lines = flat(rows)
    write_csv(path / f"{name}.csv", list(lines[0]) if lines else [], lines)
    write_json(path / f"{name}.json", list(rows), default=plain)
