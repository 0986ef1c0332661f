"""The directory of one training: written whole, and enough to go on from after any end.

`run.json` says what was asked for and what became of it, `metrics.csv` has a line for each
evaluation, `layers.csv` how large each layer's last step before it was, `weights.npz` the weights,
and `checkpoint.npz` all that going on needs.
"""

from __future__ import annotations

import csv
import dataclasses
import math
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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
from optiviz.optim import Optimizer, parse
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.runs.record import plain
from optiviz.training.fitting import check
from optiviz.training.layers import Layers
from optiviz.training.longer import longer
from optiviz.training.outcome import End
from optiviz.training.recipe import Networks, Recipe, data_of
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
            facts: what `run.json` is to say of the run; see `Kept.begin`.
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

    def save(self, at: Checkpoint, layers: Layers) -> None:
        """Write a checkpoint, and the evaluations so far.

        Raises:
            UserError: the disk is full, or the directory cannot be written to.
        """
        numbers = np.array([at.total, at.seconds])
        counts = np.array([at.step, at.count])
        rows = np.array([[row[name] for name in COLUMNS] for row in at.rows])
        rows = rows.reshape(-1, len(COLUMNS))
        arrays = {"w": at.w, "best": at.best, "numbers": numbers, "counts": counts, "rows": rows}
        arrays |= {f"slot.{name}": array for name, array in at.slots.items()}
        arrays |= {"layers": layers.table} if layers.seen else {}
        with whole(self.path / "checkpoint.npz") as unfinished, unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        self.write_metrics(at.rows)
        layers.write(self.path / LAYERS)

    def load(self, network: MLP, rule: Optimizer, n: int) -> tuple[Checkpoint | None, Layers]:
        """The last checkpoint, to the same bits, or None, and what was seen of the layers by then.

        Args:
            network, rule: what was trained, and how; the checkpoint must fit them.
            n: how many updates the training takes.

        Raises:
            UserError: the checkpoint is damaged, or of another network or rule.
        """
        path = self.path / "checkpoint.npz"
        if not path.exists():
            return None, Layers()
        try:
            arrays = arrays_of(path)
            slots = {k[5:]: arrays.pop(k) for k in list(arrays) if k.startswith("slot.")}
            check(arrays, slots, network, rule, n)
        except Exception as error:  # a damaged archive may raise nearly anything
            raise UserError(f"{path} is not a checkpoint of this run: {error}.") from None
        (total, seconds), (step, count) = arrays["numbers"], arrays["counts"]
        layers = Layers.read(arrays["layers"]) if "layers" in arrays else Layers()
        last = Checkpoint(
            step=int(step),
            w=arrays["w"],
            best=arrays["best"],
            slots=slots,
            rows=[dict(zip(COLUMNS, row, strict=True)) for row in arrays["rows"].tolist()],
            total=float(total),
            count=int(count),
            seconds=float(seconds),
        )
        return last, layers

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


@dataclass(frozen=True)
class Kept:
    """A training that a directory keeps: begun in it, or gone on with.

    Attributes:
        recipe: what decides it.
        directory: where it is written.
        networks: those of the recipe.
        checkpoint: where it goes on; None at the beginning.
        layers: what is seen of its layers.
    """

    recipe: Recipe
    directory: RunDirectory
    networks: Networks
    checkpoint: Checkpoint | None = None
    layers: Layers = field(default_factory=Layers)

    @classmethod
    def begin(cls, recipe: Recipe, path: Path, overwrite: bool = False) -> Kept:
        """Make the directory of a new training.

        Raises:
            UserError: words that cannot be read, or a directory that is not to be written to.
        """
        parse(recipe.words())  # a mistake in words is told before the data are read
        recipe.check()
        networks = recipe.networks()
        # Settled, also for a place where there is no compiler later on.
        settled = dataclasses.replace(recipe, compiled=networks[0].compiled)
        kept = cls(settled, RunDirectory(path), networks)
        facts = kept._facts()
        recipe.rehearse(networks[0])  # nothing is written for what cannot begin
        kept.directory.create(facts, overwrite)
        return kept

    @classmethod
    def resume(cls, path: Path, epochs: int | None = None) -> Kept:
        """Go on with a training that was stopped or killed, as it was begun.

        Args:
            path: its directory.
            epochs: how many it is to have now, instead of those that it was begun for; then a
                finished one goes on, too. See `longer`.

        Raises:
            UserError: a finished run, a damaged directory, other data than it began with, or what
                cannot be made longer.
        """
        directory = RunDirectory(path)
        facts = directory.facts()
        if facts["status"] == "finished" and epochs is None:
            raise UserError(
                f"{path} holds a finished run ({facts['verdict']}): nothing to resume; --epochs "
                "trains on."
            )
        with reading(path / "run.json"):
            begun = Recipe.read(facts["options"])
            ended = str(facts.get("stopped", ""))
            apart = begun.weight_decay and "weight_decay" not in facts["settings"]
        if apart:  # as it once was for every rule
            raise UserError(
                f"{path} was begun when --weight-decay was none of the rule's settings: train anew."
            )
        begun.check()
        if epochs is not None and epochs <= begun.epochs:
            raise UserError(f"{path} was begun for {begun.epochs} epochs: --epochs must be more.")
        recipe = begun if epochs is None else dataclasses.replace(begun, epochs=epochs)
        recipe.check()
        kept = cls(recipe, directory, recipe.networks())
        if facts.get("data") != kept._facts()["data"]:
            raise UserError(f"{path} was trained on other data than {recipe.dataset}.")
        network = kept.networks[0]
        last, layers = directory.load(network, recipe.rule(network), kept.total)
        if epochs is not None:
            longer(begun, epochs, network, last, ended)
            directory.prolong(facts, kept._facts())
        return dataclasses.replace(kept, checkpoint=last, layers=layers)

    def _facts(self) -> dict[str, Any]:
        """What `run.json` says at the beginning."""
        data, rule = data_of(self.recipe), self.recipe.rule(self.networks[0])
        facts = {"options": dataclasses.asdict(self.recipe), "settings": rule.settings()}
        facts["versions"] = rule.versions()
        return facts | {"data": {"name": data.name, "checksum": data.checksum}}

    @property
    def begun(self) -> int:
        """The updates that are done."""
        return 0 if self.checkpoint is None else self.checkpoint.step

    @property
    def total(self) -> int:
        """The updates that it takes."""
        return self.recipe.epochs * self.recipe.per_epoch(self.networks[0])

    def train(
        self, on_progress: Callable[[int, Row], object], stop: Callable[[], bool]
    ) -> Training:
        """Train to the end, or until told to stop."""
        return self.recipe.train(
            self.networks,
            layers=self.layers,
            on_progress=on_progress,
            on_checkpoint=lambda at: self.directory.save(at, self.layers),
            stop=stop,
            resume=self.checkpoint,
        )

    def finish(self, done: Training) -> dict[str, Any]:
        """Write what the training left, and last that it has ended; what `run.json` then says."""
        return self.directory.finish(done, self.networks[0])
