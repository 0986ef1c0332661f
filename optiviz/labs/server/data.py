"""MNIST as files in memory that all kernels of a server share, instead of 220 MB in each."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np

from optiviz.problems import Dataset, load

FOLDER = "OPTIVIZ_SHARED_DATA"  # the environment variable that tells a kernel where
NEED = ("mnist", "twin")
ARRAYS = ("x_train", "y_train", "x_test", "y_test")

_reading = threading.Lock()


@contextmanager
def shared(app: str) -> Iterator[None]:
    """Lay MNIST out for the kernels of a server, as long as it serves a lab that needs it."""
    if app not in NEED:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="optiviz_") as folder:
        os.environ[FOLDER] = folder
        writer = threading.Thread(target=write, args=(Path(folder),), daemon=True)
        writer.start()
        try:
            yield
        finally:
            writer.join()
            del os.environ[FOLDER]


def write(folder: Path) -> None:
    """Write the data set into a folder; the file of its facts comes last, when all is there."""
    data = load("mnist")
    for name in ARRAYS:
        np.save(folder / f"{name}.npy", getattr(data, name))
    facts = {k: v for k, v in vars(data).items() if k not in ARRAYS}
    unfinished = folder / "facts"
    unfinished.write_text(json.dumps(facts), encoding="utf-8")
    unfinished.rename(folder / "facts.json")


def mnist() -> Dataset:
    """MNIST: the server's arrays, to the same bits, or where there are none the package's."""
    with _reading:  # by several threads at once, of which one is to do it
        return _mnist()


@cache
def _mnist() -> Dataset:
    folder = Path(os.environ.get(FOLDER, ""))
    if FOLDER not in os.environ or not (folder / "facts.json").exists():
        return load("mnist")
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
    for name in ("shape", "classes"):
        facts[name] = tuple(facts[name])
    assert {f.name for f in dataclasses.fields(Dataset)} == facts.keys() | arrays.keys()
    return Dataset(**facts, **arrays)
