"""Samples and classes of one's own, from an .npz or a .csv file.

| file | what it holds |
| ---- | ------------- |
| .npz | `x` of shape (n, features) and `y` of shape (n,), whole numbers from 0; and both or none |
|      | of `x_test` and `y_test`, like them |
| .csv | a line with the columns' names, then a line for each sample; the classes, numbers or |
|      | names, stand in the column `label`, or in the last one; all others are numbers |

Numbers stay as they are, but bytes (uint8) become shares of 255, as those of images. The samples
are shuffled once, and where no test part is given a fifth of every class is set aside for it:
always the same one, since what is tested must not change with a training's seed.
"""

from __future__ import annotations

import csv
import hashlib
import math
import zipfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.errors import UserError
from optiviz.problems.data.dataset import Dataset
from optiviz.unpack import arrays_of

MOST = 1 << 30  # bytes of samples
MOST_CLASSES = 1000
SHARE, SEED = 0.2, 0  # of what is set aside, and what it comes from
CELL = 1 << 17  # letters, more than any number has
Array = NDArray[Any]
Part = tuple[Array, Array]


def read_own(name: str) -> Dataset:
    """The data set in a file; see above for what it must hold.

    Raises:
        UserError: it cannot be read, or does not hold that.
    """
    path = Path(name)
    try:
        if (size := path.stat().st_size) > MOST:
            raise UserError(f"{name} has {size} bytes, at most {MOST}: take fewer samples.")
        read = _npz if path.suffix.lower() == ".npz" else _csv
        train, test, classes = read(path)
    except UserError:
        raise
    except OSError as error:
        raise UserError(f"Cannot read {name}: {error.strerror or error}.") from None
    except Exception as error:  # a damaged archive may raise nearly anything
        reason = str(error).partition("\n")[0].rstrip(".")
        raise UserError(f"Cannot read {name}: {reason or type(error).__name__}.") from None
    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(train[1]))
    if test is None:
        aside = _aside(train[1][order], len(classes))
        if not aside.any():
            raise UserError(f"{name} has too few samples of a class to test on: give x_test.")
        test = (train[0][order[aside]], train[1][order[aside]])
        order = order[~aside]
    parts = (train[0][order], train[1][order], *test)
    return Dataset(path.stem, *parts, (parts[0].shape[1],), classes, _checksum(parts, classes))


def balance(data: Dataset) -> str:
    """How many samples and classes there are, and what guessing would get, in two lines."""
    y, n, test = data.y_train, len(data.classes), data.y_test
    counts = np.bincount(y, minlength=n)
    low, high = float(data.x_train.min()), float(data.x_train.max())
    each = zip(data.classes, counts.tolist(), strict=True)
    told = ", ".join(f"{name} {count}" for name, count in each)
    if n > 10:
        told = f"{n}, with {counts.min()} to {counts.max()} training samples each"
    often = int(counts.argmax())
    share = float(np.mean(test == often))
    return (
        f"{data.name}: {len(y)} training and {len(test)} test samples of {data.x_train.shape[1]} "
        f"numbers from {low:.3g} to {high:.3g}\n"
        f"Classes: {told}; who always says {data.classes[often]} is right in {share:.0%} of the "
        "tests"
    )


def _aside(y: Array, classes: int) -> Array:
    """Which samples are tested on: of every class the first fifth."""
    aside = np.zeros(len(y), bool)
    for k in range(classes):
        own = np.flatnonzero(y == k)
        aside[own[: round(SHARE * len(own))]] = True
    return aside


def _checksum(parts: Sequence[Array], classes: Sequence[str]) -> str:
    digest = hashlib.sha256("\0".join(classes).encode("utf-8", "surrogatepass"))
    for part in parts:
        digest.update(str(part.shape).encode())
        digest.update(part.tobytes())
    return digest.hexdigest()


# --- .npz ---


def _npz(path: Path) -> tuple[Part, Part | None, tuple[str, ...]]:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST:
        raise UserError(f"{path} unpacks to {size} bytes, at most {MOST}: take fewer samples.")
    arrays = arrays_of(path)
    if lacks := [name for name in ("x", "y") if name not in arrays]:
        there = ", ".join(sorted(arrays)) or "nothing"
        raise UserError(f"{path} must hold x and y: it lacks {' and '.join(lacks)} among {there}.")
    if ("x_test" in arrays) != ("y_test" in arrays):
        raise UserError(f"{path} must hold both of x_test and y_test, or none of them.")
    train = _part(path, arrays, "")
    classes = int(train[1].max()) + 1
    counts = np.bincount(train[1], minlength=classes)
    if classes > MOST_CLASSES or classes < 2:
        raise UserError(
            f"{path}: y must be from 2 to {MOST_CLASSES} classes, counted from 0, got {classes}."
        )
    if not counts.all():
        k = int(counts.argmin())
        raise UserError(
            f"{path}: y goes up to {classes - 1}, but no sample is of class {k}: count the classes "
            "from 0 without gaps."
        )
    test = None
    if "x_test" in arrays:
        test = _part(path, arrays, "_test")
        if test[0].shape[1] != train[0].shape[1]:
            raise UserError(
                f"{path}: x_test has {test[0].shape[1]} numbers a sample and x "
                f"{train[0].shape[1]}: they must be alike."
            )
        if (top := int(test[1].max())) >= classes:
            raise UserError(f"{path}: y_test goes up to {top} and y to {classes - 1}.")
    return train, test, tuple(map(str, range(classes)))


def _part(path: Path, arrays: dict[str, Array], which: str) -> Part:
    """The samples and classes of the training or the test part."""
    x, y = arrays[f"x{which}"], arrays[f"y{which}"]
    if x.ndim != 2 or 0 in x.shape:
        raise UserError(
            f"{path}: x{which} must be of shape (samples, numbers of each), got {x.shape}."
        )
    if x.dtype.kind not in "fiub":
        raise UserError(f"{path}: x{which} must be numbers, got {x.dtype}.")
    if y.shape != (len(x),) or y.dtype.kind not in "iub":
        raise UserError(
            f"{path}: y{which} must be {len(x)} whole numbers, one for each row of x{which}, got "
            f"{y.dtype} of shape {y.shape}."
        )
    if y.min() < 0 or y.max() > 2**31:
        raise UserError(f"{path}: y{which} must be classes from 0, got {y.min()} to {y.max()}.")
    if x.size * 4 > MOST:
        raise UserError(f"{path}: x{which} takes {4 * x.size} bytes, at most {MOST}.")
    with np.errstate(over="ignore"):
        numbers = np.ascontiguousarray(x, np.float32)
    if x.dtype == np.uint8:
        numbers = numbers / np.float32(255)
    if not np.isfinite([numbers.min(), numbers.max()]).all():
        row = int(np.flatnonzero(~np.isfinite(numbers).all(axis=1))[0])
        raise UserError(
            f"{path}: x{which} must be finite numbers that single precision holds, but row {row} "
            "is not."
        )
    return numbers, y.astype(np.intp)


# --- .csv ---


def _csv(path: Path) -> tuple[Part, None, tuple[str, ...]]:
    csv.field_size_limit(CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = (row for row in csv.reader(file) if row)
        at, names = _head(path, next(rows, []))
        x, labels = array("f"), []
        for count, row in enumerate(rows, start=1):
            if len(row) != len(names):
                raise UserError(
                    f"{path}: sample {count} has {len(row)} columns, the first line {len(names)}."
                )
            labels.append(row[at].strip())
            x.extend(_numbers(path, count, [*row[:at], *row[at + 1 :]], names, at))
            if len(x) * 4 > MOST:
                raise UserError(f"{path} holds more than {MOST // 4} numbers: take fewer samples.")
    if len(labels) < 2:
        raise UserError(f"{path} has {len(labels)} samples: it takes more.")
    classes = _classes(path, labels, names[at])
    places = {name: k for k, name in enumerate(classes)}
    y = np.array([places[label] for label in labels], np.intp)
    return (np.array(x, np.float32).reshape(len(labels), -1), y), None, classes


def _head(path: Path, row: Sequence[str]) -> tuple[int, list[str]]:
    """Which column holds the classes, and what all are called."""
    names = [name.strip() for name in row]
    if len(names) < 2:
        raise UserError(
            f"{path} must begin with a line of two or more columns' names with commas between."
        )
    if all(_is_number(name) for name in names):
        raise UserError(f"{path} has no head: its first line must name the columns.")
    labelled = [k for k, name in enumerate(names) if name.lower() == "label"]
    if len(labelled) > 1:
        raise UserError(f"{path} has {len(labelled)} columns that are called label.")
    return (labelled or [len(names) - 1])[0], names


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _numbers(
    path: Path, count: int, cells: Sequence[str], names: list[str], at: int
) -> Iterator[float]:
    """The numbers of a line, each of which single precision must hold."""
    for k, cell in enumerate(cells):
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not abs(number) < 3.4e38:
            name = names[k + (k >= at)]
            raise UserError(
                f"{path}: sample {count} has {cell[:40]!r} in the column {name[:40]!r}, which must "
                "be a finite number."
            )
        yield number


def _classes(path: Path, labels: Sequence[str], name: str) -> tuple[str, ...]:
    """The classes: numbers by their size, names by their letters."""
    found = set(labels)
    if "" in found:
        raise UserError(f"{path}: sample {labels.index('') + 1} has no class in {name[:40]!r}.")
    if not 2 <= len(found) <= MOST_CLASSES:
        raise UserError(
            f"{path}: the column {name[:40]!r} must hold from 2 to {MOST_CLASSES} classes, got "
            f"{len(found)}: call the column of the classes label."
        )
    numbers = all(_is_number(label) for label in found)
    return tuple(sorted(found, key=lambda label: (float(label) if numbers else 0.0, label)))
