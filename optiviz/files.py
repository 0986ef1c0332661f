"""Files that appear whole or not at all, and what goes wrong with them in one sentence."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from optiviz.errors import UserError
from optiviz.locks import locked

FORMAT = 1  # of what optiviz writes to read it back
OURS = ".optiviz-"  # how the name of a file begins that is there for a while
UNFINISHED = re.compile(re.escape(OURS) + r"[0-9a-f]{8}(\.\w+)?")
LOCK = f"{OURS}lock"
MOST = 1 << 26  # bytes of facts
PATIENCE = 3.0  # seconds that the processes of a program that was killed may take to end


_DAMAGED = (
    *(OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError),
    *(RecursionError, csv.Error),
)


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
    except _DAMAGED as error:
        if missing is not None and isinstance(error, FileNotFoundError):
            raise UserError(missing) from None
        message = f"{path} is not what optiviz wrote: {error}.{cure and f' {cure}'}"
        raise UserError(message) from None


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; it takes the name once the block has ended well.

    What killed programs left unfinished in the same folder is cleared away first. A link stays, and
    leads to what was written.

    Raises:
        UserError: the place cannot be written to, or the disk is full.
    """
    with writing(path):
        target = _followed(Path(path))
        clear_away_unfinished(target.parent)
        unfinished, held = _unfinished(target)
        try:
            with held:
                yield unfinished
                _let_go(held)
                unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)


def check_place(path: Path) -> None:
    """Refuse a place that no file can be written to, before there is work to lose.

    Raises:
        UserError: it cannot be written to.
    """
    with writing(path):
        unfinished, held = _unfinished(_followed(path))
        with held:
            _let_go(held)
            unfinished.unlink()


def _followed(path: Path) -> Path:
    """Where the file is that a link leads to; what is no file must not be replaced by one."""
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is there and no file")
    return target


def _unfinished(target: Path) -> tuple[Path, IO[bytes]]:
    """A new file beside the target, locked, so that others leave it alone."""
    while True:
        # The ending is kept, since writers choose their format by it.
        path = target.with_name(f"{OURS}{secrets.token_hex(4)}{target.suffix}")
        # Made by hand, since `tempfile` makes files that their owner alone may read.
        file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666), "wb")
        if locked(file) and os.path.exists(path):
            return path, file
        file.close()  # somebody took it for left behind before it was locked


def _let_go(file: IO[bytes]) -> None:
    """Close a file where an open one can neither be renamed nor removed."""
    if os.name == "nt":
        file.close()


def clear_away_unfinished(path: Path) -> None:
    """Remove from a folder what killed programs had not finished, and nothing else."""
    with suppress(OSError):
        for left in path.glob(f"{OURS}????????*"):
            if not UNFINISHED.fullmatch(left.name):
                continue
            with suppress(OSError), left.open("rb+") as file:
                if locked(file):
                    _let_go(file)
                    left.unlink()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a folder for this process alone; it is made where it is missing.

    What killed programs left unfinished in it is cleared away. If the block leaves nothing in a
    folder that was made for it, that goes again.

    Raises:
        UserError: another process holds it, and goes on doing so, or there is no place for it.
    """
    made = [place for place in (path, *path.parents) if not os.path.exists(place)]
    try:
        with writing(path):
            lock = _lock(path)
        try:
            clear_away_unfinished(path)
            yield
        finally:
            with lock, suppress(OSError):
                _let_go(lock)
                (path / LOCK).unlink()
    finally:
        for place in made:  # one that is not empty stays, and so do those that it is in
            with suppress(OSError):
                place.rmdir()


def _lock(path: Path) -> IO[bytes]:
    """The locked file that says who holds a folder; whoever has ended has unlocked it."""
    end = time.monotonic() + PATIENCE
    while True:
        path.mkdir(parents=True, exist_ok=True)
        if file := _alone(path / LOCK):
            return file
        if time.monotonic() > end:
            raise UserError(
                f"Another optiviz is writing to {path}: wait until it has ended, or choose "
                "another --out."
            )
        time.sleep(0.05)


def _alone(path: Path) -> IO[bytes] | None:
    """The file, made where it is missing, and locked; None if another has it."""
    with suppress(FileNotFoundError), ExitStack() as stack:  # another has just let go of it
        file = stack.enter_context(path.open("ab"))
        if locked(file) and os.path.samestat(os.fstat(file.fileno()), path.stat()):
            stack.pop_all()
            return file
    return None


def empty(path: Path) -> bool:
    """Whether nothing is in a folder but what optiviz is at."""
    return all(one.name.startswith(OURS) for one in path.iterdir())


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
        if path.stat().st_size > MOST:
            raise ValueError(f"it has more than {MOST} bytes")
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
