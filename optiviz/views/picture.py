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
from optiviz.problems.base import Bounds, Plane
from optiviz.runs.record import Run
from optiviz.views.files.animate import MOVING, STILL, check_ending, record
from optiviz.views.files.gif import Palette, strong
from optiviz.views.files.rhythm import Rhythm
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.figure import PANELS, Scene
from optiviz.views.scene.notes import Note
from optiviz.views.scene.panel import Panel
from optiviz.views.style import AUTO, MINIMUM
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
        theme: "light", "dark" or "slides"; "auto" is light, and on a page as its reader's system.
        size: width and height in pixels.
        labels: the runs' names in the picture; by default what tells them apart.
        title: what stands above; the problem's title by default.
        notes: what is said of moments of the runs.
        hero: the run that the picture is about, by its label, its rule or its index: its line is
            the strongest, and the others step back. By default all are alike.
        text: how many times as large as usual words are, from 0.5 to 2.5.
        bounds: the part of the plane that is shown, by default the problem's own.

    Raises:
        UserError: no run, a stack of runs, a run with a rate for each parameter, one that was made
            on another problem, an unknown theme or hero, an impossible size, or a note of what
            does not happen.

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
        theme: str = AUTO,
        size: tuple[int, int] = (960, 540),
        labels: str | Sequence[str] = (),
        title: str = "",
        notes: Note | Sequence[Note] = (),
        hero: str | int | None = None,
        text: float = 1.0,
        bounds: Bounds | None = None,
    ) -> None:
        super().__init__(
            as_problem(problem),
            (runs,) if isinstance(runs, Run) else tuple(runs),
            (panels,) if isinstance(panels, str) else tuple(panels),
            theme,
            size,
            (labels,) if isinstance(labels, str) and labels else tuple(labels),
            title,
            (notes,) if isinstance(notes, Note) else tuple(notes),
            hero,
            text,
            bounds,
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
        hold_first: float = 1,
        hold_last: float = 3,
        loop: int = 0,
        t: int | None = None,
        transparent: bool = False,
        quiet: bool = True,
    ) -> int:
        """Write the picture, whole or not at all; the ending says how, in whatever case.

        It stands still as .png, .svg or .pdf; it moves as .gif, .webp, .apng or .mp4, and ends on
        the picture that stands still; and .html is a page with a player, whose frames are the steps
        and whose time the viewer rules.

        Args:
            path: where to write.
            fps: frames per second, from 1 to 60.
            frames: how many frames, evenly spread over the steps and between them; by default as
                many as suit the steps.
            hold_first, hold_last: the seconds that the first and the last frame stand.
            loop: how often a film is shown, 0 for ever; an .mp4 leaves that to its player.
            t: the step at which a picture stands still, the last one by default.
            transparent: let what is behind the page be seen; an .mp4 and a page cannot.
            quiet: show no progress bar.

        Returns:
            The number of frames.

        Raises:
            UserError: an unknown ending, an impossible rhythm, or a place that cannot be written
                to.
        """
        target = check_ending(path, (*STILL, *MOVING))
        if transparent and target.suffix.lower() in (".mp4", ".html"):
            raise UserError(f"{target.name} cannot be transparent: choose .gif, .webp or .apng.")
        if target.suffix.lower() in STILL:
            self._scene(t).save(target, transparent)
            return 1
        rhythm = Rhythm(fps, frames, hold_first, hold_last, loop)
        if target.suffix.lower() == ".html":
            named(PAGE)(self, target)
            return self.steps + 1
        return record(
            lambda: Scene(self, film=True),
            self.steps,
            target,
            self._colors,
            rhythm,
            [told.step for told in self.told],
            quiet,
            transparent,
        )

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


def animate(picture: Picture, path: str | Path, **how: Any) -> int:
    """Write a picture that moves, as `Picture.save`: .gif, .webp, .apng, .mp4 or .html."""
    return picture.save(check_ending(path, MOVING), **how)


def plot(
    picture: Picture, path: str | Path, t: int | None = None, transparent: bool = False
) -> None:
    """Write a picture that stands still, as `Picture.save`: .png, .svg or .pdf."""
    picture.save(check_ending(path, STILL), t=t, transparent=transparent)
