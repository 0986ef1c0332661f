"""The bytes of a GIF: of each frame the box that changed, and in it only what did."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Indices = NDArray[np.uint8]  # (height, width), of the colours of a palette

LONGEST = 65_535  # hundredths of a second


def write(
    file: BinaryIO,
    frames: Iterable[tuple[Indices, int]],
    colors: bytes,
    clear: int,
    loop: int = 0,
    about: str = "",
    holes: bool = False,
) -> None:
    """Write frames as a GIF.

    Args:
        file: an open binary file.
        frames: the indices of each, and the hundredths of a second that it is shown; those that are
            equal become one.
        colors: 256 times red, green and blue.
        clear: the index that is seen through.
        loop: how often it is shown, 0 for ever.
        about: what it shows, as a comment.
        holes: whether frames have clear pixels of their own, through which the page is seen.
    """
    before: Indices | None = None
    waiting: tuple[Indices, int, int] | None = None  # what is drawn, and its left upper corner
    hundredths = 0
    for now, time in frames:
        if before is None:
            height, width = now.shape
            file.write(struct.pack("<6s2H3B", b"GIF89a", width, height, 0xF7, clear, 0) + colors)
            file.write(_again(loop) + b"".join(_comment(about)))
            before, waiting = now.copy(), (now.copy(), 0, 0)
        elif (changed := now != before).any():
            file.write(_frame(waiting, hundredths, clear, holes))
            waiting, hundredths = _drawn(now, now != clear if holes else changed, clear), 0
            np.copyto(before, now)
        hundredths += time
    file.write(_frame(waiting, hundredths, clear, holes) + b";")


def _again(loop: int) -> bytes:
    """How often it is shown again after the first time; a GIF that does not say is shown once."""
    if loop == 1:
        return b""
    return b"!\xff\x0bNETSCAPE2.0" + struct.pack("<2BHB", 3, 1, max(loop - 1, 0), 0)


def _comment(words: str) -> Iterator[bytes]:
    """Words in blocks of 255 bytes."""
    if words:
        text = words.encode()
        yield b"!\xfe"
        for start in range(0, len(text), 255):
            block = text[start : start + 255]
            yield bytes([len(block)]) + block
        yield b"\0"


def _drawn(now: Indices, seen: NDArray[np.bool_], clear: int) -> tuple[Indices, int, int]:
    """The smallest box that holds all that is seen, in it only that, and its left upper corner."""
    rows = np.flatnonzero(seen.any(axis=1))
    if not len(rows):
        return np.full((1, 1), clear, np.uint8), 0, 0
    across = slice(rows[0], rows[-1] + 1)
    columns = np.flatnonzero(np.bitwise_or.reduce(seen[across].view(np.uint8), axis=0))
    box = across, slice(columns[0], columns[-1] + 1)
    return np.where(seen[box], now[box], np.uint8(clear)), int(columns[0]), int(rows[0])


def _frame(waiting: Any, hundredths: int, clear: int, holes: bool) -> bytes:
    """A frame that is laid over those before, or, if it has holes, takes their place."""
    box, left, top = waiting
    disposal = 2 if holes else 1
    time = min(hundredths, LONGEST)
    control = struct.pack("<3sBH2B", b"!\xf9\x04", disposal << 2 | 1, time, clear, 0)
    place = struct.pack("<c4H2B", b",", left, top, box.shape[1], box.shape[0], 0, 8)
    data = Image.fromarray(np.ascontiguousarray(box)).tobytes("gif", ("L", 8, 0))
    return control + place + data + b"\0"
