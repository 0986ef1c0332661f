"""`optiviz landscape` as its users meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

SMALL = "landscape --sizes 784,8,10 --updates 30 --images 100 --optim sgd --optim adam"
SMALL += " --schedule cosine"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, process: Callable) -> str:
    """What is said of a moving picture."""
    folder = tmp_path_factory.mktemp("moving")
    done = process(folder, SMALL)
    assert done.returncode == 0, done.stderr
    assert "60/60" in done.stderr
    assert "1681/1681" in done.stderr
    with Image.open(folder / "landscape.gif") as picture:
        assert picture.n_frames > 31  # between its points, too
    return done.stdout


@pytest.mark.slow
def test_people_and_programs_are_told_the_same(told: str, optiviz: Callable) -> None:
    done = optiviz(f"{SMALL} --panels surface,truth --out relief.png --json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert [run["optimizer"] for run in facts["runs"]] == ["sgd", "adam"]
    assert facts["runs"][0]["settings"]["lr"]["schedule"] == "Cosine"
    assert 0.5 < sum(facts["explained"]) <= 1
    for run in facts["runs"]:
        words = f"loss {run['loss']:.4g}, of the slice below it {run['slice_loss']:.4g}\n"
        assert words in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--out a.txt", "the ending must be"),
        ("--out a.html", "the ending must be"),  # a page has no panel for the loss beside the plane
        ("--images 0", "images must be from 1 to 60000"),
        ("--updates 2", "updates must be at least 3"),
        ("--optim nonsense", "Unknown optimizer 'nonsense'"),
        ("--batch-size 0", "batch_size must be from 1"),
        ("--directions up", "pca or random"),
    ],
)
def test_bad_input(tmp_path: Path, optiviz: Callable, words: str, message: str) -> None:
    done = optiviz(f"landscape {words}")
    assert done.returncode == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())
