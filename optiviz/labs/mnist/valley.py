"""The loss surface between finished runs: a plane through the ways that their weights took."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.labs.mnist.race import ONE_THREAD, UNDER_WAY, Lane
from optiviz.labs.server.data import mnist
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.problems.network.slice import Slice, principal
from optiviz.training.landscape import through

IMAGES = 500  # of the training set, whose loss is drawn
SIDE = 31  # points along a side of the plane, at each of which the network is evaluated
BANDS = 16  # of colour
MOST = 4  # runs
FULL = 65_535


class CancelledError(Exception):
    """Nobody waits for the surface any more."""


def together(lanes: list[Lane]) -> list[Lane]:
    """The runs that share a plane with the first: of the same network, from the same weights.

    Raises:
        UserError: the first one has no way that a plane could be laid through.
    """
    chosen = lanes[0]
    if len(chosen.trail.steps) < 2:
        raise UserError(
            "Nothing is kept of this run's way: the newest six runs of this visit keep theirs. "
            "Train it again."
        )
    same = [
        lane
        for lane in lanes
        if (lane.recipe.sizes, lane.recipe.seed) == (chosen.recipe.sizes, chosen.recipe.seed)
        and len(lane.trail.steps) >= 2
        and lane.phase not in UNDER_WAY
        and not lane.fate
    ]
    if chosen not in same:
        raise UserError("This run is not done, or it went astray: choose another one.")
    return same[:MOST]


def surface(
    lanes: list[Lane], halt: threading.Event, on_progress: Callable[[float], object]
) -> dict[str, Any]:
    """The loss on the plane through the ways of some runs, and the ways on it.

    Args:
        lanes: see `together`.
        halt: set to end it.
        on_progress: called with the share that is done.

    Raises:
        CancelledError: it was ended.
        UserError: the ways lie on one line.
    """
    data, recipe = mnist(), lanes[0].recipe
    sizes = tuple(int(width) for width in str(recipe.sizes).split(","))
    network = MLP(data.x_train[:IMAGES], data.y_train[:IMAGES], sizes, compiled=False)
    start = network.start(recipe.seed)
    paths = [np.stack([start, *lane.trail.points]) for lane in lanes]
    with ONE_THREAD:
        span = principal(paths)
        plane, ways = through(network, span, paths)
        loss = _heights(plane, halt, on_progress)
        runs = [
            _way(lane, way, path, network)
            for lane, way, path in zip(lanes, ways, paths, strict=True)
        ]
    low, high = float(np.log(loss.min())), float(np.log(loss.max()))
    heights = np.rint(FULL * (np.log(loss) - low) / (high - low)).astype(np.uint16)
    return {
        "runs": runs,
        "heights": heights.tobytes(),
        "points": SIDE,
        "levels": BANDS,
        "extent": [list(axis) for axis in plane.bounds],
        "losses": [float(loss.min()), float(loss.max())],
        "explained": span.explained,
        "images": IMAGES,
    }


def _heights(plane: Slice, halt: threading.Event, on_progress: Callable[[float], object]) -> Array:
    """The loss on a grid of the plane, row by row."""
    (left, right), (bottom, top) = plane.bounds
    across = np.linspace(left, right, SIDE)
    rows = []
    for done, y in enumerate(np.linspace(bottom, top, SIDE).tolist()):
        if halt.is_set():
            raise CancelledError
        on_progress(done / SIDE)
        rows.append(plane.value(np.stack([across, np.full(SIDE, y)], axis=1)))
    found: Array = np.maximum(np.array(rows), np.finfo(float).tiny)
    return found


def _way(lane: Lane, way: Array, path: Array, network: MLP) -> dict[str, Any]:
    """A run's way on the plane, with the loss of its own weights, which lie beside the plane."""
    updates = lane.total / lane.recipe.epochs
    return {
        "run": lane.key,
        "x": way[:, 0].tolist(),
        "y": way[:, 1].tolist(),
        "epochs": [0.0, *(step / updates for step in lane.trail.steps)],
        "loss": [network.value(w) for w in path],
    }
