"""A plane through the space of a network's weights, as a surface to be drawn and descended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError
from optiviz.problems.base import Array, Bounds, Plane, inexact
from optiviz.problems.network.layers import layers_of
from optiviz.problems.network.mlp import MLP

PART = 20_000  # weights that are worked on at once, in double precision
SIDE = 41  # points along a side of the grid that pictures are drawn from
STEP = 1e-6  # of the weights' size: rounding that two directions may share


@dataclass(frozen=True)
class Directions:
    """Two directions in the space of the weights, and where they cross.

    Attributes:
        origin: `(P,)`, float64; basis: `(2, P)`, float64.
        names: of the two axes.
        explained: the share of the points' squared distance from the origin along each, None if
            the directions have nothing to do with the points.
    """

    origin: Array
    basis: Array
    names: tuple[str, str]
    explained: tuple[float, float] | None = None

    def project(self, w: Array) -> Array:
        """The coordinates `(n, 2)` of the points of the plane nearest to weights `(n, P)`."""
        away = np.array([self.basis @ (row - self.origin) for row in w])
        found: Array = np.linalg.solve(self.basis @ self.basis.T, away.T).T
        return found


def principal(paths: list[Array]) -> Directions:
    """The first two principal components of all the points of some trajectories from one start.

    With the points less the start as the rows of X, they are the first two right singular vectors
    of X, found from the eigenvectors u of the small matrix XXᵀ as Xᵀu/|Xᵀu|. So the start lies on
    the plane, and the loss drawn there is the true one.

    Args:
        paths: weights, each `(points, P)`; the first point of each is the start.

    Raises:
        UserError: the points lie on a line, so there is no plane.

    Source: Lorch, Visualizing Deep Network Training Trajectories with PCA, 2016.

    >>> directions = principal([np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [0.0, 1.0, 0.0]])])
    >>> [round(share, 2) for share in directions.explained]
    [0.9, 0.1]
    """
    rows = np.concatenate(paths)
    origin = rows[0].astype(np.float64)
    parts = [slice(begin, begin + PART) for begin in range(0, len(origin), PART)]
    gram = np.zeros((len(rows), len(rows)))
    for part in parts:
        away = rows[:, part] - origin[part]
        gram += away @ away.T
    variances, vectors = np.linalg.eigh(gram)
    if not variances[-2] > STEP**2 * variances[-1]:
        raise UserError("The trajectories lie on one line: a plane needs a path that bends.")
    first = vectors[:, [-1, -2]].T
    basis = np.concatenate([first @ (rows[:, part] - origin[part]) for part in parts], axis=1)
    basis /= np.linalg.norm(basis, axis=1)[:, None]
    shares = variances[[-1, -2]] / variances.sum()
    names = tuple(f"PC {k} ({share:.0%})" for k, share in enumerate(shares, start=1))
    return Directions(origin, basis, (names[0], names[1]), (float(shares[0]), float(shares[1])))


def filtered(network: MLP, origin: Array, seed: int = 0) -> Directions:
    """Two random directions, each unit's part of them as long as the unit's own weights.

    Args:
        network: whose layers they fit.
        origin: `(P,)`, where they cross.
        seed: what they come from.

    Source: Li et al., Visualizing the Loss Landscape of Neural Nets, NeurIPS 2018.
    """
    rng = np.random.default_rng(seed)
    origin = np.asarray(origin, np.float64)
    basis = rng.normal(size=(2, len(origin)))
    own = layers_of(origin, network.sizes, network.biases)
    for direction in basis:
        for layer, around in zip(
            layers_of(direction, network.sizes, network.biases), own, strict=True
        ):
            lengths = np.linalg.norm(layer.weights, axis=0)
            layer.weights[:] *= np.linalg.norm(around.weights, axis=0) / lengths
            if layer.biases is not None:
                layer.biases[:] = 0  # a bias is no filter
    return Directions(origin, basis, ("random direction 1", "random direction 2"))


class Slice(Plane):
    """The loss of a network on a plane of its weights: L(w₀ + a·d₁ + b·d₂).

    The sums of the first layer are linear in a and b, so those of w₀, d₁ and d₂ are found once, and
    a point of the plane costs only the small layers.

    Args:
        network: on the samples that the loss is the mean of, all at once.
        directions: what spans the plane.
        bounds: the part of the plane worth drawing.
        start: a point on it.
        on_progress: called with the number of points of a grid that are done.
        at: the update that each point of the trajectories was seen after; see `Plane`.

    >>> net = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 4, 2), dtype="float64")
    >>> plane = Slice(net, filtered(net, net.start(0)), ((-1, 1), (-1, 1)))
    >>> bool(np.isclose(plane.value(np.zeros(2)), net.value(net.start(0))))
    True
    """

    n_samples = None
    told = True
    span = 0.1  # of a loss, less than which is level ground

    def __init__(
        self,
        network: MLP,
        directions: Directions,
        bounds: Bounds,
        start: tuple[float, float] = (0.0, 0.0),
        on_progress: Callable[[int], object] | None = None,
        at: tuple[int, ...] = (),
    ) -> None:
        self.network, self.directions, self.at = network, directions, at
        self.bounds, self.start, self.axes = bounds, start, directions.names
        self.name, self.title = (
            f"{network.name}-slice",
            f"A slice of {network.title}'s loss: the paths run beside it",
        )
        self.rates = {}
        self.on_progress = on_progress
        parts = [np.asarray(w, network.dtype) for w in (directions.origin, *directions.basis)]
        self._layers = [layers_of(part, network.sizes, network.biases) for part in parts]
        self._first = [network.x @ layers[0].weights for layers in self._layers]
        for sums, layers in zip(self._first, self._layers, strict=True):
            if layers[0].biases is not None:
                sums += layers[0].biases
        self._grid = lru_cache(4)(self._evaluated)

    def __reduce__(self) -> tuple[Any, ...]:
        given = (self.network, self.directions, self.bounds, self.start)
        return Slice, (*given, self.on_progress, self.at)

    def weights(self, point: Array) -> Array:
        """The network's weights `(P,)` at a point `(2,)` of the plane."""
        w = self.directions.origin + np.asarray(point) @ self.directions.basis
        return np.asarray(w, self.network.dtype)

    def floor(self) -> float:
        """No loss is below zero."""
        return 0.0

    def value(self, w: ArrayLike, batch: Array | None = None) -> Array | float:
        """The loss at the points `(…, 2)`."""
        points = np.asarray(w, np.float64).reshape(-1, 2)
        losses = np.array([self._value(a, b) for a, b in points.tolist()])
        shape = np.shape(w)[:-1]
        return losses.reshape(shape) if shape else float(losses[0])

    def value_and_grad(
        self, w: ArrayLike, batch: Array | None = None, out: Array | None = None
    ) -> tuple[Array | float, Array]:
        """The loss at the points `(…, 2)`, and the network's gradient projected on the plane."""
        w = inexact(w)
        points = w.astype(np.float64).reshape(-1, 2)
        pairs = [self.network.value_and_grad(self.weights(point)) for point in points]
        losses = np.array([loss for loss, _ in pairs])
        out = np.empty_like(w) if out is None else out
        out[...] = np.array([self.directions.basis @ g for _, g in pairs]).reshape(w.shape)
        shape = w.shape[:-1]
        return losses.reshape(shape) if shape else float(losses[0]), out

    def on(self, x: Array, y: Array, batch: Array | None = None) -> Array:
        """Values over x and y: true ones on a grid of `SIDE` points a side, the rest between them.

        Between the points of the grid the logarithm of the loss is interpolated by cubics.
        """
        if max(len(x), len(y)) <= SIDE:
            return np.asarray(self._grid(tuple(x.tolist()), tuple(y.tolist())))
        across, up = (np.linspace(axis[0], axis[-1], SIDE) for axis in (x, y))
        heights = np.log(self._grid(tuple(across.tolist()), tuple(up.tolist())))
        values: Array = np.exp(_cubic(y, up) @ heights @ _cubic(x, across).T)
        return values

    def _evaluated(self, x: tuple[float, ...], y: tuple[float, ...]) -> Array:
        values = np.empty((len(y), len(x)))
        for row, b in enumerate(y):
            for column, a in enumerate(x):
                values[row, column] = self._value(a, b)
            if self.on_progress:
                self.on_progress((row + 1) * len(x))
        return values

    def _value(self, a: float, b: float) -> float:
        at, along, across = self._layers
        h = a * self._first[1]
        h += self._first[0]
        h += b * self._first[2]
        for own, one, two in zip(at[1:], along[1:], across[1:], strict=True):
            self.network.act.forward(h)
            h = h @ (own.weights + a * one.weights + b * two.weights)
            if own.biases is not None and one.biases is not None and two.biases is not None:
                h += own.biases + a * one.biases + b * two.biases
        h -= h.max(axis=1, keepdims=True)
        wanted = h[np.arange(len(h)), self.network.y]
        return float(np.mean(np.log(np.exp(h).sum(axis=1)) - wanted, dtype=np.float64))


def _cubic(at: Array, knots: Array) -> Array:
    """The weights `(len(at), len(knots))` of values at evenly spaced knots in a cubic through them.

    Each piece passes through its ends with the slope of the chord over its neighbours (Catmull and
    Rom); beyond the ends the curve goes on straight.
    """
    place = (at - knots[0]) / (knots[1] - knots[0])
    piece = np.clip(np.floor(place).astype(int), 0, len(knots) - 2)
    t = place - piece
    shares = (
        -0.5 * t + t**2 - 0.5 * t**3,
        1 - 2.5 * t**2 + 1.5 * t**3,
        0.5 * t + 2 * t**2 - 1.5 * t**3,
        -0.5 * t**2 + 0.5 * t**3,
    )
    padded = np.zeros((len(at), len(knots) + 2))
    rows = np.arange(len(at))
    for offset, share in enumerate(shares):
        padded[rows, piece + offset] += share
    padded[:, 1] += 2 * padded[:, 0]
    padded[:, 2] -= padded[:, 0]
    padded[:, -2] += 2 * padded[:, -1]
    padded[:, -3] -= padded[:, -1]
    weights: Array = padded[:, 1:-1]
    return weights
