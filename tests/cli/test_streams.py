"""Terminals and shells of every kind: each gets letters that it has, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

OPTIVIZ = Path(sys.executable).with_name("optiviz")
LATIN = {"PYTHONIOENCODING": "latin-1"}
C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LANG": "", "COLUMNS": "200"}
PICTURE = "plot --steps 9 --size 240x180 --out a.png"
needs_a_shell = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a Unix shell")


def shell(folder: Path, words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """`optiviz` by way of a shell, whose status is that of optiviz and not of what reads it."""
    return subprocess.run(
        ["bash", "-c", f'{OPTIVIZ} {words}; exit "${{PIPESTATUS[0]}}"'],
        cwd=folder,
        capture_output=True,
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


SAID = {
    "map --basins --y lr --optim η": b"--y has no meaning with --basins.",
    "plot --optim η": b"Unknown optimizer '",
    "plot --surface $'\\xff(x)'": b"at column 1",
    "train --help": b"eta.  [default: 0.02",
    "train --sizes η": b"sizes must be whole numbers",
    "gradcheck --help": b"epsilon, by how much",
    "list problems": b"A mean of shifted valleys",
    "list surfaces": b"Styblinski-Tang",
    f"{PICTURE} --optim momentum": b"Wrote a.png",
}
# A process each: these come first, a mistake where there is the least, a picture and a list.
FIRST = [("map --basins --y lr --optim η", C), (f"{PICTURE} --optim momentum", LATIN)]
FIRST += [("list surfaces", LATIN), ("list surfaces", C)]


@needs_a_shell
@pytest.mark.parametrize(
    ("words", "says", "encoding"),
    [
        pytest.param(
            *(words, says, encoding),
            id=f"{words}-{name}",
            marks=[] if (words, encoding) in FIRST else pytest.mark.slow,
        )
        for words, says in SAID.items()
        for name, encoding in {"latin-1": LATIN, "C": C}.items()
    ],
)
def test_plain_letters_for_a_terminal_that_has_no_others(
    tmp_path: Path, encoding: dict[str, str], words: str, says: bytes
) -> None:
    done = shell(tmp_path, words, **encoding)
    assert says in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    assert done.returncode == (2 if done.stderr else 0)
    (done.stdout + done.stderr).decode("ascii" if encoding is C else "latin-1")


@pytest.mark.slow
@needs_a_shell
@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (f"{PICTURE} >/dev/full", 2, b"optiviz: Cannot write the output: No space left"),
        (f"{PICTURE} | true", 0, b""),
        ("list | head -1", 0, b""),
        ("--help | true", 0, b""),
        (f"{PICTURE} >&-", 0, b""),
        (f"{PICTURE} 2>&-", 0, b""),
        (f"{PICTURE} <&- >&- 2>&-", 0, b""),
        (f"{PICTURE} 2>/dev/full", 0, b""),
        ("animate --steps 9 --size 240x180 --out a.gif 2>/dev/full", 0, b""),
        ("plot --optim sdg 2>&-", 2, b""),
        ("plot --optim sdg 2>/dev/full", 2, b""),
        ("plot --optim sdg >&-", 2, b"Did you mean 'sgd'?"),
        ("plot --stepz 2>&-", 2, b""),
    ],
)
def test_a_stream_that_takes_nothing_costs_no_work(
    tmp_path: Path, words: str, status: int, says: bytes
) -> None:
    done = shell(tmp_path, words)
    assert (done.returncode, done.stderr.count(b"\n")) == (status, 1 if says else 0), done.stderr
    assert says in done.stderr
    assert {path.read_bytes()[:3] for path in tmp_path.iterdir()} <= {b"\x89PN", b"GIF"}
    assert len(list(tmp_path.iterdir())) == words.count("--out")
