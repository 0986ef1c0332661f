"""What a page looks at more closely: which digits a network takes for which, and its layers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from optiviz.labs.mnist.pictures import inked
from optiviz.labs.mnist.race import ONE_THREAD, Lane
from optiviz.labs.server.data import mnist
from optiviz.optim import parse
from optiviz.optim.describe import SYMBOLS
from optiviz.optim.formula import follow
from optiviz.problems import MLP
from optiviz.problems.base import Array

CLASSES = 10
SHOWN = 40  # digits of a cell


@lru_cache(maxsize=1)
def _viewer(sizes: tuple[int, ...]) -> MLP:
    """A network of these widths on the whole test set, apart from those that are being trained."""
    data = mnist()
    return MLP(data.x_test, data.y_test, sizes, compiled=False)


@lru_cache(maxsize=2)
def _told(weights: Held) -> Array:
    """What a network says of every test image: probabilities `(images, 10)`."""
    with ONE_THREAD:
        return _viewer(weights.sizes).probabilities(weights.w)


class Held:
    """Weights that nobody changes any more, known by who they are and not by their numbers.

    Args:
        w: `(P,)`; sizes: the widths of the network's layers.
    """

    def __init__(self, w: Array, sizes: tuple[int, ...]) -> None:
        self.w, self.sizes = w, sizes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self.w is other.w

    def __hash__(self) -> int:
        return id(self.w)


def confusion(weights: Held) -> dict[str, Any]:
    """How often each digit is taken for each.

    Returns:
        `counts` `(10, 10)`, a row for each digit that it is and a column for each that it is taken
        for; `wrong` out of `of` test images.
    """
    guesses, labels = _told(weights).argmax(axis=1), mnist().y_test
    counts = np.zeros((CLASSES, CLASSES), int)
    np.add.at(counts, (labels, guesses), 1)
    wrong = len(labels) - int(np.trace(counts))
    return {"counts": counts.tolist(), "wrong": wrong, "of": len(labels)}


def cell(weights: Held, truth: Any, guess: Any) -> dict[str, Any]:
    """The digits of one cell of the matrix, the surest mistakes first, or the least sure hits.

    Args:
        weights: of the network.
        truth: the digit that they are; guess: the one that they are taken for.

    Raises:
        ValueError: there is no such cell.
    """
    if not all(type(one) is int and 0 <= one < CLASSES for one in (truth, guess)):
        raise ValueError(f"there is no cell {truth!r}, {guess!r}")
    told, labels = _told(weights), mnist().y_test
    found = np.flatnonzero((labels == truth) & (told.argmax(axis=1) == guess))
    sure = told[found, guess]
    first = found[np.argsort(sure if truth == guess else -sure, kind="stable")][:SHOWN]
    facts = {"truth": truth, "guess": guess, "count": len(found)}
    return facts | digits(_viewer(weights.sizes).x[first], labels[first], told[first])


def digits(images: Array, labels: Array, told: Array) -> dict[str, Any]:
    """Images as bytes `(n, 784)`, what they are, and what a network says of each."""
    return {
        "images": inked(images),
        "labels": labels.tolist(),
        "told": [[round(float(p), 4) for p in row] for row in told],
    }


def layers(lane: Lane) -> dict[str, Any]:
    """What was seen of the layers: by evaluation the epoch, and a ratio and a length for each."""
    updates = lane.total / lane.recipe.epochs
    rows = [[one.step / updates, one.ratio, one.gradient] for one in lane.layers.seen]
    return {"rows": rows, "sizes": [int(width) for width in str(lane.recipe.sizes).split(",")]}


def formula(lane: Lane) -> dict[str, Any]:
    """The lines of a run's rule, and their symbols for one weight ahead of one of its steps."""
    rule = parse(lane.recipe.optim, lr=float(lane.recipe.lr or 0))
    facts: dict[str, Any] = {"lines": list(rule.formula())}
    if not (lane.layers.seen and facts["lines"]):
        return facts
    last = lane.layers.seen[-1]
    known = {SYMBOLS[name]: value for name, value in rule.settings().items() if name in SYMBOLS}
    slots = {slot: symbol for symbol, slot in rule.symbols.items()}
    names = SYMBOLS | slots | {"w": "w", "g": "g"}
    known |= {names[name]: value for name, value in last.one.items() if name in names}
    known |= {"t": last.step}
    if not _follows(facts["lines"], dict(known)):
        return facts
    return facts | {"known": known, "weight": lane.layers.weight, "step": last.step}


def _follows(lines: list[str], known: dict[str, float]) -> bool:
    """Whether every symbol of the lines has a number; what a rule keeps for itself has none."""
    try:
        for line in lines:
            follow(line, known)
    except ValueError:
        return False
    return True
