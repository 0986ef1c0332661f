"""What a user's own code does wrong, in one sentence that begins with its file and line."""

from __future__ import annotations

import inspect
import os
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from optiviz.errors import UserError


@contextmanager
def blaming(what: str) -> Iterator[None]:
    """Turn whatever a user's code raises into one sentence.

    Args:
        what: how the sentence begins, such as "Mine.step fails".

    Raises:
        UserError: the block raises anything, and be it `SystemExit`.

    >>> with blaming("Mine.step fails"):
    ...     raise SystemExit(3)
    Traceback (most recent call last):
    optiviz.errors.UserError: Mine.step fails: SystemExit: 3.
    """
    try:
        yield
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise blamed(error, what) from error


def blamed(error: BaseException, what: str) -> UserError:
    """The sentence about something that a user's code has raised; see `blaming`."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not _is_library(f.filename)]
    place = _place(frames[-1].filename, frames[-1].lineno) if frames else ""
    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    if isinstance(error, SyntaxError):
        reason = f"{type(error).__name__}: {error.msg}"
        place = _place(error.filename, error.lineno) if error.filename else place
    elif isinstance(error, ImportError):
        reason = str(error)
    return UserError(f"{place}{what}: {reason.rstrip('.: ')}.")


def at(thing: Any, sentence: str) -> UserError:
    """A sentence about a function or a class, which begins with where that stands."""
    thing = inspect.unwrap(thing)  # a `step` is wrapped where its class is made
    try:
        place = _place(inspect.getsourcefile(thing) or "", inspect.getsourcelines(thing)[1])
    except (OSError, TypeError):  # it was typed into a console
        place = ""
    return UserError(place + " ".join(sentence.split()))


def _place(file: str, line: int | None) -> str:
    """A file that there is, and a line of it; nothing for a notebook's cell."""
    if _is_library(file) or not os.path.isfile(file):
        return ""
    near = os.path.relpath(file)
    return f"{file if near.startswith('..') else near}, line {line}: "


def _is_library(file: str) -> bool:
    """Whether a file is Python's own, an installed one or ours: whoever called it is to blame."""
    return file.startswith(_libraries())


@cache
def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    known = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return tuple(f"{path}{os.sep}" for path in (*known, Path(__file__).parents[1]))
