"""What a data set is, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ENDINGS = (".npz", ".csv")  # of files of one's own
TITLES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples and classes, for training and for testing.

    Attributes:
        name: what the data set is called.
        x_train, x_test: `(N, pixels)`, float32 in [0, 1], an image row by row (CIFAR-10: all red
            values, then green, then blue); numbers of one's own as they are.
        y_train, y_test: `(N,)`, the classes as whole numbers from 0.
        shape: (height, width) or (colours, height, width) of one image; (features,) where there is
            none.
        classes: what the classes are called.
        checksum: the SHA-256 of all pixels and classes, which says which data a run has seen.
    """

    name: str
    x_train: NDArray[np.float32]
    y_train: NDArray[np.intp]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.intp]
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    checksum: str


def is_own(name: str) -> bool:
    """Whether a data set's name is that of a file.

    >>> is_own("runs/iris.CSV"), is_own("mnist")
    (True, False)
    """
    return Path(name).suffix.lower() in ENDINGS


def title_of(name: str) -> str:
    """What pictures call a data set.

    >>> title_of("mnist"), title_of("data/iris.csv")
    ('MNIST', 'iris')
    """
    return Path(name).stem if is_own(name) else TITLES.get(name, name)
