"""The samples themselves, and what the parameters draw among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.problems import PROBLEMS, Samples
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.panel import Panel, until


class DataPanel(Panel):
    """The samples, those of this batch picked out, and every run's line through them."""

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        problem, look = picture.problem, picture.look
        if not isinstance(problem, Samples):
            known = [name for name, other in PROBLEMS.items() if isinstance(other, Samples)]
            raise UserError(f"The panel 'data' needs a problem with data: {', '.join(known)}.")
        self.problem = problem
        self.entitle("Samples, {1} over {0}".format(*problem.labels))
        size = 13 * look.scale**2
        for group, shape in ((0, "o"), (1, "^")):
            x, y = problem.points[problem.groups == group].T
            ax.scatter(x, y, s=size, marker=shape, color=look.muted, alpha=0.45, linewidths=0)
        low, high = problem.points.min(axis=0), problem.points.max(axis=0)
        room = np.where(high > low, 0.06 * (high - low), 1)  # samples may lie in a line
        ax.set_xlim(low[0] - room[0], high[0] + room[0])
        ax.set_ylim(low[1] - room[1], high[1] + room[1])
        self.x = np.array(ax.get_xlim())
        (self.picked,) = ax.plot([], [], "o", ms=5.5 * look.scale, zorder=4)
        self.picked.set(markerfacecolor="none", markeredgecolor=look.accent, markeredgewidth=1.6)
        self.add(self.picked)
        self.lines = []
        for run, mark in zip(picture.runs, picture.marks, strict=True):
            (line,) = ax.plot([], [], color=mark.color, ls=mark.dash, lw=1.8 * look.scale, zorder=3)
            self.lines.append((self.add(line), run))
        self.batches = next((run.batch for run in picture.runs if run.batch is not None), None)

    def show(self, t: float) -> None:
        if self.batches is not None:
            row = self.batches[min(int(t), len(self.batches) - 1)]
            self.picked.set_data(*self.problem.points[row[row >= 0]].T)
        for line, run in self.lines:
            y = self.problem.line(until(run.w, t)[-1], self.x)
            line.set_data(*([], []) if y is None else (self.x, y))
