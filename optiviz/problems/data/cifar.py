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
MOST = 1 << 27  # bytes of a batch, in whatever words a pickle has it
ARCHIVE_MOST = 1 << 28
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
                return _join({path.name: content(path, MOST) for path in paths}, folder)
    raise UserError(
        f"{directory} lacks CIFAR-10: put {ARCHIVE} there, or {PARTS[0]} … {PARTS[-1]} and "
        f"{NAMES[-1]} (each may end in .bin or .gz)."
    )


def _unpack(path: Path, known: str) -> dict[str, bytes]:
    """The batches inside an archive, by name; nothing is written to the disk."""
    try:
        with path.open("rb") as published:
            raw = published.read(ARCHIVE_MOST)
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
    named = {k.decode() if isinstance(k, bytes) else k: value for k, value in batch.items()}
    x, y = np.asarray(named["data"]), np.asarray(named["labels"])
    if x.dtype != np.uint8 or y.dtype.kind not in "iu":
        raise ValueError("its numbers are not whole")
    if y.size and not 0 <= y.min() <= y.max() <= 9:
        raise ValueError("a class is not from 0 to 9")
    return x, y.astype(np.uint8)


class _ArraysOnly(pickle.Unpickler):
    """Reads dictionaries, lists, numbers, text and arrays of numbers, and refuses all else.

    The published batches were written by Python 2 and name three things: the constructor of an
    array, the array and its dtype; Python 3 and newer NumPys have other words for them. Each is
    replaced by a harmless one of ours, so that nothing a file names is ever imported.
    """

    def find_class(self, module: str, name: str) -> Any:
        found = _KNOWN.get((module.partition(".")[0], name))
        if found is None:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which no batch needs")
        return found


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


class _Buffer(_Numbers):
    """Stands for an array in the words of the fifth protocol."""

    def __init__(self, raw: Any, kind: Any, shape: Any, order: str, *_: object) -> None:
        array = np.frombuffer(raw, kind.of)
        self._array = array.reshape(shape, order="F" if order == "F" else "C")


class _Plain:
    """Stands for what is a number or bytes as soon as it is made."""

    def __setstate__(self, state: object) -> None:
        """Nothing is left to be set."""


class _Scalar(_Plain):
    """Stands for one number of an array."""

    def __new__(cls, kind: Any, raw: bytes) -> Any:
        return int(np.frombuffer(raw, kind.of)[0])


class _Encoded(_Plain):
    """Stands for bytes that Python 3 wrote in the words of Python 2."""

    def __new__(cls, text: str, _how: str) -> Any:
        return text.encode("latin-1")


class _number_type:  # noqa: N801
    """Stands for the dtype of an array of whole numbers, the only ones that a batch has."""

    def __init__(self, code: Any, *_: object) -> None:
        word = code.decode() if isinstance(code, bytes) else code
        if word not in ("u1", "i1", "i2", "i4", "i8", "u2", "u4", "u8"):
            raise pickle.UnpicklingError(f"it holds numbers of type {code!r}, not u1")
        self.of = np.dtype(word)

    def __setstate__(self, state: Any) -> None:
        """Its byte order; bytes have none."""
        if state[1] in (">", b">"):
            self.of = self.of.newbyteorder(">")


_KNOWN: dict[tuple[str, str], Any] = {
    ("numpy", "_reconstruct"): _Numbers,
    ("numpy", "ndarray"): _Numbers,
    ("numpy", "dtype"): _number_type,
    ("numpy", "_frombuffer"): _Buffer,
    ("numpy", "scalar"): _Scalar,
    ("_codecs", "encode"): _Encoded,
}
_BROKEN = (
    *(pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError),
    *(AttributeError, ImportError, UnicodeError, OverflowError, MemoryError, AssertionError),
    RecursionError,
)
