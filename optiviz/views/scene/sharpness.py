"""The panel of curvature along a path, against what the rule can stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from optiviz.maps.theory import limit
from optiviz.problems.base import Array, Plane
from optiviz.runs.bottom import Ground
from optiviz.runs.record import Run
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.series import Series
from optiviz.views.scene.trained import shade
from optiviz.views.style import DASHED, Mark

MOST = 1e6  # of a curvature that is drawn
LIMITS = {"sgd": "2/η", "momentum": "2(1+β)/η", "nesterov": "2(1+β)/((1+2β)η)"}


class Sharpness(Series):
    """The largest curvature λ against step, and dashed where the rate becomes unstable.

    Plain descent stands λ < 2/η, momentum λ < 2(1+β)/η, whose η may decay; of other rules no limit
    is drawn.
    """

    log: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        style: Any = {"color": self.look.text, "linestyle": DASHED, "lw": 1.2 * self.look.pen}
        for heights in self.heights():
            ax.plot(np.arange(len(heights)), heights, **style)
        shade(self)

    def words(self) -> str:
        return title(self.picture.runs)

    def heights(self) -> list[Array]:
        """Where the rates that are shown become unstable, each once."""
        every = [found for run in self.picture.runs if (found := stands(run)) is not None]
        every.sort(key=len, reverse=True)
        return [one for n, one in enumerate(every) if not any(_within(one, a) for a in every[:n])]

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(sharpness(run, self.picture.problem), mark)]

    def limits(self) -> tuple[float, float]:
        every = np.concatenate([super().limits(), *self.heights()])
        return float(every.min()), float(every.max())


def _within(heights: Array, others: Array) -> bool:
    return np.array_equal(heights, others[: len(heights)])


def title(runs: Sequence[Run]) -> str:
    """What the panel is called: with the limit's formula where there is one."""
    limits = {LIMITS[run.optimizer] for run in runs if stands(run) is not None}
    return "Sharpness λ" + (f", {limits.pop()} dashed" if len(limits) == 1 else "")


def sharpness(run: Run, problem: Plane) -> Array:
    """The largest curvature at each point: what was measured on a network, or the surface's own."""
    if "sharpness" in run.slots:
        return run.slots["sharpness"]
    with np.errstate(all="ignore"):
        _, slopes, h = Ground(problem).seen(run.w)
        ((xx, xy), (yx, yy)) = ((slopes[:, 1:3] - slopes[:, 3:5]) / (2 * h)).transpose(1, 2, 0)
        found: Array = (xx + yy) / 2 + np.hypot((xx - yy) / 2, (xy + yx) / 2)
    return found


def stands(run: Run) -> Array | None:
    """The curvature that a run's rate does not stand, at each point, `(T+1,)`; None if theory
    does not know one."""
    # The limits of rate and of curvature are one: their product is what counts.
    product = limit(run.optimizer, run.settings, 1.0)
    if product is None or not run.steps:
        return None
    with np.errstate(divide="ignore"):  # a rate may end at 0, which stands all
        found: Array = np.minimum(product / np.append(run.lr, run.lr[-1]), MOST)
    return found
