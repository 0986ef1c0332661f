"""A training in words: what decides it, and its way into a run directory and back out of it."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

from optiviz.errors import UserError
from optiviz.fast import wanted
from optiviz.optim import Optimizer, parse
from optiviz.problems import MLP, Dataset, load
from optiviz.problems.data.datasets import TITLES
from optiviz.runs.batches import feed_of
from optiviz.runs.inputs import as_rule
from optiviz.training.directory import RunDirectory
from optiviz.training.train import Checkpoint, Row, Training, train
from optiviz.words import slug, split

HIDDEN = (300, 100, 100)
LONG = 5000  # updates: fewer are done before the compiler has even been loaded


@dataclass(frozen=True)
class Recipe:
    """What decides a training, in the words of the command line; `run.json` keeps them."""

    optim: str
    lr: float | None
    batch_size: int
    epochs: int
    seed: int
    schedule: str | None = None
    schedule_per: str = "epoch"
    sizes: str | None = None
    biases: bool = False
    init: str = "glorot"
    dtype: str = "float32"
    dataset: str = "mnist"
    data_dir: str | None = None
    validation: int = 0
    eval_every: int | None = None
    patience: int | None = None
    threads: int = 1
    compiled: bool | None = None

    def name(self) -> Path:
        """The directory's name when none was given: the rule, the data and the seed."""
        return Path("runs") / f"{slug(self.optim)}-{self.dataset}-{self.seed}"

    def command(self) -> str:
        """The command that does the same; what is left to its default is left out.

        >>> Recipe("adam", lr=0.001, batch_size=100, epochs=5, seed=0).command()
        'optiviz train --optim adam --lr 0.001 --batch-size 100 --epochs 5 --seed 0'
        """
        words = ["optiviz", "train"]
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None and value != field.default and field.name != "compiled":
                words.append(f"--{field.name.replace('_', '-')}")
                words += [] if value is True else [str(value)]
        return shlex.join(words)

    def networks(self, data: Dataset) -> tuple[MLP, MLP, MLP | None]:
        """The network on the training set, on the test set, and on what is split off."""
        n = len(data.x_train) - self.validation
        if not (self.validation >= 0 and n >= 1):
            most = len(data.x_train) - 1
            raise UserError(f"validation must be from 0 to {most}, got {self.validation}.")
        if self.dtype not in ("float32", "float64"):
            raise UserError(f"dtype must be float32 or float64, got {self.dtype!r}.")
        sizes = (data.x_train.shape[1], *HIDDEN, len(data.classes))
        compiled = self.compiled
        if compiled is None:
            compiled = wanted() and self.epochs * n >= LONG * self.batch_size
        network = MLP(
            data.x_train[:n],
            data.y_train[:n],
            sizes if self.sizes is None else _widths(self.sizes, sizes),
            biases=self.biases,
            init=self.init,
            dtype=self.dtype,
            compiled=compiled,
            name=data.name,
            title=TITLES.get(data.name, data.name),
        )
        split_off = network.on(data.x_train[n:], data.y_train[n:]) if self.validation else None
        return network, network.on(data.x_test, data.y_test), split_off

    def rule(self, network: MLP) -> Optimizer:
        """The update rule; its rate is the network's usual one if no one gave any."""
        if self.schedule_per not in ("epoch", "step"):
            raise UserError(f"schedule_per must be epoch or step, got {self.schedule_per!r}.")
        text = self.optim
        if self.lr is not None:
            if "lr" in split(text)[1]:
                raise UserError(f"The learning rate is given twice: in --lr and in {text!r}.")
            text = text.rstrip(": ") + f"{',' if split(text)[1] else ':'}lr={self.lr}"
        return as_rule(network, text, self.schedule)

    def check(self) -> None:
        """Refuse numbers that `train` would refuse, before the data are read."""
        if self.seed < 0:
            raise UserError(f"seed must be at least 0, got {self.seed}.")
        for name in ("epochs", "batch_size", "eval_every", "patience", "threads"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UserError(f"{name} must be at least 1, got {value}.")
        if self.patience is not None and not self.validation:
            raise UserError(
                "--patience watches the validation loss: split off --validation samples."
            )

    def course(self) -> dict[str, Any]:
        """What `train` is to be told."""
        names = ("epochs", "batch_size", "seed", "eval_every", "patience", "threads")
        told = {name: getattr(self, name) for name in names}
        return told | {"per_step": self.schedule_per == "step"}

    def per_epoch(self, network: MLP) -> int:
        """How many updates make an epoch."""
        return feed_of(network, self.batch_size, self.seed)[1]


@dataclass(frozen=True)
class Work:
    """A training that is ready to go on, in the directory that keeps it.

    Attributes:
        recipe: what decides it.
        directory: where it is written.
        networks: on the training set, the test set, and on what is split off.
        rule: the update rule.
        checkpoint: where it goes on; None at the beginning.
    """

    recipe: Recipe
    directory: RunDirectory
    networks: tuple[MLP, MLP, MLP | None]
    rule: Optimizer
    checkpoint: Checkpoint | None = None

    @classmethod
    def begin(cls, recipe: Recipe, path: Path, overwrite: bool = False) -> Work:
        """Make the directory of a new training.

        Raises:
            UserError: words that cannot be read, or a directory that is not to be written to.
        """
        parse(recipe.optim)
        recipe.check()
        work = cls._prepared(recipe, path)
        settled = dataclasses.replace(recipe, compiled=work.networks[0].compiled)
        work = dataclasses.replace(work, recipe=settled)  # also where there is no compiler later on
        recipe.per_epoch(work.networks[0])  # a batch may be too large for the data
        work.directory.create(work._facts(), overwrite)
        return work

    @classmethod
    def resume(cls, path: Path) -> Work:
        """Go on with a training that was stopped or killed, as it was begun.

        Raises:
            UserError: a finished run, a damaged directory, or other data than it began with.
        """
        facts = RunDirectory(path).facts()
        if facts.get("status") == "finished":
            raise UserError(f"{path} holds a finished run ({facts['verdict']}): nothing to resume.")
        try:
            recipe = Recipe(**facts["options"])
            for name, kind in get_type_hints(Recipe).items():
                if not isinstance(value := getattr(recipe, name), kind):
                    raise TypeError(f"{name} is {value!r}")
        except (TypeError, KeyError) as error:
            raise UserError(f"{path / 'run.json'} is not what optiviz wrote: {error}.") from None
        work = cls._prepared(recipe, path)
        if facts.get("data") != work._facts()["data"]:
            raise UserError(f"{path} was trained on other data than {recipe.dataset}.")
        return dataclasses.replace(work, checkpoint=work.directory.load(work.networks[0]))

    @classmethod
    def _prepared(cls, recipe: Recipe, path: Path) -> Work:
        networks = recipe.networks(data_of(recipe))
        return cls(recipe, RunDirectory(path), networks, recipe.rule(networks[0]))

    def _facts(self) -> dict[str, Any]:
        """What `run.json` says at the beginning."""
        data = data_of(self.recipe)
        facts = {"options": dataclasses.asdict(self.recipe), "settings": self.rule.settings()}
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
    ) -> tuple[Training, dict[str, Any]]:
        """Train to the end, or until told to stop; the training, and what `run.json` then says."""
        done = train(
            *self.networks[:2],
            self.rule,
            validation=self.networks[2],
            **self.recipe.course(),
            on_progress=on_progress,
            on_checkpoint=self.directory.save,
            stop=stop,
            resume=self.checkpoint,
        )
        return done, self.directory.finish(done, self.networks[0])


def data_of(recipe: Recipe) -> Dataset:
    """The data set of a recipe, read once by all the trainings of a process."""
    return _load(recipe.dataset, recipe.data_dir)


_load = lru_cache(1)(load)


def _widths(text: str, usual: tuple[int, ...]) -> tuple[int, ...]:
    """The widths of all layers, whose ends the data decide."""
    try:
        sizes = tuple(int(word) for word in text.split(","))
    except ValueError:
        raise UserError(f"sizes must be whole numbers with commas between, got {text!r}.") from None
    if len(sizes) < 2 or (sizes[0], sizes[-1]) != (usual[0], usual[-1]):
        raise UserError(f"sizes must begin with {usual[0]} and end with {usual[-1]}, got {text!r}.")
    return sizes
