"""What a sweep found: means over seeds, and the learning rates that work."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.files import whole
from optiviz.runs.record import plain
from optiviz.studies.sweep.plan import word

NEAR = 0.02  # below the best accuracy of the sweep: a rate that comes so near works
Row = dict[str, Any]


def table(results: Sequence[Row]) -> list[Row]:
    """For every rule and setting the means over the seeds, and the deviations of several.

    A training that diverged has no accuracy and no loss: `diverged` counts them, and the means are
    of the others.
    """
    groups: dict[str, list[Row]] = {}
    for result in results:
        name = json.dumps([result["optim"], result["settings"]], sort_keys=True)
        groups.setdefault(name, []).append(result)
    return [_mean(group) for group in groups.values()]


def _mean(group: list[Row]) -> Row:
    row: Row = {"optimizer": group[0]["optim"], "settings": group[0]["settings"]}
    row |= {"seeds": len(group), "diverged": sum(one["diverged"] for one in group)}
    for name, column in (("accuracy", "test_accuracy"), ("loss", "test_loss")):
        values = np.array([one[column] for one in group if one[column] is not None])
        row[name] = float(values.mean()) if len(values) else None
        row[f"{name}_sd"] = float(values.std(ddof=1)) if len(values) > 1 else None
    seconds = [one["seconds"] for one in group if one["seconds"] is not None]
    row["seconds"] = float(np.mean(seconds)) if seconds else None
    row["verdict"] = "; ".join(dict.fromkeys(one["verdict"] for one in group))
    return row


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
            found.append(Strip(name, np.array(sorted(best)), accuracy, _longest(accuracy >= floor)))
    return found


def _longest(holds: Any) -> slice:
    """The longest row of neighbours for which it holds; empty if there is none."""
    edges = np.flatnonzero(np.diff(np.r_[False, holds, False]))
    rows = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    return slice(*max(rows, key=lambda row: row[1] - row[0], default=(0, 0)))


def in_words(settings: Row) -> str:
    """The settings of a row."""
    return ", ".join(f"{name}={word(value)}" for name, value in settings.items())


def flat(rows: Sequence[Row]) -> list[Row]:
    """The rows with a column for every setting."""
    names = dict.fromkeys(name for row in rows for name in row["settings"])
    return [
        {k: v for k, v in row.items() if k in ("optim", "optimizer")}
        | {name: row["settings"].get(name) for name in names}
        | {k: v for k, v in row.items() if k not in ("optim", "optimizer", "settings")}
        for row in rows
    ]


def write(path: Path, name: str, rows: Sequence[Row]) -> None:
    """Write rows as `name.csv` and `name.json`, whole or not at all."""
    lines = flat(rows)
    with whole(path / f"{name}.csv") as file, file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(lines[0]) if lines else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    with whole(path / f"{name}.json") as file:
        text = json.dumps(list(rows), ensure_ascii=False, indent=2, default=plain)
        file.write_text(text + "\n", encoding="utf-8")
