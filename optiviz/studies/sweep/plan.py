"""What a sweep is to do: its rules, its grid or its search, and every training that makes it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass
from itertools import product
from typing import Any

from optiviz.errors import UserError, at_least, at_most, unknown
from optiviz.optim import parse
from optiviz.problems.data.dataset import is_own
from optiviz.studies.pool import MOST_SEEDS
from optiviz.training.recipe import Recipe, data_of
from optiviz.words import join, split

WHOLE = ("batch_size", "epochs")
OF_RECIPE = (*WHOLE, "schedule")  # what a grid may vary beside the settings of rules
OBJECTIVES = {"val_loss": "minimize", "val_accuracy": "maximize"}
Settings = dict[str, Any]
MOST = 100_000  # trainings


@dataclass(frozen=True)
class Cell:
    """One training of a sweep, and where it stands in the tables.

    Attributes:
        recipe: the training.
        optim: its rule as the plan has it.
        settings: what was set for it beside that.
    """

    recipe: Recipe
    optim: str
    settings: Settings

    @classmethod
    def of(cls, common: Recipe, optim: str, settings: Settings, seed: int) -> Cell:
        """The training with these settings, and all else as the others have it.

        Raises:
            UserError: a setting that the rule's own words have already.
        """
        # η first, as people say it, and the same order in every process.
        ordered = {k: settings[k] for k in sorted(settings, key=lambda name: (name != "lr", name))}
        name, given = split(optim)
        chosen = {k: _plain(v) for k, v in ordered.items() if k not in OF_RECIPE}
        if twice := [k for k in chosen if k in given]:
            raise UserError(f"{twice[0]} is named twice: in {optim!r} and in the grid.")
        own = {k: v for k, v in ordered.items() if k in OF_RECIPE}
        text = join(name, given | chosen)
        return cls(dataclasses.replace(common, optim=text, seed=seed, **own), optim, ordered)

    @property
    def key(self) -> str:
        """What names it, the same in every process."""
        return key_of(self.optim, self.settings, self.recipe.seed)


def key_of(optim: str, settings: Settings, seed: int) -> str:
    """What names a training."""
    return json.dumps([optim, settings, seed], sort_keys=True)


def word(value: Any) -> str:
    """A value as it is typed.

    >>> word(True), word(0.1), word([0.9, 0.99])
    ('true', '0.1', '0.9/0.99')
    """
    return join("a", {"value": _plain(value)}).partition("=")[2]


def _plain(value: Any) -> Any:
    """Numbers with / between, which JSON gives back as a list."""
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Plan:
    """What a sweep is to do.

    Attributes:
        recipe: what all trainings have in common; its seed is the first one.
        optimizers: the rules in words.
        grid: settings of rules, batch_size, epochs and schedule, each with the values to try.
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
        facts["columns"] = 3  # what is kept of a training, and how it is called
        if is_own(self.recipe.dataset):  # a file of this name may hold anything
            facts["data"] = data_of(self.recipe).checksum
        text = json.dumps(facts, sort_keys=True)
        return f"optiviz-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def check(self) -> None:
        """Refuse what cannot be run, before anything is begun.

        Raises:
            UserError: in one sentence.
        """
        if not self.optimizers:
            raise UserError("A sweep needs a rule: name one with --optim.")
        at_least(1, seeds=self.seeds)
        at_least(0, tune=self.tune)
        at_most(MOST_SEEDS, seeds=self.seeds)
        if self.tune and self.grid:
            raise UserError("--grid and --tune are two kinds of sweep: choose one.")
        if self.tune and not self.recipe.validation:
            raise UserError("A search needs a validation set: split off --validation samples.")
        if self.objective not in OBJECTIVES:
            raise unknown("objective", self.objective, OBJECTIVES)
        at_most(MOST, **{"The number of trainings": self.total})
        network = self.recipe.networks()[0]
        for setting in self.grid:
            if not any(self._takes(text, setting) for text in self.optimizers):
                raise unknown("setting of these rules", setting, self._settings())
        self._check_values()
        usual: dict[str, Settings] = {text: {} for text in self.optimizers}
        for cell in self.finals(usual) if self.tune else self.cells():
            cell.recipe.check()
            if cell.recipe.seed == self.recipe.seed:
                cell.recipe.rehearse(network)

    def _check_values(self) -> None:
        """Refuse a grid's values of what is not a rule's."""
        for value in self.grid.get("schedule", ()):
            if not isinstance(value, str):
                raise UserError(f"schedule must be a schedule's name, got {word(value)}.")
        for setting in WHOLE:
            for value in self.grid.get(setting, ()):
                if type(value) is not int or value < 1:
                    raise UserError(f"{setting} must be whole numbers from 1, got {word(value)}.")

    def _settings(self) -> list[str]:
        every = [name for text in self.optimizers for name in parse(text).known()]
        return [*OF_RECIPE, *dict.fromkeys(every)]

    def _takes(self, text: str, setting: str) -> bool:
        return setting in OF_RECIPE or setting in parse(text).known()

    def cells(self) -> list[Cell]:
        """Every training of the grid, all seeds of a setting together."""
        found = []
        for text in self.optimizers:
            axes = {k: v for k, v in self.grid.items() if self._takes(text, k)}
            for values in product(*axes.values()):
                settings = dict(zip(axes, values, strict=True))
                found += [Cell.of(self.recipe, text, settings, seed) for seed in self._seeds()]
        return found

    def finals(self, best: dict[str, Settings]) -> list[Cell]:
        """The trainings of the best settings of every rule, with all seeds."""
        return [
            Cell.of(self.recipe, text, best[text], seed)
            for text in self.optimizers
            for seed in self._seeds()
        ]

    def _seeds(self) -> range:
        return range(self.recipe.seed, self.recipe.seed + self.seeds)

    @property
    def total(self) -> int:
        """How many trainings it takes."""
        if self.tune:
            return len(self.optimizers) * (self.tune + self.seeds)
        axes = [
            [values for name, values in self.grid.items() if self._takes(text, name)]
            for text in self.optimizers
        ]
        return self.seeds * sum(math.prod(map(len, own)) for own in axes)
