"""`optiviz plot` as its users meet it, in an empty folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "mark"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_still_formats(
    tmp_path: Path, process: Callable, optiviz: Callable, ending: str, mark: bytes
) -> None:
    words = "plot --optim sgd --optim adam --panels path,surface,loss,speed,velocity,lr"
    made = []
    for name, run in (("a", partial(process, tmp_path)), ("b", optiviz)):
        done = run(f"{words} --out {name}.{ending}")
        assert done.returncode == 0, done.stderr
        made.append((tmp_path / f"{name}.{ending}").read_bytes())
    assert made[0].startswith(mark)
    assert made[0] == made[1], "the same command makes the same file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path, optiviz: Callable) -> None:
    tmp_path.chmod(0o500)
    done = optiviz("plot")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_file_where_the_folder_should_be(tmp_path: Path, optiviz: Callable) -> None:
    (tmp_path / "file").write_text("kept")
    done = optiviz("plot --out file/a.png")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert (tmp_path / "file").read_text() == "kept"
