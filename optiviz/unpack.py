"""Compressed files, read within bounds: a few megabytes may unpack to more than a machine holds."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

GZIP = b"\x1f\x8b"
ROOM = 1 << 28  # bytes that any archive may unpack to
DENSE = 100  # times its own size that a larger one may unpack to; records seldom get to 10


def arrays_of(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file, without pickle.

    Raises:
        ValueError: it would unpack to far more than it is long; or whatever else a damaged archive
            makes NumPy raise.
    """
    with path.open("rb") as raw:
        length = os.fstat(raw.fileno()).st_size
        with zipfile.ZipFile(raw) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > max(ROOM, DENSE * length):
            raise ValueError(f"its {length} bytes would unpack to {size}")
        raw.seek(0)
        with np.load(raw, allow_pickle=False) as file:
            return dict(file)


def content_of(path: Path, most: int) -> bytes:
    """What a file holds, decompressed if it is gzip; of more than `most` bytes one too many.

    Raises:
        OSError, EOFError, zlib.error: it cannot be read, or its compression is broken.
    """
    with path.open("rb") as file:
        zipped = file.read(len(GZIP)) == GZIP
        file.seek(0)
        if not zipped:
            return file.read(most + 1)
        with gzip.open(file) as unpacked:
            return unpacked.read(most + 1)
