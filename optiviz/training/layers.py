"""How large the steps of each layer are beside its weights, seen as a training goes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np

from optiviz.files import write_csv
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.runs.loop import Point

NAMES = ("ratio", "gradient")  # of a layer's columns


@dataclass(frozen=True)
class Seen:
    """One step, layer by layer.

    Attributes:
        step: the update that it was, counted from 1.
        ratio: |Δw|/|w| of every layer, the step beside the weights that it was taken from.
        gradient: |g| of every layer, on the batch of that step.
        one: w, g and what the rule keeps, by name, of a single weight ahead of the step: the one
            whose gradient was the largest when it was first seen. With η, where a schedule sets it.
            Nothing, if it was read from a file.
    """

    step: int
    ratio: tuple[float, ...]
    gradient: tuple[float, ...]
    one: dict[str, float]


@dataclass
class Layers:
    """An observer of the last step before every evaluation; see `train`.

    It costs a copy of the weights for each evaluation and nothing else. One observer may follow a
    training that is stopped and goes on.

    Attributes:
        seen: what it has seen, in order.
        weight: which single weight it follows; none before it has seen any.

    >>> from optiviz import optim
    >>> from optiviz.training import train
    >>> net = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 8, 2))
    >>> layers = Layers()
    >>> _ = train(net, net, optim.SGD(lr=0.5), epochs=4, batch_size=1, layers=layers)
    >>> [(one.step, len(one.ratio)) for one in layers.seen]
    [(2, 2), (4, 2), (6, 2), (8, 2)]
    """

    seen: list[Seen] = field(default_factory=list)
    weight: int | None = None

    @classmethod
    def read(cls, table: Array) -> Layers:
        """What a table holds; see `table`. Single weights it does not know."""
        rows = ((int(step), both) for step, *both in table.tolist())
        return cls([Seen(step, tuple(both[::2]), tuple(both[1::2]), {}) for step, both in rows])

    @property
    def table(self) -> Array:
        """`(K, 1 + 2L)`: of every evaluation the step, then ratio and gradient of each layer."""
        pairs = ((one.step, zip(one.ratio, one.gradient, strict=True)) for one in self.seen)
        return np.array([[step, *chain.from_iterable(both)] for step, both in pairs])

    def write(self, path: Path) -> None:
        """Write the table as a file, its layers counted from 1.

        Raises:
            UserError: the disk is full, or the file cannot be written to.
        """
        if not self.seen:
            return
        names = [f"{name}_{i + 1}" for i in range(len(self.seen[0].ratio)) for name in NAMES]
        rows = ((int(step), *both) for step, *both in self.table.tolist())
        columns = ("step", *names)
        write_csv(path, columns, (dict(zip(columns, row, strict=True)) for row in rows))

    def follow(self, points: Iterator[Point], network: MLP, every: int, n: int) -> Iterator[Point]:
        """Hand the points on, and look at the step to every one that is evaluated.

        Args:
            points: of a training, from wherever it goes on.
            network: whose layers they are.
            every, n: updates from one evaluation to the next, and in all.
        """
        ahead: tuple[Array, tuple[float, ...], dict[str, float]] | None = None
        for point in points:
            if ahead is not None:
                before, gradient, one = ahead
                self._add(Seen(point.t, _ratios(network, before, point.w), gradient, one))
            coming, ahead = point.t + 1, None
            if coming <= n and (coming % every == 0 or coming == n):
                ahead = point.w.copy(), _norms(network, point.g), self._one(point)
            yield point

    def _one(self, point: Point) -> dict[str, float]:
        """The numbers of a single weight."""
        if self.weight is None:
            self.weight = int(np.abs(point.g).argmax())
        arrays = {"w": point.w, "g": point.g}
        arrays |= {name: point.frame[row] for name, row in point.rows.items()}
        found = {name: float(array[self.weight]) for name, array in arrays.items()}
        return found | {name: float(v[point.t]) for name, v in point.schedules.items()}

    def _add(self, one: Seen) -> None:
        if not self.seen or one.step > self.seen[-1].step:
            self.seen.append(one)


def _norms(network: MLP, flat: Array) -> tuple[float, ...]:
    """The length of every layer's part of a flat vector, its biases among it."""
    parts = (
        (layer.weights, *(() if layer.biases is None else (layer.biases,)))
        for layer in network.layers(flat)
    )
    return tuple(float(np.sqrt(sum(np.vdot(a, a) for a in arrays))) for arrays in parts)


def _ratios(network: MLP, before: Array, after: Array) -> tuple[float, ...]:
    """The length of every layer's step over that of its weights."""
    pairs = zip(_norms(network, after - before), _norms(network, before), strict=True)
    return tuple(step / weights if weights else 0.0 for step, weights in pairs)
