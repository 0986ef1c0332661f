"""`optiviz compare` as its users meet it, in an empty folder."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from optiviz.cli.compare import _cells
from optiviz.optim import SGD
from optiviz.studies.compare import Comparison, Contestant
from optiviz.training.recipe import Recipe
from optiviz.training.train import COLUMNS

OPTIVIZ = Path(sys.executable).with_name("optiviz")
RULES = "--optim sgd:lr=0.1 --optim adam"
SMALL = f"compare {RULES} --sizes 784,16,10 --epochs 1 --seeds 2 --jobs 2"
FILES = {"compare.json", "runs", "metrics.csv", "table.csv", "table.md"}
FILES |= {"curves.png", "curves.svg", "race.gif"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory, process: Callable) -> Path:
    """The directory of a comparison without a break."""
    folder = tmp_path_factory.mktemp("compared")
    done = process(folder, SMALL)
    assert done.returncode == 0, done.stderr
    seen = r"accuracy=\d+\.\d % by (sgd:lr=0\.1|adam) at epoch 1, trainings done=4"
    assert re.search(seen, done.stderr)
    assert "`sgd:lr=0.1`" in done.stdout
    assert "Wrote runs/compare-sgd-adam" in done.stdout
    return folder / "runs" / "compare-sgd-adam"


@pytest.mark.slow
def test_what_is_written(compared: Path) -> None:
    assert {path.name for path in compared.iterdir()} == FILES
    assert {path.name for path in (compared / "runs").iterdir()} == {
        *("sgd-0", "sgd-1", "adam-0", "adam-1")
    }
    metrics = rows_of(compared / "metrics.csv")
    assert len(metrics) == 16
    assert {(row["optimizer"], row["seed"]) for row in metrics} == {
        (text, seed) for text in ("sgd:lr=0.1", "adam") for seed in "01"
    }
    with Image.open(compared / "race.gif") as race:
        assert race.size == (960, 540)
        times = [frame.info["duration"] for frame in ImageSequence.Iterator(race)]
        assert sum(times) == 1000 + 119 * 40 + 3000  # frames that show the same are one


@pytest.mark.slow
def test_the_table_tells_what_the_runs_hold(compared: Path) -> None:
    table = rows_of(compared / "table.csv")
    for row, name in zip(table, ("sgd", "adam"), strict=True):
        ends = [
            rows_of(compared / "runs" / f"{name}-{seed}" / "metrics.csv")[-1] for seed in (0, 1)
        ]
        for column in ("test_accuracy", "test_loss"):
            values = [float(end[column]) for end in ends]
            assert float(row[column]) == pytest.approx(np.mean(values), rel=1e-12)
            assert float(row[f"{column}_sd"]) == pytest.approx(np.std(values, ddof=1), rel=1e-9)
        assert float(row["seconds"]) > 0
        assert (row["epochs_to_goal"], row["reached"]) == ("", "0")  # 16 units do not get there
    lines = (compared / "table.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    assert f"{100 * float(table[0]['test_accuracy']):.2f} ±" in lines[2]


@pytest.mark.parametrize(
    ("ends", "cells"),
    [
        ([0.98, 0.9], ("94.00 ± 5.66 %", "0.5000 ± 0.0000", "4.0", "2.00 (1 of 2 seeds)")),
        ([0.98, 0.97], ("97.50 ± 0.71 %", "0.5000 ± 0.0000", "4.0", "2.00")),
        ([0.9], ("90.00 %", "0.5000", "3.0", "never")),
    ],
)
def test_a_row_is_told_of_all_its_seeds(ends: list[float], cells: tuple[str, ...]) -> None:
    seeds = range(len(ends))
    histories = [dict.fromkeys(COLUMNS, np.array([1.0, 0.5])) for _ in seeds]
    for seed, history in zip(seeds, histories, strict=True):
        history |= {"epoch": np.array([1.0, 2.0]), "test_accuracy": np.array([0.5, ends[seed]])}
        history["seconds"] = np.array([1.0, 3.0 + 2 * seed])
    one = Contestant("sgd", SGD(), tuple(histories), ("converged",) * len(ends))
    recipe = Recipe("sgd", lr=None, batch_size=1, epochs=2, seed=0)
    (row,) = Comparison(Path(), recipe, tuple(seeds), (one,)).table()
    assert _cells(row) == ("`sgd`", *cells, "converged")


@pytest.mark.slow
def test_all_rules_begin_alike_and_see_the_same(
    compared: Path, tmp_path: Path, optiviz: Callable
) -> None:
    """The same rule twice under two names leaves the same numbers; `train` leaves them, too."""
    done = optiviz(SMALL.replace("adam", "momentum:beta=0,lr=0.1") + " --out twice")
    assert done.returncode == 0, done.stderr
    rows = rows_of(tmp_path / "twice" / "metrics.csv")
    for row in rows:
        del row["seconds"], row["optimizer"]
    assert rows[:8] == rows[8:]
    words = "train --optim adam --sizes 784,16,10 --epochs 1 --eval-every 150 --seed 1 --out alone"
    assert optiviz(words).returncode == 0
    alone, within = (
        [row | {"seconds": ""} for row in rows_of(path / "metrics.csv")]
        for path in (tmp_path / "alone", compared / "runs" / "adam-1")
    )
    assert alone == within


@pytest.mark.slow
def test_a_finished_one_is_read_for_programs(compared: Path, optiviz: Callable) -> None:
    done = optiviz(f"compare --resume {compared} --json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    summary = json.loads(done.stdout)
    assert Path(summary["path"]) == compared
    assert [row["optimizer"] for row in summary["table"]] == ["sgd:lr=0.1", "adam"]
    assert summary["table"][0]["test_accuracy_sd"] > 0


@pytest.mark.slow
def test_json(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz("compare --optim sgd --sizes 784,10 --epochs 1 --seeds 1 --json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    summary = json.loads(done.stdout)
    assert summary["table"][0]["test_accuracy_sd"] is None
    assert Path(summary["path"]) == tmp_path / "runs" / "compare-sgd"


@pytest.mark.parametrize(
    "blow",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, marks=pytest.mark.slow),
    ],
)
def test_a_stopped_one_goes_on_to_the_same_numbers(
    compared: Path, tmp_path: Path, optiviz: Callable, blow: signal.Signals
) -> None:
    words = [OPTIVIZ, *SMALL.split(), "--jobs", "1", "--out", "a"]
    run = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while run.poll() is None and not (tmp_path / "a/runs/adam-0/run.json").exists():
        time.sleep(0.01)
    run.send_signal(blow)
    _, told = run.communicate(timeout=60)
    assert run.returncode == (130 if blow == signal.SIGINT else -9)
    if blow == signal.SIGINT:
        assert "To go on: optiviz compare --resume a" in told
    done = optiviz("compare --resume a --theme dark")
    assert done.returncode == 0, done.stderr
    ours, whole = (
        [row | {"seconds": ""} for row in rows_of(path / "metrics.csv")]
        for path in (tmp_path / "a", compared)
    )
    assert ours == whole


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--optim adm", "Unknown optimizer 'adm'"),
        ("--optim sgd --optim momentum:beta=2", "beta must be"),
        ("--seeds 0", "seeds must be at least 1"),
        ("--jobs 0", "jobs must be at least 1"),
        ("--epochs 0", "epochs must be at least 1"),
        ("--batch-size 0", "batch_size must be at least 1"),
        ("--theme pink", "Unknown theme 'pink'"),
        ("--size 10x10", "size must be from"),
        ("--resume nowhere", "nowhere holds no comparison"),
        ("--resume nowhere --epochs 3", "leave out --epochs"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, optiviz: Callable, words: str, message: str
) -> None:
    done = optiviz(f"compare {words}")
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_nothing_is_replaced_unless_told(compared: Path, tmp_path: Path, optiviz: Callable) -> None:
    again = f"{SMALL} --out {tmp_path}"
    (tmp_path / "thesis.txt").write_text("mine")
    for words, message in ((again, "is not empty"), (f"{again} --overwrite", "no comparison")):
        done = optiviz(words)
        assert done.returncode == 2
        assert message in done.stderr
    shutil.copytree(compared, tmp_path / "old")
    again = "compare --optim sgd --sizes 784,10 --epochs 1 --seeds 1 --out old"
    assert optiviz(again).returncode == 2
    assert optiviz(f"{again} --overwrite").returncode == 0
    assert [path.name for path in (tmp_path / "old" / "runs").iterdir()] == ["sgd-0"]


def test_a_damaged_one_is_refused(tmp_path: Path, optiviz: Callable) -> None:
    (tmp_path / "compare.json").write_text('{"format": 1}')
    done = optiviz("compare --resume .")
    assert done.returncode == 2
    assert "not what optiviz wrote" in done.stderr
