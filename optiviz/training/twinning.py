"""A training that is looked at on the way: how twins come to be, at once or as they grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from optiviz.errors import UserError, at_most
from optiviz.optim import Optimizer, name_of
from optiviz.problems.base import Array
from optiviz.problems.network.mlp import MLP
from optiviz.problems.network.tangent import Tangent
from optiviz.problems.planes.regression import MOST as SAMPLES
from optiviz.runs.loop import Point, steps
from optiviz.training.curvature import curvature
from optiviz.training.twin import Twins

LOOKS = 16  # at the curvature, evenly apart
ROOM = 100_000_000  # bytes of weights that a training under way may keep


@dataclass(frozen=True, eq=False)
class Look:
    """The curvature at one update: λ `(2,)`, its directions `(2, P)`, the slopes of each sample's
    loss along them `(N, 2)`, and where the weights were along them `(2,)`."""

    at: int
    values: Array
    vectors: Array
    slopes: Array
    origin: Array


def twins(
    network: MLP,
    rule: Optimizer,
    *,
    updates: int = 100,
    batch_size: int | None = None,
    seed: int = 0,
    looks: int = LOOKS,
    on_progress: Callable[[int, int], object] | None = None,
) -> Twins:
    """Train a network and measure, on the way, the valley that it trains in.

    Args:
        network: on at most 2000 samples, all of which every measurement needs.
        rule: the valley's too.
        updates: how many; batch_size: None for all samples; seed: see `train`.
        looks: at how many updates the curvature is measured, the first and the last among them.
        on_progress: called with what is done and the whole.

    Raises:
        UserError: a number out of range, or a training that diverges.

    Cohen et al., Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability,
    2021.
    """
    grown = Growing(network, rule, updates, batch_size, seed, looks, keep=False)
    show, whole = on_progress or (lambda _done, _whole: None), 2 * updates
    with np.errstate(all="ignore"):
        for t in grown.grow():
            show(t, whole)
    if grown.diverged is not None:
        raise UserError(f"{name_of(rule)} diverged at update {grown.diverged}: lower its lr.")
    basis = np.concatenate([look.vectors for look in grown.looks])
    ways = np.empty((updates + 1, len(basis)))
    # The same training once more, now that its directions are known: the same bits.
    with np.errstate(all="ignore"):
        for point in grown.points():
            ways[point.t] = basis @ point.w
            show(updates + point.t, whole)
    return grown.seen(ways)


class Growing:
    """Twins under way: one thread may train them while others see what there is.

    Args:
        network, rule, updates, batch_size, seed, looks: see `twins`.
        keep: whether the weights of every update are kept, so that it can be seen before its end.

    Attributes:
        looks: the curvatures so far.
        diverged: the update whose loss is no number any more, if one is.

    Raises:
        UserError: a number out of range, or more weights than there is room for.
    """

    def __init__(
        self,
        network: MLP,
        rule: Optimizer,
        updates: int,
        batch_size: int | None = None,
        seed: int = 0,
        looks: int = LOOKS,
        keep: bool = True,
    ) -> None:
        _check(network, updates, looks)
        if keep and (updates + 1) * network.size * np.dtype(network.dtype).itemsize > ROOM:
            raise UserError("There is no room for the weights of so many updates: take fewer.")
        self.network, self.rule, self.updates = network, rule, updates
        self.batch_size, self.seed = batch_size, seed
        self.at = np.unique(np.linspace(0, updates, looks).round().astype(int))
        self.looks: list[Look] = []
        self.diverged: int | None = None
        self._reached: list[tuple[float, float]] = []  # loss and accuracy
        self._lr = np.empty(0)
        self._weights = np.empty((updates + 1 if keep else 0, network.size), network.dtype)

    def points(self) -> Iterator[Point]:
        """The training itself, from its start."""
        start = self.network.start(self.seed)
        return steps(self.network, self.rule, start, self.updates, self.batch_size, self.seed)

    def grow(self) -> Iterator[int]:
        """Train, and tell each update that was made, from 0 for the start.

        A loss may overflow on the way; `np.errstate` around the consumer keeps NumPy quiet.
        """
        for point in self.points():
            loss, accuracy = self.network.evaluate(point.w)
            try:
                if not np.isfinite(loss) or not np.isfinite(point.g).all():
                    raise np.linalg.LinAlgError
                if point.t in self.at:
                    self.looks.append(self._look(point))
            except np.linalg.LinAlgError:  # what is no number has no curvature
                self.diverged = point.t
                return
            if not point.t:
                lr = point.schedules.get("lr") or [self.rule.lr] * self.updates
                self._lr = np.asarray(lr, float)
            if len(self._weights):
                self._weights[point.t] = point.w
            self._reached.append((loss, accuracy))  # last: by then all of it is there
            yield point.t

    def seen(self, ways: Array | None = None) -> Twins:
        """What there is by now; from `ways` `(n+1, 2K)` if the weights were not kept."""
        count = len(self._reached)
        looks = [look for look in self.looks if look.at < count]

        def way(nth: int) -> Array:
            if ways is None:  # few are looked at of what grows
                along = self._weights[:count] @ looks[nth].vectors.T
            else:
                along = ways[:, 2 * nth : 2 * nth + 2]
            return np.asarray(along - looks[nth].origin, float)

        loss, accuracy = np.array(self._reached[:count]).T
        return Twins(
            rule=self.rule,
            batch_size=self.batch_size,
            seed=self.seed,
            loss=loss,
            accuracy=accuracy,
            lr=self._lr[: count - 1],
            at=np.array([look.at for look in looks]),
            curvatures=np.array([look.values for look in looks], float),
            slopes=np.array([look.slopes for look in looks], float),
            way=way,
        )

    def _look(self, point: Point) -> Look:
        guess = self.looks[-1].vectors[0] if self.looks else None
        found = curvature(self.network, point.w, guess=guess)
        tangent = Tangent(self.network, point.w)
        slopes = np.stack([tangent.slopes(v) for v in found.vectors], axis=1)
        return Look(point.t, found.values, found.vectors, slopes, found.vectors @ point.w)


def _check(network: MLP, updates: int, looks: int) -> None:
    if network.n_samples > SAMPLES:
        raise UserError(f"twins take at most {SAMPLES} samples, got {network.n_samples}.")
    if updates < 2:
        raise UserError(f"updates must be at least 2, got {updates}.")
    at_most(100_000, updates=updates)
    if not 2 <= looks <= 100:
        raise UserError(f"looks must be from 2 to 100, got {looks}.")
