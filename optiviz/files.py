"""Files that appear whole or not at all, and what goes wrong with them in one sentence."""

from __future__ import annotations

import csv
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optiviz.errors import UserError

FORMAT = 1  # of what optiviz writes to read it back


@contextmanager
def writing(target: str | Path) -> Iterator[None]:
    """Say in one sentence why a place cannot be written to.

    Raises:
        UserError: it cannot, or the disk is full.
    """
    try:
        yield
    except OSError as error:
        raise UserError(f"Cannot write {target}: {error.strerror or error}.") from None


@contextmanager
def reading(path: Path, missing: str | None = None, cure: str = "") -> Iterator[None]:
    """Say in one sentence what is wrong with a file that optiviz wrote.

    Args:
        path: the file.
        missing: what to say if it is not there.
        cure: what to do about one that is damaged.

    Raises:
        UserError: it is missing, or something that the block does with it fails.
    """
    try:
        yield
    except UserError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if missing is not None and isinstance(error, FileNotFoundError):
            raise UserError(missing) from None
        message = f"{path} is not what optiviz wrote: {error}.{cure and f' {cure}'}"
        raise UserError(message) from None


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; it takes the name once the block has ended well.

    Raises:
        UserError: the place cannot be written to, or the disk is full.
    """
    target = Path(path)
    # The ending is kept, since writers choose their format by it.
    unfinished = target.with_name(f".{secrets.token_hex(4)}{target.suffix}")
    with writing(target):
        # Made by hand, since `tempfile` makes files that their owner alone may read.
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            yield unfinished
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)


def clear_away_unfinished(path: Path, endings: Iterable[str]) -> None:
    """Remove from a directory what a killed program had not finished writing."""
    for ending in set(endings):
        for left in path.glob(f".????????{ending}"):
            left.unlink(missing_ok=True)


def folder(path: Path) -> Path:
    """Make a directory where it is missing.

    Raises:
        UserError: there is no place for it.
    """
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def read_json(
    path: Path, missing: str | None = None, cure: str = "", version: int | None = FORMAT
) -> dict[str, Any]:
    """The facts of a file that optiviz wrote.

    Args:
        path, missing, cure: see `reading`.
        version: the format that it must have; None for a file that does not tell.

    Raises:
        UserError: it is missing or damaged.
    """
    with reading(path, missing, cure):
        facts = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(facts, dict):
            raise TypeError("it holds no facts")
        if version is not None and facts["format"] != version:
            raise ValueError("another format")
        return facts


def write_json(path: Path, facts: Any, indent: int = 2, **how: Any) -> None:
    """Write facts whole, in the way of `json.dumps`."""
    write_text(path, json.dumps(facts, ensure_ascii=False, indent=indent, **how) + "\n")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table whole; numbers in the shortest form that reads back to the same bits."""
    with whole(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_text(path: Path, text: str) -> None:
    """Write a text whole."""
    with whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
