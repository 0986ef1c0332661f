"""Panels of something against the step: loss, speed, velocity, learning rate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from matplotlib.ticker import MaxNLocator

from optiviz.errors import UserError
from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.numbers import POWERS, number, power
from optiviz.views.scene.clipped import Clipped
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.notes import Notes, Told
from optiviz.views.scene.panel import Panel, until
from optiviz.views.style import DASHED, HALO, LINES, SOLID, Mark, blend, legible, words

KEPT = 0.75  # of a diverged run's points: what it does at its end would hide the rest
SPREAD = 30  # times the least value, or a logarithmic axis would have one label
LOG_ROOM = 1.8  # times the greatest value, and below the least, on such an axis
ROOM = 0.07  # of the height, above and below the curves on any other
RISE = 10  # times its start, to which a loss is shown that has no known least value
CLIMB, DEPTH = 1e4, 1e-10  # where one is known: times the start, and of the greatest loss shown
STILL = 0.004  # of an axis's height: as near to zero, nothing moves that could be seen
CROP = 0.6  # of the steps: if every curve has left before, the axis ends there
GAP = 0.22  # how opaque the band between true and slice's loss is
FAR = 1e4  # pixels: what is further off is drawn no other way
STRIP = 0.3  # of a panel's height, for a rate that never changes


class Series(Panel):
    """Lines that grow with the step, a dot at their heads."""

    title: ClassVar[str]
    timeline: ClassVar[bool] = True
    log: ClassVar[bool] = False
    fades: ClassVar[bool] = False  # whether a value of zero says that all is over
    placed: ClassVar[bool] = False  # whether who is lowest is ahead
    needs: ClassVar[str] = "a run"

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        look = picture.look
        self.entitle(self.words())
        ax.set_xlim(0, max(picture.steps, 1))
        ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
        if picture.problem.at:
            self._updates(np.array(picture.problem.at))
        ax.grid(color=look.grid, linewidth=0.8)
        ax.set_axisbelow(True)
        self.lines: list[tuple[Any, Any, Array, Array]] = []
        self.diverged: list[bool] = []
        self.owners: list[int] = []  # the run that each line is of
        for nth, (run, mark) in enumerate(zip(picture.runs, picture.marks, strict=True)):
            for values, line_mark in self.curves(run, mark):
                self.owners.append(nth)
                self._line(np.arange(run.steps + 1 - len(values), run.steps + 1), values, line_mark)
                self.diverged.append(bool(run.diverged_at >= 0))
        if not self.lines:
            raise UserError(f"The panel {type(self).__name__.lower()!r} needs {self.needs}.")
        self._scale()
        self.peak = self._peak()
        self.told: Notes | None = None

    def _updates(self, at: Array) -> None:
        """Write along the axis which step of a longer run a step stands for."""
        places = MaxNLocator(5, steps=[1, 2, 5, 10], integer=True).tick_values(0, at[-1])
        told = np.asarray(places)
        told = told[(told >= 0) & (told <= at[-1])]
        words = [number(step) for step in told]
        self.ax.set_xticks(np.interp(told, at, np.arange(len(at))), words)

    def words(self) -> str:
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

    def _peak(self) -> tuple[int, Any] | None:
        """Where the speed of the run that `build` tells of peaks first, as a line through all."""
        if "build" not in self.picture.panels:
            return None
        for run, mark in zip(self.picture.runs, self.picture.marks, strict=True):
            step = peak(run)
            if "velocity" in run.slots and step is not None:
                line = self.ax.axvline(step, color=mark.color, lw=0.8 * self.look.pen, zorder=1)
                return step, self.add(line)
        return None

    def annotate(self) -> None:
        """Write the picture's notes at the curves: no other panel is there to bear them."""
        box = self.ax.get_window_extent()

        def pixels(nth: int) -> Array:
            _, _, steps, values = self.lines[nth]
            with np.errstate(all="ignore"):
                at = self.ax.transData.transform(np.column_stack([steps, values])) - box.p0
            return np.asarray(np.clip(np.nan_to_num(at, nan=0.0), -FAR, FAR))

        def spot(one: Told) -> Array:
            nth = self.owners.index(one.run) if one.run in self.owners else 0
            steps = self.lines[nth][2]
            now = min(max(one.step - int(steps[0]), 0), len(steps) - 1)
            return np.asarray(np.clip(pixels(nth)[now], 0, box.size))

        self.told = Notes(self, spot, [pixels(nth) for nth in range(len(self.lines))])

    def until(self) -> int:
        """The last step at which a curve shows anything: it has not left, nor come to rest."""
        low, high = self.ax.get_ylim()
        last = 0
        for _, _, steps, values in self.lines:
            seen = (low <= values) & (values <= high)
            if self.fades:
                seen &= np.abs(values) > STILL * (high - low)
            last = max(last, int(steps[seen].max(initial=0)))
        return last

    def show(self, t: float) -> None:
        if self.told:
            self.told.show(t, self.film)
        if self.peak:
            self.peak[1].set_visible(t > self.peak[0])
        (low, high), last = self.ax.get_ylim(), self.ax.get_xlim()[1]
        for nth, (line, dot, _, _) in enumerate(self.lines):
            steps, values = self.passed(nth, t)
            line.set_data(steps, values)
            dot.set_data(steps[-1:], values[-1:])
            seen = len(values) > 0 and low <= values[-1] <= high and steps[-1] <= last
            dot.set_visible(bool(seen))

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
    placed: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.clipped = Clipped(self) if "path" in picture.panels and not picture.small else None

    def show(self, t: float) -> None:
        super().show(t)
        if self.clipped:
            self.clipped.show(t)

    def words(self) -> str:
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
    """The loss of a trajectory's own weights and, dashed, that of the plane below them.

    Between them lies a band: what the slice does not show.
    """

    title: ClassVar[str] = "Network's loss; the plane's is dashed"
    band: ClassVar[str] = "shaded: what the plane does not show"
    log: ClassVar[bool] = True
    needs: ClassVar[str] = "a trajectory on a slice of a network's loss surface"

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        style: Any = {"alpha": GAP, "linewidth": 0, "zorder": 1.5}
        self.gaps = [
            (run, self.add(ax.fill_between([], [], [], color=mark.color, **style)))
            for run, mark in zip(picture.runs, picture.marks, strict=True)
            if "true_loss" in run.slots
        ]
        style = {"transform": ax.transAxes, "ha": "right", "va": "top", "zorder": 5}
        style |= {"fontsize": 8.5 * self.look.scale, "color": words(self.look.muted, self.look)}
        plate = {"facecolor": self.look.background, "alpha": HALO, "linewidth": 0, "pad": 2}
        self.add(ax.text(0.98, 0.97, self.band, bbox=plate, **style))

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        true = run.slots.get("true_loss")
        if true is None:
            return []
        paler = legible(blend(mark.color, self.look.background, 0.35), self.look, LINES)
        return [
            (true, replace(mark, dash=SOLID)),
            (run.loss, replace(mark, color=paler, dash=DASHED)),
        ]

    def show(self, t: float) -> None:
        super().show(t)
        for run, gap in self.gaps:
            n = int(t) + 1
            gap.set_data(np.arange(run.steps + 1)[:n], run.slots["true_loss"][:n], run.loss[:n])


class Speed(Series):
    """|v| against step: the length of the step that led to each point, from the first step on."""

    title: ClassVar[str] = "Speed |v|"
    fades: ClassVar[bool] = True

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(np.hypot(*run.velocity[1:].T), mark)]


class Velocity(Series):
    """Both components of the velocity against step, from the first step on."""

    title: ClassVar[str] = "Velocity v₁, v₂ (dashed)"
    fades: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        ax.axhline(0, color=self.look.muted, linewidth=0.8, zorder=1)

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        paler = legible(blend(mark.color, self.look.background, 0.3), self.look, LINES)
        first, second = run.velocity[1:].T
        return [(first, Mark(mark.color, SOLID)), (second, Mark(paler, DASHED))]


class Rate(Series):
    """The learning rate against step; a strip, if it never changes."""

    title: ClassVar[str] = "Learning rate η"

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.constant = all(np.ptp(run.lr) == 0 for run in picture.runs if run.steps)
        rates = {float(rate) for run in picture.runs for rate in run.lr}
        if self.constant and len(rates) == 1:
            self.share = STRIP
            ax.set_yticks([*rates], map(power, rates))

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(np.append(run.lr, run.lr[-1:]), mark)]

    def until(self) -> int:
        """A rate that never changes shows nothing after its start."""
        return 0 if self.constant else super().until()


def crop(panels: list[Series]) -> None:
    """End the steps of all where their last curve has left its panel or come to rest."""
    until = max((panel.until() for panel in panels), default=0)
    if panels and 0 < until < CROP * panels[0].picture.steps:
        for panel in panels:
            panel.ax.set_xlim(0, 1.06 * until)


def peak(run: Run) -> int | None:
    """The first step after which the speed falls, if it ever does."""
    falls = np.flatnonzero(np.diff(np.hypot(*run.velocity.T)) < 0)
    return int(falls[0]) if len(falls) else None
