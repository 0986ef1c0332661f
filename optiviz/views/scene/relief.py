"""The surface in relief, with the path on it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.contour import filled, levels, minimum, sample
from optiviz.views.scene.panel import Panel, until
from optiviz.views.scene.trail import tame
from optiviz.views.style import Mark


class Relief(Panel):
    """A 3-D view; heights are compressed as the level bands are, so that a valley has a floor."""

    wide: ClassVar[bool] = True
    projection: ClassVar[str | None] = "3d"

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        problem, look = picture.problem, picture.look
        x, y, values = sample(problem, picture.view, 140)
        self.heights = levels(values)
        z = self._height(filled(values))
        slope_y, slope_x = np.gradient(z, 3 / len(y), 3 / len(x))
        light = (1.2 + slope_x - 0.6 * slope_y) / np.sqrt(1 + slope_x**2 + slope_y**2) / 1.7
        colors = look.ramp(0.2 + 0.8 * z)
        colors[..., :3] *= np.clip(0.72 + 0.34 * light, 0, 1)[..., None]
        # As `plot_surface`, which looks at every facet's colour by itself, several times.
        at = np.stack([*np.meshgrid(x, y), z], axis=-1)
        at[np.isnan(values)] = np.nan
        facets = np.stack([at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]], axis=2)
        facets, shades = facets.reshape(-1, 4, 3), colors[:-1, :-1].reshape(-1, 4)
        solid = ~np.isnan(facets).any(axis=(1, 2))
        facets, shades = facets[solid], shades[solid]
        style: Any = {"facecolors": shades, "edgecolors": shades, "linewidth": 0, "zorder": 1}
        ax.add_collection3d(Poly3DCollection(facets, antialiased=False, **style))
        if not solid.all():
            words: Any = {"color": look.muted, "fontsize": 8.5 * look.scale, "va": "top"}
            ax.text2D(0.02, 0.98, "blank: undefined", transform=ax.transAxes, **words)
        ax.computed_zorder = False
        ax.set(xlim=picture.view[0], ylim=picture.view[1], zlim=(0, 1.02), zticks=[])
        ax.set_xlabel(problem.axes[0])
        ax.set_ylabel(problem.axes[1])
        box = ax.get_window_extent()
        ax.set_box_aspect((1.2, 1, 0.55), zoom=1.14 if box.width > 1.1 * box.height else 0.95)
        ax.view_init(elev=42, azim=-118)
        for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
            axis.pane.set_visible(False)
            axis.line.set_color(look.grid)
            axis._axinfo["grid"].update(color=look.grid)
        low, high = np.array(picture.view).T
        for point, local in zip(problem.minima, problem.local(), strict=True):
            if not ((low <= point) & (point <= high)).all():
                continue
            height = self._height(problem.value(np.array(point))) + 0.01
            ax.plot(*point, height, **minimum(look, local))
        self.trails = [
            self._trail(run, mark) for run, mark in zip(picture.runs, picture.marks, strict=True)
        ]

    def _trail(self, run: Run, mark: Mark) -> tuple[Any, Any, Array]:
        """One run's line, head and points; what lies outside the relief is left out."""
        bounds, scale = self.picture.view, self.look.pen
        low, high = np.array(bounds).T
        points = tame(run.w, bounds)
        points = np.where((points >= low).all(1) & (points <= high).all(1), points.T, np.nan).T
        z = self._height(run.loss) + 0.012
        (line,) = self.ax.plot([], [], [], color=mark.color, ls=mark.dash, lw=2.2 * scale)
        (head,) = self.ax.plot([], [], [], "o", ms=7 * scale, color=mark.color)
        head.set_markeredgecolor(self.look.background)
        return self.add(line), self.add(head), np.column_stack([points, z])

    def _height(self, values: Any) -> Array:
        """A value's place among the levels, from 0 to 1."""
        place = np.interp(values, self.heights, np.linspace(0, 1, len(self.heights)))
        return np.asarray(place)

    def show(self, t: float) -> None:
        for line, head, points in self.trails:
            passed = until(points, t)
            line.set_data_3d(*passed.T)
            head.set_data_3d(*passed[-1:].T)
