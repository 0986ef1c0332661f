"""What the MNIST lab's controls mean: any state becomes a good one, and a command says the same."""

from __future__ import annotations

import itertools
import math
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiviz.labs.controls import Knob, decades, knobs
from optiviz.labs.mnist import form as mnist_form
from optiviz.optim import OPTIMIZERS, on_networks
from optiviz.problems import MLP
from optiviz.problems.network import mlp

NETWORK = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 2))
anything: Any = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
lanes = st.fixed_dictionaries(
    {}, optional={"rule": st.sampled_from(on_networks()) | anything, "lr": anything}
)
states = st.fixed_dictionaries(
    {},
    optional={"lanes": st.lists(lanes | anything) | anything, "hidden": anything}
    | dict.fromkeys(("batch_size", "epochs", "seed", "end", "schedule"), anything),
)


@pytest.mark.slow
@given(states | anything)
def test_any_state_becomes_one_that_can_be_trained(sent: Any) -> None:
    state, notes = mnist_form.clean(sent)
    assert mnist_form.clean(state) == (state, [])
    assert all(note.endswith(".") for note in notes)
    for recipe in mnist_form.recipes(state):
        rule = recipe.rule(NETWORK)
        assert all(math.isfinite(v) for v in rule.settings().values() if isinstance(v, float))
        assert 1 <= recipe.epochs <= 50
        assert 1 <= recipe.batch_size <= 1000


@pytest.mark.parametrize(
    ("sent", "name", "value", "note"),
    [
        ({"batch_size": 7}, "batch_size", 5, "Batch size m is set to 5."),
        ({"epochs": 1e300}, "epochs", 50, "Epochs is set to 50."),
        ({"seed": float("nan")}, "seed", 0, "Seed is set to 0."),
        ({"schedule": "cubic"}, "schedule", "constant", "There is no such decay schedule, so η"),
        ({"hidden": "300, 10000"}, "hidden", "300, 100, 100", "Hidden layers are up to 5 widths"),
        ({"hidden": "1 2 3 4 5 6"}, "hidden", "300, 100, 100", "Hidden layers are up to 5 widths"),
        ({"hidden": "__import__('os')"}, "hidden", "300, 100, 100", "Hidden layers are up to"),
        ({"hidden": "x" * 1_000_000}, "hidden", "300, 100, 100", "Hidden layers are up to 5"),
    ],
)
def test_what_is_not_good_is_put_right_and_said(
    sent: Any, name: str, value: Any, note: str
) -> None:
    state, notes = mnist_form.clean({"lanes": [{"rule": "sgd"}]} | sent)
    assert state[name] == value
    assert len(notes) == 1
    assert notes[0].startswith(note)


@pytest.mark.parametrize(
    ("typed", "widths"), [("", ""), ("64", "64"), ("64,32", "64, 32"), (" 64  32 ,8", "64, 32, 8")]
)
def test_widths_may_be_written_in_several_ways(typed: str, widths: str) -> None:
    assert mnist_form.clean({"lanes": [{"rule": "sgd"}], "hidden": typed}) == (
        mnist_form.clean({"lanes": [{"rule": "sgd"}], "hidden": widths})[0],
        [],
    )


def test_a_wrong_value_of_a_rule_goes_to_the_nearest() -> None:
    sent = {"lanes": [{"rule": "adam", "lr": 0, "beta1": 7}, {"rule": "sdg"}]}
    state, notes = mnist_form.clean(sent)
    plain = {"rule": "adam", "lr": 1e-5, "beta1": 0.999, "beta2": 0.999, "weight_decay": 0.0}
    assert state["lanes"][0] == plain
    assert state["lanes"][1]["rule"] == "momentum"
    assert notes == [
        "Learning rate η is set to 1e-05.",
        "Momentum β₁ is set to 0.999.",
        "There is no such optimiser; momentum stands in its place.",
    ]


@pytest.mark.parametrize("rule", on_networks())
def test_every_rule_opens_on_its_own_defaults(rule: str) -> None:
    offered = knobs(rule, mnist_form.RATES, mlp.RATES)
    for name, knob in offered.items():
        assert knob.default in knob.values
        if name != "lr":
            assert knob.default == getattr(OPTIMIZERS[rule](), name)
    (recipe,) = mnist_form.recipes(mnist_form.clean({"lanes": [{"rule": rule}]})[0])
    assert {k: getattr(recipe.rule(NETWORK), k) for k in offered} == {
        k: knob.default for k, knob in offered.items()
    }


@pytest.mark.parametrize("schedule", mnist_form.SCHEDULES)
def test_a_schedule_falls_to_its_share(schedule: str) -> None:
    sent = {"lanes": [{"rule": "sgd", "lr": 0.5}], "schedule": schedule, "end": 0.1, "epochs": 10}
    (recipe,) = mnist_form.recipes(mnist_form.clean(sent)[0])
    rate = recipe.rule(NETWORK).lr
    if schedule == "constant":
        assert rate == 0.5
        return
    assert rate.base == 0.5
    if mnist_form.SCHEDULES[schedule]:
        assert rate(10, 10) == pytest.approx(0.05, rel=1e-3)


def test_the_command_has_every_setting() -> None:
    lanes = [{"rule": "adam", "lr": 0.002, "beta1": 0.8, "beta2": 0.99, "weight_decay": 0.1}]
    sent = {"lanes": lanes, "schedule": "linear", "end": 0.01, "hidden": "64", "seed": 3}
    (recipe,) = mnist_form.recipes(mnist_form.clean(sent | {"batch_size": 50, "epochs": 2})[0])
    assert shlex.split(recipe.command()) == [
        *("optiviz", "train", "--optim", "adam:beta1=0.8,beta2=0.99,weight_decay=0.1"),
        *("--lr", "0.002"),
        *("--batch-size", "50", "--epochs", "2", "--seed", "3", "--schedule", "linear:end=2e-05"),
        *("--sizes", "784,64,10", "--eval-every", "120"),
    ]


def test_decades_are_even_on_a_logarithmic_scale() -> None:
    values = decades(-5, 0)
    ratios = [b / a for a, b in itertools.pairwise(values)]
    assert values[0] == 1e-5
    assert values[-1] == 1
    assert max(ratios) < 1.7
    assert min(ratios) > 1.3


@pytest.mark.parametrize("sent", [None, "0.9", True, [0.9], float("nan")])
def test_what_is_no_number_gives_the_default(sent: Any) -> None:
    assert Knob("β", (0.0, 0.5, 0.9), 0.5).nearest(sent) == 0.5


@pytest.mark.parametrize(("sent", "value"), [(math.inf, 0.9), (-math.inf, 0.0), (0.6, 0.5)])
def test_a_number_goes_to_the_nearest_value(sent: float, value: float) -> None:
    assert Knob("β", (0.0, 0.5, 0.9), 0.5).nearest(sent) == value
