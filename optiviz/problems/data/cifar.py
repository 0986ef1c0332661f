"""CIFAR-10 from its published files, without running what a pickle may contain."""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.errors import UserError
from optiviz.problems.data.idx import check, content

ARCHIVE = "cifar-10-python.tar.gz"
ARCHIVE_HASH = "md5:c58f30108f718f92721af3b95e74349a"
BINARY_ARCHIVE = "cifar-10-binary.tar.gz"
BINARY_HASH = "md5:c32a1d4ab5d03f1284b67883e8d87530"
SIDES = (3, 32, 32)
PIXELS = 3 * 32 * 32
PER_BATCH = 10_000
PARTS = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5")
NAMES = (*PARTS, "test_batch")

Bytes = NDArray[np.uint8]


def read_cifar(directory: Path) -> list[Bytes]:
    """Images and classes, for training and for testing, from the files in a directory.

    It may hold one of the two published archives, the folder that one unpacks to, or the six
    batches themselves (`data_batch_1` … or `data_batch_1.bin` …), gzip or not.

    Raises:
        UserError: files are missing or corrupt, or a pickle asks for more than arrays.
    """
    for archive, known in ((ARCHIVE, ARCHIVE_HASH), (BINARY_ARCHIVE, BINARY_HASH)):
        if (path := directory / archive).is_file():
            return _join(_unpack(path, known), path)
    for folder in (directory, *(directory / f"cifar-10-batches-{kind}" for kind in ("py", "bin"))):
        for ending in ("", ".bin", ".gz", ".bin.gz"):
            paths = [folder / f"{name}{ending}" for name in NAMES]
            if all(path.is_file() for path in paths):
                return _join({path.name: content(path) for path in paths}, folder)
    raise UserError(
        f"{directory} lacks CIFAR-10: put {ARCHIVE} there, or {PARTS[0]} … {PARTS[-1]} and "
        f"{NAMES[-1]} (each may end in .bin or .gz)."
    )


def _unpack(path: Path, known: str) -> dict[str, bytes]:
    """The batches inside an archive, by name; nothing is written to the disk."""
    try:
        raw = path.read_bytes()
        check(raw, path, known)
        found = {}
        with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
            for member in archive:
                name = Path(member.name).name
                file = archive.extractfile(member)
                if file is not None and name.partition(".")[0] in NAMES:
                    found[name] = file.read()
    except (OSError, tarfile.TarError, EOFError) as error:
        raise UserError(f"Cannot read {path}: {error}.") from None
    return found


def _join(files: dict[str, bytes], place: Path) -> list[Bytes]:
    """The batches as the four arrays of a data set."""
    batches = {}
    for name, raw in files.items():
        parse: Callable[[bytes], tuple[Bytes, Bytes]] = _binary if ".bin" in name else _pickled
        try:
            x, y = parse(raw)
        except _BROKEN as error:
            raise UserError(f"{name} in {place} is corrupt: {error}.") from None
        if x.shape != (PER_BATCH, PIXELS) or y.shape != (PER_BATCH,) or y.max() > 9:
            raise UserError(f"{name} in {place} is not a batch of {PER_BATCH} labelled images.")
        batches[name.partition(".")[0]] = x, y
    x, y = (np.concatenate([batches[part][i] for part in PARTS]) for i in (0, 1))
    return [x, y, *batches[NAMES[-1]]]


def _binary(raw: bytes) -> tuple[Bytes, Bytes]:
    """A batch in binary form: for every image its class, then its pixels."""
    rows = np.frombuffer(raw, np.uint8).reshape(-1, 1 + PIXELS)
    return rows[:, 1:], rows[:, 0]


def _pickled(raw: bytes) -> tuple[Bytes, Bytes]:
    """A batch in Python's form: a dictionary with an array of pixels and a list of classes."""
    batch = _ArraysOnly(io.BytesIO(raw), encoding="bytes").load()
    x, y = np.asarray(batch[b"data"]), np.asarray(batch[b"labels"])
    if x.dtype != np.uint8 or y.dtype.kind not in "iu":
        raise ValueError("its numbers are not whole")
    if y.size and not 0 <= y.min() <= y.max() <= 9:
        raise ValueError("a class is not from 0 to 9")
    return x, y.astype(np.uint8)


class _ArraysOnly(pickle.Unpickler):
    """Reads dictionaries, lists, numbers, text and arrays of numbers, and refuses all else.

    The published batches were written by Python 2 and name three things: the constructor of an
    array, the array and its dtype. Each is replaced by a harmless one of ours, so that nothing a
    file names is ever imported.
    """

    def find_class(self, module: str, name: str) -> Any:
        known = {
            "_reconstruct": _Numbers,
            "ndarray": _Numbers,
            "dtype": _number_type,
        }
        if module.partition(".")[0] != "numpy" or name not in known:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which no batch needs")
        return known[name]


class _Numbers:
    """Stands for an array that is being read; its state is checked before it becomes one."""

    def __init__(self, *_: object) -> None:
        self._array: NDArray[Any] = np.empty(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, columns_first, raw = state
        array = np.frombuffer(raw, kind.of)
        self._array = array.reshape(shape, order="F" if columns_first else "C")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self._array


class _number_type:  # noqa: N801
    """Stands for the dtype of an array of bytes, the only one that a batch has."""

    def __init__(self, code: object, *_: object) -> None:
        if code not in ("u1", b"u1"):
            raise pickle.UnpicklingError(f"it holds numbers of type {code!r}, not u1")
        self.of = np.dtype(np.uint8)

    def __setstate__(self, state: object) -> None:
        """Byte order and the like, which bytes do not have."""


_BROKEN = (
    *(pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError),
    *(AttributeError, ImportError, UnicodeError, OverflowError, MemoryError, AssertionError),
)
