"""The surface in relief, with the paths on it and their shadows on the floor."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from contourpy import contour_generator
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator

from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.scene.camera import SIDES, azimuth, height_at, hidden, project
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.contour import draw_goals, filled, fit, levels, minimum, sample
from optiviz.views.scene.notes import Notes, Told
from optiviz.views.scene.panel import Panel
from optiviz.views.scene.place import around
from optiviz.views.scene.trail import WIDTH, tame
from optiviz.views.style import DOTTED, HALO, Mark, blend

POINTS = 120  # a side of the surface
HEIGHT, FLOOR = 0.45, -0.3  # of the highest hill above the lowest point, and of the floor
LIFT = 0.008  # of what lies on the surface above it
EACH = 2  # levels from one contour line to the next
THIN = 2  # points of such a line from one that is kept to the next
FINE = 6  # pieces of a step that is laid on the surface; of long runs, fewer
PIECES = 2400  # of a path, at most
ROOM = 0.2  # units beside the near edges of the floor for their numbers
LIGHT = np.array([-0.45, -0.2, 0.87])  # where light comes from


class Relief(Panel):
    """The bands and contour lines of the plane on a surface that hides what is behind its hills.

    Heights are compressed as the level bands are, so that a valley has a floor. While a film runs
    the camera turns; a still picture is its end.
    """

    wide: ClassVar[bool] = True
    breadth: ClassVar[float] = 1.6

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.dress(ax, picture)
        problem = picture.problem
        self.low, self.high = np.array(picture.view).T
        x, y, values = sample(problem, picture.view, POINTS)
        self.heights, known = levels(values), filled(values)
        self.grid = np.where(np.isnan(values), np.nan, self._height(known))
        self.ground = _Ground(self, (x, y, known, values))
        self.floor = _Floor(self)
        pairs = zip(picture.runs, picture.marks, strict=True)
        self.trails = [_Track(self, run, mark) for run, mark in pairs]
        self.goals = self._goals()
        self.turned: float | None = None
        self.told = self._told()
        if np.isnan(values).any():
            style: Any = {"color": self.look.muted, "fontsize": 8.5 * self.look.scale, "va": "top"}
            ax.text(0.02, 0.98, "blank: undefined", transform=ax.transAxes, **style)

    @classmethod
    def dress(cls, ax: Any, picture: Contents) -> None:
        ax.set_axis_off()

    def _height(self, values: Any) -> Array:
        """A value's place among the levels, from 0 to `HEIGHT`."""
        shares = np.linspace(0, HEIGHT, len(self.heights))
        return np.asarray(np.interp(values, self.heights, shares))

    def place(self, points: Array) -> Array:
        """Points of the plane `(n, 2)` on the floor's square, which is centred at 0."""
        return np.asarray(((points - self.low) / (self.high - self.low) - 0.5) * SIDES)

    def on(self, places: Array, lift: float = LIFT) -> Array:
        """Places of the floor's square, raised to the surface."""
        return np.column_stack([places, height_at(self.grid, *places.T) + lift])

    def _goals(self) -> list[tuple[Any, Array]]:
        """The minima, and rings around the deepest."""
        problem, look = self.picture.problem, self.look
        goals = []
        for point, local in zip(problem.minima, problem.local(), strict=True):
            (star,) = self.ax.plot([], [], **minimum(look, local), zorder=3.4)
            goals.append((self.add(star), self.on(self.place(np.array([point])))))
        deepest = [
            point for point, local in zip(problem.minima, problem.local(), strict=True) if not local
        ]
        if deepest:
            for ring in draw_goals(self.ax, problem, look):
                goals.append((self.add(ring), self.on(self.place(np.array(deepest)))))
        return goals

    def pixels(self, points: Array, turned: float | None = None) -> Array:
        """Points of the box, as the camera sees them, in pixels from the panel's lower corner."""
        seen = project(points, azimuth(1.0) if turned is None else turned)
        return np.asarray(self.ax.transData.transform(seen) - self.ax.get_window_extent().p0)

    def _told(self) -> Notes:
        """The notes, which point at the path while the camera turns."""
        size = 11 * self.look.pen * self.ax.figure.dpi / 72
        goals = [spot for _, points in self.goals for spot in self.pixels(points)]
        fixed = [around(spot, size) for spot in goals]
        paths = [self.pixels(trail.points[:: trail.fine]) for trail in self.trails]
        paths = [np.nan_to_num(path, nan=-1.0) for path in paths]

        def spot(one: Told) -> Array:
            place = self.on(self.place(np.array([one.at])))
            return np.asarray(self.pixels(place, self.turned)[0])

        return Notes(self, spot, paths, (), fixed)

    def show(self, t: float) -> None:
        turned = azimuth(t / max(self.picture.steps, 1))
        for trail in self.trails:
            trail.show(t, turned)
        self.told.show(t, self.film)
        if turned == self.turned:  # what stands need not be drawn anew
            return
        self.turned = turned
        self.ground.show(turned)
        self.floor.show(turned)
        for artist, points in self.goals:
            shown = points[~hidden(points, self.grid, turned)]
            artist.set_data(*project(shown, turned).T)
        self.told.point()


class _Ground:
    """The surface, each facet in its band's colour and in the light, and lines of equal height."""

    def __init__(self, panel: Relief, sampled: tuple[Array, Array, Array, Array]) -> None:
        x, y, known, values = sampled
        self.panel, look, grid = panel, panel.look, panel._height(known)
        across, up = (np.linspace(-side / 2, side / 2, POINTS) for side in SIDES)
        self.points = np.stack([*np.meshgrid(across, up), grid], axis=-1)
        slope_y, slope_x = np.gradient(grid, up[1] - up[0], across[1] - across[0])
        normal = np.stack([-slope_x, -slope_y, np.ones_like(grid)], axis=-1)
        bright = (normal @ LIGHT) / np.linalg.norm(normal, axis=-1)
        colors = look.ramp(grid / HEIGHT)
        colors[..., :3] *= np.clip(0.76 + 0.3 * bright, 0, 1)[..., None]
        colors[..., 3] = ~np.isnan(values)
        self.colors = colors[:-1, :-1] * np.ones((1, 1, 4))
        self.mesh: Any = QuadMesh(project(self.points, 0.0), antialiased=False, zorder=2)
        self.mesh.set_rasterized(True)  # ten thousand facets would make a drawing of megabytes
        panel.ax.add_collection(panel.add(self.mesh), autolim=False)
        contours = contour_generator(x, y, np.ma.masked_invalid(values))
        lines = [line for h in panel.heights[1:-1:EACH] for line in contours.lines(h)]
        ways = [np.asarray(line) for line in lines if len(line) > 1]
        raised = [panel.on(panel.place(np.vstack([way[:-1:THIN], way[-1:]]))) for way in ways]
        gap = np.full((1, 3), np.nan)
        self.contours = np.concatenate([gap, *(part for line in raised for part in (line, gap))])
        style: Any = {"color": look.contour, "lw": 0.6 * look.pen, "zorder": 2.1}
        (self.lines,) = panel.ax.plot([], [], alpha=0.8, **style)
        panel.add(self.lines)

    def show(self, azimuth: float) -> None:
        """Turn it. What is further away is drawn first, so that hills cover what is behind."""
        rows = slice(None, None, -1 if np.sin(azimuth) < 0 else 1)
        columns = slice(None, None, -1 if np.cos(azimuth) < 0 else 1)
        self.mesh._coordinates = project(self.points, azimuth)[rows, columns]
        self.mesh.set_facecolor(self.colors[rows, columns].reshape(-1, 4))
        flat = project(self.contours, azimuth)
        flat[hidden(self.contours, self.panel.grid, azimuth)] = np.nan
        self.lines.set_data(*flat.T)


class _Floor:
    """The plane below the surface, with the numbers along its two near edges."""

    def __init__(self, panel: Relief) -> None:
        self.ax, look = panel.ax, panel.look
        half = SIDES / 2
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        self.corners = _lay(corners)
        style: Any = {"fc": blend(look.background, look.grid, 0.35), "ec": look.grid, "zorder": 1}
        self.plate = Polygon(np.zeros((4, 2)), lw=look.pen, **style)
        self.ax.add_patch(panel.add(self.plate))
        self.grid = LineCollection([], colors=look.grid, linewidths=0.8 * look.pen, zorder=1.1)
        self.ax.add_collection(panel.add(self.grid), autolim=False)
        self.rules: list[Array] = []
        self.words: list[tuple[Any, int, float]] = []  # a text, its axis, its place along it
        style = {"ha": "center", "va": "center", "fontsize": 9 * look.scale, "zorder": 1.2}
        for axis, name in enumerate(panel.picture.problem.axes):
            low, high = panel.low[axis], panel.high[axis]
            numbers = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low, high)
            for number in numbers[(numbers >= low) & (numbers <= high)]:
                at = ((number - low) / (high - low) - 0.5) * SIDES[axis]
                ends = np.array([-half, half])
                ends[:, axis] = at
                self.rules.append(_lay(ends))
                text = self.ax.text(
                    0, 0, f"{number:g}".replace("-", "−"), color=look.muted, **style
                )
                self.words.append((panel.add(text), axis, at))
            text = self.ax.text(0, 0, name, color=look.text, **style)
            self.words.append((panel.add(text), axis, np.nan))
        self._frame(panel)

    def _frame(self, panel: Relief) -> None:
        """Limits that hold everything wherever the camera stands, by one measure in both ways."""
        low = self.corners - np.array([1, 1, 0]) * ROOM * (self.corners < 0)
        high = self.corners + np.array([0, 0, HEIGHT - FLOOR])
        seen = np.concatenate(
            [project(np.concatenate([low, high]), azimuth(s)) for s in (0, 0.5, 1)]
        )
        (left, bottom), (right, top) = seen.min(axis=0), seen.max(axis=0)
        box = panel.ax.get_window_extent()
        x, y = fit(((left, right), (bottom, top)), box.width / box.height)
        panel.ax.set(xlim=x, ylim=y)

    def show(self, azimuth: float) -> None:
        self.plate.set_xy(project(self.corners, azimuth))
        self.grid.set_segments([project(rule, azimuth) for rule in self.rules])
        near = np.where([np.cos(azimuth) < 0, np.sin(azimuth) < 0], -1, 1)
        for text, axis, at in self.words:
            place = near * SIDES / 2
            place[1 - axis] += near[1 - axis] * ROOM * (0.38 if np.isfinite(at) else 0.95)
            place[axis] = at if np.isfinite(at) else 0
            text.set_position(project(_lay(place[None]), azimuth)[0])


class _Track:
    """One run's line on the surface, dotted where a hill hides it, its head, and its shadow."""

    def __init__(self, panel: Relief, run: Run, mark: Mark) -> None:
        self.panel, look = panel, panel.look
        self.fine = int(np.clip(PIECES // max(run.steps, 1), 1, FINE))
        self.steps = run.steps
        w = tame(run.w, panel.picture.view)
        at = np.linspace(0, run.steps, run.steps * self.fine + 1)
        places = np.column_stack([np.interp(at, np.arange(len(w)), axis) for axis in w.T])
        inside = ((places >= panel.low) & (places <= panel.high)).all(axis=1)
        self.points = panel.on(panel.place(places))
        self.points[~inside | ~np.isfinite(self.points[:, 2])] = np.nan
        self.shade = _lay(self.points[:, :2])
        width, ax = WIDTH * mark.weight * look.pen, panel.ax
        style: Any = {"color": look.muted, "alpha": 0.55, "lw": 0.6 * width, "zorder": 1.3}
        (self.shadow,) = ax.plot([], [], **style)
        style = {"color": mark.color, "lw": 0.5 * width, "ls": DOTTED, "alpha": 0.75}
        (self.behind,) = ax.plot([], [], zorder=3, **style)
        style = {"color": look.background, "lw": 0.8 * width + 1.6 * look.pen, "alpha": HALO}
        (self.halo,) = ax.plot([], [], zorder=3.1, **style)
        (self.line,) = ax.plot([], [], color=mark.color, ls=mark.dash, lw=0.8 * width, zorder=3.2)
        style = {"ms": 6.5 * mark.weight**0.5 * look.pen, "mfc": mark.color, "ls": "none"}
        (self.head,) = ax.plot([], [], mark.head, mec=look.background, mew=1.2, zorder=3.6, **style)
        for artist in (self.shadow, self.behind, self.halo, self.line, self.head):
            panel.add(artist)

    def show(self, t: float, azimuth: float) -> None:
        until = int(min(t, self.steps) * self.fine) + 1
        points = self.points[:until]
        behind = hidden(points, self.panel.grid, azimuth)
        flat = project(points, azimuth)
        seen, unseen = flat.copy(), flat.copy()
        seen[behind] = np.nan
        unseen[~behind & ~np.roll(behind, 1) & ~np.roll(behind, -1)] = np.nan
        self.line.set_data(*seen.T)
        self.halo.set_data(*seen.T)
        self.behind.set_data(*unseen.T)
        self.shadow.set_data(*project(self.shade[:until], azimuth).T)
        self.head.set_data(*flat[-1:].T)
        self.head.set_alpha(0.35 if behind[-1] else 1.0)


def _lay(places: Array) -> Array:
    """Places of the floor's square on the floor."""
    return np.column_stack([places, np.full(len(places), FLOOR)])
