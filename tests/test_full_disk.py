"""On a full disk no file of any format is written by half, and what was there stays there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from optiviz import UserError, descend
from optiviz.files import write_csv, write_json

resource: Any = pytest.importorskip("resource", reason="needs a limit on the size of files")

PLOT = "plot --steps 20 --size 320x240 --out"
ANIMATE = "animate --steps 20 --size 320x240 --out"
COMMANDS = {
    **dict.fromkeys(("png", "svg", "pdf"), PLOT),
    **dict.fromkeys(("gif", "apng", "webp", "mp4", "html"), ANIMATE),
}
ROWS = [{"step": step, "loss": 1 / (step + 1)} for step in range(2000)]
WRITERS: dict[str, Callable[[Path], object]] = {
    "npz": lambda path: descend("bowl", "adam", steps=500).save(path),
    "csv": lambda path: write_csv(path, ("step", "loss"), ROWS),
    "json": lambda path: write_json(path, ROWS),
}


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file become longer than so many bytes, here and in what is started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def write(path: Path, optiviz: Callable) -> str:
    """Write a file of that ending; what was said where it could not be done, or nothing."""
    ending = path.suffix[1:]
    if ending in WRITERS:
        try:
            WRITERS[ending](path)
        except UserError as error:
            return f"optiviz: {error}\n"
        return ""
    done = optiviz(f"{COMMANDS[ending]} {path.name}")
    assert done.returncode == (2 if done.stderr.startswith("optiviz: ") else 0)
    return done.stderr if done.returncode else ""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [*COMMANDS, *WRITERS])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, optiviz: Callable, ending: str
) -> None:
    if ending == "mp4":
        pytest.importorskip("imageio_ffmpeg")
    path = tmp_path / f"file.{ending}"
    assert write(path, optiviz) == ""
    size = path.stat().st_size
    for room in (0, size // 2, size - 1):
        path.write_text("before")
        with room_for(room):
            said = write(path, optiviz)
        assert said.startswith(f"optiviz: Cannot write {path if ending in WRITERS else path.name}")
        assert said.count("\n") == 1
        assert path.read_text() == "before"
        assert os.listdir(tmp_path) == [path.name]
    with room_for(max(2 * size, 4096)):
        assert write(path, optiviz) == ""
    assert path.stat().st_size >= size // 2
