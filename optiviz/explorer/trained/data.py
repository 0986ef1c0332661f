"""All that a page of trained networks shows, as one block of bytes that js/book.js reads."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from optiviz.explorer.coding import FORMAT
from optiviz.optim import OPTIMIZERS, SGD
from optiviz.optim.describe import SYMBOLS, called, word
from optiviz.player.pack import Arrays, pack
from optiviz.problems import Dataset
from optiviz.problems.base import Array
from optiviz.problems.data.dataset import title_of
from optiviz.studies.lanes import Lane
from optiviz.studies.sweep.findings import NEAR, in_words
from optiviz.studies.sweep.plan import word as typed
from optiviz.studies.table import Row
from optiviz.studies.trained import CURVES, Trained
from optiviz.training.recipe import HIDDEN
from optiviz.version import __version__
from optiviz.words import split

FIRST = 1000  # test images, of which those are shown that a network gets wrong
SHADES = 12  # of the maps, from the least error to the greatest
SPELT = SYMBOLS | {"batch_size": "m", "schedule": "decay"}
TITLES = {"batch_size": "batch size m", "schedule": "decay of η"}


def data(found: Trained, command: str) -> bytes:
    """Everything, deflated."""
    return zlib.compress(pack(*contents(found, command)), 9)


def contents(found: Trained, command: str) -> tuple[dict[str, Any], Arrays]:
    """The facts and the arrays of a page.

    Networks stand in one row: rule by rule, node by node, seed by seed. Each has `count` numbers in
    every column of its curve, and a row in `guesses`: by how much the class that it takes an image
    for is beside its own, counted on from it.
    """
    nodes = [(i, lane, node) for i, lane in enumerate(found.lanes) for node in lane.nodes]
    nets = [net for _, _, node in nodes for net in node.nets]
    classes, labels = len(found.data.classes), found.data.y_test
    first = np.stack([(net.predicted - labels)[:FIRST] % classes for net in nets])
    shown = np.flatnonzero(first.any(axis=0))
    facts = {
        "format": FORMAT,
        "version": __version__,
        "command": command,
        "title": f"Networks trained on {title_of(found.data.name)}",
        "about": about(found),
        "classes": list(found.data.classes),
        "images": len(labels),
        "first": min(FIRST, len(labels)),
        "side": list(found.data.shape[-2:]),
        "lanes": [_lane(lane) for lane in found.lanes],
        "nodes": [
            {"lane": i, "at": lane.at(node), "seeds": [net.seed for net in node.nets]} | _told(row)
            for (i, lane, node), row in zip(nodes, rows_of(found), strict=True)
        ],
    }
    columns: Arrays = [
        (-1, name, np.concatenate([_finite(net.history[name]) for net in nets]))
        for name in ("epoch", *CURVES)
    ]
    return facts, [
        (-1, "count", np.array([len(net.history["epoch"]) for net in nets], "<i4")),
        (-1, "lost", np.array([net.diverged for net in nets], "u1")),
        (-1, "wrong", np.array([np.sum(net.predicted != labels) for net in nets], "<i4")),
        *columns,
        (-1, "labels", labels[shown].astype("u1")),
        (-1, "pictures", _pictures(found.data, shown)),
        (-1, "guesses", first[:, shown].astype("u1").ravel()),
    ]


def rows_of(found: Trained) -> list[Row]:
    """What is said of every node, with how its error stands among the others'.

    `shade` is from 0 for the least error to `SHADES` - 1, None where all its networks diverged;
    `works` whether it comes near the best and none of them diverged.
    """
    rows = [node.row() for lane in found.lanes for node in lane.nodes]
    known = [row["test_accuracy"] for row in rows if row["test_accuracy"] is not None]
    best = max(known, default=0.0)
    low = max(1 - best, 1e-3)
    high = max(1 - min(known, default=0.0), 2 * low)
    for row in rows:
        accuracy = row["test_accuracy"]
        row["works"] = accuracy is not None and not row["diverged"] and accuracy >= best - NEAR
        row["shade"] = None
        if accuracy is not None:
            share = np.log(max(1 - accuracy, low) / low) / np.log(high / low)
            row["shade"] = round(float((SHADES - 1) * min(share, 1.0)))
    return rows


def best_of(rows: list[Row]) -> int:
    """The row with the highest accuracy."""
    return max(range(len(rows)), key=lambda i: (rows[i]["test_accuracy"] or 0.0, -i))


def about(found: Trained) -> str:
    """What was trained, in a line."""
    nets = sum(len(node.nets) for lane in found.lanes for node in lane.nodes)
    recipe, varied = found.recipe, {name for lane in found.lanes for name in lane.axes}
    fixed = {k: v for lane in found.lanes for k, v in lane.fixed.items()}
    told = {"batch_size": recipe.batch_size, "epochs": recipe.epochs, "schedule": recipe.schedule}
    told |= fixed
    words = [f"{SPELT.get(n, n)} = {typed(v)}" for n, v in told.items() if v and n not in varied]
    usual = (found.data.x_train.shape[1], *HIDDEN, len(found.data.classes))
    sizes = (recipe.sizes or ",".join(map(str, usual))).replace(",", "–")
    return ", ".join([f"{nets} trainings of {sizes}", *words])


def label(lane: Lane) -> str:
    """What a rule is called: its name, and the settings that are the same on all of the page."""
    name, settings = split(lane.text)
    told = ", ".join(f"{SPELT.get(key, key)} = {value}" for key, value in settings.items())
    return f"{word(name)}  {told}".strip()


def title(lane: Lane, name: str) -> str:
    """What a setting is called beside its slider and on the map."""
    if name in SYMBOLS:
        return called(OPTIMIZERS.get(split(lane.text)[0], SGD), name)
    return TITLES.get(name, name)


def _lane(lane: Lane) -> dict[str, Any]:
    """A rule, and what can be chosen of it."""
    axes = [
        {"name": name, "title": title(lane, name), "words": [_shown(v) for v in values]}
        for name, values in lane.axes.items()
    ]
    return {"label": label(lane), "text": lane.text, "axes": axes}


def _shown(value: Any) -> str:
    """A value on a slider."""
    return "usual" if value is None else typed(value)


def _told(row: Row) -> dict[str, Any]:
    """What is said of a node."""
    return {
        "words": in_words(row["settings"]),
        "accuracy": row["test_accuracy"],
        "accuracySd": row["test_accuracy_sd"],
        "loss": row["test_loss"],
        "lossSd": row["test_loss_sd"],
        "diverged": row["diverged"],
        "verdict": row["verdict"],
        "works": row["works"],
        "shade": row["shade"],
    }


def _finite(values: Array) -> Array:
    """Numbers in single precision; what does not fit is none."""
    with np.errstate(over="ignore"):
        single = values.astype("<f4")
    return np.where(np.isfinite(single), single, np.nan).astype("<f4")


def _pictures(data: Dataset, shown: Array) -> Array:
    """Images in sixteen shades of grey, two pixels a byte, the first one in its low half."""
    images = data.x_test[shown]
    if len(data.shape) == 3:
        images = images.reshape(len(shown), data.shape[0], -1).mean(axis=1)
    grey = np.round(15 * images).astype("u1").ravel()
    grey = np.append(grey, np.zeros(len(grey) % 2, "u1"))
    packed: Array = grey[::2] | grey[1::2] << 4
    return packed
