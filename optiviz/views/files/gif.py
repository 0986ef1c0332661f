"""GIF files with one shared palette, storing only what changed from frame to frame."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

Frame = NDArray[np.uint8]  # (height, width, 4), red green blue alpha
Pixels = NDArray[Any]  # the same as one number each

CLEAR = 255  # the index that leaves a pixel as it was
BITS = 6  # of each channel, in the table from colours to the palette
FLAT = 64  # of the most frequent colours are kept as they are


class Palette:
    """255 colours that serve every frame, and the table that finds the nearest of them.

    Args:
        samples: some frames that between them hold the colours of all.
        keep: colours to keep exactly, however few pixels have them, as (k, 3) numbers to 255.
    """

    def __init__(self, samples: Iterable[Frame], keep: NDArray[np.uint8]) -> None:
        counts = np.zeros(1 << 3 * BITS, np.int64)
        seen = np.zeros(1 << 3 * BITS, np.uint32)  # one of the pixels that fell into each cell
        first: Pixels | None = None
        for frame in samples:
            pixels = packed(frame)
            if first is None:
                first = pixels.copy()
            else:  # what stands still has been counted
                pixels = pixels[pixels != first]
            cells = _cell(pixels).ravel()
            counts += np.bincount(cells, minlength=len(counts))
            seen[cells] = pixels.ravel()
        filled = np.flatnonzero(counts)
        by_weight = filled[np.argsort(-counts[filled], kind="stable")]
        # The flat colours of the ground and the page are kept exactly; the rest is shared out by
        # median cut, where the logarithm keeps thin bright lines from being outvoted.
        flat = np.concatenate([keep, _channels(seen[by_weight[:FLAT]])])
        votes = np.log2(1 + counts[by_weight]).astype(int) + 1
        crowd = np.repeat(_channels(seen[by_weight]), votes, axis=0)
        cut = Image.fromarray(crowd[None]).quantize(CLEAR - len(flat)).getpalette() or []
        rest = np.array(cut[: 3 * (CLEAR - len(flat))], np.uint8).reshape(-1, 3)
        self.colors = np.zeros((256, 3), np.uint8)
        self.count = len(flat) + len(rest)
        self.colors[: self.count] = np.concatenate([flat, rest])
        self.table = np.full(1 << 3 * BITS, -1, np.int16)

    def __call__(self, pixels: Pixels) -> NDArray[np.uint8]:
        """The index of the nearest colour for packed pixels of any shape."""
        cells = _cell(pixels)
        indices = self.table[cells]
        new = indices < 0
        if new.any():  # a cell is looked up when it is first met; most never are
            fresh, first = np.unique(cells[new], return_index=True)
            colors = _channels(pixels[new][first]).astype(np.int32)
            distances = colors[:, None] - self.colors[None, : self.count].astype(np.int32)
            self.table[fresh] = np.square(distances).sum(axis=-1).argmin(axis=-1)
            indices = self.table[cells]
        return indices.astype(np.uint8)


def packed(frame: Frame) -> Pixels:
    """The frame's pixels as one number each."""
    return np.ascontiguousarray(frame).view("<u4")[..., 0]


def _cell(pixels: Pixels) -> Pixels:
    """The table's cell of packed pixels: the upper bits of blue, green and red."""
    keep = (1 << BITS) - 1
    red, green, blue = (pixels >> np.uint32(8 * channel + 8 - BITS) & keep for channel in range(3))
    cells = red | green << np.uint32(BITS) | blue << np.uint32(2 * BITS)
    return cells


def _channels(pixels: Pixels) -> NDArray[np.uint8]:
    """Packed pixels as (…, 3) red, green and blue."""
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)[..., :3]


def write(
    file: BinaryIO, frames: Iterable[Frame], palette: Palette, durations: Iterable[int]
) -> None:
    """Write an endlessly looping GIF.

    Args:
        file: an open binary file.
        frames: `(height, width, 4)` arrays; each may reuse the memory of the one before.
        palette: the shared colours.
        durations: milliseconds that each frame is shown.
    """
    before: Pixels | None = None
    for frame, duration in zip(frames, durations, strict=True):
        now = packed(frame)
        if before is None:
            height, width = now.shape
            file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0b11110111, 0, 0))
            file.write(palette.colors.tobytes())
            file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
            indices, corner = palette(now), (0, 0)
        else:
            indices, corner = _changes(before, now, palette)
        before = now.copy()
        image = Image.fromarray(indices)
        options = {"transparency": CLEAR, "disposal": 1, "interlace": 0, "duration": duration}
        for block in GifImagePlugin.getdata(image, corner, **options):
            file.write(block)
    file.write(b";")


def _changes(
    before: Pixels, now: Pixels, palette: Palette
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The smallest rectangle that holds every changed pixel, all others clear, and its corner."""
    changed = before != now
    rows = np.flatnonzero(changed.any(axis=1))
    if not len(rows):
        return np.full((1, 1), CLEAR, np.uint8), (0, 0)
    top, bottom = rows[0], rows[-1] + 1
    columns = np.flatnonzero(changed[top:bottom].any(axis=0))
    left, right = columns[0], columns[-1] + 1
    changed = changed[top:bottom, left:right]
    indices = np.full(changed.shape, CLEAR, np.uint8)
    indices[changed] = palette(now[top:bottom, left:right][changed])
    return indices, (int(left), int(top))
