"""Trainings that the texts call for and no table has: a batch that grows, and a search."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from optiviz.studies.pool import Report, Stop
from optiviz.studies.published.rows import (
    KEPT,
    Settings,
    numbers,
    recipe_of,
    seconds_of,
    train_row,
)
from optiviz.training.outcome import End
from optiviz.training.train import Training, train
from optiviz.words import join, split

GROWING, SEARCH = "growing", "search"
SHARE = 0.6  # of a search's trials that pruning leaves


def grow(settings: Settings, seed: int, report: Report, stop: Stop) -> dict[str, Any] | None:
    """SGD with a constant η, for an epoch with each of some batch sizes, one after another.

    A rule with a state would lose it between two epochs; SGD has none.
    """
    stages: list[Training] = []
    sizes = settings["batch_sizes"]
    recipes = [recipe_of(settings | {"batch_size": m, "epochs": 1}, seed) for m in sizes]
    network, test, _ = recipes[0].networks()
    w = network.start(seed)
    for recipe in recipes:
        rule = recipe.rule(network)
        how: Any = {"batch_size": recipe.batch_size, "eval_every": recipe.eval_every, "start": w}
        how |= {"epochs": 1, "shuffle": recipe.shuffle, "seed": seed, "stop": stop}
        stages.append(train(network, test, rule, **how))
        if stages[-1].outcome.stopped is End.INTERRUPTED:
            return None
        w = stages[-1].w
        report(100 * len(stages) // len(sizes))
    history = {k: numbers(v for done in stages for v in done.history[k]) for k in KEPT}
    history["epoch"] = numbers(
        before + epoch for before, done in enumerate(stages) for epoch in done.history["epoch"]
    )
    last = stages[-1].history
    columns = {"loss": "train_loss", "accuracy": "test_accuracy"}
    figures = {name: float(last[column][-1]) for name, column in columns.items()}
    figures["updates"] = float(sum(done.steps for done in stages))
    return {"figures": figures, "verdict": "", "history": history}


def search(settings: Settings, seed: int, report: Report, stop: Stop) -> dict[str, Any] | None:
    """A Bayesian search by TPE for η and β on images split off, then a training with what it found.

    The training sees all images, as those that it is compared with do.
    """
    from optiviz.studies.sweep.plan import Plan  # noqa: PLC0415  # an extra
    from optiviz.studies.sweep.sweep import Sweep  # noqa: PLC0415

    trials, text = settings["trials"], settings["optim"]
    recipe = recipe_of(settings | {"validation": 10_000}, seed)
    with TemporaryDirectory() as home:
        sweep = Sweep(Plan(recipe, (text,), {}, tune=trials), Path(home) / "search.db")
        sweep.work(lambda done, _="": report(100 * done // (trials + 2)), stop)
        found = sweep.best()
    if found is None or stop():
        return None
    name, words = split(text)
    own = settings | {"optim": join(name, words | found[text])}
    result = train_row(recipe_of(own, seed), lambda *_: None, stop)
    if result is not None:
        result["figures"] |= found[text]
    return result


def growing_seconds(settings: Settings) -> float:
    """About how long a training with such batches takes."""
    sizes = settings["batch_sizes"]
    return sum(seconds_of(settings | {"batch_size": m, "epochs": 1}) for m in sizes)


def search_seconds(settings: Settings) -> float:
    """About how long a search and its training take."""
    return float(seconds_of(settings) * (SHARE * settings["trials"] + 2))
