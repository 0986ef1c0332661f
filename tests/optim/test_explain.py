"""What a rule is said to be is what it is."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from optiviz import explain, optim
from optiviz.errors import UserError
from optiviz.optim import OPTIMIZERS, on_planes, schedules
from optiviz.optim.trial import begun, extras


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_everything_is_told(name: str) -> None:
    told = explain(name)
    assert [one["name"] for one in told.settings] == OPTIMIZERS[name]().known()
    assert all(one["about"] and one["bound"] for one in told.settings)
    assert re.search(r"\b(19|20)\d\d\b", told.paper)
    assert told.summary.endswith(".")
    text = str(told)
    assert max(map(len, text.splitlines())) <= 100
    assert all(f"    {line}\n" in text for line in (*told.lines, *told.example))
    words = " ".join(text.split())
    assert all(part in words for part in (told.summary, told.purpose, told.paper))
    assert "`" not in text
    plain = re.sub("max|min|sign|abs|sum|search", "", "".join(told.lines))
    letters = set(plain) & set("abcdefghijklmnopqrstuvwxyz")
    said = {*told.symbols, *(one["symbol"] for one in told.settings)}
    named = {symbol[0] for symbol in said if symbol} | {line[0] for line in told.lines}
    assert letters <= named


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_example_is_the_second_step(name: str) -> None:
    usual = OPTIMIZERS[name]()
    rule = usual if usual.rate == "own" else dataclasses.replace(usual, lr=0.1)
    w, given = np.array([2.0]), extras(rule)
    state = begun(rule, w)
    for t in range(2):
        rule.step(w, w.copy(), state, t, **given)
    ends = [line.split(" = ")[1] for line in explain(name).example if line.startswith("w ←")]
    assert float(ends[-1]) == pytest.approx(w[0], rel=1e-3)


def test_settings_are_taken() -> None:
    told = explain("rmsprop:centered=true,lr=0.5")
    assert "m ← βm + (1 − β)g" in told.lines
    assert " − 0.5·" in told.example[-1]
    assert told.forms["centered=false"] == ("w ← w − ηg/(√s + ε)",)
    assert explain("momentum").forms["form=outside"] == ("v ← βv + g", "w ← w − ηv")


def test_what_changes_has_its_usual_value_in_the_example() -> None:
    told = explain(optim.Momentum(lr=schedules.Cosine(0.3), beta=schedules.Linear(0.9)))
    assert told.example == explain("momentum").example


@pytest.mark.parametrize("rule", ["torch:SGD", "nothing", "adam:lr=-1"])
def test_what_cannot_be_explained_is_one_sentence(rule: str) -> None:
    pytest.importorskip("torch")
    with pytest.raises(UserError) as said:
        explain(rule)
    assert "\n" not in str(said.value)


def test_a_rule_of_ones_own_that_brings_a_formula() -> None:
    class Halving(optim.Optimizer):
        """Half of plain descent.

        Nobody 2026.
        """

        purpose = "To be slow."

        def formula(self) -> tuple[str, ...]:
            return ("w ← w − ηg/2",)

        def step(self, w, g, state, t) -> None:
            w -= self.lr * g / 2

    assert explain(Halving()).example == ("w ← 1.9 − 0.1·1.9/2 = 1.805",)


def test_what_is_refused_on_a_plane_is_seen_elsewhere() -> None:
    told = {name: explain(name).command.split()[1] for name in OPTIMIZERS}
    assert {name for name, command in told.items() if command == "animate"} == set(on_planes())
    assert told["muon"] == "train"
