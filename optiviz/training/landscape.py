"""Trajectories of a network on one plane of its weights, as runs on a surface."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from optiviz.errors import UserError, at_most
from optiviz.optim import Optimizer, name_of
from optiviz.problems.base import Array, Bounds
from optiviz.problems.network.mlp import MLP
from optiviz.problems.network.slice import Directions, Slice, filtered, principal
from optiviz.runs.loop import steps
from optiviz.runs.record import Run

ROOM = 0.18  # of the trajectories' extent, left free around them
MOST = 2**29  # bytes of all trajectories, which are then copied in float64
SPANS = ("pca", "random")
IMAGES = 2000  # whose mean loss is drawn, if there are as many
REACH = 1.0  # of a plane of random directions, in lengths of the filters
LEAST, FARTHEST = 1e-3, 100.0


def landscape(
    network: MLP,
    shown: MLP,
    rules: Sequence[Optimizer],
    *,
    updates: int = 600,
    points: int = 60,
    batch_size: int = 100,
    seed: int = 0,
    directions: str = "pca",
    reach: float | None = None,
    on_progress: Callable[[int], object] | None = None,
) -> tuple[Slice, list[Run]]:
    """Train with every rule from the same weights, and lay a plane through the trajectories.

    The runs are the trajectories' projections. Their loss is that of the plane below them; the slot
    `true_loss` is that of the network's own weights, which lie beside the plane.

    Args:
        network: on its training set.
        shown: the same network on the samples whose loss is drawn.
        rules: at least one.
        updates: how many each rule makes; points: how many of them the runs tell at most, evenly
            apart but for the last.
        batch_size, seed: see `train`.
        directions: "pca", the principal components of all trajectories, or "random", filter-
            normalised ones about the end of the first.
        reach: how far the plane of random directions goes to each side, 1 by default: as far as the
            filters' own lengths.
        on_progress: called with the updates that are done, of all rules together.

    Raises:
        UserError: a number out of range, a rule that diverges, or a path that does not bend.
    """
    _check(network, len(rules), updates, points, directions, reach)
    at = np.append(np.arange(0, updates, -(-updates // points)), updates)
    paths, rates = [], []
    for index, rule in enumerate(rules):
        path, rate = _path(network, rule, at, batch_size, seed)
        paths.append(path)
        rates.append(rate)
        if on_progress:
            on_progress((index + 1) * updates)
    span = principal(paths) if directions == "pca" else filtered(network, paths[0][-1], seed)
    bounds = None if directions == "pca" else _square(reach or REACH)
    plane, projected = through(shown, span, paths, bounds, tuple(at.tolist()))
    runs = []
    for rule, path, w, lr in zip(rules, paths, projected, rates, strict=True):
        loss, grad = plane.value_and_grad(w)
        runs.append(
            Run(
                w=w,
                loss=np.asarray(loss),
                grad=grad,
                slots={"true_loss": np.array([shown.value(row) for row in path])},
                hyper={"lr": lr},
                optimizer=name_of(rule),
                settings=rule.settings(),
                problem=plane.name,
                seed=seed,
            )
        )
    return plane, runs


def through(
    shown: MLP,
    span: Directions,
    paths: Sequence[Array],
    bounds: Bounds | None = None,
    at: tuple[int, ...] = (),
) -> tuple[Slice, list[Array]]:
    """A plane of the weights with trajectories beside it, and their projections `(points, 2)`.

    Args:
        shown: the network on the samples whose loss is drawn.
        span: of the plane.
        paths: weights, `(points, P)` each.
        bounds: by default those that hold all projections, with some room.
        at: the update of each point, if it is the same in all.
    """
    projected = [span.project(path) for path in paths]
    began = (float(projected[0][0, 0]), float(projected[0][0, 1]))
    return Slice(shown, span, bounds or _around(projected), start=began, at=at), projected


def _check(
    network: MLP, rules: int, updates: int, points: int, directions: str, reach: float | None
) -> None:
    """Refuse what has no meaning, and what there is no room for."""
    if directions not in SPANS:
        raise UserError(f"directions must be pca or random, got {directions!r}.")
    if reach is not None and directions == "pca":
        raise UserError("range is that of random directions; pca goes as far as the trajectories.")
    if reach is not None and not LEAST <= reach <= FARTHEST:
        raise UserError(f"range must be from {LEAST:g} to {FARTHEST:g}, got {reach:g}.")
    if updates < 3:
        raise UserError(f"updates must be at least 3, got {updates}.")
    if not 3 <= points <= updates:
        raise UserError(f"points must be from 3 to {updates}, the updates, got {points}.")
    at_most(1_000_000, updates=updates)
    each = (points + 1) * network.size * np.dtype(network.dtype).itemsize
    if rules * each > MOST:
        raise UserError(
            f"The trajectories would take {rules * each / 2**30:.3g} GiB, at most "
            f"{MOST / 2**30:g}: take fewer rules or narrower layers."
        )


def _path(
    network: MLP, rule: Optimizer, at: Array, batch_size: int, seed: int
) -> tuple[Array, Array]:
    """The weights after the given numbers of updates, and the learning rate of the step to each."""
    path, wanted = np.empty((len(at), network.size), network.dtype), set(at.tolist())
    found = 0
    start = network.start(seed)
    with np.errstate(all="ignore"):
        for point in steps(network, rule, start, int(at[-1]), batch_size, seed):
            if point.t in wanted:
                path[found] = point.w
                found += 1
            if not np.isfinite(point.loss):
                raise UserError(f"{name_of(rule)} diverged at update {point.t}: lower its lr.")
    rates = point.schedules.get("lr")
    lr = np.full(len(at) - 1, rule.lr) if rates is None else np.array(rates)[at[1:] - 1]
    return path, lr


def _square(reach: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Bounds about the end of the first trajectory, where random directions cross."""
    return (-reach, reach), (-reach, reach)


def _around(paths: list[Array]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Bounds that hold all paths, with some room."""
    every = np.concatenate(paths)
    low, high = every.min(axis=0), every.max(axis=0)
    room = ROOM * float((high - low).max())
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    return (left, right), (bottom, top)
