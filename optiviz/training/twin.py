"""A network and its twin: the valley of its own two sharpest directions, under the same rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from optiviz.errors import UserError, at_most
from optiviz.optim import Optimizer, name_of
from optiviz.problems.base import Array, Bounds
from optiviz.problems.network.mlp import MLP
from optiviz.problems.network.tangent import Tangent
from optiviz.problems.planes.regression import MOST as SAMPLES
from optiviz.problems.planes.regression import Valleys
from optiviz.runs import Run, descend
from optiviz.runs.loop import Point, steps
from optiviz.training.curvature import curvature

LOOKS = 16  # at the curvature, evenly apart
SETTLED = 0.1  # of the last curvatures' mean: as near, it has settled
FLAT = 1e-6  # of the larger curvature: below, there is no valley
REACH = 2.0  # times the start's distance from the bottom, which is what is drawn


@dataclass(frozen=True, eq=False)
class Twins:
    """A training, and what its loss looked like along its two sharpest directions on the way.

    Attributes:
        rule, batch_size, seed: what network and valley share; so do the batches, sample for sample.
        loss: `(n+1,)`, the network's mean loss on all its samples, after each update.
        at: `(K,)`, the updates at which the curvature was measured.
        curvatures: `(K, 2)`, the two largest λ there.
        slopes: `(K, N, 2)`, of each sample's loss along their directions.
        ways: `(K, n+1, 2)`, where the network was along them, from its weights at that update.
    """

    rule: Optimizer
    batch_size: int | None
    seed: int
    loss: Array
    at: Array
    curvatures: Array
    slopes: Array
    ways: Array

    @property
    def settled(self) -> int:
        """The first look from which on the largest λ stays near what it ends at."""
        sharpness = self.curvatures[:, 0]
        end = sharpness[-max(len(sharpness) // 4, 1) :].mean()
        apart = np.flatnonzero(np.abs(sharpness - end) > SETTLED * end)
        return int(min(apart[-1] + 1 if len(apart) else 0, len(sharpness) - 1))

    @property
    def rises(self) -> int | None:
        """The first update after which the network's loss is higher than before, if any is."""
        rises = np.flatnonzero(np.diff(self.loss) > 0)
        return int(rises[0]) + 1 if len(rises) else None

    @property
    def sharpness(self) -> Array:
        """`(n+1,)`: the largest λ at every update, straight between those that were measured."""
        found: Array = np.interp(np.arange(len(self.loss)), self.at, self.curvatures[:, 0])
        return found

    def look(self, update: int | None = None) -> int:
        """Which look was at an update or the last before it; by default the settled one."""
        if update is None:
            return self.settled
        check_at(update, len(self.loss) - 1)
        return int(np.searchsorted(self.at, update, side="right")) - 1

    def valley(self, look: int) -> Valleys:
        """The mean of ½(w - cᵢ)ᵀΛ(w - cᵢ): the network's λ, and the noise of its own samples.

        Sample i pulls as it pulls the network along these directions, and the valley starts where
        its slope is the network's.

        Raises:
            UserError: the loss does not bend upwards along both directions.
        """
        both, slopes = self.curvatures[look], self.slopes[look]
        if not both[1] > FLAT * both[0]:
            raise UserError(f"At update {self.at[look]} the loss bends upwards in one direction.")
        mean = slopes.mean(axis=0)
        start = mean / both
        return Valleys(
            (mean - slopes) / both,
            (float(both[0]), 0.0, float(both[1])),
            name="twin",
            title=f"The network's two sharpest directions at update {self.at[look]}",
            bounds=_about(start),
            start=(float(start[0]), float(start[1])),
            axes=(f"along λ {both[0]:.3g}", f"along λ {both[1]:.3g}"),
        )

    def runs(self, look: int) -> tuple[Valleys, Run, Run]:
        """The valley, the rule's run on it, and the network's own way as seen from there.

        The second run's loss is the valley's below it; its slots `true_loss` and `sharpness` are
        the network's.
        """
        valley, n = self.valley(look), len(self.loss) - 1
        run = descend(valley, self.rule, steps=n, batch_size=self.batch_size, seed=self.seed)
        way = self.ways[look] + np.array(valley.start)
        loss, grad = valley.value_and_grad(way)
        shadow = Run(
            w=way,
            loss=np.asarray(loss),
            grad=grad,
            slots={"true_loss": self.loss.copy(), "sharpness": self.sharpness},
            hyper={"lr": np.full(n, run.lr[0])},
            optimizer=name_of(self.rule),
            settings=self.rule.settings(),
            problem=valley.name,
            seed=self.seed,
        )
        return valley, run, shadow


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
        rule: without a schedule.
        updates: how many; batch_size: None for all samples; seed: see `train`.
        looks: at how many updates the curvature is measured, the first and the last among them.
        on_progress: called with what is done and the whole.

    Raises:
        UserError: a number out of range, a schedule, or a training that diverges.

    Cohen et al., Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability,
    2021.
    """
    _check(network, rule, updates, looks)
    at = np.unique(np.linspace(0, updates, looks).round().astype(int))
    show, whole = on_progress or (lambda _done, _whole: None), 2 * updates
    losses, values, vectors, slopes, origins = [], [], [], [], []
    guess = None
    for point in _points(network, rule, updates, batch_size, seed):
        losses.append(point.loss if point.batch is None else network.value(point.w))
        if point.t in at:
            found = curvature(network, point.w, guess=guess)
            guess = found.vectors[0]
            tangent = Tangent(network, point.w)
            values.append(found.values)
            vectors.append(found.vectors)
            slopes.append(np.stack([tangent.slopes(v) for v in found.vectors], axis=1))
            origins.append(found.vectors @ point.w)
        show(point.t, whole)
    basis, ways = np.concatenate(vectors), np.empty((updates + 1, 2 * len(at)))
    # The same training once more, now that its directions are known: the same bits.
    for point in _points(network, rule, updates, batch_size, seed):
        ways[point.t] = basis @ point.w
        show(updates + point.t, whole)
    ways -= np.concatenate(origins)
    seen = ways.reshape(updates + 1, len(at), 2).transpose(1, 0, 2)
    numbers = (np.array(losses), at, np.array(values), np.array(slopes, float), seen)
    return Twins(rule, batch_size, seed, *numbers)


def check_at(update: int | None, updates: int) -> None:
    """Refuse an update that there is not."""
    if update is not None and not 0 <= update <= updates:
        raise UserError(f"at must be from 0 to {updates}, got {update}.")


def _points(
    network: MLP, rule: Optimizer, updates: int, batch_size: int | None, seed: int
) -> Iterator[Point]:
    """The loop's points, as long as the loss is a number."""
    with np.errstate(all="ignore"):
        for point in steps(network, rule, network.start(seed), updates, batch_size, seed):
            if not np.isfinite(point.loss):
                raise UserError(f"{name_of(rule)} diverged at update {point.t}: lower its lr.")
            yield point


def _check(network: MLP, rule: Optimizer, updates: int, looks: int) -> None:
    if network.n_samples > SAMPLES:
        raise UserError(f"twins take at most {SAMPLES} samples, got {network.n_samples}.")
    if updates < 2:
        raise UserError(f"updates must be at least 2, got {updates}.")
    at_most(100_000, updates=updates)
    if not 2 <= looks <= 100:
        raise UserError(f"looks must be from 2 to 100, got {looks}.")
    if rule.schedules():
        raise UserError("twins take a constant η: the valley has one limit.")


def _about(start: Array) -> Bounds:
    """A square about the bottom, in which the start lies well inside."""
    half = REACH * float(np.abs(start).max())
    return (-half, half), (-half, half)
