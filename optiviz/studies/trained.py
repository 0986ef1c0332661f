"""The trained networks of a finished sweep or comparison, read again from its directory.

A directory may come from anywhere. So no rule in it is made, since that may import a module; what
is read are numbers within bounds, short texts, and arrays without pickle.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
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
from optiviz.studies.lanes import MOST_AXES, Lane, Net, lanes_of
from optiviz.studies.sweep.findings import Strip, strips
from optiviz.studies.sweep.kept import RUNS, missing, name_of, read_wrong, small
from optiviz.studies.sweep.plan import Settings
from optiviz.training.directory import RunDirectory
from optiviz.training.outcome import Kind
from optiviz.training.recipe import Recipe, data_of
from optiviz.unpack import arrays_of
from optiviz.words import guess, split

MOST_NETS = 2000
MOST_EVALUATIONS = 10_000  # of one training
LETTERS = 200
CURVES = ("train_loss", "test_loss", "test_accuracy")


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
            return Trained(recipe, data, tuple(lanes_of(found)))
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
