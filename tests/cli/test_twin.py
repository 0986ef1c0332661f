"""`optiviz twin` as its users meet it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = "twin --sizes 784,4,10 --images 40 --updates 12 --size 320x240"


def test_a_page_and_a_summary(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz(f"{SMALL} --at 5 --out a.html --json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert list(map(int, facts["sharpness"])) == list(range(13))
    assert facts["at"] == 5
    assert facts["curvatures"][0] == facts["sharpness"]["5"]
    assert facts["limit"] == pytest.approx(2 / facts["curvatures"][0])
    assert (
        "<canvas" not in (tmp_path / "a.html").read_text(encoding="utf-8").partition("<script")[0]
    )


def test_what_is_said(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz(f"{SMALL} --optim momentum:lr=0.02 --batch-size 7 --out a.png")
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"The valley of update \d+ bends with λ = [\d.]+: η is below its limit 2\(1\+β\)/λ = ",
        done.stdout,
    )
    assert re.search(
        r"The network's loss went from [\d.]+ to [\d.]+ and (has not risen|first rose at)",
        done.stdout,
    )
    assert re.search(r"This valley (no longer )?predicts", done.stdout)
    assert (tmp_path / "a.png").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--out a.txt", "the ending must be"),
        ("--images 0", "images must be from 1 to 60000"),
        ("--images 2001", "at most 2000 samples"),
        ("--updates 1", "updates must be at least 2"),
        ("--at 101", "at must be from 0 to 100"),
        ("--at -1", "at must be from 0 to 100"),
        ("--optim nonsense", "Unknown optimizer 'nonsense'"),
        ("--batch-size 0", "batch_size must be from 1"),
        ("--optim sgd:lr=1e38 --sizes 784,10", "diverged at update"),
        ("--optim muon", "Train a network with it, or take another rule.\n"),
        ("--out missing/a.gif", "Cannot write missing/a.gif: No such file or directory."),
    ],
)
def test_bad_input(tmp_path: Path, optiviz: Callable, words: str, message: str) -> None:
    done = optiviz(f"twin {words}")
    assert done.returncode == 2
    assert message in done.stderr
    assert ("updates" in done.stderr) == ("update" in message)  # a bar: the network has trained
    assert not list(tmp_path.iterdir())
