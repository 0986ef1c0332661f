"""A training in words: all that decides it, from the command line to the process that trains."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, get_type_hints

import numpy as np

from optiviz.errors import UserError, at_least, at_most
from optiviz.fast import wanted
from optiviz.optim import Optimizer, parse
from optiviz.problems import MLP, Dataset
from optiviz.problems.data.dataset import is_own, title_of
from optiviz.problems.data.kept import kept
from optiviz.problems.network.layers import count
from optiviz.runs.batches import feed_of
from optiviz.runs.inputs import as_rule
from optiviz.runs.loop import rehearse
from optiviz.training.layers import Layers
from optiviz.training.train import Checkpoint, Row, Training, train
from optiviz.words import join, slug, split, whole

HIDDEN = (300, 100, 100)
LONG = 5000  # updates: fewer are done before the compiler has even been loaded
MOST_BYTES, MOST_LAYERS = 40_000_000, 100  # of weights, of which a training keeps up to ten copies
INNER = ("shuffle", "compiled")  # fields that no option of the command line sets
# On the training set, on the test set, and on what is split off.
Networks: TypeAlias = tuple[MLP, MLP, MLP | None]


@dataclass(frozen=True)
class Recipe:
    """What decides a training, in the words of the command line; `run.json` keeps them.

    Attributes:
        optim: the update rule, such as "adam:beta1=0.8"; lr: η, if not in these words;
            weight_decay: λ, the same as "adam:weight_decay=0.1".
        batch_size, epochs, seed, eval_every, patience, shuffle, threads: see `train`.
        schedule: of η, such as "cosine"; schedule_per: whether it counts "epoch" or "step".
        sizes: the widths of all layers, such as "784,100,10"; biases, init, activation, dtype: see
            `MLP`.
        dataset, data_dir: see `load`; validation: how many of its last samples are split off.
        compiled: whether small batches go through compiled loops; None leaves it to `networks`.
    """

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
    activation: str = "relu"
    dtype: str = "float32"
    dataset: str = "mnist"
    data_dir: str | None = None
    validation: int = 0
    eval_every: int | None = None
    patience: int | None = None
    weight_decay: float = 0.0
    shuffle: bool = True
    threads: int = 1
    compiled: bool | None = None

    @classmethod
    def read(cls, options: dict[str, Any]) -> Recipe:
        """The recipe that `dataclasses.asdict` made these options of.

        Raises:
            TypeError: a name or a value that no recipe has.
        """
        recipe = cls(**options)
        for name, kind in get_type_hints(cls).items():
            if not isinstance(value := getattr(recipe, name), kind):
                raise TypeError(f"{name} is {value!r}")
        return recipe

    def name(self) -> Path:
        """The directory's name when none was given: the rule, the data and the seed."""
        data = Path(self.dataset).stem if is_own(self.dataset) else self.dataset
        data = re.sub(r"[^\w.]+", "-", data)[:60]
        return Path("runs") / f"{slug(self.optim)}-{data}-{self.seed}"

    def command(self) -> str:
        """The command that does the same; what is left to its default is left out.

        >>> Recipe("adam", lr=0.001, batch_size=100, epochs=5, seed=0).command()
        'optiviz train --optim adam --lr 0.001 --batch-size 100 --epochs 5 --seed 0'
        """
        words = ["optiviz", "train"]
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None and value != field.default and field.name not in INNER:
                words.append(f"--{field.name.replace('_', '-')}")
                words += [] if value is True else [str(value)]
        return shlex.join(words)

    def networks(self, data: Dataset | None = None) -> Networks:
        """The network on the training set, on the test set, and on what is split off.

        Args:
            data: what to train on, if it need not be read.
        """
        data = data_of(self) if data is None else data
        n = len(data.x_train) - self.validation
        if not (self.validation >= 0 and n >= 1):
            most = len(data.x_train) - 1
            raise UserError(f"validation must be from 0 to {most}, got {self.validation}.")
        if self.dtype not in ("float32", "float64"):
            raise UserError(f"dtype must be float32 or float64, got {self.dtype!r}.")
        sizes = widths_for(data, self.sizes)
        affordable(sizes, self.biases, np.dtype(self.dtype).itemsize)
        compiled = self.compiles(n) if self.compiled is None else self.compiled
        network = MLP(
            data.x_train[:n],
            data.y_train[:n],
            sizes,
            biases=self.biases,
            init=self.init,
            activation=self.activation,
            dtype=self.dtype,
            compiled=compiled,
            name=data.name,
            title=title_of(data.name),
        )
        split_off = network.on(data.x_train[n:], data.y_train[n:]) if self.validation else None
        return network, network.on(data.x_test, data.y_test), split_off

    def compiles(self, n: int) -> bool:
        """Whether small batches of n samples are worth the compiler."""
        long = self.epochs * n >= LONG * self.batch_size
        return long and self.activation == "relu" and wanted()

    def rule(self, network: MLP) -> Optimizer:
        """The update rule; its rate is the network's usual one if no one gave any."""
        if self.schedule_per not in ("epoch", "step"):
            raise UserError(f"schedule_per must be epoch or step, got {self.schedule_per!r}.")
        words = self.words()
        if self.lr is None:
            return as_rule(network, words, self.schedule)
        if {"lr", "learning_rate"} & set(split(words)[1]):
            raise UserError(f"The learning rate is given twice: in --lr and in {self.optim!r}.")
        return as_rule(network, parse(words, lr=float(self.lr)), self.schedule)

    def words(self) -> str:
        """The update rule in words, with the weight decay that was given beside them.

        >>> Recipe("adam", lr=None, batch_size=1, epochs=1, seed=0, weight_decay=0.1).words()
        'adam:weight_decay=0.1'
        """
        if not self.weight_decay:
            return self.optim
        name, own = split(self.optim)
        if "weight_decay" in own:
            raise UserError(
                f"The weight decay is given twice: in --weight-decay and in {self.optim!r}."
            )
        return join(name, own | {"weight_decay": self.weight_decay})

    def check(self) -> None:
        """Refuse numbers that `train` would refuse, before the data are read."""
        at_least(0, seed=self.seed)
        at_least(1, epochs=self.epochs, batch_size=self.batch_size, eval_every=self.eval_every)
        at_least(1, patience=self.patience, threads=self.threads)
        at_most(100_000, epochs=self.epochs)
        at_most(1024, threads=self.threads)
        if self.patience is not None and not self.validation:
            raise UserError(
                "--patience watches the validation loss: split off --validation samples."
            )

    def per_epoch(self, network: MLP) -> int:
        """How many updates make an epoch."""
        return feed_of(network, self.batch_size, self.seed)[1]

    def rehearse(self, network: MLP) -> None:
        """Refuse what the training would refuse at its first update.

        Raises:
            UserError: as `train`, or a rule of one's own that is wrong.
        """
        n = self.epochs * self.per_epoch(network)
        w, per_step = network.start(self.seed), self.schedule_per == "step"
        rehearse(network, self.rule(network), w, n, self.batch_size, self.seed, per_step)

    def train(
        self,
        networks: Networks | None = None,
        rule: Optimizer | None = None,
        *,
        layers: Layers | None = None,
        on_progress: Callable[[int, Row], object] | None = None,
        on_checkpoint: Callable[[Checkpoint], object] | None = None,
        stop: Callable[[], bool] | None = None,
        resume: Checkpoint | None = None,
    ) -> Training:
        """Train as it says.

        Args:
            networks: those of the recipe, if they are made already.
            rule: an update rule that no words describe.
            layers, on_progress, on_checkpoint, stop, resume: see `train`.

        Raises:
            UserError: words that cannot be read, or a number out of range.
        """
        network, test, validation = self.networks() if networks is None else networks
        return train(
            network,
            test,
            self.rule(network) if rule is None else rule,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=self.seed,
            validation=validation,
            eval_every=self.eval_every,
            patience=self.patience,
            layers=layers,
            per_step=self.schedule_per == "step",
            shuffle=self.shuffle,
            threads=self.threads,
            on_progress=on_progress,
            on_checkpoint=on_checkpoint,
            stop=stop,
            resume=resume,
        )


def data_of(recipe: Recipe) -> Dataset:
    """The data set of a recipe, read once by all the trainings of a process."""
    return kept(recipe.dataset, recipe.data_dir)


def widths(text: str) -> tuple[int, ...]:
    """The widths of layers from words such as 784,300,100,100,10.

    Raises:
        UserError: something that is not whole numbers with commas between.

    >>> widths("784,30,10")
    (784, 30, 10)
    """
    try:
        return tuple(whole(word) for word in text.split(","))
    except ValueError:
        raise UserError(f"sizes must be whole numbers with commas between, got {text!r}.") from None


def affordable(sizes: Sequence[int], biases: bool, bytes_each: int) -> None:
    """Refuse a network that would not fit into memory together with what its training needs.

    Raises:
        UserError: it has too many weights or layers.
    """
    at_most(MOST_LAYERS, **{"The number of layers": len(sizes) - 1})
    if (weights := count(tuple(sizes), biases)) * bytes_each > MOST_BYTES:
        raise UserError(
            f"sizes must make at most {MOST_BYTES // bytes_each} weights, got {weights}: choose "
            "narrower layers."
        )


def widths_for(data: Dataset, text: str | None) -> tuple[int, ...]:
    """The widths of all layers, whose ends the data decide; the usual ones if there is no text.

    Raises:
        UserError: words that cannot be read, or that have other ends.
    """
    usual = (data.x_train.shape[1], *HIDDEN, len(data.classes))
    if text is None:
        return usual
    sizes = widths(text)
    if len(sizes) < 2 or (sizes[0], sizes[-1]) != (usual[0], usual[-1]):
        raise UserError(f"sizes must begin with {usual[0]} and end with {usual[-1]}, got {text!r}.")
    return sizes
