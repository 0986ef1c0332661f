"""Panels of something against the step: loss, speed, velocity, learning rate."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.numbers import POWERS
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.panel import Panel, until
from optiviz.views.style import DASHED, SOLID, Mark, blend

KEPT = 0.75  # of a diverged run's points: what it does at its end would hide the rest
SPREAD = 30  # times the least value, or a logarithmic axis would have one label
LOG_ROOM = 1.8  # times the greatest value, and below the least, on such an axis
ROOM = 0.07  # of the height, above and below the curves on any other
RISE = 10  # times its start, to which a loss is shown that has no known least value
CLIMB, DEPTH = 1e4, 1e-10  # where one is known: times the start, and of the greatest loss shown


class Series(Panel):
    """Lines that grow with the step, a dot at their heads."""

    title: ClassVar[str]
    timeline: ClassVar[bool] = True
    log: ClassVar[bool] = False
    needs: ClassVar[str] = "a run"

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        look = picture.look
        ax.set_title(self.heading(), loc="left", fontsize=9.5 * look.scale, color=look.text, pad=5)
        ax.set_xlim(0, max(picture.steps, 1))
        ax.grid(color=look.grid, linewidth=0.8)
        ax.set_axisbelow(True)
        self.lines: list[tuple[Any, Any, Array, Array]] = []
        self.diverged: list[bool] = []
        self.owners: list[int] = []  # the run that each line is of
        for nth, (run, mark) in enumerate(zip(picture.runs, picture.marks, strict=True)):
            for values, line_mark in self.curves(run, mark):
                self.owners.append(nth)
                self._line(np.arange(run.steps + 1)[-len(values) :], values, line_mark)
                self.diverged.append(bool(run.diverged_at >= 0))
        if not self.lines:
            raise UserError(f"The panel {type(self).__name__.lower()!r} needs {self.needs}.")
        self._scale()

    def heading(self) -> str:
        """The panel's title."""
        return self.title

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        """The curves of one run; those with T values begin at step 1."""
        raise NotImplementedError

    def _line(self, steps: Array, values: Array, mark: Mark) -> None:
        scale = self.picture.look.pen
        style: Any = {"color": mark.color, "zorder": 2.1 if mark.weight > 1 else 2}
        width = 1.8 * mark.weight * scale
        (line,) = self.ax.plot([], [], linestyle=mark.dash, lw=width, **style)
        style |= {"zorder": 4, "clip_on": False, "linestyle": "none"}
        (dot,) = self.ax.plot([], [], mark.head, ms=5 * scale, **style)
        self.lines.append((self.add(line), self.add(dot), steps, values))

    def _scale(self) -> None:
        """Limits that hold every curve, except for what a diverged one does at its end."""
        low, high = self.limits()
        if self.log and low > 0 and high > SPREAD * low:
            self.ax.set_yscale("log")
            self.ax.set_ylim(low / LOG_ROOM, high * LOG_ROOM)
            self.ax.minorticks_off()
            self.ax.yaxis.set_major_formatter(POWERS)
        else:
            room = ROOM * (high - low) or 0.5 * abs(high) or 1.0
            self.ax.set_ylim(low - room, high + room)

    def limits(self) -> tuple[float, float]:
        """The least and the greatest value to show."""
        kept = np.concatenate(
            [
                values[: max(2, int(KEPT * len(values)))] if lost else values
                for (_, _, _, values), lost in zip(self.lines, self.diverged, strict=True)
            ]
        )
        kept = kept[np.isfinite(kept)]
        return (float(kept.min()), float(kept.max())) if len(kept) else (0.0, 1.0)

    def show(self, t: float) -> None:
        low, high = self.ax.get_ylim()
        for nth, (line, dot, _, _) in enumerate(self.lines):
            steps, values = self.passed(nth, t)
            line.set_data(steps, values)
            dot.set_data(steps[-1:], values[-1:])
            dot.set_visible(len(values) > 0 and low <= values[-1] <= high)

    def passed(self, nth: int, t: float) -> tuple[Array, Array]:
        """A line up to time t, its end on the way that is drawn to the next step."""
        _, _, steps, values = self.lines[nth]
        now = t - steps[0] if len(steps) else -1  # of no step
        if now < 0:
            return steps[:0], values[:0]
        passed, ends = until(values, now), values[int(now) : int(now) + 2]
        if self.ax.get_yscale() == "log" and now % 1 and len(ends) == 2 and ends.min() > 0:
            passed[-1] = np.exp(until(np.log(ends), now % 1)[-1])
        return until(steps, now), passed


class Loss(Series):
    """Loss against step, on a logarithmic axis where a least value is known."""

    log: ClassVar[bool] = True

    def heading(self) -> str:
        floor = self.picture.problem.floor()
        return "Loss" if not floor else "Loss above minimum"

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(run.loss - (self.picture.problem.floor() or 0.0), mark)]

    def limits(self) -> tuple[float, float]:
        low, high = super().limits()
        starts = [float(values[0]) for _, _, _, values in self.lines]
        if self.picture.problem.floor() is None:  # nothing to take the logarithm of
            most = RISE * max(map(abs, starts))
            return min(max(low, -most), 0.0), min(high, most)
        values = np.concatenate([values for _, _, _, values in self.lines])
        high = min(float(values.max()), CLIMB * max(starts))
        if not (values > 0).any():
            return low, high
        return max(float(values[values > 0].min()), DEPTH * high), high


class Truth(Series):
    """The loss of a trajectory's own weights and, dashed, that of the plane below them."""

    title: ClassVar[str] = "True loss, slice's (dashed)"
    log: ClassVar[bool] = True
    needs: ClassVar[str] = "a trajectory on a slice of a network's loss surface"

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        true = run.slots.get("true_loss")
        if true is None:
            return []
        paler = blend(mark.color, self.look.background, 0.35)
        return [(true, Mark(mark.color, SOLID)), (run.loss, Mark(paler, DASHED))]


class Speed(Series):
    """|v| against step: the length of the step that led to each point."""

    title: ClassVar[str] = "Speed |v|"

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(np.hypot(*run.velocity.T), mark)]


class Velocity(Series):
    """Both components of the velocity against step."""

    title: ClassVar[str] = "Velocity v₁, v₂ (dashed)"

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        ax.axhline(0, color=self.look.muted, linewidth=0.8, zorder=1)
        if len(picture.runs) == 1:
            self._zones(picture.runs[0])

    def _zones(self, run: Run) -> None:
        """Shade where the gradient keeps its sign, in the coordinate that travels furthest."""
        axis = int(np.abs(run.velocity).sum(axis=0).argmax())
        signs = np.sign(run.grad[:, axis])
        edges = np.flatnonzero(np.diff(signs)) + 1
        for first, last in pairwise([0, *edges.tolist(), len(signs)]):
            if last - first >= 3 and signs[first]:
                self.ax.axvspan(first, last - 1, color=self.look.accent, alpha=0.13, lw=0, zorder=0)
        self.ax.text(
            0.985,
            0.96,
            f"shaded: ∂L/∂{self.picture.problem.axes[axis]} keeps its sign",
            transform=self.ax.transAxes,
            ha="right",
            va="top",
            fontsize=8 * self.look.scale,
            color=self.look.accent,
        )

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        paler = blend(mark.color, self.look.background, 0.3)
        first, second = run.velocity.T
        return [(first, Mark(mark.color, SOLID)), (second, Mark(paler, DASHED))]


class Rate(Series):
    """The learning rate against step."""

    title: ClassVar[str] = "Learning rate η"

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(np.append(run.lr, run.lr[-1:]), mark)]
