"""Moving pictures: the still part drawn once, the moving artists over it for every frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from optiviz.errors import UserError
from optiviz.files import check_place, whole
from optiviz.views.files import gif
from optiviz.views.files.rhythm import Rhythm, counted
from optiviz.views.files.sprites import Sprites

STILL = (".png", ".svg", ".pdf")
FRAMED = (".gif", ".webp", ".apng", ".mp4")
MOVING = (*FRAMED, ".html")
ROOM = 2**30  # pixels of all frames, which all but MP4 keep until the last is drawn
SAMPLES = 6  # frames that between them have the colours of all
USUAL = Rhythm()
SWIFTEST = 50  # frames a second; browsers show one of a GIF that asks for more for 100 ms


class Movie(Protocol):
    """A figure, drawn at once, some of whose artists can be taken to any step."""

    figure: Figure
    canvas: Any
    about: str

    @property
    def moving(self) -> Sequence[Artist]:
        """Everything that `show` moves, from the bottom to the top."""

    def style(self) -> AbstractContextManager[Any]:
        """The settings that it is drawn with."""

    def show(self, t: float) -> None:
        """Take the artists to step t, or between two of them."""


def record(
    movie: Callable[[], Movie],
    steps: int,
    path: str | Path,
    colors: Sequence[str],
    rhythm: Rhythm = USUAL,
    stops: Sequence[float] = (),
    quiet: bool = True,
    transparent: bool = False,
) -> int:
    """Write what `movie` makes, from its first step to its last, as a moving picture.

    Args:
        movie: called once the options are known to be good.
        steps: the last one.
        path, quiet: see `optiviz.views.animate`.
        colors: the few that carry the meaning, though they fill few pixels.
        rhythm: how time goes; stops: the steps at which something is said.
        transparent: let what is behind the page be seen, but for an .mp4.

    Returns:
        The number of frames.

    Raises:
        UserError: an unknown ending, more frames than there is room for, or a place that cannot
            be written to.
    """
    from tqdm import tqdm  # noqa: PLC0415  # which a still picture has no need of

    target = check_ending(path, FRAMED)
    ending = target.suffix.lower()
    swiftest = min(rhythm.fps, SWIFTEST) if ending == ".gif" else rhythm.fps
    times, seconds = zip(*rhythm.beats(steps, stops, swiftest), strict=True)
    with whole(target) as unfinished:
        film = _Film(movie())
        check_room(ending, len(times), film.size)
        shown = tqdm(film.frames(times), total=len(times), unit="frame", disable=quiet or None)
        if ending == ".mp4":
            from optiviz.views.files import mp4  # noqa: PLC0415

            counts = counted(seconds, 1 / rhythm.fps)
            mp4.write(unfinished, shown, film.size, rhythm.fps, counts, film.movie.about)
        else:
            samples = np.linspace(0, len(times) - 1, min(SAMPLES, len(times))).round().astype(int)
            palette = gif.Palette(film.moved(times[i] for i in samples), gif.strong(colors))
            page = film.page(colors[0]) if transparent else None
            with unfinished.open("wb") as file:
                about = film.movie.about
                gif.write(file, ending, shown, palette, seconds, rhythm.loop, about, page)
    return len(times)


def check_room(ending: str, count: int, size: tuple[int, int]) -> None:
    """Refuse more frames than there is room for."""
    room = ROOM // (size[0] * size[1])
    if ending != ".mp4" and count > room:
        raise UserError(
            f"A {ending} of {size[0]}x{size[1]} pixels has room for {room} frames, got {count}: "
            "ask for fewer frames, for a smaller size, or for an .mp4."
        )


def check_ending(path: str | Path, endings: Sequence[str]) -> Path:
    """The path, if its ending is one of those that can be written, in whatever case.

    Raises:
        UserError: it has another ending, or its place cannot be written to.
    """
    target = Path(path)
    if target.suffix.lower() not in endings:
        raise UserError(f"Cannot write {target.name!r}: the ending must be {', '.join(endings)}.")
    check_place(target)
    return target


class _Film:
    """The still part of a movie, drawn once, and the frames that are laid over it."""

    def __init__(self, movie: Movie) -> None:
        self.movie, self.moving = movie, movie.moving
        for artist in self.moving:
            artist.set_animated(True)
        with movie.style():
            movie.canvas.draw()
        self.still = movie.canvas.copy_from_bbox(movie.figure.bbox)
        self.size: tuple[int, int] = movie.canvas.get_width_height()
        self.sprites = Sprites(self.size, movie.figure.dpi)

    def page(self, color: str) -> gif.Page:
        """The page's colour, and where it may be seen through: not within the ground."""
        width, height = self.size
        outside = np.ones((height, width), bool)
        for box in getattr(self.movie, "grounds", []):
            rows = slice(height - math.ceil(box.y1), height - math.floor(box.y0))
            outside[rows, math.floor(box.x0) : math.ceil(box.x1)] = False
        return gif.packed(np.append(gif.strong([color])[0], np.uint8(255))).item(), outside

    def frames(self, times: Sequence[float]) -> Iterator[gif.Frame]:
        """The frames at the given times, in one buffer that the next frame overwrites.

        The last one is drawn as a picture that stands still, so that it is one to the pixel.
        """
        yield from self.moved(times[:-1])
        self.movie.show(times[-1])
        for artist in self.moving:
            artist.set_animated(False)
        with self.movie.style():
            self.movie.canvas.draw()
        yield np.asarray(self.movie.canvas.buffer_rgba())

    def moved(self, times: Iterable[float]) -> Iterator[gif.Frame]:
        """Frames of which only what moves is drawn."""
        canvas, figure = self.movie.canvas, self.movie.figure
        for time in times:
            self.movie.show(time)
            canvas.restore_region(self.still)
            frame = np.asarray(canvas.buffer_rgba())
            for artist in self.moving:
                if not artist.get_visible():
                    continue
                if isinstance(artist, Text) and not artist.get_clip_on():
                    self.sprites.write(artist, frame)
                elif not self.sprites.stand(artist, frame):
                    figure.draw_artist(artist)
            yield frame
