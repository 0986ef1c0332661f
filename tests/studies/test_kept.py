"""What a sweep keeps of every training: its curve, and the test images that it gets wrong."""

from __future__ import annotations

import dataclasses
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.studies.sweep.kept import missing, name_of, read_wrong, write_wrong
from optiviz.studies.sweep.plan import Cell, Plan
from optiviz.studies.sweep.sweep import Sweep
from optiviz.training.directory import RunDirectory
from optiviz.training.recipe import Recipe

LABELS = np.array([7, 2, 1, 0, 4])
QUICK = Recipe("sgd", None, batch_size=4000, epochs=1, seed=0, sizes="784,10")


def folder_of(cell: Cell) -> str:
    return name_of(cell.optim, cell.settings, cell.recipe.seed)


def never() -> bool:
    return False


@pytest.mark.skipif(find_spec("optuna") is None, reason="needs optuna")
@pytest.mark.filterwarnings("ignore")
def test_a_sweep_keeps_what_the_training_did(tmp_path: Path) -> None:
    plan = Plan(QUICK, ("sgd", "momentum"), {"lr": (0.1, 1e9)})
    found = Sweep(plan, tmp_path / "sweep.db", tmp_path / "runs")
    said: list[str] = []
    found.work(lambda _, seen="": said.append(seen), never)
    assert sum("% by sgd lr=0.1 at epoch " in words for words in said) >= 4
    names = [folder_of(cell) for cell in plan.cells()]
    assert missing(tmp_path, names) is None
    networks = QUICK.networks()
    labels = networks[1].y
    for cell, result in zip(plan.cells(), found.results(), strict=True):
        kept = tmp_path / "runs" / folder_of(cell)
        done = dataclasses.replace(cell.recipe, eval_every=3).train(networks)
        history = RunDirectory(kept).history()
        for name in ("epoch", "step", "train_loss", "test_loss", "test_accuracy", "lr"):
            assert history[name].tolist() == done.history[name].tolist()
        guesses = read_wrong(kept, labels, 10)
        if result["diverged"]:
            assert guesses.tolist() == labels.tolist()
            continue
        assert guesses.tolist() == networks[1].predict(done.w).tolist()
        assert (guesses == labels).mean() == result["test_accuracy"] == history["test_accuracy"][-1]
    (tmp_path / "runs" / names[1] / "wrong.csv").unlink()
    assert "keeps the curves of 3 of its 4 trainings: give" in str(missing(tmp_path, names))


def test_every_training_has_a_folder_of_its_own() -> None:
    plan = Plan(QUICK, ("sgd", "momentum:form=outside", "momentum"), {"lr": (0.1, 0.2)}, seeds=2)
    names = [folder_of(cell) for cell in plan.cells()]
    assert len(set(names)) == len(names) == 12
    again = Cell.of(dataclasses.replace(QUICK, eval_every=9), "sgd", {"lr": 0.1}, 0)
    assert folder_of(again) == names[0]


def test_what_was_wrong_is_read_again(tmp_path: Path) -> None:
    write_wrong(tmp_path, np.array([7, 3, 1, -1, 9]), LABELS)
    assert (tmp_path / "wrong.csv").read_text() == "image,label,predicted\n1,2,3\n4,4,9\n"
    assert read_wrong(tmp_path, LABELS, 10).tolist() == [7, 3, 1, 0, 9]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("5,4,1", "names images that there are not"),
        ("-1,4,1", "names images that there are not"),
        ("1,2,3\n1,2,3", "not those of the data set"),
        ("1,7,3", "not those of the data set"),
        ("1,2,10", "its classes cannot be"),
        ("1,2,-1", "its classes cannot be"),
        ("1,2,2", "its classes cannot be"),
        ("1,2,<script>", "invalid literal"),
        ("1,2,99999999999999999999", "too large"),
        ("1,2", "not what optiviz wrote"),
        ("1,2,3\n" * 800_000, "more than 4194304 bytes"),
    ],
)
def test_a_table_of_wrong_images_from_elsewhere_is_looked_at(
    tmp_path: Path, lines: str, reason: str
) -> None:
    (tmp_path / "wrong.csv").write_text(f"image,label,predicted\n{lines}\n")
    with pytest.raises(UserError, match=reason) as told:
        read_wrong(tmp_path, LABELS, 10)
    assert str(told.value).count("\n") == 0
