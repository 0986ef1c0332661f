"""IDX files, the format of MNIST: read with every check that the format allows."""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optiviz.errors import UserError
from optiviz.unpack import content_of

UNSIGNED_BYTE = 8
WHAT = {1: "labels", 3: "images"}


def content(path: Path, most: int) -> bytes:
    """What a file holds, decompressed if it is gzip; of more than `most` bytes one too many.

    Raises:
        UserError: the file cannot be read, or its compression is broken.
    """
    try:
        return content_of(path, most)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UserError(
            f"{path} is truncated or corrupt: its gzip data does not end well."
        ) from None
    except OSError as error:
        raise UserError(f"Cannot read {path}: {error.strerror or error}.") from None


def parse_idx(raw: bytes, path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The array of unsigned bytes in an IDX file: a magic number, the sizes, then the numbers.

    Args:
        raw: what the file holds.
        path: where it came from, for the errors.
        shape: the shape that it must have.

    Raises:
        UserError: it is no IDX file, has other axes or sizes, or another length.

    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 7]), Path("labels"), (2,))
    array([5, 7], dtype=uint8)
    """
    if len(raw) < 4 or raw[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        raise UserError(f"{path} is not an IDX file of bytes: it starts with {raw[:4].hex(' ')}.")
    axes = raw[3]
    if axes != len(shape):
        found, wanted = (WHAT.get(n, f"{n} axes") for n in (axes, len(shape)))
        raise UserError(f"{path} holds {found} where {wanted} belong; are two files swapped?")
    begin = header(shape)
    sizes = tuple(np.frombuffer(raw[4:begin].ljust(4 * axes, b"\0"), ">u4").tolist())
    if len(raw) >= begin and sizes != shape:
        raise UserError(f"{path} has shape {sizes} where {shape} belongs; are two files swapped?")
    if len(raw) != begin + math.prod(shape):
        raise UserError(
            f"{path} is truncated or too long: {len(raw)} bytes, not {begin + math.prod(shape)}."
        )
    return np.frombuffer(raw, np.uint8, offset=begin).reshape(shape)


def header(shape: tuple[int, ...]) -> int:
    """How many bytes stand before the numbers."""
    return 4 + 4 * len(shape)


def check(raw: bytes, path: Path, expected: str) -> None:
    """Refuse content whose hash, `algorithm:digits`, is not the expected one.

    Raises:
        UserError: the hash is another.
    """
    algorithm, _, digits = expected.partition(":")
    found = hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest()
    if found != digits:
        raise UserError(
            f"{path} is corrupt or another file: its {algorithm.upper()} is {found[:12]}…, "
            f"not {digits[:12]}…."
        )
