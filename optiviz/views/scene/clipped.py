"""Crosses on a curve where the gradient was clipped, as on the path."""

from __future__ import annotations

from typing import Any

from optiviz.optim.drawn import Tried
from optiviz.runs.drawn import CLIPPED
from optiviz.views.scene.drawn import color_of, of_runs, stays


class Clipped:
    """The crosses on a panel with one curve a run, `optiviz.views.scene.series.Series`.

    What they are is said on the panel of the path.
    """

    def __init__(self, panel: Any) -> None:
        picture, look, self.crosses = panel.picture, panel.look, []
        every = of_runs(picture.runs, picture.lead)
        style: Any = {"ls": "none", "ms": 4.5 * look.pen, "mew": 1.3 * look.pen, "zorder": 3}
        for marks, mark, (*_, steps, values) in zip(every, picture.marks, panel.lines, strict=True):
            for one in marks:
                if isinstance(one, Tried) and one.words == CLIPPED:
                    at, color = stays(one), color_of(one, mark, look)
                    (cross,) = panel.ax.plot([], [], "x", color=color, **style)
                    self.crosses.append((panel.add(cross), steps[at], values[at]))

    def show(self, t: float) -> None:
        """Take the crosses to a step."""
        for cross, steps, values in self.crosses:
            cross.set_data(steps[steps <= t], values[steps <= t])
