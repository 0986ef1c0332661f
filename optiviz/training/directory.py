"""The directory of one training: written whole, and enough to go on from after any end.

`run.json` says what was asked for and what became of it, `metrics.csv` has a line for each
evaluation, `weights.npz` the weights, and `checkpoint.npz` all that going on needs.
"""

from __future__ import annotations

import csv
import json
import math
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.files import whole
from optiviz.problems import MLP
from optiviz.runs.record import plain
from optiviz.training.train import COLUMNS, Checkpoint, Training
from optiviz.version import __version__

FORMAT = 1
FILES = ("run.json", "checkpoint.npz", "metrics.csv", "weights.npz", "curves.png")


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
            facts: what `run.json` is to say of the run; see `begin`.
            overwrite: whether a run that is there may be replaced.

        Raises:
            UserError: there is a run or something else already, or no place to write to.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._clear_away_unfinished()
            if any(self.path.iterdir()) and not overwrite:
                raise UserError(
                    f"{self.path} is not empty: choose another --out, add --overwrite to replace "
                    "the run in it, or continue that run with --resume."
                )
            for name in FILES:
                (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"Cannot write {self.path}: {error.strerror or error}.") from None
        versions = {"python": platform.python_version(), "numpy": np.__version__}
        versions["optiviz"] = __version__
        self._write_facts({"format": FORMAT, "status": "running"} | facts | {"versions": versions})

    def facts(self) -> dict[str, Any]:
        """What `run.json` says.

        Raises:
            UserError: there is none, or it is damaged.
        """
        path = self.path / "run.json"
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            if facts["format"] != FORMAT or not isinstance(facts["options"], dict):
                raise ValueError("another format")
        except FileNotFoundError:
            raise UserError(f"{self.path} holds no run: it has no run.json.") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path} is not what optiviz wrote: {error}.") from None
        return dict(facts)

    def save(self, at: Checkpoint) -> None:
        """Write a checkpoint, and the evaluations so far.

        Raises:
            UserError: the disk is full, or the directory cannot be written to.
        """
        numbers = np.array([at.total, at.seconds])
        counts = np.array([at.step, at.count])
        rows = np.array([[row[name] for name in COLUMNS] for row in at.rows])
        arrays = {"w": at.w, "best": at.best, "numbers": numbers, "counts": counts, "rows": rows}
        arrays |= {f"slot.{name}": array for name, array in at.slots.items()}
        with whole(self.path / "checkpoint.npz") as unfinished, unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        self._write_metrics(rows)

    def load(self, network: MLP) -> Checkpoint | None:
        """The last checkpoint, to the same bits; None if the run had no time to write one.

        Args:
            network: what was trained, whose weights the checkpoint must fit.

        Raises:
            UserError: the checkpoint is damaged, or of another network.
        """
        path = self.path / "checkpoint.npz"
        self._clear_away_unfinished()
        if not path.exists():
            return None
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = dict(file)
            (total, seconds), (step, count) = arrays["numbers"], arrays["counts"]
            rows = arrays["rows"].reshape(-1, len(COLUMNS))
            slots = {k[5:]: array for k, array in arrays.items() if k.startswith("slot.")}
            for w in (arrays["w"], arrays["best"]):
                network.layers(w)
        except Exception as error:  # a damaged archive may raise nearly anything
            raise UserError(f"{path} is not a checkpoint of this run: {error}.") from None
        return Checkpoint(
            step=int(step),
            w=arrays["w"],
            best=arrays["best"],
            slots=slots,
            rows=[dict(zip(COLUMNS, map(float, row), strict=True)) for row in rows],
            total=float(total),
            count=int(count),
            seconds=float(seconds),
        )

    def history(self) -> dict[str, Any]:
        """The columns of `metrics.csv`, each an array with a number for every evaluation.

        Raises:
            UserError: the file is missing or damaged.
        """
        path = self.path / "metrics.csv"
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            return {name: np.array([float(row[name]) for row in rows]) for name in COLUMNS}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path} is not what optiviz wrote: {error}.") from None

    def finish(self, done: Training, network: MLP) -> dict[str, Any]:
        """Write the weights and what became of the run; the facts, for a summary.

        Raises:
            UserError: the disk is full, or the directory cannot be written to.
        """
        with whole(self.path / "weights.npz") as unfinished, unfinished.open("wb") as file:
            np.savez(file, w=done.w, sizes=network.sizes, biases=network.biases)
        table = np.array([done.history[name] for name in COLUMNS]).T
        self._write_metrics(table)
        last = {name: float(values[-1]) for name, values in done.history.items() if len(values)}
        facts = self.facts() | {
            "status": "stopped" if done.stopped == "interrupted" else "finished",
            "verdict": done.verdict,
            "stopped": done.stopped,
            "steps": done.steps,
            "seconds": round(float(last.get("seconds", 0.0)), 3),
            "updates_per_second": round(done.updates_per_second, 1),
            "last": {k: v if math.isfinite(v) else None for k, v in last.items()},
        }
        self._write_facts(facts)
        return facts

    def _write_facts(self, facts: dict[str, Any]) -> None:
        text = json.dumps(facts, ensure_ascii=False, indent=2, default=plain)
        with whole(self.path / "run.json") as unfinished:
            unfinished.write_text(text + "\n", encoding="utf-8")

    def _write_metrics(self, rows: Any) -> None:
        """Numbers in the shortest form that reads back to the same bits."""
        with (
            whole(self.path / "metrics.csv") as unfinished,
            unfinished.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for row in rows:
                named = dict(zip(COLUMNS, map(float, row), strict=True))
                writer.writerow((named | {"step": int(named["step"])}).values())

    def _clear_away_unfinished(self) -> None:
        """Remove what a killed run had not finished writing."""
        for ending in {Path(name).suffix for name in FILES}:
            for path in self.path.glob(f".????????{ending}"):
                path.unlink(missing_ok=True)
