"""Moving pictures: the still part drawn once, the moving artists over it for every frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from tqdm import tqdm

from optiviz.errors import UserError
from optiviz.files import whole
from optiviz.views.files import gif, mp4

STILL = (".png", ".svg", ".pdf")
FRAMED = (".gif", ".webp", ".apng", ".mp4")
MOVING = (*FRAMED, ".html")
LAST = 2000  # milliseconds that the last frame is held
LONGEST = 100  # frames that a step is held for; GIF counts to 655 seconds
ROOM = 2**30  # pixels of all frames, which all but MP4 keep until the last is drawn
USUAL = 300  # frames at most, unless more are asked for


def moments(steps: int, frames: int | None = None) -> list[int]:
    """The steps that the frames show: every one, or as many as asked for, evenly apart.

    >>> moments(4), moments(100, frames=3)
    ([0, 1, 2, 3, 4], [0, 50, 100])
    """
    count = min(steps + 1, frames or USUAL)
    return np.linspace(0, steps, count).round().astype(int).tolist() if count > 1 else [steps]


class Movie(Protocol):
    """A figure, drawn at once, some of whose artists can be taken to any step."""

    figure: Figure
    canvas: Any

    @property
    def moving(self) -> Sequence[Artist]:
        """Everything that `show` moves, from the bottom to the top."""

    def show(self, t: int) -> None:
        """Take the artists to step t."""


def record(
    movie: Callable[[], Movie],
    steps: Sequence[int],
    path: str | Path,
    colors: Sequence[str],
    fps: float = 25,
    hold: int = 1,
    quiet: bool = True,
) -> None:
    """Write the given steps of what `movie` makes as a moving picture.

    Args:
        movie: called once the options are known to be good.
        steps: one for each frame.
        path, fps, hold, quiet: see `optiviz.views.animate`.
        colors: the few that carry the meaning, though they fill few pixels.

    Raises:
        UserError: an unknown ending, an impossible rate, or a place that cannot be written to.
    """
    target = check_ending(path, FRAMED)
    ending = target.suffix.lower()
    check_pace(fps, None, hold)
    with whole(target) as unfinished:
        film = _Film(movie())
        shown = tqdm(film.frames(steps), total=len(steps), unit="frame", disable=quiet or None)
        if ending == ".mp4":
            mp4.write(unfinished, shown, film.size, fps, hold, LAST)
        else:
            samples = [steps[i] for i in moments(len(steps) - 1, 9)]
            palette = gif.Palette(film.frames(samples), gif.strong(colors))
            times = [*gif.durations(ending, len(steps) - 1, 1000 * hold / fps), LAST]
            with unfinished.open("wb") as file:
                gif.write(file, ending, shown, palette, times)


def check_pace(fps: float, frames: int | None, hold: int) -> None:
    """Refuse a pace that no moving picture can have."""
    if not 1 <= fps <= 60:
        raise UserError(f"fps must be from 1 to 60, got {fps:g}.")
    if not 1 <= hold <= LONGEST:
        raise UserError(f"hold must be from 1 to {LONGEST}, got {hold}.")
    if frames is not None and frames < 1:
        raise UserError(f"frames must be at least 1, got {frames}.")


def check_room(ending: str, count: int, size: tuple[int, int]) -> None:
    """Refuse more frames than there is room for."""
    room = ROOM // (size[0] * size[1])
    if ending != ".mp4" and count > room:
        raise UserError(
            f"A {ending} of {size[0]}x{size[1]} pixels has room for {room} frames, got {count}: "
            "ask for fewer frames, for a smaller size, or for an .mp4."
        )


def check_ending(path: str | Path, endings: Sequence[str]) -> Path:
    """The path, if its ending is one of those that can be written, in whatever case."""
    target = Path(path)
    if target.suffix.lower() not in endings:
        raise UserError(f"Cannot write {target.name!r}: the ending must be {', '.join(endings)}.")
    return target


class _Film:
    """The still part of a movie, drawn once, and the frames that are laid over it."""

    def __init__(self, movie: Movie) -> None:
        self.movie, self.moving = movie, movie.moving
        for artist in self.moving:
            artist.set_animated(True)
        movie.canvas.draw()
        self.still = movie.canvas.copy_from_bbox(movie.figure.bbox)
        self.size: tuple[int, int] = movie.canvas.get_width_height()

    def frames(self, steps: Iterable[int]) -> Iterator[gif.Frame]:
        """The frames at the given steps, in one buffer that the next frame overwrites."""
        canvas, figure = self.movie.canvas, self.movie.figure
        for step in steps:
            self.movie.show(step)
            canvas.restore_region(self.still)
            for artist in self.moving:
                figure.draw_artist(artist)
            yield np.asarray(canvas.buffer_rgba())
