"""`optiviz landscape` in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

OPTIVIZ = Path(sys.executable).with_name("optiviz")
SMALL = "landscape --sizes 784,8,10 --updates 30 --images 100 --optim sgd --optim adam"


def optiviz(folder: Path, words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [OPTIVIZ, *words.split()], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_moving_picture(tmp_path: Path) -> None:
    done = optiviz(tmp_path, SMALL)
    assert done.returncode == 0, done.stderr
    assert "60/60" in done.stderr
    assert "1681/1681" in done.stderr
    assert "of the slice below it" in done.stdout
    with Image.open(tmp_path / "landscape.gif") as picture:
        assert picture.n_frames == 31


def test_json(tmp_path: Path) -> None:
    done = optiviz(tmp_path, f"{SMALL} --panels surface,truth --out relief.png --json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert [run["optimizer"] for run in facts["runs"]] == ["sgd", "adam"]
    assert 0.5 < sum(facts["explained"]) <= 1
    assert facts["runs"][0]["slice_loss"] > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--out a.txt", "the ending must be"),
        ("--images 0", "images must be from 1 to 60000"),
        ("--updates 2", "updates must be at least 3"),
        ("--optim nonsense", "Unknown optimizer 'nonsense'"),
        ("--batch-size 0", "batch_size must be from 1"),
        ("--directions up", "pca or random"),
    ],
)
def test_bad_input(tmp_path: Path, words: str, message: str) -> None:
    done = optiviz(tmp_path, f"landscape {words}")
    assert done.returncode == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())
