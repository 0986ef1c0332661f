"""The directory of one training: written whole, and enough to go on from after any end.

`run.json` says what was asked for and what became of it, `metrics.csv` has a line for each
evaluation, `layers.csv` how large each layer's last step before it was, `weights.npz` the weights,
and `checkpoint.npz` all that going on needs.
"""

from __future__ import annotations

import csv
import math
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.files import (
    FORMAT,
    empty,
    folder,
    read_json,
    reading,
    whole,
    write_csv,
    write_json,
    writing,
)
from optiviz.optim import Optimizer
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.runs.record import plain
from optiviz.training.fitting import check
from optiviz.training.layers import Layers
from optiviz.training.outcome import End
from optiviz.training.train import COLUMNS, Checkpoint, Row, Training
from optiviz.unpack import arrays_of
from optiviz.version import __version__

LAYERS = "layers.csv"
FILES = ("run.json", "checkpoint.npz", "metrics.csv", LAYERS, "weights.npz", "curves.png")


@dataclass(frozen=True)
class RunDirectory:
    """A directory that holds one training.

    Args:
        path: where it is.
    """

    path: Path

    def create(self, facts: dict[str, Any], overwrite: bool = False) -> None:
        """Make the directory, and write down what is about to be run.

        Args:
            facts: what `run.json` is to say of the run; see `optiviz.training.kept.Kept`.
            overwrite: whether a run that is there may be replaced.

        Raises:
            UserError: there is a run or something else already, or no place to write to.
        """
        folder(self.path)
        with writing(self.path):
            if not (empty(self.path) or overwrite):
                raise UserError(
                    f"{self.path} is not empty: choose another --out, add --overwrite to replace "
                    "the run in it, or continue that run with --resume."
                )
            for name in FILES:
                (self.path / name).unlink(missing_ok=True)
        versions = {"python": platform.python_version(), "numpy": np.__version__}
        versions |= {"optiviz": __version__} | facts.get("versions", {})
        self._write_facts({"format": FORMAT, "status": "running"} | facts | {"versions": versions})

    def facts(self) -> dict[str, Any]:
        """What `run.json` says.

        Raises:
            UserError: there is none, or it is damaged.
        """
        path = self.path / "run.json"
        facts = read_json(path, missing=f"{self.path} holds no run: it has no run.json.")
        with reading(path):
            if (status := facts["status"]) not in ("running", "stopped", "finished"):
                raise ValueError(f"its status is {status!r}")
            if status == "finished" and not isinstance(facts["verdict"], str):
                raise TypeError("it has no verdict")
        return facts

    def save(self, at: Checkpoint) -> None:
        """Write a checkpoint, the evaluations so far, and what was seen of the layers.

        Raises:
            UserError: the disk is full, or the directory cannot be written to.
        """
        numbers = np.array([at.total, at.seconds])
        counts = np.array([at.step, at.count])
        rows = np.array([[row[name] for name in COLUMNS] for row in at.rows])
        rows = rows.reshape(-1, len(COLUMNS))
        arrays = {"w": at.w, "best": at.best, "numbers": numbers, "counts": counts, "rows": rows}
        arrays |= {f"slot.{name}": array for name, array in at.slots.items()}
        layers = at.layers or Layers()
        arrays |= {"layers": layers.table} if layers.seen else {}
        with whole(self.path / "checkpoint.npz") as unfinished, unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        self.write_metrics(at.rows)
        layers.write(self.path / LAYERS)

    def load(self, network: MLP, rule: Optimizer, n: int) -> Checkpoint | None:
        """The last checkpoint, to the same bits, or None if there is none.

        Args:
            network, rule: what was trained, and how; the checkpoint must fit them.
            n: how many updates the training takes.

        Raises:
            UserError: the checkpoint is damaged, or of another network or rule.
        """
        path = self.path / "checkpoint.npz"
        if not path.exists():
            return None
        try:
            arrays = arrays_of(path)
            slots = {k[5:]: arrays.pop(k) for k in list(arrays) if k.startswith("slot.")}
            check(arrays, slots, network, rule, n)
        except Exception as error:  # a damaged archive may raise nearly anything
            raise UserError(f"{path} is not a checkpoint of this run: {error}.") from None
        (total, seconds), (step, count) = arrays["numbers"], arrays["counts"]
        return Checkpoint(
            step=int(step),
            w=arrays["w"],
            best=arrays["best"],
            slots=slots,
            rows=[dict(zip(COLUMNS, row, strict=True)) for row in arrays["rows"].tolist()],
            total=float(total),
            count=int(count),
            seconds=float(seconds),
            layers=Layers.read(arrays["layers"]) if "layers" in arrays else Layers(),
        )

    def history(self) -> dict[str, Any]:
        """The columns of `metrics.csv`, each an array with a number for every evaluation.

        Raises:
            UserError: the file is missing or damaged.
        """
        path = self.path / "metrics.csv"
        with reading(path), path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
            return {name: np.array([float(row[name]) for row in rows]) for name in COLUMNS}

    def finish(self, done: Training, network: MLP) -> dict[str, Any]:
        """Write the weights and what became of the run; the facts, for a summary.

        Raises:
            UserError: the disk is full, or the directory cannot be written to.
        """
        with whole(self.path / "weights.npz") as unfinished, unfinished.open("wb") as file:
            np.savez(
                file,
                w=done.w,
                sizes=network.sizes,
                biases=network.biases,
                activation=network.activation,
            )
        self.write_metrics(rows_of(done.history))
        last = {name: float(values[-1]) for name, values in done.history.items() if len(values)}
        facts = self.facts() | {
            "status": "stopped" if done.outcome.stopped is End.INTERRUPTED else "finished",
            "verdict": done.outcome.text,
            "stopped": done.outcome.stopped,
            "steps": done.steps,
            "seconds": round(float(last.get("seconds", 0.0)), 3),
            "updates_per_second": round(done.updates_per_second, 1),
            "last": {k: v if math.isfinite(v) else None for k, v in last.items()},
        }
        self._write_facts(facts)
        return facts

    def prolong(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Write down that a run is under way again, for longer than it was begun for."""
        facts = {"format": FORMAT, "status": "running"} | new
        self._write_facts(facts | {"versions": old.get("versions", {})})

    def _write_facts(self, facts: dict[str, Any]) -> None:
        write_json(self.path / "run.json", facts, default=plain)

    def write_metrics(self, rows: Iterable[Row]) -> None:
        """Write `metrics.csv`, a line for each evaluation."""
        steps = (row | {"step": int(row["step"])} for row in rows)
        write_csv(self.path / "metrics.csv", COLUMNS, steps)


def rows_of(history: Mapping[str, Array]) -> list[Row]:
    """The evaluations of a history, one after the other."""
    columns = (history[name].tolist() for name in COLUMNS)
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]
