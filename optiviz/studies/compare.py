"""Update rules compared on a network: the same first weights and batches, over several seeds."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.errors import UserError, at_least, at_most
from optiviz.files import FORMAT, empty, held, read_json, reading, write_csv, write_json, writing
from optiviz.optim import Optimizer
from optiviz.problems.base import Array
from optiviz.problems.data.kept import sharing
from optiviz.studies.pool import MOST_SEEDS, Report, Stop, share_out
from optiviz.studies.table import Row, each_once, mean, seen, spread
from optiviz.training.directory import RunDirectory, rows_of
from optiviz.training.kept import Kept
from optiviz.training.recipe import Recipe, data_of
from optiviz.training.train import COLUMNS
from optiviz.words import split

GOAL = 0.97  # the test accuracy whose epoch the table tells
MOST = 100_000  # seeds
PER_EPOCH = 4  # evaluations, unless a number was given


@dataclass(frozen=True)
class Contestant:
    """One rule of a comparison with what became of it, seed by seed.

    Attributes:
        text: as it was asked for; rule: the rule itself.
        histories: for each seed the columns of a `Training`, `(evaluations,)` each.
        verdicts: for each seed.
    """

    text: str
    rule: Optimizer
    histories: tuple[dict[str, Array], ...]
    verdicts: tuple[str, ...]

    def last(self, column: str, best: bool = False) -> Array:
        """The last number in a column, `(seeds,)`; NaN where there was no evaluation.

        Args:
            column: its name.
            best: take the number of the smallest validation loss, whose weights patience keeps.
        """
        ends = [np.argmin(h["val_loss"]) if best and len(h["step"]) else -1 for h in self.histories]
        pairs = zip(self.histories, ends, strict=True)
        return np.array([h[column][at] if len(h[column]) else np.nan for h, at in pairs])

    def epochs_to(self, accuracy: float = GOAL) -> Array:
        """The epoch of the first evaluation with such a test accuracy, `(seeds,)`; NaN for none."""
        found = []
        for history in self.histories:
            there = np.flatnonzero(history["test_accuracy"] >= accuracy)
            found.append(history["epoch"][there[0]] if len(there) else np.nan)
        return np.array(found)


@dataclass(frozen=True)
class Comparison:
    """Several rules on one network, as `compare` leaves them behind.

    Attributes:
        path: the directory, with a run directory for every rule and seed in `runs/`.
        recipe: what all trainings have in common; its rule and its seed are the first ones.
        seeds: the seeds of every rule.
        contestants: in the order in which they were asked for.
    """

    path: Path
    recipe: Recipe
    seeds: tuple[int, ...]
    contestants: tuple[Contestant, ...]

    def table(self) -> list[Row]:
        """For every rule the means over the seeds, and the deviations where there are several.

        epochs_to_goal is the mean over the seeds that got to 97 % test accuracy, `reached` of them.
        """
        rows, best = [], self.recipe.patience is not None
        for one in self.contestants:
            epochs = one.epochs_to()
            reached = epochs[np.isfinite(epochs)]
            row: Row = {"optimizer": one.text, "seeds": len(self.seeds)}
            row |= spread({name: one.last(name, best) for name in ("test_accuracy", "test_loss")})
            row |= {"seconds": mean(one.last("seconds")), "epochs_to_goal": mean(reached)}
            rows.append(row | {"reached": len(reached), "verdict": each_once(one.verdicts)})
        return rows

    def write(self) -> None:
        """Write `metrics.csv`, a row for every evaluation, and `table.csv`."""
        columns = ("optimizer", "seed", *COLUMNS)
        rows = [
            {"optimizer": one.text, "seed": seed} | row | {"step": int(row["step"])}
            for one in self.contestants
            for seed, history in zip(self.seeds, one.histories, strict=True)
            for row in rows_of(history)
        ]
        write_csv(self.path / "metrics.csv", columns, rows)
        table = self.table()
        write_csv(self.path / "table.csv", tuple(table[0]), table)


def compare(
    recipe: Recipe,
    optimizers: Sequence[str],
    seeds: int,
    path: Path,
    *,
    jobs: int = 1,
    overwrite: bool = False,
    on_progress: Callable[[int, int, int], object] | None = None,
    on_seen: Callable[[str], object] | None = None,
) -> Comparison:
    """Train a network with every rule and every seed, each in a process with one BLAS thread.

    A seed decides the first weights and the order of the samples, and they are the same for all
    rules, so that a difference is the rule's.

    Args:
        recipe: all but the rule; its seed is the first of the seeds.
        optimizers: such as "sgd:lr=0.1".
        seeds: how many for each rule.
        path: the directory to make.
        jobs: how many processes.
        overwrite: whether a comparison that is there may be replaced.
        on_progress: called with the updates done, all updates, and the trainings that are done.
        on_seen: called with what the last evaluation of a training was, in words.

    Raises:
        UserError: words that cannot be read, a directory that is not to be written to.
    """
    at_least(1, seeds=seeds, jobs=jobs)
    at_most(MOST_SEEDS, seeds=seeds)
    texts = list(dict.fromkeys(optimizers))
    recipe.check()
    recipe = _rehearsed(recipe, texts)
    options = dataclasses.asdict(recipe)
    facts = {"format": FORMAT, "optimizers": texts, "seeds": seeds, "options": options}
    facts["checksum"] = data_of(recipe).checksum
    with held(path):
        _create(path, facts, overwrite)
        return _go_on(path, jobs, on_progress, on_seen)


def _rehearsed(recipe: Recipe, texts: Sequence[str]) -> Recipe:
    """The recipe with a number of updates between evaluations, if no rule refuses its network."""
    network = recipe.networks()[0]
    for text in texts:
        dataclasses.replace(recipe, optim=text).rehearse(network)
    every = recipe.eval_every or max(1, recipe.per_epoch(network) // PER_EPOCH)
    return dataclasses.replace(recipe, eval_every=every)


def resume(
    path: Path,
    *,
    jobs: int = 1,
    on_progress: Callable[[int, int, int], object] | None = None,
    on_seen: Callable[[str], object] | None = None,
) -> Comparison:
    """Go on with a comparison that was stopped or killed; one that is finished is read.

    Args:
        path, jobs, on_progress, on_seen: see `compare`.

    Raises:
        UserError: a directory that holds no comparison, or a damaged one.
    """
    with held(path):
        return _go_on(path, jobs, on_progress, on_seen)


def _go_on(
    path: Path,
    jobs: int,
    on_progress: Callable[[int, int, int], object] | None,
    on_seen: Callable[[str], object] | None,
) -> Comparison:
    """Train what is left to train, and read and write what came of it all."""
    recipe, texts, seeds = read(path)
    recipe.check()
    _same_data(path, recipe)
    network = recipe.networks()[0]
    rules = [dataclasses.replace(recipe, optim=text).rule(network) for text in texts]
    names = names_of(texts)
    tasks = [
        (dataclasses.replace(recipe, optim=text, seed=seed), path / "runs" / f"{name}-{seed}")
        for seed in seeds  # all rules of a seed first: a stopped comparison is then a fair one
        for text, name in zip(texts, names, strict=True)
    ]
    steps, finished = [0] * len(tasks), 0
    each = recipe.epochs * recipe.per_epoch(network)
    del network  # or its samples would be in memory twice

    def report(index: int, step: int) -> None:
        steps[index] = step
        if on_progress:
            on_progress(sum(steps), each * len(tasks), finished)

    with sharing(recipe.dataset, recipe.data_dir) as begin:
        for index, _ in share_out(_train, tasks, jobs, report, on_seen=on_seen, begin=begin):
            finished += 1
            report(index, each)
    done = []
    for text, name, rule in zip(texts, names, rules, strict=True):
        runs = [RunDirectory(path / "runs" / f"{name}-{seed}") for seed in seeds]
        histories = tuple(run.history() for run in runs)
        done.append(Contestant(text, rule, histories, tuple(r.facts()["verdict"] for r in runs)))
    comparison = Comparison(path, recipe, seeds, tuple(done))
    comparison.write()
    return comparison


def _train(task: tuple[Recipe, Path], report: Report, stop: Stop) -> None:
    """Train one rule with one seed, or what is left of it."""
    recipe, path = task
    with held(path):
        if not (path / "run.json").exists():
            work = Kept.begin(recipe, path, overwrite=True)
        elif RunDirectory(path).facts()["status"] == "finished":
            return
        else:
            work = Kept.resume(path)
        report(work.begun)

        def tell(step: int, figures: dict[str, float]) -> None:
            report(step, seen(recipe.optim, figures) if "epoch" in figures else "")

        work.finish(work.train(tell, stop))


def _create(path: Path, facts: dict[str, Any], overwrite: bool) -> None:
    """Make the directory and write down what is to be compared."""
    with writing(path):
        if not empty(path):
            if not overwrite:
                raise UserError(
                    f"{path} is not empty: choose another --out, add --overwrite to replace the "
                    "comparison in it, or continue that one with --resume."
                )
            read(path)  # nothing but a comparison is ever removed
            shutil.rmtree(path / "runs", ignore_errors=True)
    write_json(path / "compare.json", facts)


def _same_data(path: Path, recipe: Recipe) -> None:
    """Refuse to go on with other data than a comparison began with."""
    begun = read_json(path / "compare.json").get("checksum")
    if begun not in (None, data_of(recipe).checksum):
        raise UserError(f"{path} was trained on other data than {recipe.dataset} now holds.")


def read(path: Path) -> tuple[Recipe, list[str], tuple[int, ...]]:
    """What a directory says is compared."""
    file = path / "compare.json"
    facts = read_json(file, missing=f"{path} holds no comparison: it has no compare.json.")
    with reading(file):
        recipe = Recipe.read(facts["options"])
        texts, seeds = facts["optimizers"], facts["seeds"]
        if type(seeds) is not int or not 1 <= seeds <= MOST:
            raise ValueError(f"its seeds are {seeds!r}")
        if not (isinstance(texts, list) and texts and all(isinstance(t, str) for t in texts)):
            raise ValueError(f"its optimizers are {texts!r}")
        return recipe, texts, tuple(range(recipe.seed, recipe.seed + seeds))


def names_of(texts: Sequence[str]) -> list[str]:
    """A name for each rule that can stand in a file's name: sgd, momentum, momentum.2."""
    names = [re.sub(r"[^\w-]", "-", split(text)[0]) for text in texts]
    return [
        name if not (before := names[:i].count(name)) else f"{name}.{before + 1}"
        for i, name in enumerate(names)
    ]
