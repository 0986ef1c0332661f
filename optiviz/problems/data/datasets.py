"""Labelled images: MNIST, which comes with the package, Fashion-MNIST, CIFAR-10; or one's own."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.errors import UserError, needs_extra
from optiviz.problems.data.cifar import ARCHIVE, ARCHIVE_HASH, SIDES, read_cifar
from optiviz.problems.data.dataset import Dataset, is_own
from optiviz.problems.data.idx import check, content, header, parse_idx
from optiviz.problems.data.own import read_own
from optiviz.words import look_up

BUNDLED = Path(__file__).parent / "mnist"
# The four files of MNIST and of Fashion-MNIST, and the shapes of what they hold.
IDX_SHAPES: dict[str, tuple[int, ...]] = {
    "train-images-idx3-ubyte": (60_000, 28, 28),
    "train-labels-idx1-ubyte": (60_000,),
    "t10k-images-idx3-ubyte": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte": (10_000,),
}
# Of their uncompressed content, in that order.
_MNIST = (
    "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
)
MNIST_HASHES = dict(zip(IDX_SHAPES, _MNIST, strict=True))
# Of the files as they are published, compressed.
FASHION_HASHES = {
    "train-images-idx3-ubyte": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte": "md5:25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte": "md5:bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte": "md5:bb300cfdad3c16e7a12a480ee83cd310",
}
FASHION_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
CIFAR_URL = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class Source:
    """Where a data set comes from: how its four arrays of bytes are read, and its facts."""

    read: Callable[[Path | None], list[NDArray[np.uint8]]]
    shape: tuple[int, ...]
    classes: tuple[str, ...]


def load(name: str = "mnist", data_dir: str | Path | None = None) -> Dataset:
    """Load a data set, never another one than was asked for.

    MNIST is part of the package. The others are fetched once and kept (with the extra `datasets`),
    or read from a directory that has them: Fashion-MNIST as its four IDX files, CIFAR-10 as its
    batches in Python's or in binary form; gzip or not.

    Args:
        name: one of `DATASETS`, or a file of one's own that ends in .npz or .csv; see `own`.
        data_dir: a directory with the files of the data set, instead of its usual place.

    Raises:
        UserError: an unknown name; files that are missing, truncated, swapped or corrupt; no
            network; or a missing extra.

    >>> load("mnist").x_train.shape
    (60000, 784)
    """
    if is_own(name):
        if data_dir is not None:
            raise UserError(f"{name} is a file: leave out the data directory.")
        return read_own(name)
    look_up("data set", name, DATASETS)
    directory = None if data_dir is None else Path(data_dir)
    if directory is not None and not os.path.isdir(directory):
        raise UserError(f"The data directory {directory} does not exist.")
    return complete(name, directory)


def complete(name: str, directory: Path | None) -> Dataset:
    """A known data set, read and converted."""
    source = DATASETS[name]
    x_train, y_train, x_test, y_test = arrays = source.read(directory)
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return Dataset(
        name=name,
        x_train=_unit(x_train),
        y_train=y_train.astype(np.intp),
        x_test=_unit(x_test),
        y_test=y_test.astype(np.intp),
        shape=source.shape,
        classes=source.classes,
        checksum=digest.hexdigest(),
    )


def _unit(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bytes as numbers in [0, 1], one row a sample."""
    return np.divide(images.reshape(len(images), -1), 255, dtype=np.float32)


def _read_mnist(directory: Path | None) -> list[NDArray[np.uint8]]:
    return _read_idx(directory or BUNDLED, MNIST_HASHES)


def _read_fashion(directory: Path | None) -> list[NDArray[np.uint8]]:
    if directory is not None:
        return _read_idx(directory)
    files = {f"{file}.gz": known for file, known in FASHION_HASHES.items()}
    return _read_idx(_fetch("fashion-mnist", FASHION_URL, files))


def _read_cifar(directory: Path | None) -> list[NDArray[np.uint8]]:
    if directory is None:
        directory = _fetch("cifar10", CIFAR_URL, {ARCHIVE: ARCHIVE_HASH})
    return read_cifar(directory)


def _read_idx(directory: Path, hashes: dict[str, str] | None = None) -> list[NDArray[np.uint8]]:
    """The four arrays in the order of `Dataset`, from files that may end in .gz."""
    paths = {name: _find(directory, name) for name in IDX_SHAPES}
    missing = [name for name, path in paths.items() if path is None]
    if missing:
        raise UserError(f"{directory} lacks {', '.join(missing)} (each may end in .gz).")
    arrays = []
    for name, path in paths.items():
        assert path is not None
        shape = IDX_SHAPES[name]
        raw = content(path, header(shape) + math.prod(shape))
        array = parse_idx(raw, path, shape)
        if hashes:
            check(raw, path, hashes[name])
        elif hashlib.sha256(raw).hexdigest() in MNIST_HASHES[name]:
            raise UserError(f"{path} holds MNIST, not Fashion-MNIST; both use the same file names.")
        elif array.ndim == 1 and array.max() > 9:
            raise UserError(f"{path} is corrupt: its classes go up to {array.max()}, not 9.")
        arrays.append(array)
    return arrays


def _find(directory: Path, name: str) -> Path | None:
    """The file of that name, compressed or not; some distributions write a dot for a dash."""
    names = (f"{name}.gz", name, f"{name.replace('-idx', '.idx')}.gz", name.replace("-idx", ".idx"))
    return next((directory / n for n in names if (directory / n).is_file()), None)


def _fetch(name: str, url: str, files: dict[str, str]) -> Path:
    """The directory of the kept files, which are fetched if they are not there or not whole."""
    try:
        import pooch  # noqa: PLC0415  # an extra
    except ImportError:
        raise needs_extra(f"Fetching {name}", "datasets") from None
    directory = Path(pooch.os_cache("optiviz")) / name
    pooch.get_logger().setLevel("WARNING")
    try:
        for file, known in files.items():
            download: Any = pooch.HTTPDownloader(progressbar=True)
            pooch.retrieve(url + file, known, file, directory, downloader=download)
    except (OSError, ValueError) as error:
        raise UserError(
            f"Cannot fetch {name} ({type(error).__name__}): put {', '.join(files)} from {url} into "
            f"{directory}, or name a directory that has them as the data directory."
        ) from None
    return directory


_DIGITS = tuple("0123456789")
_CLOTHES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
_THINGS = "airplane automobile bird cat deer dog frog horse ship truck"
DATASETS: dict[str, Source] = {
    "mnist": Source(_read_mnist, (28, 28), _DIGITS),
    "fashion-mnist": Source(_read_fashion, (28, 28), _CLOTHES),
    "cifar10": Source(_read_cifar, SIDES, tuple(_THINGS.split())),
}
