"""Moving pictures: the still part drawn once, the moving artists over it for every frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from optiviz.errors import UserError, needs_extra
from optiviz.files import whole
from optiviz.named import named
from optiviz.views.files import gif
from optiviz.views.scene.figure import Scene
from optiviz.views.scene.panel import Picture
from optiviz.views.style import MINIMUM

STILL = (".png", ".svg", ".pdf")
FRAMED = (".gif", ".webp", ".apng", ".mp4")
MOVING = (*FRAMED, ".html")
PAGE = "optiviz.player.page:write_page"  # the player stands above pictures: found by name
LAST = 2000  # milliseconds that the last frame is held
MOST = 300  # frames, unless more are asked for


def moments(steps: int, frames: int | None = None) -> list[int]:
    """The steps that the frames show: every one, or as many as asked for, evenly apart.

    >>> moments(4), moments(100, frames=3)
    ([0, 1, 2, 3, 4], [0, 50, 100])
    """
    count = min(steps + 1, frames or MOST)
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


def animate(
    picture: Picture,
    path: str | Path,
    fps: float = 25,
    frames: int | None = None,
    hold: int = 1,
    quiet: bool = True,
) -> int:
    """Write a moving picture; its ending says the format: .gif, .webp, .apng, .mp4 or .html.

    The last is a page with a player, whose frames are the steps and whose time the viewer rules.

    Args:
        picture: what to show.
        path: where to write; the file appears whole or not at all.
        fps: frames per second, from 1 to 60; GIF rounds a frame to hundredths of a second.
        frames: how many frames, spread over the steps; by default each step has one, up to 300.
        hold: how many frames each step is held for.
        quiet: show no progress bar.

    Returns:
        The number of frames.

    Raises:
        UserError: an unknown ending, an impossible rate, or a place that cannot be written to.
    """
    target = check_ending(path, MOVING)
    _check(fps, hold)
    if frames is not None and frames < 1:
        raise UserError(f"frames must be at least 1, got {frames}.")
    if target.suffix == ".html":
        named(PAGE)(picture, target)
        return picture.steps + 1
    steps = moments(picture.steps, frames)
    colors = [MINIMUM, picture.look.accent, *(mark.color for mark in picture.marks)]
    record(lambda: Scene(picture), steps, target, [picture.look.text, *colors], fps, hold, quiet)
    return len(steps)


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
        path, fps, hold, quiet: see `animate`.
        colors: the few that carry the meaning, though they fill few pixels.

    Raises:
        UserError: an unknown ending, an impossible rate, or a place that cannot be written to.
    """
    target = check_ending(path, FRAMED)
    _check(fps, hold)
    with whole(target) as unfinished:
        film = _Film(movie())
        shown = tqdm(film.frames(steps), total=len(steps), unit="frame", disable=quiet or None)
        if target.suffix == ".mp4":
            _write_mp4(unfinished, shown, film.size, fps, hold)
        else:
            samples = [steps[i] for i in moments(len(steps) - 1, 9)]
            palette = gif.Palette(film.frames(samples), _strong(colors))
            durations = [round(1000 * hold / fps)] * (len(steps) - 1) + [LAST]
            write = {".gif": gif.write, ".apng": _write_apng, ".webp": _write_webp}[target.suffix]
            with unfinished.open("wb") as file:
                write(file, shown, palette, durations)


def _check(fps: float, hold: int) -> None:
    if not 1 <= fps <= 60:
        raise UserError(f"fps must be from 1 to 60, got {fps:g}.")
    if hold < 1:
        raise UserError(f"hold must be at least 1, got {hold}.")


def plot(picture: Picture, path: str | Path) -> None:
    """Write a still picture of the whole run: .png, .svg or .pdf by its ending.

    Raises:
        UserError: an unknown ending, or a place that cannot be written to.
    """
    target = check_ending(path, STILL)
    with whole(target) as unfinished:
        Scene(picture).save(unfinished)


def check_ending(path: str | Path, endings: Sequence[str]) -> Path:
    """The path, if its ending is one of those that can be written."""
    target = Path(path)
    if target.suffix not in endings:
        raise UserError(f"Cannot write {target.name!r}: the ending must be {', '.join(endings)}.")
    return target


def _strong(colors: Sequence[str]) -> NDArray[np.uint8]:
    """Colours as numbers to 255, `(k, 3)`."""
    return np.array([[round(255 * c) for c in to_rgb(color)] for color in colors], np.uint8)


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


def _write_apng(
    file: BinaryIO, frames: Iterable[gif.Frame], palette: gif.Palette, durations: list[int]
) -> None:
    """APNG in the palette's colours, what did not change left clear."""
    images: list[Image.Image] = []
    before = None
    for frame in frames:
        now = palette(gif.packed(frame))
        changes = now if before is None else np.where(now == before, gif.CLEAR, now)
        images.append(Image.fromarray(changes.astype(np.uint8)))
        images[-1].putpalette(palette.colors.tobytes())
        before = now
    images[0].save(
        file,
        format="PNG",
        save_all=True,
        append_images=images[1:],
        duration=durations,
        loop=0,
        transparency=gif.CLEAR,
        blend=1,  # a frame is laid over those before it
    )


def _write_webp(
    file: BinaryIO, frames: Iterable[gif.Frame], palette: gif.Palette, durations: list[int]
) -> None:
    """WebP without loss, which is smaller for flat colours; those of the palette, for the same."""
    images = (Image.fromarray(palette.colors[palette(gif.packed(frame))]) for frame in frames)
    next(images).save(
        file,
        format="WEBP",
        save_all=True,
        append_images=images,
        duration=durations,
        loop=0,
        lossless=True,
        method=2,
        quality=50,
    )


def _write_mp4(
    path: Path, frames: Iterable[gif.Frame], size: tuple[int, int], fps: float, hold: int
) -> None:
    """H.264 that every player and slide program reads, at even width and height."""
    try:
        import imageio_ffmpeg  # noqa: PLC0415, an extra
    except ImportError:
        raise needs_extra("MP4", "mp4") from None
    width, height = size[0] // 2 * 2, size[1] // 2 * 2
    writer = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        pix_fmt_in="rgba",
        fps=fps,
        codec="libx264",
        quality=None,
        macro_block_size=2,
        output_params=["-crf", "18", "-movflags", "+faststart"],
    )
    writer.send(None)
    for frame in frames:
        image = np.ascontiguousarray(frame[:height, :width])
        for _ in range(hold):
            writer.send(image)
    for _ in range(round(fps * LAST / 1000)):
        writer.send(image)
    writer.close()
