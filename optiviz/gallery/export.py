"""What every script of the gallery ends with: its picture, in the formats that were asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TypedDict

from optiviz.errors import UserError
from optiviz.player.panels import playable
from optiviz.views import Picture
from optiviz.views.charts.tiles import Tiles, animate_tiles, plot_tiles
from optiviz.views.files.animate import FRAMED, MOVING, STILL

Writer = Callable[[Path], object]


class Look(TypedDict):
    """The look that the pictures of the gallery share."""

    theme: str
    size: tuple[int, int]


SLIDE: Look = {"theme": "slides", "size": (1280, 720)}


@cache
def options(arguments: tuple[str, ...]) -> argparse.Namespace:
    """What stands behind the script's name on the command line."""
    parser = argparse.ArgumentParser(prog=Path(sys.argv[0]).name)
    parser.add_argument("--out", type=Path, help="where to write  [default: beside the script]")
    parser.add_argument("--formats", default="", help="such as gif,svg  [default: gif or png]")
    parser.add_argument("--any", action="store_true", help="leave out formats it cannot have")
    parser.add_argument("--quick", action="store_true", help="train on few images, for a test")
    return parser.parse_args(arguments)


def asked() -> argparse.Namespace:
    """The options of the script that is running."""
    return options(tuple(sys.argv[1:]))


def export(
    figure: Picture | Tiles | Writer,
    moving: Writer | None = None,
    *,
    frames: int | None = None,
    page: Writer | None = None,
) -> None:
    """Write a script's picture under the script's name.

    Args:
        figure: the picture; of another kind, what writes a still one to a path.
        moving: what writes a moving one of that kind to a path.
        frames: of what moves; see `animate`.
        page: what writes a page in place of the player.

    Raises:
        UserError: a format that is unknown or that this picture cannot have.
    """
    script, wanted = Path(sys.argv[0]), asked()
    writers = _writers(figure, moving, frames) | ({".html": page} if page else {})
    usual = ".gif" if ".gif" in writers else ".png"
    out = wanted.out or script.parent
    for ending in endings(wanted.formats) or (usual,):
        if ending in writers:
            path = out / (script.stem + ending)
            writers[ending](path)
            print(f"Wrote {path} ({path.stat().st_size / 1e6:.2f} MB)")
        elif not wanted.any:
            choices = ", ".join(writers)
            raise UserError(f"{script.stem} cannot be written as {ending}. Choose from: {choices}.")


def endings(formats: str) -> tuple[str, ...]:
    """The endings that words such as gif,svg mean.

    Raises:
        UserError: a format that no picture can have.

    >>> endings("gif,SVG")
    ('.gif', '.svg')
    """
    found = tuple(
        dict.fromkeys(f".{word.strip(' .').lower()}" for word in formats.split(",") if word)
    )
    for ending in found:
        if ending not in (*STILL, *MOVING):
            choices = ", ".join(known[1:] for known in (*STILL, *MOVING))
            raise UserError(f"Unknown format {ending[1:]!r}. Choose from: {choices}.")
    return found


def _writers(
    figure: Picture | Tiles | Writer, moving: Writer | None, frames: int | None
) -> dict[str, Writer]:
    """What writes each format that the figure can have, by its ending."""
    still: Writer
    played: dict[str, Writer] = {}
    if isinstance(figure, Picture):
        still, moving = figure.save, partial(figure.save, frames=frames)
        played[".html"] = replace(figure, panels=playable(figure.panels)).save
    elif isinstance(figure, Tiles):
        still, moving = partial(plot_tiles, figure), partial(animate_tiles, figure, frames=frames)
    else:
        still = figure
    return dict.fromkeys(STILL, still) | (dict.fromkeys(FRAMED, moving) if moving else {}) | played
