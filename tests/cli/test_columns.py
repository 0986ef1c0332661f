"""One figure has one name in whatever `train`, `compare` and `sweep` write."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SMALL = "--sizes 784,10 --epochs 1 --batch-size 10000 --json"
COMMANDS = {
    "train": f"train {SMALL} --out a",
    "compare": f"compare {SMALL} --jobs 1 --optim sgd --seeds 1 --out a",
    "sweep": f"sweep {SMALL} --jobs 1 --optim sgd --grid lr=0.1,0.01 --out a",
}
FIGURES = {"epoch", "step", "train_loss", "test_loss", "test_accuracy", "val_loss", "val_accuracy"}
FIGURES |= {"lr", "seconds"}
# What is said of a training beside its figures, and of several together.
FACTS = {"optimizer", "settings", "seed", "seeds", "verdict", "steps", "diverged", "reached"}
FACTS |= {"epochs_to_goal"}
LAYERS = {"ratio_1", "gradient_1"}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.filterwarnings("ignore")  # of Optuna's own
def test_columns_are_called_alike(optiviz: Callable, tmp_path: Path, command: str) -> None:
    if command == "sweep":
        pytest.importorskip("optuna")
    done = optiviz(COMMANDS[command])
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    told = set(said["last"] if command == "train" else said["table"][0])
    written = set(columns(tmp_path / "a")) - {"image", "label", "predicted"}  # of wrong.csv
    assert {"test_accuracy", "test_loss", "seconds"} <= told & written
    known = FIGURES | FACTS | LAYERS | {f"{name}_sd" for name in FIGURES}
    assert told | written <= known


def columns(folder: Path) -> Iterator[str]:
    """The heads of every table below a folder, whether written as CSV or as JSON."""
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            yield from next(csv.reader(file))
    for path in folder.rglob("*.json"):
        rows: Any = json.loads(path.read_text(encoding="utf-8"))
        yield from rows[0] if isinstance(rows, list) else ()
