"""Words, lists and objects are taken at every door."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from optiviz import descend, maps, optim, race, schedules, steps, surfaces
from optiviz.errors import UserError
from optiviz.problems import as_problem, valley
from optiviz.runs.inputs import as_rule, as_rules

BOWL, VALLEY = surfaces["bowl"], surfaces["valley"]

SAME = [
    (lambda: descend("rosenbrock", "adam:lr=0.1"), ("rosenbrock", optim.Adam(lr=0.1))),
    (lambda: descend("rosenbrock", optim.Adam()), ("rosenbrock", optim.Adam(lr=0.001))),
    (lambda: descend(BOWL, optim.Adam), ("bowl", optim.Adam(lr=0.1))),
    (lambda: descend(BOWL, "adam"), ("bowl", optim.Adam(lr=0.1))),
    (lambda: descend("valley:condition=4", "sgd"), (valley(4), optim.SGD(lr=0.06))),
    (
        lambda: race("regression", "sgd", 5, (1, 0), "cosine", 30, 3)[0],
        ("regression", as_rule(as_problem("regression"), "sgd", "cosine"), (1, 0), 5, 30, 3),
    ),
    (lambda: descend(BOWL, "sgd", [1, 1]), ("bowl", optim.SGD(lr=0.1), (1.0, 1.0))),
]


@pytest.mark.parametrize(("door", "plain"), SAME)
def test_words_classes_and_rules_run_alike(door: Callable[[], Any], plain: Any) -> None:
    assert door() == descend(*plain)


def test_a_word_is_one_rule_not_its_letters() -> None:
    assert race(BOWL, "adam") == race("bowl", ["adam"]) == race("bowl", optim.Adam, steps=120)
    assert race("bowl", optim.Adam(lr=0.1)) == race(BOWL, ("adam:lr=0.1",))
    assert [rule.lr for rule in as_rules(BOWL, "sgd")] == [0.1]


def test_lists_of_starts() -> None:
    (run,) = race("bowl", "sgd", start=[[1, 1], [0, -1]], steps=3)
    assert run.w.shape == (4, 2, 2)
    assert run == descend(BOWL, optim.SGD(lr=0.1), np.array([[1.0, 1.0], [0.0, -1.0]]), steps=3)
    with pytest.raises(UserError, match=r"The start 0,9 is outside the bounds of bowl"):
        race("bowl", "sgd", start=[[1, 1], [0, 9]])
    with pytest.raises(UserError, match="must have 2 parameters"):
        race("bowl", "sgd", start=[1, 1, 1])


def test_the_loop_takes_words() -> None:
    assert [point.loss for point in steps("bowl", "sgd:lr=0.5", (1, 0), 2)] == [0.5, 0.125, 0.03125]


def test_maps_take_words() -> None:
    rates = ("lr", [0.01, 0.09])
    by_words = maps.rate_map("valley", "momentum", rates, ("beta", [0.0, 0.5]), steps=20)
    by_class = maps.rate_map(VALLEY, optim.Momentum, rates, ("beta", [0.0, 0.5]), steps=20)
    assert np.array_equal(by_words.loss, by_class.loss)
    starts = [maps.basin_map(p, "sgd", points=3) for p in ("himmelblau", surfaces["himmelblau"])]
    assert np.array_equal(starts[0].index, starts[1].index)
    (curve,) = maps.sensitivity("bowl", "sgd", [0.1, 1.0]).curves
    assert type(curve.rule) is optim.SGD


def test_a_schedule_is_words_or_an_object() -> None:
    (words,) = race("bowl", "sgd", schedule="cosine", steps=5)
    (given,) = race("bowl", "sgd", schedule=schedules.Cosine(0.1), steps=5)
    assert words == given
    assert words.lr[0] == 0.1 > words.lr[-1]


@dataclass(frozen=True)
class Mine(optim.Optimizer):
    """Has a setting without a bound, and one that is no field at all."""

    pull: Any = 1.0

    def step(self, w, g, state, t):
        w -= self.lr * self.pull * g


def test_a_schedule_on_a_plain_field_of_ones_own() -> None:
    run = descend("bowl", Mine(lr=0.1, pull=schedules.Linear(1.0)), steps=4)
    assert run.hyper["pull"].tolist() == [1.0, 0.75, 0.5, 0.25]
    assert run.w[1] == pytest.approx(0.9 * run.w[0])
    assert run.w[4] == pytest.approx(0.975 * run.w[3])


MISTAKES = [
    (lambda: as_problem("rosenbrok"), "Unknown problem 'rosenbrok'. Did you mean 'rosenbrock'?"),
    (lambda: as_problem(3), "A problem is a surface, the name of one, or an expression in x and y"),
    (lambda: descend(None, "adam"), "A problem is a surface"),
    (lambda: as_rule(BOWL, "adan"), "Unknown optimizer 'adan'. Did you mean 'adam'?"),
    (lambda: as_rule(BOWL, 3), 'An optimizer is a rule, its class, or words such as "adam:lr=0.1"'),
    (lambda: as_rule(BOWL, int), "int is no update rule"),
    (lambda: race("bowl", [["sgd"]]), "An optimizer is a rule, its class, or words"),
    (lambda: race("bowl", "sgd", schedule="cosin"), "Unknown schedule 'cosin'."),
    (lambda: maps.sensitivity("bowl", []), "A map of learning rates needs at least one optimizer."),
    (lambda: surfaces["rosenbrok"], "Unknown surface 'rosenbrok'. Did you mean 'rosenbrock'?"),
    (lambda: optim.OPTIMIZERS["Adamm"], "Unknown optimizer 'Adamm'. Did you mean 'adam'?"),
]


@pytest.mark.parametrize(("door", "sentence"), MISTAKES)
def test_a_mistake_is_one_sentence(door: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}"):
        door()


def test_the_surfaces_are_a_dictionary_all_the_same() -> None:
    assert "bowl" in surfaces
    assert "rosenbrok" not in surfaces
    assert surfaces.get("rosenbrok") is None
    with pytest.raises(KeyError, match=r"^Unknown surface"):
        surfaces["x"]
    assert {**surfaces} == surfaces
