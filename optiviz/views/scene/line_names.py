"""The runs' names at the ends of their lines, in place of a legend."""

from __future__ import annotations

from typing import Any

import numpy as np

from optiviz.problems.base import Array
from optiviz.runs.ranking import finish, ranking
from optiviz.views.scene.names import FEW, GAP, GLIDE, KEYS, Words
from optiviz.views.scene.place import Spot, glide, spread


class LineNames:
    """The names at the ends of a panel's lines, `optiviz.views.scene.series.Series`, at its right.

    They rise and fall with the lines, and keep apart. In a race of many rules they bear the places,
    and the step at which each was there.
    """

    def __init__(self, panel: Any, film: bool, verdicts: bool) -> None:
        self.panel, picture, ax = panel, panel.picture, panel.ax
        self.film, self.steps = film, picture.steps
        runs = sorted(set(panel.owners))
        self.ends = [panel.owners.index(nth) for nth in runs]
        self.words = [Words(ax, picture, nth, verdicts, end=True) for nth in runs]
        self.ranked = ranked(panel)
        for nth, each in zip(runs, self.words, strict=True):
            if self.ranked:
                each.arrive(finish(picture.runs[nth], picture.problem), len(runs))
        if not self.fits:
            for each in self.words:
                each.said = np.inf
        for artist in (artist for each in self.words for artist in each.artists):
            panel.add(artist)
            artist.set_clip_on(False)
        self.track: Array | None = None

    @property
    def width(self) -> float:
        """The pixels that the names need beside the axes."""
        widths = [each.size(self.steps)[0] for each in self.words]
        return float(max(widths) + GAP * self.panel.ax.figure.dpi / 100)

    @property
    def fits(self) -> bool:
        """Whether the names can stand below each other beside the panel."""
        needed = len(self.words) * max(each.size(self.steps)[1] for each in self.words)
        return bool(needed <= self.panel.ax.get_window_extent().height)

    def remove(self) -> None:
        """Take the names off the panel."""
        for artist in (artist for each in self.words for artist in each.artists):
            artist.remove()
            self.panel.moving.remove(artist)

    def heights(self, t: float) -> list[float]:
        """How high the lines end at a step, in shares of the axes."""
        return [self._end(nth, t)[1] for nth in self.ends]

    def _end(self, nth: int, t: float) -> Spot:
        """Where a line ends at a step, in shares of the axes."""
        ax, first = self.panel.ax, self.panel.lines[nth][2][0]
        steps, values = self.panel.passed(nth, max(t, first))
        with np.errstate(all="ignore"):
            at = ax.transData.transform((steps[-1], values[-1]))
        x, y = ax.transAxes.inverted().transform(at)
        return float(np.clip(x, 0, 1)), float(np.clip(np.nan_to_num(y, nan=1, neginf=0), 0, 1))

    def show(self, t: float) -> None:
        """Take the names to a step."""
        picture = self.panel.picture
        if self.ranked:
            for place, nth in enumerate(ranking(picture.runs, picture.problem, t), start=1):
                self.words[nth].name.set_text(f"{place}  {picture.names[nth]}")
        if self.film and self.track is None:
            self.keys = np.unique(np.linspace(0, self.steps, KEYS).round())
            track = np.array([self.heights(key) for key in self.keys])
            self.track = glide(track, max(1, len(self.keys) // GLIDE))
        ends = self.heights(t)
        if self.track is not None:
            ends = [float(np.interp(t, self.keys, way)) for way in self.track.T]
        box = self.panel.ax.get_window_extent()
        apart = max(each.size(self.steps)[1] for each in self.words)
        ends = [end * box.height for end in ends]
        found = spread(ends, apart, apart / 2, box.height - apart / 2)
        room, gap = (box.width, box.height), GAP * self.panel.ax.figure.dpi / 100
        for each, nth, height in zip(self.words, self.ends, found, strict=True):
            each.put(t, (box.width + gap, height + each.size(t)[1] / 2), room)
            x, y = self._end(nth, t)
            each.leader.set_data([x, 1 + 0.7 * gap / box.width], [y, height / box.height])
            moved = abs(y * box.height - height) > 0.6 * each.sizes[0][1]
            each.leader.set_visible(bool(x > 0.97 and moved))


def ranked(panel: Any) -> bool:
    """Whether a panel is of the losses of a race: of more rules than have their verdicts told."""
    runs = panel.picture.runs
    return panel.placed and len(runs) > FEW and len({run.optimizer for run in runs}) == len(runs)
