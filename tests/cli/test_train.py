"""`optiviz train` as its users meet it, in an empty folder."""

from __future__ import annotations

import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from optiviz.problems import MLP, load

OPTIVIZ = Path(sys.executable).with_name("optiviz")
SMALL = "train --optim adam --sizes 784,16,10 --batch-size 50 --epochs 2 --eval-every 300"
FILES = {"run.json", "metrics.csv", "layers.csv", "weights.npz", "checkpoint.npz", "curves.png"}


def metrics(folder: Path) -> list[dict[str, str]]:
    """The rows of metrics.csv without the time they took."""
    with (folder / "metrics.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        del row["seconds"]
    return rows


def weights(folder: Path) -> Any:
    with np.load(folder / "weights.npz") as file:
        return file["w"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, process: Callable) -> Path:
    """The directory of a run without a break."""
    folder = tmp_path_factory.mktemp("whole")
    done = process(folder, f"{SMALL} --json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["status"] == "finished"
    assert Path(summary["path"]) == folder / "runs" / "adam-mnist-0"
    return folder / "runs" / "adam-mnist-0"


def begun(folder: Path) -> subprocess.Popen[str]:
    """A run that has been going on for at least two evaluations."""
    run = subprocess.Popen(
        [OPTIVIZ, *SMALL.split(), "--out", "a"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    path = folder / "a" / "metrics.csv"
    while run.poll() is None and not (path.exists() and path.read_text().count("\n") > 2):
        time.sleep(0.01)
    return run


# --- what is written ---


def test_a_run_says_what_computed_its_steps(optiviz: Callable, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    done = optiviz("train --optim torch:SGD --sizes 784,10 --epochs 1 --batch-size 30000 --out a")
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "a" / "run.json").read_text(encoding="utf-8"))
    assert set(facts["versions"]) == {"python", "numpy", "optiviz", "torch"}
    assert torch.__version__.startswith(facts["versions"]["torch"])


def test_a_run_leaves_its_directory(whole: Path) -> None:
    assert {path.name for path in whole.iterdir()} == FILES
    facts = json.loads((whole / "run.json").read_text(encoding="utf-8"))
    assert facts["data"]["checksum"] == load("mnist").checksum
    assert set(facts["versions"]) == {"python", "numpy", "optiviz"}
    assert facts["options"]["seed"] == 0
    assert facts["settings"]["lr"] == 0.001
    assert facts["verdict"] == "still improving"
    rows = metrics(whole)
    assert [row["step"] for row in rows] == [str(step) for step in range(300, 2401, 300)]
    assert float(rows[-1]["test_accuracy"]) == facts["last"]["test_accuracy"] > 0.9
    data = load("mnist")
    net = MLP(data.x_test, data.y_test, (784, 16, 10), compiled=False)
    assert net.accuracy(weights(whole)) == pytest.approx(facts["last"]["test_accuracy"])
    with Image.open(whole / "curves.png") as picture:
        assert picture.size == (960, 540)


def test_progress_and_outcome_are_told(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz(SMALL.replace("--epochs 2 --eval-every 300", "--epochs 1"))
    assert done.returncode == 0, done.stderr
    assert "1200/1200" in done.stderr
    assert "accuracy=0.9" in done.stderr
    assert "Wrote runs/adam-mnist-0 (1200 updates" in done.stdout


def test_early_stopping(tmp_path: Path, optiviz: Callable) -> None:
    words = "train --lr 0.5 --sizes 784,16,10 --validation 59000 --patience 2 --epochs 99 --json"
    done = optiviz(words)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["stopped"] == "patience"
    assert summary["status"] == "finished"
    losses = [float(row["val_loss"]) for row in metrics(Path(summary["path"]))]
    assert int(np.argmin(losses)) == len(losses) - 3
    assert summary["verdict"].endswith("with the weights of epoch " + f"{len(losses) - 2}")


def test_a_divergence_is_no_error(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz("train --lr 1e9 --sizes 784,9,10 --biases --epochs 1 --json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["verdict"].startswith("diverged at update ")
    assert done.stderr == ""


# --- stops and goes on ---


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_bits(
    tmp_path: Path, whole: Path, optiviz: Callable
) -> None:
    run = begun(tmp_path)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert not (tmp_path / "a" / "weights.npz").exists()
    (tmp_path / "a" / ".optiviz-0123abcd.npz").write_text("what a killed run leaves")
    done = optiviz("train --resume a --json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "finished"
    assert metrics(tmp_path / "a") == metrics(whole)
    np.testing.assert_array_equal(weights(tmp_path / "a"), weights(whole))
    assert {path.name for path in (tmp_path / "a").iterdir()} == FILES
    again = optiviz("train --resume a")
    assert again.returncode == 2
    assert (
        "a holds a finished run (still improving): nothing to resume; --epochs trains on."
        in again.stderr
    )


@pytest.mark.slow
def test_ctrl_c_saves_and_exits_with_130(tmp_path: Path, whole: Path, optiviz: Callable) -> None:
    run = begun(tmp_path)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "To go on: optiviz train --resume a" in errors
    assert "Traceback" not in errors
    facts = json.loads((tmp_path / "a" / "run.json").read_text(encoding="utf-8"))
    assert facts["status"] == "stopped"
    done = optiviz("train --resume a")
    assert done.returncode == 0, done.stderr
    assert metrics(tmp_path / "a") == metrics(whole)
    np.testing.assert_array_equal(weights(tmp_path / "a"), weights(whole))


@pytest.mark.slow
@pytest.mark.parametrize("again", [f"{SMALL} --out a --overwrite", "train --resume a"])
def test_the_same_command_twice_leaves_the_first_at_its_work(
    tmp_path: Path, whole: Path, optiviz: Callable, again: str
) -> None:
    run = begun(tmp_path)
    run.send_signal(signal.SIGSTOP)  # or it might end before the second has begun
    second = optiviz(again)
    run.send_signal(signal.SIGCONT)
    assert second.returncode == 2
    assert second.stderr == (
        "optiviz: Another optiviz is writing to a: wait until it has ended, or choose another "
        "--out.\n"
    )
    run.communicate(timeout=60)
    assert run.returncode == 0
    np.testing.assert_array_equal(weights(tmp_path / "a"), weights(whole))
    assert {path.name for path in (tmp_path / "a").iterdir()} == FILES


def test_a_run_is_finished_when_its_curves_are_drawn(
    tmp_path: Path, optiviz: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or one that was killed before would never have any."""
    words = "train --sizes 784,4,10 --batch-size 6000 --epochs 1 --out a"
    with monkeypatch.context() as patch:
        patch.setattr("optiviz.views.charts.curves.plot_training", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            optiviz(words)
    assert json.loads((tmp_path / "a" / "run.json").read_text())["status"] == "running"
    assert optiviz("train --resume a").returncode == 0
    assert {path.name for path in (tmp_path / "a").iterdir()} == FILES


@pytest.mark.slow
def test_a_run_killed_before_its_first_checkpoint_begins_again(
    tmp_path: Path, whole: Path, optiviz: Callable
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "run.json").write_bytes((whole / "run.json").read_bytes())
    text = (tmp_path / "a" / "run.json").read_text().replace('"finished"', '"running"')
    (tmp_path / "a" / "run.json").write_text(text)
    assert optiviz("train --resume a").returncode == 0
    np.testing.assert_array_equal(weights(tmp_path / "a"), weights(whole))


@pytest.mark.slow
def test_a_second_run_does_not_replace_the_first(tmp_path: Path, optiviz: Callable) -> None:
    words = "train --sizes 784,4,10 --epochs 1 --out a"
    assert optiviz(words).returncode == 0
    before = (tmp_path / "a" / "run.json").read_bytes()
    second = optiviz(f"{words} --seed 1")
    assert second.returncode == 2
    assert "a is not empty: choose another --out" in second.stderr
    assert (tmp_path / "a" / "run.json").read_bytes() == before
    assert optiviz(f"{words} --seed 1 --overwrite").returncode == 0
    assert json.loads((tmp_path / "a" / "run.json").read_text())["options"]["seed"] == 1


# --- mistakes ---

MISTAKES = {
    "--optim adm": "Unknown optimizer 'adm'. Did you mean 'adam'?",
    "--optim sgd:lr=0.1 --lr 0.2": "The learning rate is given twice",
    "--lr=-1": "SGD: lr must be at least 0 and finite, got -1.",
    "--batch-size 0": "batch_size must be at least 1, got 0.",
    "--batch-size 60001": "batch_size must be from 1 to 60000, got 60001.",
    "--epochs 0": "epochs must be at least 1, got 0.",
    "--eval-every 0": "eval_every must be at least 1, got 0.",
    "--patience 2": "--patience watches the validation loss",
    "--patience 0 --validation 9": "patience must be at least 1, got 0.",
    "--validation 60000": "validation must be from 0 to 59999, got 60000.",
    "--sizes 784,x,10": "sizes must be whole numbers with commas between, got '784,x,10'.",
    "--sizes 100,10": "sizes must begin with 784 and end with 10, got '100,10'.",
    "--sizes 784,0,10": "sizes must be 2 or more widths of at least 1",
    "--init zero": "init must be glorot or he, got 'zero'.",
    "--dtype float16": "dtype must be float32 or float64, got 'float16'.",
    "--dtype real": "dtype must be float32 or float64, got 'real'.",
    "--seed=-1": "seed must be at least 0, got -1.",
    "--schedule cosin": "Unknown schedule 'cosin'. Did you mean 'cosine'?",
    "--schedule cosine --schedule-per day": "schedule_per must be epoch or step, got 'day'.",
    "--dataset mnits": "Unknown data set 'mnits'. Did you mean 'mnist'?",
    "--data-dir nowhere": "The data directory nowhere does not exist.",
    "--resume nowhere": "nowhere holds no run: it has no run.json.",
    "--resume nowhere --json": "nowhere holds no run: it has no run.json.",
    "--resume nowhere --lr 1": "--resume goes on as the run began: leave out --lr.",
    "--epochs 3 --resume nowhere --json --out a": "leave out --out.",
    "--out /dev/null/a": "Cannot write /dev/null/a",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_status_2(
    tmp_path: Path, mistake: str, optiviz: Callable
) -> None:
    done = optiviz(f"train {mistake}")
    assert done.returncode == 2
    assert MISTAKES[mistake] in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_data_that_are_gone(tmp_path: Path, optiviz: Callable) -> None:
    (tmp_path / "data").mkdir()
    done = optiviz("train --data-dir data")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "data lacks train-images-idx3-ubyte" in done.stderr


@pytest.mark.slow
def test_a_full_disk(tmp_path: Path, process: Callable) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = process(tmp_path, f"{SMALL} --json", preexec_fn=small_files)
    assert done.returncode == 2, done.stderr
    assert "checkpoint.npz: File too large." in done.stderr
    assert done.stderr.count("\n") == 1
    folder = tmp_path / "runs" / "adam-mnist-0"
    assert [path.name for path in folder.iterdir()] == ["run.json"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path, optiviz: Callable) -> None:
    tmp_path.chmod(0o500)
    done = optiviz(SMALL)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"format": 1, "options": {"speed": 3}}', "typed"]
)
def test_a_damaged_run_json(tmp_path: Path, whole: Path, text: str, optiviz: Callable) -> None:
    if text == "typed":
        text = (whole / "run.json").read_text().replace('"epochs": 2', '"epochs": "two"')
        text = text.replace('"finished"', '"running"')
    (tmp_path / "run.json").write_text(text)
    done = optiviz("train --resume .")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "run.json is not what optiviz wrote" in done.stderr
