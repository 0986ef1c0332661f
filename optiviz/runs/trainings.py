"""Published figures that need data: a network trained, or its gradient checked."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from optiviz.optim import Optimizer
from optiviz.problems import MLP, SURFACES, load
from optiviz.problems.layers import count
from optiviz.problems.mlp import PIECE
from optiviz.runs.gradcheck import check_gradient
from optiviz.runs.pool import Report, Stop
from optiviz.runs.races import contestant
from optiviz.runs.train import Training, train

TRAINING, GRADIENTS = "training", "gradients"
Settings = dict[str, Any]
KEPT = ("epoch", "train_loss", "test_loss", "test_accuracy", "val_loss", "val_accuracy")
# Microseconds an update of 276 200 weights takes with each rule, and for each sample of a batch,
# measured on two busy cores: enough to tell the dear rows from the cheap.
RULES = {"sgd": 60, "momentum": 180, "adam": 280, "adagrad": 350}
OTHERS, PASS, SAMPLE, WEIGHTS = 400, 40, 15, 276_200

_data = lru_cache(1)(load)


def train_row(
    settings: Settings, seed: int, data_dir: str | None, report: Report, stop: Stop
) -> dict[str, Any] | None:
    """Train as a row says; its figures, verdict and history, or None if it was told to stop."""
    network, test, validation = networks(settings, data_dir)
    batch_size, epochs = settings["batch_size"], settings["epochs"]
    total = epochs * -(-network.n_samples // batch_size)
    window = settings.get("loss_of_last")
    done = train(
        network,
        test,
        rule_of(settings),
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        validation=validation,
        eval_every=None if window is None else window // batch_size,
        patience=settings.get("patience"),
        on_progress=lambda step, _: report(100 * step // total),
        stop=stop,
    )
    if done.stopped == "interrupted":
        return None
    history = {k: [v if math.isfinite(v) else None for v in done.history[k]] for k in KEPT}
    return {"figures": _figures(done, test), "verdict": done.verdict, "history": history}


def _figures(done: Training, test: MLP) -> dict[str, float]:
    """The last evaluation, or the best one if patience went back to it.

    After a divergence the weights are no numbers, and the figures are those of such weights.
    """
    if done.stopped == "diverged":
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


def networks(settings: Settings, data_dir: str | None = None) -> tuple[MLP, MLP, MLP | None]:
    """The network on the training set, on the test set, and on what is split off."""
    data = _data(settings["dataset"], data_dir)
    split = settings.get("validation", 0)
    n = len(data.x_train) - split
    how: Any = {"biases": settings["biases"], "name": data.name, "title": data.name}
    network = MLP(data.x_train[:n], data.y_train[:n], settings["sizes"], **how)
    validation = network.on(data.x_train[n:], data.y_train[n:]) if split else None
    return network, network.on(data.x_test, data.y_test), validation


def rule_of(settings: Settings) -> Optimizer:
    """The update rule that a row's settings describe.

    Raises:
        UserError: a rule that is not there, or an extra that is missing.

    >>> rule_of({"optim": "momentum", "beta": 0.1, "lr": 0.1, "lr_end": 0.001}).lr
    Linear(base=0.1, end=0.001)
    """
    text = settings["optim"]
    for name in ("lr", "beta"):
        if name in settings:
            text += f"{',' if '=' in text else ':'}{name}={settings[name]!r}"
    end = settings.get("lr_end")
    schedule = None if end is None else f"linear:end={end!r}"
    return contestant(SURFACES["bowl"], text, schedule)  # whose own rates are not asked for


def check_gradients(settings: Settings, seed: int) -> dict[str, Any]:
    """Backpropagation against one kind of differences, on the first samples and first weights."""
    network = networks(settings)[0]
    w, samples = network.start(seed), range(settings["samples"])
    if settings["layers"] == "last":
        network, w = _last_layer(network, w, len(samples))
    check = check_gradient(network, w, samples, settings["eps"])
    method = settings["method"]
    figures = {"error_percent": 100 * check.mean[method], "seconds": check.seconds_by[method]}
    return {"figures": figures, "verdict": "", "history": {}}


def _last_layer(network: MLP, w: np.ndarray, n: int) -> tuple[MLP, np.ndarray]:
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
