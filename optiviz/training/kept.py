"""A training that a directory keeps: begun in it, gone on with, and finished."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optiviz.errors import UserError
from optiviz.files import reading
from optiviz.optim import parse
from optiviz.training.directory import RunDirectory
from optiviz.training.layers import Layers
from optiviz.training.longer import longer
from optiviz.training.recipe import Networks, Recipe, data_of
from optiviz.training.train import Checkpoint, Row, Training


@dataclass(frozen=True)
class Kept:
    """A training and the directory that keeps it.

    Attributes:
        recipe: what decides it.
        directory: where it is written.
        networks: those of the recipe.
        checkpoint: where it goes on; None at the beginning.
    """

    recipe: Recipe
    directory: RunDirectory
    networks: Networks
    checkpoint: Checkpoint | None = None

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
        last = directory.load(network, recipe.rule(network), kept.total)
        if epochs is not None:
            longer(begun, epochs, network, last, ended)
            directory.prolong(facts, kept._facts())
        return dataclasses.replace(kept, checkpoint=last)

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
            layers=None if self.checkpoint else Layers(),
            on_progress=on_progress,
            on_checkpoint=self.directory.save,
            stop=stop,
            resume=self.checkpoint,
        )

    def finish(self, done: Training) -> dict[str, Any]:
        """Write what the training left, and last that it has ended; what `run.json` then says."""
        return self.directory.finish(done, self.networks[0])
