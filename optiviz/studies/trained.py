"""The trained networks of a finished sweep or comparison, read again from its directory.

A directory may come from anywhere. So no rule in it is made, since that may import a module; what
is read are numbers within bounds, short texts, and arrays without pickle.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.errors import UserError, at_most
from optiviz.files import MOST as LONGEST
from optiviz.files import read_json, reading
from optiviz.problems import MLP, Dataset
from optiviz.problems.base import Array
from optiviz.problems.data.dataset import is_own
from optiviz.studies import compare
from optiviz.studies.sweep.findings import Strip, strips
from optiviz.studies.sweep.kept import RUNS, missing, name_of, read_wrong, small
from optiviz.studies.sweep.plan import OF_RECIPE, Settings, word
from optiviz.studies.table import Row, each_once, spread
from optiviz.training.directory import RunDirectory
from optiviz.training.outcome import Kind
from optiviz.training.recipe import Recipe, data_of
from optiviz.unpack import arrays_of
from optiviz.words import guess, join, split

MOST_NETS = 2000
MOST_EVALUATIONS = 10_000  # of one training
MOST_AXES, LETTERS = 6, 200
CURVES = ("train_loss", "test_loss", "test_accuracy")


@dataclass(frozen=True, eq=False)
class Net:
    """One trained network.

    Attributes:
        seed: of its training.
        history: the columns of a `Training`, `(evaluations,)` each.
        verdict: what became of it; diverged: whether it left the finite numbers.
        predicted: `(images,)`, the class of every test image; where it diverged, the right ones.
    """

    seed: int
    history: dict[str, Array]
    verdict: str
    diverged: bool
    predicted: Array


@dataclass(frozen=True, eq=False)
class Node:
    """The networks of one rule with the same settings, one for each seed."""

    settings: Settings
    nets: tuple[Net, ...]

    @property
    def kept(self) -> list[Net]:
        """Those that did not diverge."""
        return [net for net in self.nets if not net.diverged]

    def row(self) -> Row:
        """What a table says of it: means of those that did not diverge, and their deviations."""
        columns = ("test_accuracy", "test_loss")
        last = {name: [float(net.history[name][-1]) for net in self.kept] for name in columns}
        row: Row = {"settings": self.settings, "seeds": len(self.nets)}
        row |= {"diverged": len(self.nets) - len(self.kept)} | spread(last)
        return row | {"verdict": each_once(net.verdict for net in self.nets)}


@dataclass(frozen=True, eq=False)
class Lane:
    """A rule, what was varied for it, and a node for every combination that was trained.

    Attributes:
        text: the rule in words, with the settings that all its nodes share.
        fixed: what else they share of the grid, such as the batch size.
        axes: the values of every setting that was varied, in ascending order.
    """

    text: str
    fixed: Settings
    axes: dict[str, tuple[Any, ...]]
    nodes: tuple[Node, ...]

    def at(self, node: Node) -> tuple[int, ...]:
        """Where a node stands on the axes."""
        return tuple(values.index(node.settings[name]) for name, values in self.axes.items())


@dataclass(frozen=True, eq=False)
class Trained:
    """All networks of a directory.

    Attributes:
        recipe: what their trainings have in common.
        data: the data set.
        lanes: the rules.
    """

    recipe: Recipe
    data: Dataset
    lanes: tuple[Lane, ...]

    def works(self) -> list[Strip]:
        """The learning rates that work, for every rule for which they were varied."""
        rows = [n.row() | {"optimizer": lane.text} for lane in self.lanes for n in lane.nodes]
        return strips(rows, "test_accuracy")


def trained(path: Path) -> Trained:
    """The networks of a directory that `sweep` or `compare` wrote.

    Raises:
        UserError: it holds neither, is not finished, keeps no curves, or is not as it was written.
    """
    for name, read in (("compare.json", _compared), ("sweep.json", _swept)):
        if isfile(path / name):
            recipe, data, found = read(path)
            return Trained(recipe, data, tuple(_lanes(found)))
    raise UserError(
        f"{path} holds neither a sweep nor a comparison: it has no sweep.json or compare.json."
    )


# --- what a sweep keeps ---


def _swept(path: Path) -> tuple[Recipe, Dataset, Iterator[tuple[str, Settings, Net]]]:
    facts = read_json(path / "sweep.json")
    with reading(path / "sweep.json"):
        recipe = Recipe.read(facts["recipe"] | {"optim": "", "lr": None})
        if facts["tune"]:
            raise UserError(f"{path} holds a search: sweep with --grid for a page with sliders.")
    rows = _rows(path)
    names = [name_of(*row[:3]) for row in rows]
    if said_missing := missing(path, names):
        raise said_missing
    data = _data(recipe)

    def nets() -> Iterator[tuple[str, Settings, Net]]:
        for (text, settings, seed, verdict, lost), name in zip(rows, names, strict=True):
            kept = path / RUNS / name
            predicted = read_wrong(kept, data.y_test, len(data.classes))
            yield text, settings, Net(seed, _history(kept, lost), verdict, lost, predicted)

    return recipe, data, nets()


def _rows(path: Path) -> list[tuple[str, Settings, int, str, bool]]:
    """Rule, settings, seed, verdict and whether it diverged, of every training."""
    file = path / "trials.json"
    with reading(file, f"{path} is not finished: give the command that began it again."):
        if file.stat().st_size > LONGEST:
            raise ValueError(f"it has more than {LONGEST} bytes")
        rows = json.loads(file.read_text(encoding="utf-8"))
        if not (isinstance(rows, list) and rows):
            raise TypeError("it lists no trainings")
        _affordable(len(rows))
        return [
            (
                _text(row["optimizer"]),
                {_text(name): _value(value) for name, value in row["settings"].items()},
                _seed(row["seed"]),
                _text(row["verdict"]),
                bool(row["diverged"]),
            )
            for row in rows
        ]


# --- what a comparison keeps ---


def _compared(path: Path) -> tuple[Recipe, Dataset, Iterator[tuple[str, Settings, Net]]]:
    recipe, texts, seeds = compare.read(path)
    _affordable(len(texts) * len(seeds))
    recipe = dataclasses.replace(recipe, compiled=False)  # nothing is trained
    data = _data(recipe)
    test = recipe.networks(data)[1]
    named = zip(texts, compare.names_of(texts), strict=True)
    known = [(split(_text(text)), name) for text, name in named]

    def nets() -> Iterator[tuple[str, Settings, Net]]:
        for (rule, words), name in known:
            settings = {key: guess(value) for key, value in words.items()}
            for seed in seeds:
                yield rule, settings, _run(path / "runs" / f"{name}-{seed}", seed, test)

    return recipe, data, nets()


def _run(path: Path, seed: int, test: MLP) -> Net:
    """The network of a run directory."""
    run = RunDirectory(path)
    facts = run.facts()
    if facts["status"] != "finished":
        raise UserError(f"{path} is not finished: go on with optiviz compare --resume.")
    verdict = _text(facts["verdict"])
    lost = verdict.startswith(Kind.DIVERGED)
    predicted = test.y
    if not lost:
        file = path / "weights.npz"
        with reading(file):
            w = arrays_of(file)["w"]
            if w.shape != (test.size,) or w.dtype != test.dtype or not np.isfinite(w).all():
                raise ValueError("its weights are not those of this network")
        predicted = test.predict(w)
    return Net(seed, _history(path, lost), verdict, lost, predicted)


# --- rules, settings, nodes ---


def _lanes(found: Iterable[tuple[str, Settings, Net]]) -> Iterator[Lane]:
    """The rules with their nodes; what all nodes of a rule share stands in its text."""
    rules: dict[str, dict[str, tuple[Settings, list[Net]]]] = {}
    for text, settings, net in found:
        words = str({name: word(settings[name]) for name in sorted(settings)})
        rules.setdefault(text, {}).setdefault(words, (settings, []))[1].append(net)
    for text, nodes in rules.items():
        every = [settings for settings, _ in nodes.values()]
        if any(len({net.seed for net in nets}) < len(nets) for _, nets in nodes.values()):
            raise UserError(f"Two trainings of {text} have the same settings and seed.")
        names = dict.fromkeys(name for settings in every for name in settings)
        at_most(MOST_AXES, **{"The number of settings": len(names)})
        axes = {name: _ascending(one.get(name) for one in every) for name in names}
        shared = {name: values[0] for name, values in axes.items() if len(values) == 1}
        axes = {name: values for name, values in axes.items() if len(values) > 1}
        rule, given = split(text)
        own = {k: v for k, v in shared.items() if k not in OF_RECIPE and v is not None}
        yield Lane(
            join(rule, given | own),
            {k: v for k, v in shared.items() if k in OF_RECIPE},
            axes,
            tuple(
                Node({name: settings.get(name) for name in axes}, tuple(nets))
                for settings, nets in nodes.values()
            ),
        )


def _ascending(values: Iterable[Any]) -> tuple[Any, ...]:
    """Each value once, numbers by their size, before words by their letters."""
    once = {word(value): value for value in values}

    def place(value: Any) -> tuple[bool, float, str]:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return (False, float(value), "") if number else (True, 0.0, word(value))

    return tuple(sorted(once.values(), key=place))


# --- bounds ---


def _data(recipe: Recipe) -> Dataset:
    recipe.check()
    if is_own(recipe.dataset):  # whose samples may be anything
        raise UserError(f"A page of networks shows images, and {recipe.dataset} is not of them.")
    return data_of(recipe)


def _affordable(nets: int) -> None:
    at_most(MOST_NETS, **{"The number of networks on a page": nets})


def _history(path: Path, lost: bool) -> dict[str, Array]:
    """The curve in a folder, which goes forward and has an end that can be shown."""
    file = path / "metrics.csv"
    with reading(file):
        small(file)
        history = RunDirectory(path).history()
        epoch, accuracy = history["epoch"], history["test_accuracy"]
        if len(epoch) > MOST_EVALUATIONS:
            raise ValueError(f"it has {len(epoch)} evaluations, at most {MOST_EVALUATIONS}")
        if not (np.isfinite(epoch).all() and (np.diff(epoch, prepend=0) > 0).all()):
            raise ValueError("its epochs do not ascend")
        if not ((accuracy >= 0) & (accuracy <= 1)).all():
            raise ValueError("its accuracies are not from 0 to 1")
        if not lost and not (len(epoch) and all(math.isfinite(history[n][-1]) for n in CURVES)):
            raise ValueError("its last evaluation is missing")
        return history


def _text(value: Any) -> str:
    if not (isinstance(value, str) and len(value) <= LETTERS and value.isprintable()):
        raise TypeError(f"a text is {str(value)[:40]!r}")
    return value


def _seed(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise TypeError(f"a seed is {str(value)[:40]!r}")
    return value


def _value(value: Any) -> Any:
    """A setting: a number, a truth, a short text, or a few numbers."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list) and 1 <= len(value) <= MOST_AXES:
        return [_value(one) for one in value]
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError(f"a setting is {value}")
        return value
    return _text(value)
