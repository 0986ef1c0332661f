"""What a sweep is to do: its rules, its grid or its search, and every training that makes it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from itertools import product
from typing import Any

from optiviz.errors import UserError, unknown
from optiviz.optim import parse
from optiviz.training.recipe import Recipe
from optiviz.words import split

OF_JOB = ("batch_size", "epochs")  # what a grid may vary beside the settings of rules
OBJECTIVES = {"val_loss": "minimize", "val_accuracy": "maximize"}
Settings = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """One training of a sweep: a rule, what was set for it, and a seed."""

    optim: str
    settings: Settings
    seed: int

    @property
    def key(self) -> str:
        """What names it, the same in every process."""
        return json.dumps([self.optim, self.settings, self.seed], sort_keys=True)

    def recipe(self, common: Recipe) -> Recipe:
        """The training in words."""
        own = {k: v for k, v in self.settings.items() if k in OF_JOB}
        words = [f"{k}={word(v)}" for k, v in self.settings.items() if k not in OF_JOB]
        text = self.optim.rstrip(": ")
        if words:
            text += (":" if not split(text)[1] else ",") + ",".join(words)
        return dataclasses.replace(common, optim=text, seed=self.seed, **own)


def word(value: Any) -> str:
    """A value as it is typed."""
    return str(value).lower() if isinstance(value, bool) else f"{value}"


@dataclass(frozen=True)
class Plan:
    """What a sweep is to do.

    Attributes:
        recipe: what all trainings have in common; its seed is the first one.
        optimizers: the rules in words.
        grid: settings of rules, batch_size and epochs, each with the values to try.
        seeds: how many for every setting.
        tune: how many trials a search gets for every rule, instead of a grid; 0 for none.
        objective: what the search improves, one of `OBJECTIVES`, on data split off for it.
    """

    recipe: Recipe
    optimizers: tuple[str, ...]
    grid: dict[str, tuple[Any, ...]]
    seeds: int = 1
    tune: int = 0
    objective: str = "val_loss"

    @property
    def name(self) -> str:
        """The study's name: the same plan has the same one on every machine."""
        facts = dataclasses.asdict(self)
        facts["recipe"] = {
            k: v for k, v in facts["recipe"].items() if k not in ("data_dir", "compiled")
        }
        text = json.dumps(facts, sort_keys=True)
        return f"optiviz-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def check(self) -> None:
        """Refuse what cannot be run, before anything is begun.

        Raises:
            UserError: in one sentence.
        """
        for name, value, least in (("seeds", self.seeds, 1), ("tune", self.tune, 0)):
            if value < least:
                raise UserError(f"{name} must be at least {least}, got {value}.")
        if self.tune and self.grid:
            raise UserError("--grid and --tune are two kinds of sweep: choose one.")
        if self.tune and not self.recipe.validation:
            raise UserError("A search needs a validation set: split off --validation samples.")
        if self.objective not in OBJECTIVES:
            raise unknown("objective", self.objective, OBJECTIVES)
        network = self.recipe.networks()[0]
        for setting in self.grid:
            if not any(self._takes(text, setting) for text in self.optimizers):
                raise unknown("setting of these rules", setting, self._settings())
        for setting in OF_JOB:
            for value in self.grid.get(setting, ()):
                if type(value) is not int or value < 1:
                    raise UserError(f"{setting} must be whole numbers from 1, got {word(value)}.")
        usual: dict[str, Settings] = {text: {} for text in self.optimizers}
        for cell in self.finals(usual) if self.tune else self.cells():
            recipe = cell.recipe(self.recipe)
            recipe.rule(network)
            recipe.check()
            recipe.per_epoch(network)

    def _settings(self) -> list[str]:
        every = [name for text in self.optimizers for name in parse(text).known()]
        return [*OF_JOB, *dict.fromkeys(every)]

    def _takes(self, text: str, setting: str) -> bool:
        return setting in OF_JOB or setting in parse(text).known()

    def cells(self) -> list[Cell]:
        """Every training of the grid, all seeds of a setting together."""
        found = []
        for text in self.optimizers:
            axes = {k: v for k, v in self.grid.items() if self._takes(text, k)}
            for values in product(*axes.values()):
                settings = dict(zip(axes, values, strict=True))
                found += [Cell(text, settings, self.recipe.seed + i) for i in range(self.seeds)]
        return found

    def finals(self, best: dict[str, Settings]) -> list[Cell]:
        """The trainings of the best settings of every rule, with all seeds."""
        seeds = range(self.recipe.seed, self.recipe.seed + self.seeds)
        return [Cell(text, best[text], seed) for text in self.optimizers for seed in seeds]

    @property
    def total(self) -> int:
        """How many trainings it takes."""
        return len(self.optimizers) * (self.tune + self.seeds) if self.tune else len(self.cells())
