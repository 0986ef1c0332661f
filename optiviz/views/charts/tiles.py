"""Several pictures side by side on one timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from matplotlib.artist import Artist

from optiviz.errors import UserError
from optiviz.views.files.animate import record
from optiviz.views.files.rhythm import Rhythm
from optiviz.views.frame import Frame
from optiviz.views.scene.arrows import Arrow
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.figure import PANELS
from optiviz.views.scene.path import PathPanel
from optiviz.views.style import MINIMUM
from optiviz.words import look_up


class Bare(PathPanel):
    """Contours and paths without arrows and words, for which a tile has no room."""

    explains: ClassVar[bool] = False

    def arrows(self) -> tuple[Arrow, ...]:
        return ()

    def named(self) -> bool:
        return super().named() and len(self.picture.runs) > 1

    def note(self, words: str, row: int, color: str, side: str = "right") -> None:
        return None


class Pale(Bare):
    """Beside tiles whose batches' contours need a pale ground: the same surface has the same."""

    faint: ClassVar[bool] = True


KINDS = PANELS | {"path": Bare}
LEAST = 0.04  # inches between the words of an axis and the edge
SMALLEST = 0.75  # of the usual size of a verdict, that it may shrink to beside its heading


@dataclass(frozen=True)
class Tiles:
    """What a picture of tiles shows.

    Args:
        title: what stands above; note: what stands below the title.
        pictures: one for each tile, which shows its first panel; theme and size are the first's.
        columns: how many tiles stand in a row.

    Raises:
        UserError: no picture, or no column.
    """

    title: str
    note: str
    pictures: Sequence[Contents]
    columns: int = 2

    def __post_init__(self) -> None:
        if not self.pictures or self.columns < 1:
            raise UserError("Tiles need at least one picture and one column.")

    @property
    def steps(self) -> int:
        """The last step of the longest run."""
        return max(picture.steps for picture in self.pictures)

    @property
    def colors(self) -> list[str]:
        """The few that carry the meaning."""
        first = self.pictures[0].look
        runs = [mark.color for picture in self.pictures for mark in picture.marks]
        return list(dict.fromkeys([first.text, MINIMUM, first.accent, *runs]))


def plot_tiles(tiles: Tiles, path: str | Path) -> None:
    """Write a still picture of the whole runs: .png, .svg or .pdf by its ending.

    Raises:
        UserError: an unknown ending, or a place that cannot be written to.
    """
    Mosaic(tiles).save(path)


def animate_tiles(tiles: Tiles, path: str | Path, quiet: bool = True, **time: Any) -> int:
    """Write the tiles as one moving picture: .gif, .webp, .apng or .mp4.

    Args:
        tiles, path: what to write and where; time: see `Rhythm`.
        quiet: show no progress bar.

    Returns:
        The number of frames.
    """
    stops = sorted({told.step for picture in tiles.pictures for told in picture.told})
    rhythm, movie = Rhythm(**time), partial(Mosaic, tiles, film=True)
    return record(movie, tiles.steps, path, tiles.colors, rhythm, stops, quiet)


class Mosaic(Frame):
    """Tiles as a figure whose moving artists can be taken to any step."""

    def __init__(self, tiles: Tiles, film: bool = False) -> None:
        first = tiles.pictures[0]
        super().__init__(first.theme, first.size)
        self.tiles, scale = tiles, self.look.scale
        self.panels: list[Any] = []
        self.endings: list[Any] = []
        with self.style():
            self.counter = self._counter()
            self.title(tiles.title, tiles.note)
            room = 0.5 * scale, 0.4 * scale
            self._fill(*room)
            if any(missing := self._missing()):  # words of the axes, which are as wide as they are
                for ax in self.figure.axes:
                    ax.remove()
                self._fill(*map(sum, zip(room, missing, strict=True)))
            for panel in self.panels:
                panel.film = film
                if film:
                    panel.follow()
        self.show(tiles.steps)

    def _fill(self, left: float, bottom: float) -> None:
        """Draw the tiles with so many inches at the left and below for the words of their axes."""
        tiles, scale = self.tiles, self.look.scale
        grid = self.figure.add_gridspec(
            -(-len(tiles.pictures) // tiles.columns),
            tiles.columns,
            left=left / self.width,
            right=1 - self.edge / self.width,
            top=(self.top - 0.16 * scale) / self.height,
            bottom=bottom / self.height,
            wspace=0.16,
            hspace=0.34,
        )
        self.panels, self.endings = [], []
        pale = any(run.batch is not None for one in tiles.pictures for run in one.runs)
        for i, picture in enumerate(tiles.pictures):
            ax = self.figure.add_subplot(grid[divmod(i, tiles.columns)])
            heading = self._heading(ax, picture)
            kind = look_up("panel", picture.panels[0], KINDS)
            self.panels.append((Pale if pale and kind is Bare else kind)(ax, picture))
            self._verdict(ax, picture, heading)
            if i < len(tiles.pictures) - tiles.columns:
                ax.set(xlabel="", xticklabels=[])
            if i % tiles.columns:
                ax.set(ylabel="", yticklabels=[])

    def _missing(self) -> tuple[float, float]:
        """The inches by which the axes' words do not fit at the left and below."""
        drawn = self.canvas.get_renderer()
        boxes: list[Any] = [ax.get_tightbbox(drawn) for ax in self.figure.axes]
        ends = min(box.x0 for box in boxes), min(box.y0 for box in boxes)
        left, below = (max(0.0, LEAST - end / self.figure.dpi) for end in ends)
        return left, below

    def _heading(self, ax: Any, picture: Contents) -> Any:
        look = self.look
        style: Any = {"fontsize": 10.5 * look.scale, "color": look.text, "pad": 5}
        return ax.set_title(picture.labels[0], loc="left", **style)

    def _verdict(self, ax: Any, picture: Contents, heading: Any) -> None:
        """How a tile's only run ends, shown when it has, beside the heading if there is room."""
        look, words = self.look, picture.verdicts[0] if len(picture.runs) == 1 else ""
        style: Any = {"fontsize": 9.5 * look.scale, "color": look.muted, "pad": 5}
        ending = ax.set_title(words, loc="right", **style)
        taken = self.inches(heading)[0] + 0.15 * look.scale
        room = ax.bbox.width / self.figure.dpi - taken
        for said in (words, re.split("[:,]", words)[0]):  # what comes first says most
            ending.set_text(said)
            share = room / max(self.inches(ending)[0], 0.01)
            if share >= SMALLEST:
                ending.set_fontsize(style["fontsize"] * min(share, 1.0))
                break
        else:
            ending.set_text("")
            plate = {"facecolor": look.background, "alpha": 0.85, "linewidth": 0, "pad": 3}
            style = {"fontsize": 9.5 * look.scale, "color": look.text, "zorder": 7, "bbox": plate}
            place: Any = {"transform": ax.transAxes, "ha": "right", "va": "bottom"}
            ending = ax.text(0.985, 0.03, words, **place, **style)
        self.endings.append(ending)

    def _counter(self) -> Any:
        look, x = self.look, 1 - self.edge / self.width
        style: Any = {"fontsize": 10.5 * look.scale, "color": look.muted, "family": "monospace"}
        words, y = self._counted(self.tiles.steps), 1 - 0.17 / self.height
        text = self.figure.text(x, y, words, ha="right", va="top", **style)
        self.corner = self.inches(text)[0] + self.edge
        return text

    def _counted(self, t: float) -> str:
        """What the counter says."""
        return f"step {int(t):>{len(str(self.tiles.steps))}} / {self.tiles.steps}"

    @property
    def moving(self) -> list[Artist]:
        """Everything that `show` moves, from the bottom to the top."""
        artists = [artist for panel in self.panels for artist in panel.moving]
        return sorted(
            [*artists, *self.endings, self.counter], key=lambda artist: artist.get_zorder()
        )

    def show(self, t: float) -> None:
        """Take every tile to step t."""
        self.counter.set_text(self._counted(t))
        for panel in self.panels:
            panel.show(t)
        for ending, picture in zip(self.endings, self.tiles.pictures, strict=True):
            ending.set_visible(t >= min(picture.said[0], self.tiles.steps))
