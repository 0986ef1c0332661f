"""How a step comes about: what is carried on and the gradient's push, added at the head."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon, Rectangle

from optiviz.problems.base import Array, Bounds
from optiviz.runs.record import Run
from optiviz.views.scene.arrows import SUM, Arrow, outline, rounded, times
from optiviz.views.scene.letters import Letters
from optiviz.views.scene.panel import until
from optiviz.views.scene.path import PathPanel

GLASS = 0.42  # of the panel's shorter side, for the magnifier,
FILLED = 0.54  # and of that, for what is seen in it
BOLD = 1.7  # times as thick as on the plane, an arrow in it
INSET = 0.025  # of the panel's shorter side, between the magnifier and the panel's edge
DASH = (0, (4, 3))  # of the sides of the parallelogram
CORNERS = ((1, 0), (0, 0))  # where the magnifier may be: words stand in the upper ones

# What a rule's formula calls what is carried on, the push, and their sum.
LETTERS = {
    ("momentum", "inside"): ("βv", "−ηg", "v"),
    ("momentum", "outside"): ("−ηβv", "−ηg", "−ηv"),
    ("momentum", "average"): ("−ηβv", "−η(1−β)g", "−ηv"),
    ("nesterov", "inside"): ("βv", "−ηg", "βv−ηg"),
    ("nesterov", "outside"): ("−ηβv", "−ηg", "−η(βv+g)"),
}
OTHER = ("the rest", "−ηg", "the step")


class SumPanel(PathPanel):
    """Contours and path, with the arrows that add up to the coming step as a parallelogram.

    The first run's are seen through a magnifier too, with their letters, in the corner that the
    paths leave free. No step follows the last point: there the most telling step is shown, so
    that a still picture has it.
    """

    def furnish(self) -> None:
        picture = self.picture
        run, look = picture.runs[0], picture.look
        self.telling = telling(run, self.bounds)
        self.when = self.note(
            f"arrows{times(self.factor)}, at step {self.telling}", self.rows, look.muted
        )
        self.sides = [sides_of(self) for _ in picture.runs]
        colors = [self.color_of(arrow, picture.marks[0]) for arrow in SUM]
        kind = (run.optimizer, str(run.settings.get("form")))
        self.glass = Glass(self, LETTERS.get(kind, OTHER), colors)
        self.notes.append(self.glass.plate)

    def arrows(self) -> tuple[Arrow, ...]:
        return SUM

    def keys(self) -> list[Any]:
        """None: the arrows have letters."""
        return []

    def show(self, t: float) -> None:
        super().show(t)
        last = t >= self.picture.steps
        shown: dict[int, Array] = {}
        for trail, sides in list(zip(self.trails, self.sides, strict=True))[::-1]:  # the first last
            at = min(self.telling if last else int(t), trail.run.steps)
            patches = [patch for patch, _, _ in trail.arrows]
            vectors = [vectors[at] for _, _, vectors in trail.arrows]
            head = until(trail.points, min(t, trail.run.steps))[-1]
            origin = trail.points[at] if last else head
            shown = draw(patches, sides, origin, vectors, trail.thickness)
        when = f", at step {at}" if last and shown else ""
        self.when.set_text(f"arrows{times(self.factor)}{when}")
        self.glass.show(origin, vectors)


class Glass:
    """A magnifier for the sum of one run, which is as large in it at every step."""

    def __init__(self, panel: SumPanel, words: tuple[str, ...], colors: list[str]) -> None:
        look, (low, high) = panel.look, np.array(panel.bounds).T
        self.panel, self.side = panel, GLASS * float((high - low).min())
        self.corner = self._corner(low, high)
        style: Any = {"fc": look.background, "ec": look.muted, "lw": look.pen, "zorder": 5.5}
        x, y = self.corner
        self.plate = Rectangle((x, y), self.side, self.side, **style)
        (self.lead,) = panel.ax.plot([], [], color=look.muted, lw=0.8 * look.pen, zorder=4.7)
        self.sides = sides_of(panel, 5.6)
        style = {"ec": look.background, "lw": 0.5, "zorder": 5.7, "joinstyle": "miter"}
        self.arrows = [Polygon(np.zeros((7, 2)), fc=color, **style) for color in colors]
        for patch in (self.plate, *self.arrows):
            panel.ax.add_patch(panel.add(patch))
        style = {"fontsize": 8.5 * look.scale, "color": look.muted, "zorder": 5.8}
        self.times = panel.ax.text(*(self.corner + 0.04 * self.side), "", va="bottom", **style)
        for artist in (self.lead, self.times):
            panel.add(artist)
        self.letters = Letters(panel, words, colors)

    def _corner(self, low: Array, high: Array) -> Array:
        """The lower left corner of the magnifier, where it covers the fewest points."""
        inset, panel = INSET * float((high - low).min()), self.panel
        goals = np.reshape(panel.picture.problem.minima, (-1, 2))
        points = np.concatenate([goals, *(trail.points for trail in panel.trails)])
        room = high - low - 2 * inset - self.side
        places = [low + inset + np.array(corner) * room for corner in CORNERS]
        ends = [(p - inset, p + self.side + inset) for p in places]
        inside = [((points > a) & (points < b)).all(axis=1).sum() for a, b in ends]
        return np.asarray(places[int(np.argmin(inside))])

    def show(self, head: Array, vectors: list[Array]) -> None:
        """Look at the arrows of a point through the glass; an arrow of no length leaves none."""
        corners = np.stack([np.zeros(2), *vectors])
        longest = float(np.ptp(corners, axis=0).max())
        for artist in (self.plate, self.lead, self.times, self.sides, *self.arrows):
            artist.set_visible(longest > 0)
        if not longest > 0:
            self.letters.show(head, {}, head, head)
            return
        more = rounded(FILLED * self.side / longest)
        vectors, middle = [more * v for v in vectors], (corners.min(0) + corners.max(0)) / 2
        origin = self.corner + self.side * np.array([0.5, 0.54]) - more * middle
        thickness = BOLD * self.panel.trails[0].thickness
        shown = draw(self.arrows, self.sides, origin, vectors, thickness)
        self.times.set_text(f"arrows{times(self.panel.factor * more)}")
        self.lead.set_data(*np.stack([head, np.clip(head, self.corner, self.corner + self.side)]).T)
        low = self.corner + np.array([0, 0.16 * self.side])  # the magnification stands below
        self.letters.show(origin, shown, low, self.corner + self.side)


def sides_of(panel: PathPanel, zorder: float = 4.8) -> Any:
    """The dashed sides of a parallelogram, of whose other two the arrows are."""
    style: Any = {"colors": panel.look.text, "linestyles": [DASH], "zorder": zorder}
    lines = LineCollection([], linewidths=0.9 * panel.look.pen, **style)
    panel.ax.add_collection(panel.add(lines), autolim=False)
    return lines


def draw(
    patches: list[Any], sides: Any, origin: Array, vectors: list[Array], thickness: float
) -> dict[int, Array]:
    """Draw two arrows and their sum from one point; of a sum of one arrow only that.

    Returns:
        The vectors that can be seen, by their place.
    """
    shapes = [outline(origin, vector, thickness) for vector in vectors]
    both = shapes[0] is not None and shapes[1] is not None
    if not both:
        shapes[2] = None
    for patch, shape in zip(patches, shapes, strict=True):
        patch.set_visible(shape is not None)
        if shape is not None:
            patch.set_xy(shape)
    tip = origin + vectors[2]
    sides.set_segments([np.stack([origin + vector, tip]) for vector in vectors[:2]] if both else [])
    return {i: vectors[i] for i, shape in enumerate(shapes) if shape is not None}


def telling(run: Run, bounds: Bounds) -> int:
    """The step whose parallelogram is the largest of those that can be seen: both long, at an
    angle; where all lie in one line, the longest."""
    low, high = np.array(bounds).T
    seen = ((run.w >= low) & (run.w <= high)).all(axis=1)
    rest, push, step = (arrow.vectors(run) for arrow in SUM)
    area = np.abs(rest[:, 0] * push[:, 1] - rest[:, 1] * push[:, 0])
    lengths = np.hypot(*step.T)
    flat = not area.max() > 1e-6 * lengths.max() ** 2
    return int(np.argmax(np.where(seen, lengths if flat else area, -1)))
