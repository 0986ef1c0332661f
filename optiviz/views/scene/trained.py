"""Panels of what a network itself has reached: its loss and its accuracy."""

from __future__ import annotations

from typing import ClassVar

from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.scene.series import Series
from optiviz.views.style import Mark


class NetworkLoss(Series):
    """A network's own loss on all its samples, where the plane is but a part of what it does."""

    title: ClassVar[str] = "The network's loss"
    log: ClassVar[bool] = True
    needs: ClassVar[str] = "a trained network's trajectory, such as that of twins"
    slot: ClassVar[str] = "true_loss"

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(run.slots[self.slot], mark)] if self.slot in run.slots else []


class Accuracy(NetworkLoss):
    """The share of its samples that a network takes for what they are."""

    title: ClassVar[str] = "The network's accuracy"
    log: ClassVar[bool] = False
    slot: ClassVar[str] = "accuracy"
