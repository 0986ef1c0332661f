"""Panels of what a network itself has reached: its loss and its accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from optiviz.maps.theory import limit
from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.series import Series
from optiviz.views.style import Mark

SHADE = 0.14  # how opaque the ground of the steps is during which a toy predicts


def held(run: Run) -> Array | None:
    """The steps during which a network trains in the valley that its toy runs in, where what the
    toy does predicts anything: `(n,)`, none for a rule whose limit is not known."""
    known = "holds" in run.slots and limit(run.optimizer, run.settings, 1.0) is not None
    return np.flatnonzero(run.slots["holds"]) if known else None


def title(runs: Sequence[Run]) -> str:
    """What the panel of a network's loss is called."""
    twins = any(held(run) is not None for run in runs)
    return "Loss, shaded while the toy predicts" if twins else NetworkLoss.title


def shade(panel: Series) -> None:
    """Shade the steps during which the toy predicts."""
    style: Any = {"color": panel.look.accent, "alpha": SHADE, "zorder": 0.5}
    for steps in map(held, panel.picture.runs):
        if steps is not None and len(steps):
            panel.ax.axvspan(steps[0], steps[-1], lw=1, **style)  # as wide as a line at least


class NetworkLoss(Series):
    """A network's own loss on all its samples, where the plane is but a part of what it does."""

    title: ClassVar[str] = "The network's loss"
    log: ClassVar[bool] = True
    needs: ClassVar[str] = "a trained network's trajectory, such as that of twins"
    slot: ClassVar[str] = "true_loss"

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        shade(self)

    def words(self) -> str:
        return title(self.picture.runs)

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(run.slots[self.slot], mark)] if self.slot in run.slots else []


class Accuracy(NetworkLoss):
    """The share of its samples that a network takes for what they are."""

    title: ClassVar[str] = "The network's accuracy"
    log: ClassVar[bool] = False
    slot: ClassVar[str] = "accuracy"

    def words(self) -> str:
        return self.title
