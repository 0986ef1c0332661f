"""A picture as a specification: what it shows, and every way to have it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from optiviz.errors import UserError
from optiviz.named import named
from optiviz.problems import as_problem
from optiviz.problems.base import Plane
from optiviz.runs.record import Run
from optiviz.views.files.animate import (
    MOVING,
    STILL,
    check_ending,
    check_pace,
    check_room,
    moments,
    record,
)
from optiviz.views.files.gif import Palette, strong
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.figure import PANELS, Scene
from optiviz.views.scene.panel import Panel
from optiviz.views.style import MINIMUM
from optiviz.words import look_up

PAGE = "optiviz.player.page:write_page"  # the player stands above pictures: found by name
BUNDLE = "optiviz.player.notebook:bundle"
DENSE = 2  # times as many pixels as the picture's size says, in a notebook


class Picture(Contents):
    """What a picture shows, whether it stands still, moves or is played.

    Args:
        problem: what was minimised, or its words, such as "valley".
        runs: what is overlaid, each a single trajectory; or a single one.
        panels: names of panels, on one timeline.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.
        labels: the runs' names in the picture; by default what tells them apart.
        title: what stands above; the problem's title by default.
        hero: the run that the picture is about, by its label, its rule or its index: its line is
            the strongest, and the others step back. By default all are alike.

    Raises:
        UserError: no run, a stack of runs, a run that was made on another problem, an unknown
            theme or hero, or an impossible size.

    >>> from optiviz import descend, optim, surfaces
    >>> run = descend(surfaces["bowl"], optim.SGD(lr=0.1), steps=20)
    >>> picture = Picture("bowl", run, panels=["path", "loss"])
    >>> picture.frame(10).shape
    (540, 960, 3)
    """

    def __init__(
        self,
        problem: Plane | str,
        runs: Run | Sequence[Run],
        panels: str | Sequence[str] = ("path", "loss"),
        theme: str = "light",
        size: tuple[int, int] = (960, 540),
        labels: str | Sequence[str] = (),
        title: str = "",
        hero: str | int | None = None,
    ) -> None:
        super().__init__(
            as_problem(problem),
            (runs,) if isinstance(runs, Run) else tuple(runs),
            (panels,) if isinstance(panels, str) else tuple(panels),
            theme,
            size,
            (labels,) if isinstance(labels, str) and labels else tuple(labels),
            title,
            hero,
        )

    def on(self, ax: Axes, panel: str = "path", t: int | None = None) -> Panel:
        """Draw one panel into axes of your own.

        Args:
            ax: the axes, of their final size, with no projection.
            panel: its name, whether the picture has it or not.
            t: the step that it shows, the last one by default.

        Returns:
            The panel, whose `show(t)` takes it to another step.

        Raises:
            UserError: an unknown panel, one that these runs cannot fill, axes of the wrong kind,
                or a step that the runs do not have.

        >>> from matplotlib.figure import Figure
        >>> from optiviz import descend, optim, surfaces
        >>> run = descend(surfaces["bowl"], optim.SGD(lr=0.1), steps=20)
        >>> panel = Picture("bowl", run).on(Figure().subplots(), "loss")
        """
        kind = look_up("panel", panel, PANELS)
        if ax.name != "rectilinear":
            raise UserError(f"The panel {panel!r} needs axes with no projection.")
        shown = kind(ax, self)
        shown.show(self._step(t))
        return shown

    def figure(self, t: int | None = None) -> Figure:
        """A Matplotlib figure of the picture at a step, the last one by default.

        Raises:
            UserError: an unknown panel, or a step that the runs do not have.
        """
        return self._scene(t).figure

    def frame(self, t: int | None = None) -> NDArray[np.uint8]:
        """The picture at a step, the last one by default, as `(height, width, 3)` red green blue.

        Raises:
            UserError: an unknown panel, or a step that the runs do not have.
        """
        scene = self._scene(t)
        with scene.style():
            scene.canvas.draw()
        return np.array(scene.canvas.buffer_rgba())[..., :3]

    def save(
        self,
        path: str | Path,
        fps: float = 25,
        frames: int | None = None,
        hold: int = 1,
        quiet: bool = True,
    ) -> int:
        """Write the picture, whole or not at all; the ending says how, in whatever case.

        It stands still as .png, .svg or .pdf; it moves as .gif, .webp, .apng or .mp4; and .html is
        a page with a player, whose frames are the steps and whose time the viewer rules.

        Args:
            path: where to write.
            fps: frames per second, from 1 to 60; GIF rounds a frame to hundredths of a second.
            frames: how many frames, spread over the steps; by default each step has one, up to 300.
            hold: how many frames each step is held for.
            quiet: show no progress bar.

        Returns:
            The number of frames.

        Raises:
            UserError: an unknown ending, an impossible rate, or a place that cannot be written to.
        """
        target = check_ending(path, (*STILL, *MOVING))
        if target.suffix.lower() in STILL:
            Scene(self).save(target)
            return 1
        check_pace(fps, frames, hold)
        if target.suffix.lower() == ".html":
            named(PAGE)(self, target)
            return self.steps + 1
        steps = moments(self.steps, frames)
        check_room(target.suffix.lower(), len(steps), self.size)
        record(lambda: Scene(self, film=True), steps, target, self._colors, fps, hold, quiet)
        return len(steps)

    def __repr__(self) -> str:
        names = f"{self.problem.name!r}, {list(self.labels)}, panels={list(self.panels)}"
        return f"{type(self).__name__}({names})"

    @property
    def _colors(self) -> list[str]:
        """The few that carry the meaning, though they fill few pixels."""
        marks = (mark.color for mark in self.marks)
        return [self.look.background, self.look.text, MINIMUM, self.look.accent, *marks]

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """A still picture of high density in few colours, and the size that it is shown at."""
        scene, file = Scene(self), io.BytesIO()
        scene.figure.dpi *= DENSE
        with scene.style():
            scene.canvas.draw()
        frame = [np.asarray(scene.canvas.buffer_rgba())]
        (image,) = Palette(frame, strong(self._colors)).images(frame)
        image.save(file, "PNG", optimize=True)
        return file.getvalue(), dict(zip(("width", "height"), self.size, strict=True))

    def _repr_mimebundle_(self, **_: Any) -> Any:
        return named(BUNDLE)(self)

    def _scene(self, t: int | None) -> Scene:
        step, scene = self._step(t), Scene(self)
        scene.show(step)
        return scene

    def _step(self, t: int | None) -> int:
        """The step asked for, if there is one."""
        if t is not None and not 0 <= t <= self.steps:
            raise UserError(f"t must be from 0 to {self.steps}, got {t}.")
        return self.steps if t is None else t


def animate(
    picture: Picture,
    path: str | Path,
    fps: float = 25,
    frames: int | None = None,
    hold: int = 1,
    quiet: bool = True,
) -> int:
    """Write a picture that moves, as `Picture.save`: .gif, .webp, .apng, .mp4 or .html."""
    return picture.save(check_ending(path, MOVING), fps, frames, hold, quiet)


def plot(picture: Picture, path: str | Path) -> None:
    """Write a picture that stands still, as `Picture.save`: .png, .svg or .pdf."""
    picture.save(check_ending(path, STILL))
