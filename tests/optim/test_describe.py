"""What a rule is called in a picture, however its settings were given."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import descend, optim, schedules, surfaces
from optiviz.optim.describe import EVERY, apart, describe, word
from optiviz.runs import Run


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (optim.SGD(lr=0.1), "SGD  η = 0.1"),
        (optim.SGD(lr=1), "SGD  η = 1"),
        (optim.SGD(lr=np.float32(0.1)), "SGD  η = 0.1"),
        (optim.SGD(lr=np.int64(2)), "SGD  η = 2"),
        (optim.SGD(lr=np.array(0.25)), "SGD  η = 0.25"),
        (optim.SGD(lr=np.array([[0.5], [0.1], [0.2]])), "SGD  η = 0.1 … 0.5"),
        (optim.SGD(lr=schedules.Linear(1)), "SGD  η = 1 linear"),
        (optim.SGD(lr=schedules.WarmUp(then=schedules.Cosine(0.3))), "SGD  η = 0.3 warmup"),
        (optim.Momentum(), "Momentum  η = 0.01  β = 0.9"),
        (optim.Momentum(beta=0, form="outside"), "Momentum  η = 0.01  β = 0  outside"),
        (optim.RMSProp(lr=0.001), "RMSProp  η = 0.001  β = 0.99"),
        (optim.Adadelta(lr=1, rho=0.9), "Adadelta  η = 1  ρ = 0.9"),
        (optim.Adam(), "Adam  η = 0.001"),
    ],
)
def test_a_rule_and_its_run_have_the_same_words(rule: optim.Optimizer, words: str) -> None:
    assert describe(rule) == words
    assert describe(optim.name_of(rule), rule.settings()) == words


def test_a_run_that_was_read_back_has_the_same_words(tmp_path) -> None:
    run = descend(surfaces["bowl"], optim.SGD(lr=schedules.Cosine(0.1)), steps=3)
    again = Run.load(run.save(tmp_path / "a.npz"))
    assert describe(again.optimizer, again.settings) == "SGD  η = 0.1 cosine"


def test_a_frameworks_rule_is_told_by_the_settings_that_have_a_symbol() -> None:
    settings = {"lr": 1, "momentum": 0.9, "weight_decay": 0.1, "nesterov": True, "rho": None}
    assert describe("torch:SGD", settings) == "torch:SGD  η = 1"
    assert describe("torch:SGD", settings, EVERY, " ") == "torch:SGD η = 1 λ = 0.1"


def test_which_settings_are_told_can_be_chosen() -> None:
    rule = optim.AdamW(lr=0.01, weight_decay=0)
    assert describe(rule, names=EVERY, between=" ") == "AdamW η = 0.01 β₁ = 0.9 β₂ = 0.999 λ = 0"
    assert describe(rule, names=["beta2"]) == "AdamW  β₂ = 0.999"


@pytest.mark.parametrize(
    ("lr", "words"),
    [(2.001, "2.001"), (0.0123457, "0.0123457"), (1 / 3, "0.333"), (1e-5, "1e-05"), (2, "2")],
)
def test_a_number_is_told_as_it_was_typed(lr: float, words: str) -> None:
    assert describe(optim.SGD(lr=lr)) == f"SGD  η = {words}"


def test_every_rule_has_a_word_for_people() -> None:
    words = (
        "SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adadelta, Adam, AMSGrad, AdamW, Nadam, Lion, "
        "SignSGD, RAdam, ADOPT, Schedule-Free SGD, Schedule-Free AdamW, Prodigy, SAM, L-BFGS, "
        "Full AdaGrad, Shampoo, Muon"
    )
    assert [word(name) for name in optim.OPTIMIZERS] == words.split(", ")


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (["adam:lr=1"], ["Adam"]),
        (["sgd:lr=1", "sgd:lr=2"], ["η = 1", "η = 2"]),
        (["sgd:lr=1", "sgd:lr=1"], ["SGD", "SGD"]),
        (["sgd:lr=1", "adam:lr=2"], ["SGD", "Adam"]),
        (["adam:beta2=0.9", "adam:beta2=0.99"], ["β₂ = 0.9", "β₂ = 0.99"]),
        (["momentum:lr=1", "momentum:lr=1,form=outside"], ["Momentum", "outside"]),
        (
            ["sgd:lr=1", "momentum:lr=1,beta=0.5", "momentum:lr=2,beta=0.9"],
            ["SGD", "Momentum, η = 1, β = 0.5", "Momentum, η = 2, β = 0.9"],
        ),
    ],
)
def test_names_say_what_tells_rules_apart(rules: list[str], words: list[str]) -> None:
    read = [optim.parse(rule) for rule in rules]
    assert apart([(optim.name_of(rule), rule.settings()) for rule in read]) == words
