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
    """

    step: int
    ratio: tuple[float, ...]
    gradient: tuple[float, ...]


@dataclass
class Layers:
    """An observer of the last step before every evaluation; see `train`.

    It costs a copy of the weights for each evaluation and nothing else. One observer may follow a
    training that is stopped and goes on.

    Attributes:
        seen: what it has seen, in order.

    >>> from optiviz import optim
    >>> from optiviz.training import train
    >>> net = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 8, 2))
    >>> layers = Layers()
    >>> _ = train(net, net, optim.SGD(lr=0.5), epochs=4, batch_size=1, layers=layers)
    >>> [(one.step, len(one.ratio)) for one in layers.seen]
    [(2, 2), (4, 2), (6, 2), (8, 2)]
    """

    seen: list[Seen] = field(default_factory=list)

    def follow(self, points: Iterator[Point], network: MLP, every: int, n: int) -> Iterator[Point]:
        """Hand the points on, and look at the step to every one that is evaluated.

        Args:
            points: of a training, from wherever it goes on.
            network: whose layers they are.
            every, n: updates from one evaluation to the next, and in all.
        """
        before, gradient = np.empty(0), ()
        for point in points:
            if len(before):
                self._add(Seen(point.t, _ratios(network, before, point.w), gradient))
            ahead = point.t + 1
            due = ahead <= n and (ahead % every == 0 or ahead == n)
            before = point.w.copy() if due else np.empty(0)
            gradient = _norms(network, point.g) if due else ()
            yield point

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
