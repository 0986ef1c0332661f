"""Panels of something against the step: loss, speed, velocity, learning rate."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.panel import Panel, Picture
from optiviz.views.style import DASHED, SOLID, Mark, blend


class Series(Panel):
    """Lines that grow with the step, a dot at their heads."""

    title: ClassVar[str]

    def __init__(self, ax: Any, picture: Picture) -> None:
        super().__init__(ax, picture)
        look = picture.look
        ax.set_title(self.heading(), loc="left", fontsize=9.5 * look.scale, color=look.text, pad=5)
        ax.set_xlim(0, picture.steps)
        ax.grid(color=look.grid, linewidth=0.8)
        ax.set_axisbelow(True)
        self.lines: list[tuple[Any, Any, Array, Array]] = []
        for run, mark in zip(picture.runs, picture.marks, strict=True):
            for values, line_mark in self.curves(run, mark):
                self._line(np.arange(run.steps + 1)[-len(values) :], values, line_mark)
        self._scale()

    def heading(self) -> str:
        """The panel's title."""
        return self.title

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        """The curves of one run; those with T values begin at step 1."""
        raise NotImplementedError

    def _line(self, steps: Array, values: Array, mark: Mark) -> None:
        scale = self.picture.look.scale
        (line,) = self.ax.plot([], [], color=mark.color, linestyle=mark.dash, lw=1.8 * scale)
        (dot,) = self.ax.plot([], [], "o", ms=5 * scale, color=mark.color, clip_on=False, zorder=4)
        self.lines.append((self.add(line), self.add(dot), steps, values))

    def _scale(self) -> None:
        low, high = self.limits()
        room = 0.07 * (high - low) or 0.5 * abs(high) or 1.0
        self.ax.set_ylim(low - room, high + room)

    def limits(self) -> tuple[float, float]:
        """The least and the greatest value to show: all but what a diverged run does at its end."""
        kept = [
            v[: max(2, len(v) * 3 // 4)] if r.diverged_at >= 0 else v for r, v in self._by_run()
        ]
        values = np.concatenate(kept)
        return float(values.min()), float(values.max())

    def _by_run(self) -> list[tuple[Run, Array]]:
        each = len(self.lines) // len(self.picture.runs)
        runs = [run for run in self.picture.runs for _ in range(each)]
        return [(run, line[3]) for run, line in zip(runs, self.lines, strict=True)]

    def show(self, t: int) -> None:
        for line, dot, steps, values in self.lines:
            now = int(np.searchsorted(steps, t, side="right"))
            line.set_data(steps[:now], values[:now])
            dot.set_data(steps[max(now - 1, 0) : now], values[max(now - 1, 0) : now])
            low, high = self.ax.get_ylim()
            dot.set_visible(now > 0 and low <= values[now - 1] <= high)


class Loss(Series):
    """Loss against step, on a logarithmic axis where a least value is known."""

    def heading(self) -> str:
        floor = self.picture.problem.floor()
        return "Loss" if not floor else "Loss above minimum"

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(run.loss - (self.picture.problem.floor() or 0.0), mark)]

    def _scale(self) -> None:
        values = np.concatenate([values for _, values in self._by_run()])
        if self.picture.problem.floor() is None or not (values > 0).any():
            super()._scale()
            return
        high = min(float(values.max()), 1e4 * max(float(v[0]) for _, v in self._by_run()))
        low = max(float(values[values > 0].min()), 1e-10 * high)
        if high < 30 * low:  # a logarithmic axis would have one label
            super()._scale()
            return
        self.ax.set_yscale("log")
        self.ax.set_ylim(low / 1.8, high * 1.8)
        self.ax.minorticks_off()
        self.ax.yaxis.set_major_formatter(_power)

    def limits(self) -> tuple[float, float]:
        first = 10 * max(abs(float(values[0])) for _, values in self._by_run())
        low, high = super().limits()
        return max(low, -first), min(high, first)


def _power(value: float, _position: int) -> str:
    """10⁻³ in plain text, which is drawn faster than a formula is set."""
    exponent = str(round(np.log10(value))).replace("-", "−")
    return "10" + exponent.translate(str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


class Speed(Series):
    """|v| against step: the length of the step that led to each point."""

    title: ClassVar[str] = "Speed |v|"

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(np.hypot(*run.velocity.T), mark)]


class Velocity(Series):
    """Both components of the velocity against step."""

    title: ClassVar[str] = "Velocity v₁, v₂ (dashed)"

    def __init__(self, ax: Any, picture: Picture) -> None:
        super().__init__(ax, picture)
        ax.axhline(0, color=picture.look.muted, linewidth=0.8, zorder=1)

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        paler = blend(mark.color, self.picture.look.background, 0.3)
        first, second = run.velocity.T
        return [(first, Mark(mark.color, SOLID)), (second, Mark(paler, DASHED))]


class Rate(Series):
    """The learning rate against step."""

    title: ClassVar[str] = "Learning rate η"

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(np.append(run.lr, run.lr[-1:]), mark)]
