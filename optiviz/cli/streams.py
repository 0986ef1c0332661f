"""What the terminal is told: in letters that it has, and no work is lost where nobody listens."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from errno import EPIPE
from typing import Any

# Signs that no letter resembles; a Greek letter has a name, and others lose what is above them.
SIGNS = {"×": "x", "–": "-", "—": "-", "−": "-", "±": "+-", "·": "*", "∂": "d", "√": "sqrt"}
SIGNS |= {"←": "<-", "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "∝": "~", "∞": "infinity"}


def plain(error: UnicodeError) -> tuple[str, int]:
    """Plain letters for what an encoding does not have; an error handler of `codecs`.

    >>> codecs.register_error("plain", plain)
    >>> "η and Δw₁, 0.1 ± 0.02 …".encode("ascii", "plain").decode()
    'eta and Deltaw1, 0.1 +- 0.02 ...'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(letter: str) -> str:
    import unicodedata

    greek, _, name = unicodedata.name(letter, "").partition(" LETTER ")
    if greek in ("GREEK SMALL", "GREEK CAPITAL") and name.isalpha():
        return name.lower() if greek == "GREEK SMALL" else name.capitalize()
    bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return SIGNS.get(letter) or bare or letter.encode("ascii", "backslashreplace").decode()


class Patient:
    """A stream that takes what it is told even where its reader is gone or its disk is full."""

    buffer = None  # in which Click would write UTF-8, whatever the terminal reads
    lost: OSError | None = None

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        with suppress(AttributeError):  # one that is not of a terminal, such as a notebook's
            stream.reconfigure(errors="plain")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, or forget it."""
        with self._losing():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or forget it."""
        with self._losing():
            self._stream.flush()

    @contextmanager
    def _losing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.lost = self.lost or error
            # What is still in the buffer must go somewhere when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


@contextmanager
def patient() -> Iterator[None]:
    """Let the block print in peace; what could not be printed is told at its end.

    Raises:
        SystemExit: with status 2 if the output could not be written; a reader that has read enough,
            such as `head`, is no reason.
    """
    codecs.register_error("plain", plain)
    _open_closed()
    out = Patient(sys.stdout)
    with redirect_stdout(out), redirect_stderr(Patient(sys.stderr)):
        try:
            yield
        finally:
            out.flush()
            sys.stderr.flush()
            if out.lost is not None and out.lost.errno != EPIPE:
                reason = out.lost.strerror or out.lost
                print(f"optiviz: Cannot write the output: {reason}.", file=sys.stderr)
                sys.exit(2)


def _open_closed() -> None:
    """Open what the shell has closed (2>&-), lest a picture's file gets its number."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(nowhere, True)
            setattr(sys, name, open(nowhere, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
