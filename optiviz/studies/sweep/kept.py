"""What a sweep keeps of every training beside its figures: the curve, and what it gets wrong.

`runs/NAME/metrics.csv` has the columns of a run directory, and `runs/NAME/wrong.csv` a line for
each test image that the last weights put into another class than its own. Both are written before
the training is recorded as done: whoever is killed between does it again, to the same numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from optiviz.errors import UserError
from optiviz.files import folder, reading, write_csv
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.studies.sweep.plan import Settings, key_of
from optiviz.training.directory import RunDirectory, rows_of
from optiviz.training.train import Training
from optiviz.words import slug

RUNS, WRONG = "runs", "wrong.csv"
COLUMNS = ("image", "label", "predicted")
MOST = 1 << 22  # bytes of a file that is read again


def name_of(optim: str, settings: Settings, seed: int) -> str:
    """The folder of a training: its rule, its seed, and what tells its settings from others'."""
    told = hashlib.sha256(key_of(optim, settings, seed).encode()).hexdigest()[:8]
    return f"{slug(optim)}-{told}-{seed}"


def keep(path: Path, done: Training, test: MLP) -> None:
    """Write down a training's curve and what it gets wrong; of a diverged one nothing is wrong.

    Raises:
        UserError: the disk is full, or the directory cannot be written to.
    """
    folder(path)
    RunDirectory(path).write_metrics(rows_of(done.history))
    found = np.full(len(test.y), -1) if done.outcome.lost else test.predict(done.w)
    write_wrong(path, found, test.y)


def write_wrong(path: Path, predicted: Array, labels: Array) -> None:
    """Write `wrong.csv`; a prediction of -1 is none."""
    wrong = np.flatnonzero((predicted != labels) & (predicted >= 0))
    columns = (wrong.tolist(), labels[wrong].tolist(), predicted[wrong].tolist())
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns, strict=True))
    write_csv(path / WRONG, COLUMNS, rows)


def read_wrong(path: Path, labels: Array, classes: int) -> Array:
    """The predicted classes `(images,)` of a folder's `wrong.csv`, the right ones where it is
    silent.

    Args:
        path: the folder.
        labels: the classes of the test images; classes: how many there are.

    Raises:
        UserError: it is missing or damaged, or speaks of other images.
    """
    file = path / WRONG
    with reading(file):
        small(file)
        head, *lines = file.read_text(encoding="utf-8").splitlines()
        if head != ",".join(COLUMNS):
            raise ValueError("its columns are others")
        rows = np.array([line.split(",") for line in lines]).astype(np.int64)
        image, label, guess = rows.reshape(-1, len(COLUMNS)).T
        if len(image) and not (image[0] >= 0 and image[-1] < len(labels)):
            raise ValueError("it names images that there are not")
        if (np.diff(image) <= 0).any() or (labels[image] != label).any():
            raise ValueError("its images are not those of the data set")
        if (guess < 0).any() or (guess >= classes).any() or (guess == label).any():
            raise ValueError("its classes cannot be")
        found = labels.copy()
        found[image] = guess
        return found


def small(file: Path) -> None:
    """Refuse a file that is far longer than what is written.

    Raises:
        ValueError: it is.
    """
    if file.stat().st_size > MOST:
        raise ValueError(f"it has more than {MOST} bytes")


def missing(path: Path, names: Sequence[str]) -> UserError | None:
    """What to say of a sweep's directory that lacks curves; None where it has them all."""
    there = [(path / RUNS / name / WRONG).is_file() for name in names]
    if all(there):
        return None
    return UserError(
        f"{path} keeps the curves of {sum(there)} of its {len(there)} trainings: give the command "
        "that made it again with another --out, or, where machines shared the work, copy their "
        "runs/ into it."
    )
