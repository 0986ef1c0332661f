"""Published figures that need data: a network trained, or its gradient checked."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from optiviz.problems import MLP, load
from optiviz.problems.base import Array
from optiviz.problems.network.layers import count
from optiviz.problems.network.mlp import PIECE
from optiviz.studies.pool import Report, Stop
from optiviz.training.gradcheck import check_gradient
from optiviz.training.outcome import End
from optiviz.training.recipe import Recipe
from optiviz.training.train import COLUMNS, Training
from optiviz.words import join, split

TRAINING, GRADIENTS = "training", "gradients"
Settings = dict[str, Any]
KEPT = tuple(name for name in COLUMNS if name != "seconds")  # a history has no clock in it
# Microseconds an update of 276 200 weights takes with each rule, and for each sample of a batch,
# measured on two busy cores: enough to tell the dear rows from the cheap.
RULES = {"sgd": 10, "momentum": 40, "adagrad": 40, "rmsprop": 60, "adam": 90, "nadam": 100}
OTHERS, PASS, SAMPLE, WEIGHTS = 400, 30, 12, 276_200


def train_row(recipe: Recipe, report: Report, stop: Stop) -> dict[str, Any] | None:
    """Train as a row says; its figures, verdict and history, or None if it was told to stop."""
    networks = recipe.networks()
    total = recipe.epochs * recipe.per_epoch(networks[0])
    done = recipe.train(
        networks, on_progress=lambda step, _: report(100 * step // total), stop=stop
    )
    if done.outcome.stopped is End.INTERRUPTED:
        return None
    history = {k: numbers(done.history[k]) for k in KEPT}
    return {
        "figures": _figures(done, networks[1]),
        "verdict": done.outcome.text,
        "history": history,
    }


def numbers(values: Iterable[float]) -> list[float | None]:
    """Numbers as JSON has them: what is none is nothing.

    >>> numbers([0.5, math.nan])
    [0.5, None]
    """
    return [float(v) if math.isfinite(v) else None for v in values]


def _figures(done: Training, test: MLP) -> dict[str, float]:
    """The last evaluation, or the best one if patience went back to it.

    After a divergence the weights are no numbers, and the figures are those of such weights.
    """
    if done.outcome.lost:
        with np.errstate(all="ignore"):
            loss, accuracy = test.evaluate(np.full_like(done.w, math.nan))
        return {"loss": math.nan, "accuracy": accuracy, "test_loss": loss, "seconds": math.nan}
    history = done.history
    validated = not np.isnan(history["val_loss"]).any()
    at = int(np.argmin(history["val_loss"])) if validated else -1
    figures = {"loss": "train_loss", "accuracy": "test_accuracy", "test_loss": "test_loss"}
    if validated:
        figures |= {"val_loss": "val_loss", "val_accuracy": "val_accuracy", "best_epoch": "epoch"}
    seconds = {"seconds": float(history["seconds"][-1])}
    return {name: float(history[column][at]) for name, column in figures.items()} | seconds


def recipe_of(settings: Settings, seed: int = 0, data_dir: str | None = None) -> Recipe:
    """A row's settings in the words of the command line."""
    name, words = split(settings["optim"])
    own = {key: settings[key] for key in ("lr", "beta") if key in settings}
    end, window = settings.get("lr_end"), settings.get("loss_of_last")
    return Recipe(
        optim=join(name, words | own),
        lr=None,
        batch_size=settings["batch_size"],
        epochs=settings["epochs"],
        seed=seed,
        schedule=None if end is None else join("linear", {"end": end}),
        schedule_per="epoch",
        sizes=",".join(map(str, settings["sizes"])),
        biases=settings["biases"],
        init="glorot",
        dtype="float32",
        dataset=settings["dataset"],
        data_dir=data_dir,
        validation=settings.get("validation", 0),
        eval_every=None if window is None else window // settings["batch_size"],
        patience=settings.get("patience"),
        shuffle=settings["shuffle"],
    )


def check_gradients(settings: Settings, seed: int) -> dict[str, Any]:
    """Backpropagation against one kind of differences: the first samples, the last layer.

    The weights are the first ones, or those after the epochs of a training, if one is given.
    """
    if "optim" in settings:
        recipe = recipe_of(settings, seed)
        networks = recipe.networks()
        network, start = networks[0], recipe.train(networks).w
    else:
        data = load("mnist")
        network = MLP(data.x_train, data.y_train)
        start = network.start(seed)
    last, w = _last_layer(network, start, settings["samples"])
    check = check_gradient(last, w, range(settings["samples"]), settings["eps"])
    method = settings["method"]
    figures = {"error_percent": 100 * check.mean[method], "seconds": check.seconds_by[method]}
    return {"figures": figures, "verdict": "", "history": {}}


def _last_layer(network: MLP, w: Array, n: int) -> tuple[MLP, Array]:
    """The last layer as a network of its own, on what the layers below make of n samples."""
    *below, last = network.layers(w)
    a = network.x[:n]
    for layer in below:
        a = np.maximum(a @ layer.weights, 0)
    return MLP(a, network.y[:n], last.weights.shape), last.weights.ravel().copy()


def seconds_of(settings: Settings) -> float:
    """About how long a training takes; early stopping may make it shorter."""
    name = settings["optim"].partition(":")[0]
    m, n = settings["batch_size"], 60_000 if settings["dataset"] == "mnist" else 40_000
    weights = count(tuple(settings["sizes"]), settings["biases"])
    update = (RULES.get(name, OTHERS) + PASS + SAMPLE * min(m, PIECE)) * weights / WEIGHTS
    return float(settings["epochs"] * -(-n // m) * update / 1e6)
