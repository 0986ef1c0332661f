"""How large the steps of each layer are beside its weights, seen as a training goes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.runs.loop import Point


@dataclass(frozen=True)
class Seen:
    """One step, layer by layer.

    Attributes:
        step: the update that it was, counted from 1.
        ratio: |Δw|/|w| of every layer, the step beside the weights that it was taken from.
        gradient: |g| of every layer, on the batch of that step.
        one: w, g and what the rule keeps, by name, of a single weight ahead of the step: the one
            whose gradient was the largest when it was first seen. With η, where a schedule sets it.
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
