"""A recipe is all that decides a training: nothing in it is dropped on its way to the loop."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from optiviz import UserError, optim
from optiviz.fast import wanted
from optiviz.problems import load
from optiviz.training import recipe as module
from optiviz.training.recipe import Recipe

USUAL = Recipe("sgd:lr=0.1", lr=None, batch_size=100, epochs=1, seed=0, sizes="784,5,10")
OTHER: dict[str, Any] = {
    **{"optim": "adam:lr=0.1", "batch_size": 50, "epochs": 2, "seed": 3, "schedule": "cosine"},
    **{
        "schedule_per": "step",
        "sizes": "784,6,10",
        "biases": True,
        "init": "he",
        "activation": "tanh",
    },
    **{"dtype": "float64", "validation": 9, "eval_every": 7, "patience": 2, "shuffle": False},
    **{"weight_decay": 0.1},
    **{"threads": 2, "compiled": not USUAL.networks()[0].compiled},
}
# Which data are read is seen by `load` alone; η has a test of its own.
ELSEWHERE = {"lr", "dataset", "data_dir"}


def told(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """All that the loop is told."""
    seen: dict[str, Any] = {}

    def listen(network: Any, test: Any, rule: Any, **how: Any) -> None:
        seen.update(how, rule=repr(rule), samples=network.n_samples, sizes=network.sizes)
        seen.update(
            dtype=network.dtype,
            biases=network.biases,
            compiled=network.compiled,
            f=network.activation,
        )
        seen.update(start=network.start(0).tolist(), validation=how["validation"] is not None)

    monkeypatch.setattr(module, "train", listen)
    recipe.train()
    return seen


def test_every_field_has_a_case() -> None:
    assert {field.name for field in dataclasses.fields(Recipe)} == set(OTHER) | ELSEWHERE


@pytest.mark.parametrize("name", OTHER)
def test_nothing_is_dropped(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "compiled" and not wanted():
        pytest.skip("needs the extra fast")
    changed = dataclasses.replace(USUAL, **{name: OTHER[name]})
    assert told(changed, monkeypatch) != told(USUAL, monkeypatch)


def test_what_is_handed_over_reaches_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(module, "train", lambda *parts, **how: seen.update(how, parts=parts))
    handed = {
        name: object() for name in ("layers", "on_progress", "on_checkpoint", "stop", "resume")
    }
    networks, rule = USUAL.networks(), optim.SGD(lr=0.3)
    USUAL.train(networks, rule, **handed)  # type: ignore[arg-type]
    assert seen["parts"] == (networks[0], networks[1], rule)
    assert {name: seen[name] for name in handed} == handed


@pytest.mark.parametrize(
    ("words", "lr", "rule"),
    [
        ("momentum:beta=0.8", 0.3, optim.Momentum(lr=0.3, beta=0.8)),
        ("adam", 1, optim.Adam(lr=1.0)),
        ("adam", 1e-05, optim.Adam(lr=1e-05)),
        ("adam:lr=0.2", None, optim.Adam(lr=0.2)),
        ("sgd", None, optim.SGD(lr=0.02)),  # the network's usual rate
    ],
)
def test_the_rate_stands_in_the_words_or_beside_them(
    words: str, lr: float | None, rule: optim.Optimizer
) -> None:
    assert dataclasses.replace(USUAL, optim=words, lr=lr).rule(USUAL.networks()[0]) == rule


@pytest.mark.parametrize("words", ["sgd:lr=0.1", "keras:SGD:learning_rate=0.1"])
def test_a_rate_that_is_given_twice_is_refused(words: str) -> None:
    with pytest.raises(UserError, match="The learning rate is given twice: in --lr and in"):
        dataclasses.replace(USUAL, optim=words, lr=0.2).rule(USUAL.networks()[0])


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("adam", optim.Adam(lr=0.02, weight_decay=0.3)),  # g + λw, as PyTorch's
        ("adamw:beta1=0.8", optim.AdamW(lr=0.02, beta1=0.8, weight_decay=0.3)),
    ],
)
def test_a_weight_decay_is_the_rules_own(words: str, rule: optim.Optimizer) -> None:
    recipe = dataclasses.replace(USUAL, optim=words, lr=0.02, weight_decay=0.3)
    assert recipe.rule(USUAL.networks()[0]) == rule
    assert recipe.command().endswith("--weight-decay 0.3")
    assert dataclasses.replace(recipe, optim="torch:SGD").words() == "torch:SGD:weight_decay=0.3"


@pytest.mark.parametrize(
    ("words", "decay", "said"),
    [
        ("adam:weight_decay=0.1", 0.3, "weight decay is given twice: in --weight-decay and in 'ad"),
        ("adam", -1.0, "weight_decay"),
    ],
)
def test_a_weight_decay_that_no_rule_takes_is_refused(words: str, decay: float, said: str) -> None:
    with pytest.raises(UserError, match=said):
        dataclasses.replace(USUAL, optim=words, weight_decay=decay).rule(USUAL.networks()[0])


def test_networks_may_be_made_of_other_data() -> None:
    data = load("mnist")
    few = dataclasses.replace(data, x_train=data.x_train[:50], y_train=data.y_train[:50])
    assert [part.n_samples for part in USUAL.networks(few) if part] == [50, 10_000]
    split = dataclasses.replace(USUAL, validation=20).networks(few)
    assert [part.n_samples for part in split if part] == [30, 10_000, 20]
    np.testing.assert_array_equal(split[2].x, data.x_train[30:50])  # type: ignore[union-attr]


def test_options_read_back() -> None:
    recipe = dataclasses.replace(USUAL, **{k: v for k, v in OTHER.items() if k != "compiled"})
    assert Recipe.read(dataclasses.asdict(recipe)) == recipe
    for wrong in ({"epochs": "two"}, {"speed": 3}):
        with pytest.raises(TypeError):
            Recipe.read(dataclasses.asdict(recipe) | wrong)
