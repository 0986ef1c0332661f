"""A schedule that does not fit the training's length is told before it starts, and no other is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from optiviz import UserError
from optiviz.labs.mnist.lab import MnistLab
from optiviz.optim import parse_schedule
from optiviz.training.length import misfit

DIES = "the schedule keeps η at a hundredth of its highest or less: hardly anything is learnt then."
CASES = {
    ("warmup", 5): "The warm-up takes 10 epochs and the training 5: η comes to 50% of its value.",
    ("warmup", 10): "",
    ("step", 10): "The first drop of η comes after 30 epochs and the training ends after 10.",
    ("step", 31): "",
    ("step:step_size=1,gamma=0.1", 1): (
        "The first drop of η comes after 1 epoch and the training ends after 1."
    ),
    ("step:step_size=1,gamma=0.1", 4): f"From epoch 3 of 4 on, {DIES}",
    ("step:step_size=2,gamma=0.1", 4): "",
    ("exponential:gamma=0.3", 20): f"From epoch 5 of 20 on, {DIES}",
    ("exponential", 3): "In 3 epochs the schedule lets η fall to 96% and no lower.",
    ("exponential", 20): "",
    ("inverse-time", 10): "",
    ("linear", 1): "In 1 epoch the schedule never changes η.",
    ("linear", 2): "",
    ("linear", 300): "",
    ("cosine", 100): "",
    ("one-cycle", 1): "In 1 epoch the schedule lets η come to 4e-06 of its value.",
    ("one-cycle", 8): "",
    ("constant", 3): "",
    ("wsd", 1): "In 1 epoch the schedule never changes η.",
    ("wsd", 10): "",
    ("restarts:period=2", 6): "",
    ("polynomial", 10): "",
}


@pytest.mark.parametrize(("words", "epochs"), CASES)
@pytest.mark.parametrize("lr", [0.02, 30.0])
def test_what_does_not_fit(words: str, epochs: int, lr: float) -> None:
    assert misfit(parse_schedule(words, lr), epochs) == CASES[words, epochs]


@pytest.mark.parametrize(
    ("command", "work"),
    [
        ("train --optim sgd", "training.kept.Kept.train"),
        ("compare --seeds 2", "studies.compare.compare"),
        ("sweep --grid lr=0.1,0.2 --seeds 2", "studies.sweep.sweep.sweep"),
    ],
)
def test_every_command_says_it_once(
    monkeypatch: pytest.MonkeyPatch, optiviz: Callable, command: str, work: str
) -> None:
    if command.startswith("sweep"):
        pytest.importorskip("optuna", reason="needs the extra sweep")

    def refuse(*_: Any, **__: Any) -> None:
        raise UserError("No work today.")

    monkeypatch.setattr(f"optiviz.{work}", refuse)
    done = optiviz(f"{command} --schedule warmup --epochs 2 --sizes 784,2,10")
    sentence = "The warm-up takes 10 epochs and the training 2: η comes to 20% of its value.\n"
    assert done.stderr.count(sentence) == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.endswith("No work today.\n")
    assert not done.stdout


def test_the_lab_says_it_beside_its_controls() -> None:
    lab = MnistLab()
    lab.form = {"lanes": [{"rule": "sgd"}], "epochs": 1, "schedule": "one-cycle"}
    assert lab.plan["notes"] == ["In 1 epoch the schedule lets η come to 4e-06 of its value."]
    lab.form = lab.form | {"epochs": 3}
    assert lab.plan["notes"] == []
