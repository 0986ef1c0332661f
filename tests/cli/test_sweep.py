"""`optiviz sweep` as its users meet it, in an empty folder."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from optiviz.cli.sweep import _cells
from optiviz.studies.sweep.sweep import Sweep

pytest.importorskip("optuna", reason="needs optuna")
# What Optuna and SQLAlchemy warn of is their own affair.
pytestmark = pytest.mark.filterwarnings("ignore")
SMALL = "sweep --sizes 784,10 --batch-size 2000 --optim sgd --jobs 1"
MISTAKES = {
    "--optim adm": "Unknown optimizer 'adm'. Did you mean 'adam'?",
    "--grid lr": "Cannot read --grid 'lr': write it as name=value,value.",
    "--grid lr=,": "Cannot read --grid 'lr=,': write it as name=value,value.",
    "--grid lr=0.1 --grid lr=0.2": "--grid names lr twice.",
    "--grid batch-size=10 --grid batch_size=20": "--grid names batch_size twice.",
    "--grid rate=1": "Unknown setting of these rules 'rate'.",
    "--grid lr=0.1 --tune 3": "--grid and --tune are two kinds of sweep: choose one.",
    "--tune 3 --validation 0": "A search needs a validation set: split off --validation samples.",
    "--tune 3 --objective loss": "Unknown objective 'loss'.",
    "--seeds 0": "seeds must be at least 1, got 0.",
    "--tune=-1": "tune must be at least 0, got -1.",
    "--theme pink": "Unknown theme 'pink'.",
    "--jobs 0": "jobs must be at least 1, got 0.",
    "--storage nonsense": "Cannot use the storage: ",
    "--storage sqlite:////no/such/place/sweep.db": "Cannot use the storage: ",
    "--size 9x9": "size must be from 240x180 to 3840x2160, got 9x9.",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_status_2(
    tmp_path: Path, optiviz: Callable, mistake: str
) -> None:
    done = optiviz(f"sweep {mistake}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert MISTAKES[mistake] in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_sweep_is_told_and_kept(tmp_path: Path, process: Callable, optiviz: Callable) -> None:
    words = f"{SMALL} --grid lr=0.1,0.01,0.1"
    done = process(tmp_path, words)
    assert done.returncode == 0, done.stderr
    assert "2/2" in done.stderr
    # Before any training ends, what the first evaluation of one was.
    assert re.search(r" 0/2 .*accuracy=\d+\.\d % by sgd lr=0\.0?1 at epoch 0\.\d+]", done.stderr)
    heads, rule, *rows = done.stdout.splitlines()[:4]
    names = ["optimiser", "settings", "test accuracy", "test loss", "seeds", "seconds", "verdict"]
    assert [head.strip() for head in heads.strip("|").split("|")] == names
    assert set(rule) == {"|", "-"}
    assert [row.split("|")[2].strip() for row in rows] == ["lr=0.1", "lr=0.01"]
    assert done.stdout.endswith(
        "\n\nsgd: works for η = 0.1\nWrote runs/sweep-sgd: tables, trials, curves and pictures\n"
    )
    folder = tmp_path / "runs" / "sweep-sgd"
    assert (folder / "table.md").read_text() == done.stdout.rpartition("Wrote")[0]
    files = {"heat-sgd.png", "sensitivity.png", "sweep.db", "sweep.json", "table.csv"}
    files |= {"table.json", "table.md", "trials.csv", "trials.json", "runs"}
    assert {path.name for path in folder.iterdir()} == files
    again = optiviz(f"{words} --json")
    assert json.loads(again.stdout)["works"] == {"sgd": "works for η = 0.1"}
    assert again.stderr == ""
    other = optiviz(f"{words} --seed 3")
    assert other.returncode == 2
    assert "holds another sweep: choose another --out." in other.stderr


def test_a_row_has_its_units() -> None:
    row = {"optimizer": "sgd", "settings": {"lr": 0.1}, "seeds": 3, "diverged": 1, "seconds": 2.25}
    row |= {"test_accuracy": 0.97684, "test_accuracy_sd": 0.00126}
    row |= {"test_loss": 0.07771, "test_loss_sd": 0.00432}
    cells = ("`sgd`", "lr=0.1", "97.68 ± 0.13 %", "0.0777 ± 0.0043", "3, 1 diverged", "2.2", "ok")
    assert _cells(row | {"verdict": "ok"}) == cells
    unknown = dict.fromkeys(("test_accuracy_sd", "test_loss", "seconds"))
    one = _cells(row | unknown | {"verdict": ""})
    assert one[2:6] == ("97.68 %", "–", "3, 1 diverged", "")


@pytest.mark.parametrize("name", ["why?", "a#b%20c", "two words", "{}", "ö'\""])
def test_a_directory_of_any_name_keeps_its_sweep(
    tmp_path: Path, optiviz: Callable, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    found: list[str] = []

    def carried_out(plan: Any, where: Any, **_: object) -> None:
        held = Sweep(plan, where)
        claimed = held.runs.claim(["a"])
        assert claimed is not None
        found.extend(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
        raise KeyboardInterrupt

    monkeypatch.setattr("optiviz.studies.sweep.sweep.sweep", carried_out)
    assert optiviz(f"{SMALL} --out {shlex.quote(name)}").returncode == 130
    assert sorted(found) == sorted([name, f"{name}/sweep.db", f"{name}/sweep.json"])


def test_ctrl_c_says_how_to_go_on(optiviz: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*args: object, **how: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("optiviz.studies.sweep.sweep.sweep", pressed)
    done = optiviz(SMALL)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Stopped. To go on, give the same command again.\n"


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, optiviz: Callable) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    done = optiviz(f"{SMALL} --out .")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is not empty: choose another --out." in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
