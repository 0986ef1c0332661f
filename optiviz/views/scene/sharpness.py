"""The panel of curvature along a path, against what the rule can stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from optiviz.maps.theory import limit, preconditioned
from optiviz.problems.base import Array, Plane
from optiviz.runs.bottom import Ground
from optiviz.runs.drawn import divisor
from optiviz.runs.record import Run
from optiviz.views.numbers import number
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.place import spread
from optiviz.views.scene.series import SPREAD, Series
from optiviz.views.scene.trained import shade
from optiviz.views.style import DASHED, HALO, LINES, WORDS, Mark, legible

MOST = 1e6  # of a curvature that is drawn
LIMITS = {"sgd": "2/η", "momentum": "2(1+β)/η", "nesterov": "2(1+β)/((1+2β)η)"}
FLAT = 50  # times below the least limit, as far as curvatures are shown
# A curve that changes by less than such a share of the greatest curvature has no shape to be
# seen; a limit so many times the curves' span above them is named at the edge.
SQUEEZED = {"shapeless": 0.12, "afar": 3.2}
HEAD = 0.2  # of that span, for the name
SIZE = 8.5  # points of a limit's name
ROW, AWAY = 1.4, 0.7  # of them, from a name to the next; of that, from its line to its middle
SHARE = 0.3  # of the steps, at either end, along which a name may stand


@dataclass(frozen=True)
class Limit:
    """A curvature that a rate does not stand: at each point, its formula, and whose it is."""

    heights: Array
    formula: str
    runs: tuple[int, ...]

    @property
    def name(self) -> str:
        """The formula, and its number where that does not change."""
        still = np.ptp(self.heights) == 0
        return f"{self.formula} = {number(self.heights[0])}" if still else self.formula


class Sharpness(Series):
    """The largest curvature λ against step, and dashed where the rate becomes unstable.

    Plain descent stands λ < 2/η, momentum λ < 2(1+β)/η, whose η may decay. Of a rule that divides
    its steps by past slopes λ is that of the curvature divided so, and the limit is 2/η, or Adam's
    2(1+β₁)/((1-β₁)η). Of other rules no limit is drawn.
    """

    log: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.found = limits(picture.runs)
        for one in self.found:
            style: Any = {"linestyle": DASHED, "lw": 1.2 * self.look.pen}
            color = legible(self._color(one), self.look, LINES)
            ax.plot(np.arange(len(one.heights)), one.heights, color=color, **style)
        self.names = [self._name(one) for one in self.found]
        shade(self)

    def _color(self, one: Limit) -> str:
        """That of the run whose limit it is; where it is that of several, or of one alone, ink."""
        shared = len(one.runs) > 1 or len(self.picture.runs) == 1
        return self.look.text if shared else self.picture.marks[one.runs[0]].color

    def _name(self, one: Limit) -> Any:
        """The name of a limit, which is laid when there is no more to be made room for."""
        plate = {"facecolor": self.look.background, "alpha": HALO, "linewidth": 0, "pad": 1}
        style: Any = {"color": legible(self._color(one), self.look, WORDS), "zorder": 5}
        style |= {"fontsize": SIZE * self.look.scale, "transform": self.ax.transAxes}
        above = " ↑" if float(one.heights.min()) > self.ax.get_ylim()[1] else ""
        return self.add(self.ax.text(0, 0, one.name + above, va="center", bbox=plate, **style))

    def fit(self) -> None:
        """Lay the limits' names along them, at the end where curves are further away."""
        super().fit()
        row = ROW * SIZE * self.look.scale * self.ax.figure.dpi / 72
        height = self.ax.get_window_extent().height
        ends = [self._end(one, row) for one in self.found]
        for right in (False, True):
            here = [n for n, (at_right, _) in enumerate(ends) if at_right is right]
            rows = spread([ends[n][1] for n in here], row, 0.6 * row, height - 0.6 * row)
            for n, y in zip(here, rows, strict=True):
                self.names[n].set_position((0.985 if right else 0.015, y / height))
                self.names[n].set_ha("right" if right else "left")

    def _end(self, one: Limit, row: float) -> tuple[bool, float]:
        """Whether a name stands at the right, and the height of its middle, above its line or
        below."""
        box, steps = self.ax.get_window_extent(), self.picture.steps

        def pixels(values: Array) -> Array:
            with np.errstate(all="ignore"):
                at = self.ax.transData.transform(np.column_stack([np.zeros(len(values)), values]))
            return np.asarray(np.nan_to_num(at[:, 1] - box.y0, nan=1e4, posinf=1e4, neginf=-1e4))

        places = []
        for right in (True, False):
            first, last = (int((1 - SHARE) * steps), steps) if right else (0, int(SHARE * steps))
            at = min(last if right else 0, len(one.heights) - 1)
            line = min(float(pixels(one.heights[at : at + 1])[0]), box.height)
            passing = [
                pixels(values[(steps_ >= first) & (steps_ <= last)])
                for _, _, steps_, values in self.lines
            ]
            others = [other.heights[-1:] for other in self.found if other is not one]
            passing += [pixels(heights) for heights in others]
            for y in (line + AWAY * row, line - AWAY * row):
                inside = 0.5 * row < y < box.height - 0.5 * row
                near = min((float(np.abs(p - y).min()) for p in passing if len(p)), default=1e4)
                places.append((inside, min(near, 2 * row), right, y))
        _, _, right, y = max(places, key=lambda place: place[:2])
        return right, y

    def words(self) -> str:
        return title(self.picture.runs)

    def heights(self) -> list[Array]:
        """Where the rates that are shown become unstable, each once."""
        return [one.heights for one in limits(self.picture.runs)]

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        return [(sharpness(run, self.picture.problem), mark)]

    def limits(self) -> tuple[float, float]:
        (low, high), stands = super().limits(), self.heights()
        if stands and low > 0:  # nobody asks how flat it is where it is flat
            low = max(low, min(float(heights.min()) for heights in stands) / FLAT)
        every = np.concatenate([[low, high], *stands])
        if every.min() <= 0 or every.max() <= SPREAD * every.min():  # where the axis is even
            close = near(stands, low, high)
            room = HEAD * (high - low) if len(close) < len(stands) else 0
            every = np.concatenate([[low, high + room], *close])
        return float(every.min()), float(every.max())


def near(stands: Sequence[Array], low: float, high: float) -> list[Array]:
    """The limits that leave the curves their height: those far above would press them flat."""
    if high - low <= SQUEEZED["shapeless"] * abs(high):
        return list(stands)
    return [
        heights for heights in stands if heights.min() <= high + SQUEEZED["afar"] * (high - low)
    ]


def limits(runs: Sequence[Run]) -> list[Limit]:
    """What the rates of some runs do not stand, those that are alike once, the longest first."""
    every = [(stands(run), formula_of(run), nth) for nth, run in enumerate(runs)]
    known = [(heights, words, nth) for heights, words, nth in every if heights is not None]
    found: list[Limit] = []
    for heights, words, nth in sorted(known, key=lambda one: -len(one[0])):
        for i, other in enumerate(found):
            if other.formula == words and np.array_equal(heights, other.heights[: len(heights)]):
                found[i] = Limit(other.heights, words, (*other.runs, nth))
                break
        else:
            found.append(Limit(heights, words, (nth,)))
    return found


def formula_of(run: Run) -> str:
    """The limit of a rule in symbols."""
    return LIMITS.get(run.optimizer, "2(1+β₁)/((1−β₁)η)" if "beta1" in run.settings else "2/η")


def preconditioner(runs: Sequence[Run]) -> str:
    """What the panel's title says of the curvature that is shown."""
    divided = ["sharpness" not in run.slots and divisor(run) is not None for run in runs]
    where = "" if all(divided) else " where η is"
    return f", preconditioned{where}" if any(divided) else ""


def title(runs: Sequence[Run]) -> str:
    """What the panel is called."""
    return f"Sharpness λ{preconditioner(runs)}"


def sharpness(run: Run, problem: Plane) -> Array:
    """The largest curvature at each point: what was measured on a network, or the surface's own,
    divided by what the step to come, or the last one, is divided by."""
    if "sharpness" in run.slots:
        return run.slots["sharpness"]
    with np.errstate(all="ignore"):
        _, slopes, h = Ground(problem).seen(run.w)
        rows = (slopes[:, 1:3] - slopes[:, 3:5]) / (2 * h)
        found = (rows + rows.swapaxes(1, 2)) / 2
    sides = divisor(run)
    if sides is not None:
        found = _divided(found, np.append(sides, sides[-1:], axis=0))
    (xx, xy), (_, yy) = found.transpose(1, 2, 0)
    largest: Array = (xx + yy) / 2 + np.hypot((xx - yy) / 2, xy)
    return largest


def _divided(curvatures: Array, sides: Array) -> Array:
    """D^(-½)·H·D^(-½), whose eigenvalues are those of H divided by D."""
    if sides.ndim == 2:
        roots = np.sqrt(sides)
        return np.asarray(curvatures / (roots[:, :, None] * roots[:, None, :]))
    values, axes = np.linalg.eigh(sides)
    inverse = axes / np.sqrt(values)[:, None, :] @ axes.swapaxes(1, 2)
    divided: Array = inverse @ curvatures @ inverse
    return divided


def stands(run: Run) -> Array | None:
    """The curvature that a run's rate does not stand, at each point, `(T+1,)`; None if theory
    does not know one."""
    # The limits of rate and of curvature are one: their product is what counts.
    product = limit(run.optimizer, run.settings, 1.0)
    if product is None and "sharpness" not in run.slots and divisor(run) is not None:
        product = preconditioned(run.optimizer, run.settings)
    if product is None or not run.steps:
        return None
    with np.errstate(divide="ignore"):  # a rate may end at 0, which stands all
        found: Array = np.minimum(product / np.append(run.lr, run.lr[-1]), MOST)
    return found
