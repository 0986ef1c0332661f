"""Data of one's own and activations, in every command that takes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

SMALL = "--dataset mine.npz --sizes 4,5,3 --batch-size 20 --activation tanh"


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((150, 4)).round(2)
    np.savez(tmp_path / "mine.npz", x=x, y=np.argmax(x[:, :3], axis=1))


def test_a_run_tells_its_data_and_goes_on_with_no_other(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz(f"train {SMALL} --epochs 2")
    assert done.returncode == 0, done.stderr
    assert "mine: 120 training and 30 test samples of 4 numbers from" in done.stdout
    assert "is right in" in done.stdout
    facts = json.loads((tmp_path / "runs/sgd-mine-0/run.json").read_text())
    assert facts["options"]["dataset"] == "mine.npz"
    assert facts["data"]["name"] == "mine"
    with np.load(tmp_path / "runs/sgd-mine-0/weights.npz") as file:
        assert str(file["activation"]) == "tanh"
    more = optiviz("train --resume runs/sgd-mine-0 --epochs 3 --json")
    assert more.returncode == 0, more.stderr
    assert json.loads(more.stdout)["steps"] == 18
    np.savez(tmp_path / "mine.npz", x=np.zeros((150, 4)), y=np.arange(150) % 3)
    other = optiviz("train --resume runs/sgd-mine-0 --epochs 4")
    assert other.returncode == 2
    assert "was trained on other data than mine.npz" in other.stderr
    assert json.loads((tmp_path / "runs/sgd-mine-0/run.json").read_text())["status"] == "finished"


def test_gradients_and_landscapes_of_it(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz(f"gradcheck {SMALL.replace('--batch-size 20', '')} --json --size 320x240")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["activation"] == "tanh"
    done = optiviz(f"landscape {SMALL} --optim sgd --updates 5 --size 320x240 --out a.png")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.png").is_file()


@pytest.mark.slow
def test_a_comparison_and_a_sweep_go_on_with_no_other(tmp_path: Path, optiviz: Callable) -> None:
    words = f"compare {SMALL} --epochs 1 --optim sgd --seeds 1 --jobs 1 --size 320x240 --out a"
    done = optiviz(words)
    assert done.returncode == 0, done.stderr
    assert "Classes: 0 " in done.stdout
    swept = f"sweep {SMALL} --optim sgd --grid lr=0.1,0.2 --jobs 1 --size 320x240 --out b"
    done = optiviz(swept)
    assert done.returncode == 0, done.stderr
    page = optiviz("explore b")
    assert page.returncode == 2
    assert "A page of networks shows images, and mine.npz is not of them." in page.stderr
    np.savez(tmp_path / "mine.npz", x=np.zeros((150, 4)), y=np.arange(150) % 3)
    for again, says in {"compare --resume a": "other data", swept: "another sweep"}.items():
        refused = optiviz(again)
        assert refused.returncode == 2
        assert says in refused.stderr
