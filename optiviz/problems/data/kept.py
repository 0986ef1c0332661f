"""Data sets that are read once for all that happens in a process, or in several that share them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np

from optiviz.problems.data.dataset import Dataset, is_own
from optiviz.problems.data.datasets import load

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
# A data set's name and directory, and what tells a file of one's own from another of its name.
Source: TypeAlias = tuple[str, str | None, tuple[int, ...] | None]


@dataclass(frozen=True)
class Place:
    """Where a data set lies in memory, to be told to another process.

    Attributes:
        facts: what it has beside its arrays; files: the files of those by name.
    """

    facts: dict[str, Any]
    files: dict[str, str]

    def read(self) -> Dataset:
        """The data set, to the same bits; only what is written to is copied.

        Raises:
            OSError: who laid it out has ended, or this process may not look.
        """
        arrays = {name: np.load(file, mmap_mode="c") for name, file in self.files.items()}
        return Dataset(**self.facts, **arrays)


_laid: dict[Source, Place] = {}  # where those are that this process shares with others


def kept(name: str, data_dir: str | None) -> Dataset:
    """What `load` gives, read once."""
    return _kept(_source(name, data_dir))


@contextmanager
def sharing(name: str, data_dir: str | None) -> Iterator[Callable[[], None] | None]:
    """Have a data set in memory once, for this process and others that it starts.

    What this yields is what those others are to call first; None where the system has nothing for
    that. The files have no name in any folder: nothing is left of them however a process ends.
    """
    source = _source(name, data_dir)
    if not hasattr(os, "memfd_create"):  # beside Linux
        yield None
        return
    data, files = _kept(source), {}
    with ExitStack() as stack:
        for array in ARRAYS:
            file = stack.enter_context(os.fdopen(os.memfd_create(f"optiviz {array}"), "wb"))
            np.save(file, getattr(data, array))
            file.flush()
            files[array] = f"/proc/{os.getpid()}/fd/{file.fileno()}"
        facts = {key: value for key, value in vars(data).items() if key not in ARRAYS}
        look = partial(_look, source, Place(facts, files))
        del data  # there is no need for it twice
        look()
        try:
            yield look
        finally:
            _laid.clear()  # where another file may be soon; what was read from there stays


def _look(source: Source, place: Place) -> None:
    """Take a data set from where it lies, instead of reading it."""
    _kept.cache_clear()
    _laid.clear()
    _laid[source] = place


def _source(name: str, data_dir: str | None) -> Source:
    if not (is_own(name) and os.path.isfile(name)):
        return name, data_dir, None
    facts = os.stat(name)
    return name, data_dir, (facts.st_ino, facts.st_mtime_ns, facts.st_size)


@lru_cache(1)
def _kept(source: Source) -> Dataset:
    if source in _laid:
        with suppress(OSError):  # then as if it had never been there
            return _laid[source].read()
    return load(*source[:2])
