"""GIF, APNG and WebP files with one shared palette."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any, BinaryIO

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from optiviz.views.files import stream
from optiviz.views.files.rhythm import counted

Frame = NDArray[np.uint8]  # (height, width, 4), red green blue alpha
Pixels = NDArray[Any]  # the same as one number each
Page = tuple[int, NDArray[np.bool_]]  # its colour as such a number, and where it may be clear

CLEAR = 255  # the index that leaves a pixel as it was
BITS = 6  # of each channel, in the table from colours to the palette
FLAT = 64  # of the most frequent colours are kept as they are
XMP = (  # where WebP has words about a picture
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
    '<rdf:li xml:lang="x-default">{}</rdf:li>'
    "</rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
)
SPARSE = 7  # every so many pixels tell which colour of a cell is the most frequent


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
            pixels = packed(frame).ravel()
            if first is None:
                first = pixels.copy()
            else:  # what stands still has been counted
                pixels = pixels[pixels != first]
            cells = _cell(pixels)
            new = counts[cells] == 0
            seen[cells[new]] = pixels[new]
            usual = _rare_to_frequent(pixels[new][::SPARSE])
            seen[_cell(usual)] = usual  # of two in a cell the later one stays
            counts += np.bincount(cells, minlength=len(counts))
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
        # What shares a cell with one of these is drawn in it; of two that do, with the kept one.
        own = _cell(flat @ np.array([1, 1 << 8, 1 << 16], np.uint32))
        self.table[own[::-1]] = np.arange(len(own))[::-1]

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

    def images(self, frames: Iterable[Frame], page: Page | None = None) -> Iterator[Image.Image]:
        """The frames in these colours as pictures; each may reuse the memory of the one before."""
        for indices in self.indices(frames, page):
            image = Image.fromarray(indices.copy())
            image.putpalette(self.colors.tobytes())
            if page is not None:
                image.info["transparency"] = CLEAR
            yield image

    def indices(
        self, frames: Iterable[Frame], page: Page | None = None
    ) -> Iterator[NDArray[np.uint8]]:
        """The frames as indices of these colours, each in the memory of the one before."""
        before: Pixels | None = None
        for frame in frames:
            now = packed(frame)
            if before is None:
                indices, before = self(now), now.copy()
            else:
                changed = now != before
                indices[changed] = self(now[changed])
                np.copyto(before, now)
            if page is not None:
                indices[page[1] & (now == page[0])] = CLEAR
            yield indices


def _rare_to_frequent(pixels: Pixels) -> Pixels:
    """Each of the packed pixels once, the most frequent one last."""
    colors, counts = np.unique(pixels, return_counts=True)
    return colors[np.argsort(counts, kind="stable")]


def strong(colors: Sequence[str]) -> NDArray[np.uint8]:
    """Colours as numbers to 255, `(k, 3)`."""
    return np.array([[round(255 * c) for c in to_rgb(color)] for color in colors], np.uint8)


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
    file: BinaryIO,
    ending: str,
    frames: Iterable[Frame],
    palette: Palette,
    seconds: Sequence[float],
    loop: int = 0,
    about: str = "",
    page: Page | None = None,
) -> None:
    """Write a moving picture; of each frame only what changed is stored.

    Args:
        file: an open binary file.
        ending: .gif, .apng, or .webp without loss, which is smaller for flat colours.
        frames: each may reuse the memory of the one before.
        palette: the shared colours.
        seconds: how long each frame is shown; GIF makes one of frames that are equal.
        loop: how often the picture is shown, 0 for ever.
        about: it in words, for those who do not see it.
        page: what is to be transparent.
    """
    unit = 10 if ending == ".gif" else 1  # milliseconds that the format counts in
    times = counted(seconds, unit / 1000)
    if ending == ".gif":
        pairs = zip(palette.indices(frames, page), times, strict=True)
        colors, holes = palette.colors.tobytes(), page is not None
        stream.write(file, pairs, colors, CLEAR, loop, about, holes)
        return
    images = palette.images(frames, page)
    rest: Iterable[Image.Image] = images
    options: dict[str, Any] = {"duration": times, "loop": loop}
    if ending == ".apng":
        words = PngInfo()
        words.add_itxt("Description", about)
        options |= {"format": "PNG", "transparency": CLEAR, "pnginfo": words}
        # A frame is laid over those before, what did not change left clear; or takes their place.
        options["blend"] = 1 if page is None else 0
        first, *rest = _changes(images) if page is None else images  # Pillow reads it twice
    else:
        options |= {"format": "WEBP", "lossless": True, "method": 2, "quality": 50}
        options["xmp"] = XMP.format(escape(about)).encode()
        first = next(images)
    first.save(file, save_all=True, append_images=rest, **options)


def _changes(images: Iterable[Image.Image]) -> Iterator[Image.Image]:
    """The images with every pixel clear that is as it was."""
    before: Pixels | None = None
    for image in images:
        now = np.asarray(image)
        changes = image if before is None else Image.fromarray(np.where(now == before, CLEAR, now))
        changes.putpalette(image.getpalette() or [])
        before = now
        yield changes
