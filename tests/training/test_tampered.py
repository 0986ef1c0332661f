"""A run directory that somebody has changed is refused in one sentence before it costs anything."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optiviz.training.kept import Kept
from optiviz.training.recipe import Recipe

P = 784 * 4 + 4 * 10


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was killed after its last checkpoint, as far as its directory tells."""
    path = tmp_path_factory.mktemp("whole") / "a"
    recipe = Recipe("adam", None, 6000, 1, 0, sizes="784,4,10", eval_every=4, compiled=False)
    work = Kept.begin(recipe, path)
    work.train(lambda *_: None, lambda: False)
    return path


def counts(step: int, count: int) -> dict[str, Any]:
    return {"counts": np.array([step, count])}


def rows(*steps: float) -> dict[str, Any]:
    table = np.ones((len(steps), 9))
    table[:, 1] = steps
    return {"rows": table}


ARRAYS: dict[str, dict[str, Any]] = {
    "a slot is missing": {"slot.moment1": None},
    "all slots are missing": {"slot.moment1": None, "slot.moment2": None},
    "a slot of another rule": {"slot.velocity": np.zeros(P, "f4")},
    "a slot that is too short": {"slot.moment1": np.zeros(P - 1, "f4")},
    "a slot of another type": {"slot.moment1": np.zeros(P)},
    "an unknown array": {"surprise": np.zeros(3)},
    "no weights": {"w": None},
    "weights that are too long": {"w": np.zeros(P + 1, "f4")},
    "weights of another type": {"w": np.zeros(P, "i8")},
    "weights that are no numbers": {"w": np.full(P, np.nan, "f4")},
    "best weights of another shape": {"best": np.zeros((P, 1), "f4")},
    "more updates than there are": counts(11, 1),
    "fewer updates than evaluations": counts(3, 0),
    "a count below zero": counts(10, -1),
    "another count than that since": counts(10, 1),
    "counts that are halves": {"counts": np.array([10.0, 0.0])},
    "counts in words": {"counts": np.array(["10", "0"])},
    "three counts": {"counts": np.array([10, 0, 0])},
    "numbers that are none": {"numbers": np.array([np.nan, 1.0])},
    "time below zero": {"numbers": np.array([0.0, -1.0])},
    "evaluations out of order": rows(8, 4, 10),
    "an evaluation twice": rows(4, 4, 10),
    "an evaluation before the start": rows(-4, 10),
    "an evaluation of no step": rows(4, np.nan, 10),
    "evaluations with a column too few": {"rows": np.ones((3, 8))},
    "layers of another network": {"layers": np.full((1, 7), 4.0)},
    "layers of another update": {"layers": np.full((1, 5), 3.0)},
    "layers in words": {"layers": np.full((1, 5), "4")},
    "evaluations in words": {"rows": np.full((3, 9), "1")},
}


@pytest.mark.parametrize("case", ARRAYS)
def test_a_checkpoint_that_was_changed_is_refused(
    tmp_path: Path, whole: Path, optiviz: Callable, case: str
) -> None:
    shutil.copytree(whole, tmp_path / "a")
    path = tmp_path / "a" / "checkpoint.npz"
    with np.load(path) as file:
        arrays = dict(file) | ARRAYS[case]
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    done = optiviz("train --resume a")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("optiviz: a/checkpoint.npz is not a checkpoint of this run: ")


def test_the_run_that_was_changed_above_goes_on(
    tmp_path: Path, whole: Path, optiviz: Callable
) -> None:
    shutil.copytree(whole, tmp_path / "a")
    assert optiviz("train --resume a").returncode == 0


@pytest.mark.slow
def test_a_checkpoint_that_is_a_bomb_is_refused(
    tmp_path: Path, whole: Path, optiviz: Callable
) -> None:
    shutil.copytree(whole, tmp_path / "a")
    path = tmp_path / "a" / "checkpoint.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("w.npy", "w", force_zip64=True) as member,
    ):
        for _ in range(1 << 5):
            member.write(bytes(1 << 24))
    done = optiviz("train --resume a")
    assert done.returncode == 2
    assert "bytes would unpack to 536870912" in done.stderr


FACTS: dict[str, Any] = {
    "no status": {"status": None},
    "an unknown status": {"status": "paused"},
    "finished without a verdict": {"status": "finished", "verdict": None},
    "no options": {"options": None},
    "options in words": {"options": "adam"},
    "no epochs": {"options.epochs": 0},
    "epochs in words": {"options.epochs": "1"},
    "a batch below zero": {"options.batch_size": -5},
    "an unknown option": {"options.speed": 3},
    "an unknown rule": {"options.optim": "adm"},
    "a weight decay that is none of the rule's settings": {"options.weight_decay": 0.1},
    "another rule than the checkpoint's": {"options.optim": "momentum"},
    "another network than the checkpoint's": {"options.sizes": "784,5,10"},
    "fewer updates than the checkpoint's": {"options.batch_size": 30_000},
    "other data": {"data": {"name": "mnist", "checksum": "0"}},
    "data in words": {"data": "mnist"},
}


@pytest.mark.parametrize("case", FACTS)
def test_facts_that_were_changed_are_refused(
    tmp_path: Path, whole: Path, optiviz: Callable, case: str
) -> None:
    shutil.copytree(whole, tmp_path / "a")
    path = tmp_path / "a" / "run.json"
    facts = json.loads(path.read_text())
    for name, value in FACTS[case].items():
        group, _, key = name.rpartition(".")
        (facts[group] if group else facts)[key] = value
    path.write_text(json.dumps({k: v for k, v in facts.items() if v is not None}))
    done = optiviz("train --resume a")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 9 + "]" * 9])
def test_facts_of_great_depth_are_refused(
    tmp_path: Path, whole: Path, optiviz: Callable, text: str
) -> None:
    shutil.copytree(whole, tmp_path / "a")
    (tmp_path / "a" / "run.json").write_text(text)
    done = optiviz("train --resume a")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "a/run.json is not what optiviz wrote: " in done.stderr


def test_facts_of_great_length_are_refused(
    tmp_path: Path, whole: Path, optiviz: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(whole, tmp_path / "a")
    monkeypatch.setattr("optiviz.files.MOST", 100)
    done = optiviz("train --resume a")
    assert "a/run.json is not what optiviz wrote: it has more than 100 bytes." in done.stderr


COMPARED: dict[str, dict[str, Any]] = {
    "no seeds": {"seeds": 0},
    "a thousand million seeds": {"seeds": 10**9},
    "seeds in words": {"seeds": "2"},
    "truth for seeds": {"seeds": True},
    "no rules": {"optimizers": []},
    "rules in a word": {"optimizers": "sgd"},
    "rules in numbers": {"optimizers": [1]},
    "an unknown rule": {"optimizers": ["sdg"]},
    "options in words": {"options": "all"},
    "another format": {"format": 2},
}


@pytest.mark.parametrize("case", COMPARED)
def test_a_comparison_that_was_changed_is_refused(
    tmp_path: Path, whole: Path, optiviz: Callable, case: str
) -> None:
    options = json.loads((whole / "run.json").read_text())["options"]
    facts = {"format": 1, "optimizers": ["sgd"], "seeds": 1, "options": options}
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "compare.json").write_text(json.dumps(facts | COMPARED[case]))
    done = optiviz("compare --resume a --jobs 1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().count("\n") == 0
