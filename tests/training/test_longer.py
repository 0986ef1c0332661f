"""A training that goes on beyond its end is one that was planned to be longer, or is refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.training.kept import Kept
from optiviz.training.longer import rounding
from optiviz.training.recipe import Recipe

RNG = np.random.default_rng(7)
USUAL = Recipe("adam:lr=0.01", lr=None, batch_size=16, epochs=2, seed=1, sizes="6,5,3")
SCHEDULES = ["constant", "step:step_size=1", "exponential", "inverse-time", "warmup:steps=2"]
STRETCHED = ["linear", "cosine", "one-cycle", "warmup:steps=1,then=cosine"]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    x = RNG.standard_normal((90, 6))
    np.savez("mine.npz", x=x, y=np.argmax(x[:, :3], axis=1))


def trained(path: str, on: int | None = None, stop: int = 10**9, **how: Any) -> Kept:
    """A run begun for so many epochs, or gone on with."""
    asked = iter(range(10**9))
    recipe = dataclasses.replace(USUAL, dataset="mine.npz", **how)
    work = Kept.resume(Path(path), on) if on else Kept.begin(recipe, Path(path))
    work.finish(work.train(lambda *_: None, lambda: next(asked) >= stop))
    return work


def left(path: str) -> tuple[Any, ...]:
    """All that a run leaves but its times."""
    facts = json.loads((Path(path) / "run.json").read_text())
    rows = [
        line.rpartition(",")[0] for line in (Path(path) / "metrics.csv").read_text().splitlines()
    ]
    rows += (Path(path) / "layers.csv").read_text().splitlines()
    kept = {k: facts[k] for k in ("options", "settings", "versions", "data", "verdict", "steps")}
    with np.load(Path(path) / "weights.npz") as file:
        return kept | {"status": facts["status"]}, rows, file["w"].tolist()


@pytest.mark.parametrize("stop", [10**9, 3, 7])
@pytest.mark.parametrize("schedule", [None, *SCHEDULES])
def test_longer_is_planned_longer_to_the_bit(schedule: str | None, stop: int) -> None:
    trained("short", schedule=schedule, stop=stop)
    trained("short", on=5)
    trained("long", schedule=schedule, epochs=5)
    assert left("short") == left("long")


@pytest.mark.parametrize("per", ["epoch", "step"])
@pytest.mark.parametrize("schedule", STRETCHED)
def test_what_stretches_is_refused_and_left_alone(schedule: str, per: str) -> None:
    trained("short", schedule=schedule, schedule_per=per, epochs=3)
    before = (Path("short") / "run.json").read_bytes()
    with pytest.raises(UserError, match=r"stretches with the training: with 5 epochs .* Begin"):
        trained("short", on=5)
    assert (Path("short") / "run.json").read_bytes() == before


def test_what_cannot_go_on() -> None:
    trained("short")
    for epochs in (1, 2):
        with pytest.raises(UserError, match="begun for 2 epochs: --epochs must be more"):
            trained("short", on=epochs)
    (Path("short") / "checkpoint.npz").unlink()
    with pytest.raises(UserError, match="has no checkpoint"):
        trained("short", on=5)
    trained("lost", optim="sgd:lr=1e9")
    with pytest.raises(UserError, match="diverged, and would diverge again"):
        trained("lost", on=5)
    trained("odd", eval_every=3)
    with pytest.raises(UserError, match="beside the 3 updates of its --eval-every"):
        trained("odd", on=5)
    np.savez("mine.npz", x=RNG.standard_normal((90, 6)), y=np.arange(90) % 3)
    with pytest.raises(UserError, match="was trained on other data than"):
        trained("lost", on=5)


def test_patience_that_ran_out_stays_so() -> None:
    """At the last evaluation, too, where the run was over anyway."""
    how: dict[str, Any] = {"optim": "sgd:lr=3", "validation": 20, "patience": 1, "epochs": 50}
    trained("early", **how)
    facts = json.loads((Path("early") / "run.json").read_text())
    assert facts["stopped"] == "patience"
    with pytest.raises(UserError, match="patience ran out"):
        trained("early", on=60)
    trained("late", **how | {"epochs": round(facts["last"]["epoch"])})
    assert json.loads((Path("late") / "run.json").read_text())["stopped"] == ""
    with pytest.raises(UserError, match="patience ran out"):
        trained("late", on=60)


def test_other_rounding_is_told() -> None:
    pytest.importorskip("numba")
    work = trained("short", batch_size=2)
    assert rounding(work.recipe, work.networks[0]) == ""
    long = dataclasses.replace(work.recipe, epochs=500)
    assert "begun for 500 epochs would take compiled loops" in rounding(long, work.networks[0])
    assert rounding(dataclasses.replace(long, activation="tanh"), work.networks[0]) == ""
