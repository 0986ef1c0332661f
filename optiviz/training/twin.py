"""A network and its twin: the valley of its own two sharpest directions, under the same rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optiviz.errors import UserError
from optiviz.optim import Optimizer, name_of
from optiviz.problems.base import Array, Bounds
from optiviz.problems.planes.regression import Valleys
from optiviz.runs import Run, descend

SETTLED = 0.1  # of the last curvatures' mean: as near, it has settled
MOVED = 0.2  # of a valley's λ: where the network's is further away, it trains in another
FLAT = 1e-6  # of the larger curvature: below, there is no valley
REACH = 2.0  # times the start's distance from the bottom, which is what is drawn


@dataclass(frozen=True, eq=False)
class Twins:
    """A training, and what its loss looked like along its two sharpest directions on the way.

    Attributes:
        rule, batch_size, seed: what network and valley share; so do the batches, sample for sample.
        loss, accuracy: `(n+1,)`, the network's on all its samples, after each update.
        lr: `(n,)`, the rate of each update.
        at: `(K,)`, the updates at which the curvature was measured.
        curvatures: `(K, 2)`, the two largest λ there.
        slopes: `(K, N, 2)`, of each sample's loss along their directions.
        way: `(n+1, 2)` of a look, where the network was along its directions, from its weights at
            that update.
    """

    rule: Optimizer
    batch_size: int | None
    seed: int
    loss: Array
    accuracy: Array
    lr: Array
    at: Array
    curvatures: Array
    slopes: Array
    way: Callable[[int], Array]

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

    def holds(self, look: int) -> tuple[int, int]:
        """The first and the last update about a look between which every λ that was measured is
        within a fifth of its: there the network trains in the look's valley."""
        sharpness = self.curvatures[:, 0]
        moved = np.abs(sharpness - sharpness[look]) > MOVED * abs(sharpness[look])
        before, after = np.flatnonzero(moved[:look]), np.flatnonzero(moved[look:])
        first = before[-1] + 1 if len(before) else 0
        last = look + after[0] - 1 if len(after) else len(moved) - 1
        return int(self.at[first]), int(self.at[last])

    def look(self, update: int | None = None) -> int:
        """Which look was at an update or the last before it; by default the settled one, or the
        last before that which has a valley."""
        if update is None:
            settled = self.settled
            return next((n for n in range(settled, -1, -1) if self._bends(n)), settled)
        check_at(update, len(self.loss) - 1)
        return int(np.searchsorted(self.at, update, side="right")) - 1

    def _bends(self, look: int) -> bool:
        """Whether the loss bends upwards along both directions of a look."""
        first, second = self.curvatures[look]
        return bool(second > FLAT * first)

    def valley(self, look: int) -> Valleys:
        """The mean of ½(w - cᵢ)ᵀΛ(w - cᵢ): the network's λ, and the noise of its own samples.

        Sample i pulls as it pulls the network along these directions, and the valley starts where
        its slope is the network's.

        Raises:
            UserError: the loss does not bend upwards along both directions.
        """
        both, slopes = self.curvatures[look], self.slopes[look]
        if not self._bends(look):
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
            axes=(f"sharpest direction, λ = {both[0]:.3g}", f"second, λ = {both[1]:.3g}"),
        )

    def toy(self, look: int, rule: Optimizer, updates: int, batch_size: int | None) -> Run:
        """A rule's run on the valley of a look, with the network's batches where they are as many.

        Raises:
            UserError: the loss does not bend upwards along both directions.
        """
        valley, seed = self.valley(look), self.seed
        return descend(valley, rule, steps=updates, batch_size=batch_size, seed=seed)

    def shadow(self, look: int) -> Run:
        """The network's own way, as seen from the valley of a look.

        It stands at the valley's start until the update of the look, since it came there by way of
        other valleys. The run's loss is the valley's below it; its slots `true_loss`, `accuracy`
        and `sharpness` are the network's, and `holds` is 1 while that trains in this valley.
        """
        valley, t = self.valley(look), np.arange(len(self.loss))
        first, last = self.holds(look)
        way = self.way(look) + np.array(valley.start)
        way[: self.at[look] + 1] = valley.start
        with np.errstate(all="ignore"):  # it may be far from where the valley is
            loss, grad = valley.value_and_grad(way)
        slots = {"true_loss": self.loss, "accuracy": self.accuracy, "sharpness": self.sharpness}
        slots["holds"] = ((first <= t) & (t <= last)).astype(float)
        return Run(
            w=way,
            loss=np.asarray(loss),
            grad=grad,
            slots={name: values.copy() for name, values in slots.items()},
            hyper={"lr": self.lr.copy()},
            optimizer=name_of(self.rule),
            settings=self.rule.settings(),
            problem=valley.name,
            seed=self.seed,
        )

    def runs(self, look: int) -> tuple[Valleys, Run, Run]:
        """The valley of a look, the rule's run on it, and the network's own way there."""
        run = self.toy(look, self.rule, len(self.lr), self.batch_size)
        return self.valley(look), run, self.shadow(look)


def check_at(update: int | None, updates: int) -> None:
    """Refuse an update that there is not."""
    if update is not None and not 0 <= update <= updates:
        raise UserError(f"at must be from 0 to {updates}, got {update}.")


def _about(start: Array) -> Bounds:
    """A square about the bottom, in which the start lies well inside."""
    half = REACH * float(np.abs(start).max())
    return (-half, half), (-half, half)
