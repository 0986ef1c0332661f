"""What a rule has gathered of squared gradients, as a rectangle around the point."""

from __future__ import annotations

from typing import Any

from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from optiviz.errors import UserError
from optiviz.problems.base import Array
from optiviz.runs.drawn import divisor
from optiviz.views.scene.arrows import Arrow
from optiviz.views.scene.panel import until
from optiviz.views.scene.path import PathPanel
from optiviz.views.style import Mark, rim

LARGEST = 0.36  # of the panel's shorter side, for the longest side of all
SIZE = 10  # points of the sides' names


class AccumulatorPanel(PathPanel):
    """Contours and path, and around the head a rectangle whose sides are what divides each step.

    Along w₁ it is as long as √s₁, along w₂ as √s₂: where it is long, steps are short. Each run has
    a scale of its own, on which its longest side is the same: a sum of squares is no mean.
    """

    def furnish(self) -> None:
        picture = self.picture
        pairs = zip(picture.runs, picture.marks, self.trails, strict=True)
        found = [(divisor(run), mark, trail) for run, mark, trail in pairs]
        kept = [
            (sides, mark, trail)
            for sides, mark, trail in found
            if sides is not None and sides.ndim == 2
        ]
        self.boxes = [self._box(*row) for row in kept]
        if not kept and any(row[0] is not None for row in found):
            return  # that of a matrix is an ellipse, which is drawn with every path of its rule
        if not kept:
            raise UserError("The panel 'accumulator' needs adagrad, rmsprop or adam.")
        words = "▭ √s₁ × √s₂: the step is divided by its sides"
        self.note(words, self.rows, picture.look.text if len(kept) > 1 else kept[0][1].color)

    def arrows(self) -> tuple[Arrow, ...]:
        return ()

    def _box(self, sides: Array, mark: Mark, trail: Any) -> tuple[Any, list[Any], Array, Array]:
        """The rectangle of one run, the names of its sides, their lengths, and its points."""
        look = self.look
        style: Any = {"ec": mark.color, "lw": 1.6 * look.pen, "zorder": 4}
        box = self.ax.add_patch(Rectangle((0, 0), 0, 0, fc=to_rgba(mark.color, 0.16), **style))
        style = {"fontsize": SIZE * look.scale, "style": "italic", "color": mark.color}
        style |= {"zorder": 6, "clip_on": True}
        style["path_effects"] = rim(look, 2)
        below = self.ax.text(0, 0, "√s₁", ha="center", va="top", **style)
        beside = self.ax.text(0, 0, "√s₂", ha="left", va="center", **style)
        names = [self.add(name) for name in (below, beside)]
        (left, right), (bottom, top) = self.bounds
        longest = LARGEST * min(right - left, top - bottom)
        return self.add(box), names, longest * sides / sides.max(initial=1e-300), trail.points

    def show(self, t: float) -> None:
        super().show(t)
        for box, names, sides, points in self.boxes:
            now = min(int(t), len(sides))
            for artist in (box, *names):
                artist.set_visible(now > 0)  # nothing has been gathered at the start
            if now == 0:
                continue
            (x, y), (width, height) = until(points, t)[-1], sides[now - 1]
            box.set_bounds(x - width / 2, y - height / 2, width, height)
            away = 4 * self.pixel * self.look.scale
            names[0].set_position((x, y - height / 2 - away))
            names[1].set_position((x + width / 2 + away, y))
