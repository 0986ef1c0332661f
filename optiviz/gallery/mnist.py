"""Trainings of the gallery: honest but brief, and on few images where `--quick` says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from optiviz.gallery.export import asked
from optiviz.optim import Optimizer
from optiviz.problems import MLP, load
from optiviz.runs.inputs import as_rule
from optiviz.studies.compare import Comparison, Contestant
from optiviz.training import Training
from optiviz.training.recipe import HIDDEN, Recipe

IMAGES = 20_000
QUICK = 40  # times as few images
_load = cache(load)  # read once, where one process makes several pictures


def mnist(images: int = IMAGES) -> tuple[MLP, MLP]:
    """The network 784-300-100-100-10 on the first training images, and on the test images."""
    data, less = _load("mnist"), QUICK if asked().quick else 1
    n, tests = images // less, len(data.x_test) // less
    sizes = (data.x_train.shape[1], *HIDDEN, len(data.classes))
    network = MLP(data.x_train[:n], data.y_train[:n], sizes, name="mnist", title="mnist")
    return network, network.on(data.x_test[:tests], data.y_test[:tests])


def brief(updates: int) -> int:
    """So many updates, or with `--quick` few."""
    return max(20, updates // QUICK) if asked().quick else updates


def trained(
    networks: tuple[MLP, MLP],
    rule: str | Optimizer,
    *,
    epochs: int = 1,
    batch_size: int = 100,
    evaluations: int = 8,
    seed: int = 0,
) -> Training:
    """Train with one rule, evaluated at the start and so many times an epoch.

    Schedules count updates.
    """
    network, test = networks
    recipe = Recipe(
        optim=str(rule),
        lr=None,
        batch_size=batch_size,
        epochs=epochs,
        seed=seed,
        schedule_per="step",
        eval_every=max(1, network.n_samples // batch_size // evaluations),
    )
    return _from_the_start(recipe.train((network, test, None), as_rule(network, rule)), networks)


def _from_the_start(done: Training, networks: tuple[MLP, MLP]) -> Training:
    """The training with a row for update 0, where all curves begin, if it has any row."""
    if not len(done.history["step"]):
        return done
    (network, test), w = networks, networks[0].start(done.seed)
    loss, accuracy = test.evaluate(w)
    first = dict.fromkeys(("epoch", "step", "seconds"), 0.0) | {
        "train_loss": network.value(w),
        "test_loss": loss,
        "test_accuracy": accuracy,
        "lr": done.history["lr"][0],
    }
    rows = {n: np.append(first.get(n, np.nan), own) for n, own in done.history.items()}
    return replace(done, history=rows)


def compared(
    rules: Sequence[str | Optimizer], *, epochs: int = 2, batch_size: int = 100, seeds: int = 1
) -> Comparison:
    """Train with several rules, from the same first weights and on the same batches."""
    networks = mnist()
    done = []
    for rule in rules:
        every = [
            trained(networks, rule, epochs=epochs, batch_size=batch_size, seed=seed)
            for seed in range(seeds)
        ]
        histories = tuple(one.history for one in every)
        verdicts = tuple(one.outcome.text for one in every)
        done.append(Contestant(str(rule), as_rule(networks[0], rule), histories, verdicts))
    recipe = Recipe("sgd", lr=None, batch_size=batch_size, epochs=epochs, seed=0)
    # Nothing was written: the path is none.
    return Comparison(Path(), recipe, tuple(range(seeds)), tuple(done))


def shares(comparison: Comparison, epoch: float | None = None) -> list[float]:
    """The accuracy of every rule in per cent, at its first evaluation from an epoch on or its last.

    They are what titles tell: in whole tenths, and 0 for a rule that did not come so far.
    """
    found = []
    for one in comparison.contestants:
        every = []
        for history in one.histories:
            later = history["test_accuracy"][history["epoch"] >= (epoch or 0)]
            every.append(later[0 if epoch else -1] if len(later) else 0.0)
        found.append(round(100 * float(np.mean(every)), 1))
    return found
