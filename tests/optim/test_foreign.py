"""Rules of PyTorch, optax and Keras, and a user's own, in our loop."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optiviz import descend, optim, schedules, surfaces
from optiviz.errors import UserError
from optiviz.maps import basin_map
from optiviz.optim.foreign import rule as foreign
from optiviz.optim.foreign.engine import ENGINES, engine_of
from optiviz.problems import MLP, load
from optiviz.runs import race, steps
from optiviz.runs.inputs import as_rule
from optiviz.runs.record import Run
from optiviz.training import train
from optiviz.training.directory import RunDirectory

# What frameworks warn of while they are imported and compiled is their own affair.
pytestmark = pytest.mark.filterwarnings("ignore")

# Ours, theirs with the same settings, and the slots that must agree.
ROWS = [
    ("sgd:lr=0.001", "torch:SGD:lr=0.001", ""),
    ("momentum:lr=0.001,form=outside", "torch:SGD:lr=0.001,momentum=0.9", "velocity"),
    ("nesterov:lr=0.001,form=outside", "torch:SGD:lr=0.001,momentum=0.9,nesterov=true", "velocity"),
    ("adagrad:lr=0.02", "torch:Adagrad:lr=0.02", "accumulator"),
    ("rmsprop:lr=0.001", "torch:RMSprop:lr=0.001", "moment2"),
    ("adadelta", "torch:Adadelta", "moment2 step_moment2"),
    ("adam:lr=0.01,beta1=0.8,beta2=0.9", "torch:Adam:lr=0.01,betas=0.8/0.9", "moment1 moment2"),
    ("amsgrad:lr=0.01", "torch:Adam:lr=0.01,amsgrad=true", "moment1 moment2 moment2_max"),
    ("adamw:lr=0.01", "torch:AdamW:lr=0.01", "moment1 moment2"),
    ("nadam:lr=0.002", "torch:NAdam:lr=0.002", "moment1 moment2"),
    ("sgd:lr=0.001", "optax:sgd:lr=0.001", ""),
    ("momentum:lr=0.001,form=outside", "optax:sgd:lr=0.001,momentum=0.9", "velocity"),
    (
        "adagrad:lr=0.02,eps=1e-15,eps_inside_root=true",
        "optax:adagrad:lr=0.02,initial_accumulator_value=0,eps=1e-15",
        "accumulator",
    ),
    ("rmsprop:lr=0.001", "optax:rmsprop:lr=0.001,decay=0.99,eps_in_sqrt=false", "moment2"),
    ("adadelta", "optax:adadelta:eps=1e-6", "moment2 step_moment2"),
    ("adam:lr=0.01", "optax:adam:lr=0.01", "moment1 moment2"),
    ("adamw:lr=0.01", "optax:adamw:lr=0.01,weight_decay=0.01", "moment1 moment2"),
    ("lion:lr=0.001", "optax:lion:lr=0.001,weight_decay=0", "moment1"),
    ("sgd:lr=0.001", "keras:SGD:lr=0.001", ""),
    ("momentum:lr=0.001", "keras:SGD:lr=0.001,momentum=0.9", "velocity"),
    (
        "adagrad:lr=0.02,eps=1e-15,eps_inside_root=true",
        "keras:Adagrad:lr=0.02,initial_accumulator_value=0,epsilon=1e-15",
        "accumulator",
    ),
    (
        "rmsprop:lr=0.001,eps=1e-15,eps_inside_root=true",
        "keras:RMSprop:lr=0.001,rho=0.99,epsilon=1e-15",
        "moment2",
    ),
    ("adadelta:lr=1", "keras:Adadelta:lr=1,rho=0.9,epsilon=1e-6", "moment2 step_moment2"),
    # Keras adds ε before the correction of the second moment, so it has to be next to nothing.
    ("adam:lr=0.01,eps=1e-15", "keras:Adam:lr=0.01,epsilon=1e-15", "moment1 moment2"),
    (
        "adamw:lr=0.01,eps=1e-15",
        "keras:AdamW:lr=0.01,epsilon=1e-15,weight_decay=0.01",
        "moment1 moment2",
    ),
    ("lion:lr=0.001", "keras:Lion:lr=0.001", "moment1"),
]
ONE_EACH = ["torch:NAdam:lr=0.01", "optax:adabelief:lr=0.01", "keras:Nadam:lr=0.01"]
each_row = pytest.mark.parametrize(("ours", "theirs", "slots"), ROWS, ids=[row[1] for row in ROWS])


def need(theirs: str) -> None:
    """Skip where the framework is not installed."""
    for package in engine_of(theirs.partition(":")[0]).packages:
        if not find_spec(package):
            pytest.skip(f"needs {package}")


def tolerance(theirs: str, dtype: str) -> float:
    """Keras passes its rates through float32."""
    return 1e-5 if dtype == "float32" or theirs.startswith("keras") else 1e-9


def close(ours: np.ndarray, theirs: np.ndarray, relative: float) -> None:
    """Equal up to a share of the largest number among ours."""
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=relative * max(np.abs(ours).max(), 1e-30))


# --- step for step with ours ---


@each_row
def test_agrees_on_a_surface(ours: str, theirs: str, slots: str) -> None:
    need(theirs)
    mine, other = race(surfaces["rosenbrock"], [ours, theirs], steps=100)
    close(mine.w, other.w, tolerance(theirs, "float64"))
    assert other.steps == 100
    for name in slots.split():
        close(mine.slots[name], other.slots[name], 10 * tolerance(theirs, "float64"))


@pytest.fixture(scope="module")
def networks() -> dict[str, MLP]:
    data = load("mnist")
    x, y = data.x_train[:2000], data.y_train[:2000]
    return {t: MLP(x, y, dtype=t, compiled=False) for t in ("float32", "float64")}


@each_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_agrees_on_mnist(
    networks: dict[str, MLP], dtype: str, ours: str, theirs: str, slots: str
) -> None:
    need(theirs)
    network = networks[dtype]
    mine, other = optim.parse(ours), optim.parse(theirs)
    # Both get the gradients along our path: a rule that divides by the gradient's size makes of
    # their last bits, where they are nearly 0, steps of full length.
    w = network.start(0)
    state = other.init(w)
    for point in steps(network, mine, w, 5, batch_size=50):
        close(point.w, w, tolerance(theirs, dtype))
        for name in slots.split():
            close(point.state[name], state[name], tolerance(theirs, dtype))
        other.step(w, point.g, state, point.t)


@pytest.mark.parametrize("row", ["torch:AdamW", "optax:adamw", "keras:AdamW"])
def test_a_schedule_sets_their_rate(row: str) -> None:
    need(row)
    ours, theirs = next((ours, theirs) for ours, theirs, _ in ROWS if theirs.startswith(row))
    rules = [optim.parse(words) for words in (ours, theirs)]
    changing = schedules.Cosine(0.05)
    runs = [
        descend(surfaces["beale"], dataclasses.replace(rule, lr=changing), steps=60)
        for rule in rules
    ]
    close(runs[0].w, runs[1].w, tolerance(theirs, "float64"))
    np.testing.assert_array_equal(runs[0].lr, runs[1].lr)


# --- resuming ---


@pytest.mark.parametrize("theirs", [*ONE_EACH, "torch:SGD:lr=0.01,momentum=0.9", "optax:noisy_sgd"])
def test_goes_on_to_the_same_bits(theirs: str, tmp_path: Path) -> None:
    need(theirs)
    rng = np.random.default_rng(0)
    network = MLP(rng.random((60, 5)), rng.integers(0, 3, 60), sizes=(5, 4, 3))
    how: Any = {"epochs": 4, "batch_size": 10, "eval_every": 3}
    whole = train(network, network, optim.parse(theirs, lr=0.01), **how)
    asked: Iterator[bool] = iter([False] * 11 + [True] * 99)
    directory = RunDirectory(tmp_path)
    directory.create({"options": {}})
    rule = optim.parse(theirs, lr=0.01)
    how |= {"on_checkpoint": directory.save}
    half = train(network, network, rule, **how, stop=lambda: next(asked))
    assert half.outcome.stopped == "interrupted"
    at = directory.load(network, rule, 24)
    rest = train(network, network, rule, **how, resume=at)
    assert rest.w.tobytes() == whole.w.tobytes()


def test_a_rule_that_keeps_something_else_cannot_be_resumed() -> None:
    torch = pytest.importorskip("torch")

    class Counting(torch.optim.SGD):
        def step(self) -> None:
            self.param_groups[0]["k"] = self.param_groups[0].get("k", 0) + 1
            super().step()

    rule = optim.from_torch(Counting, lr=0.1)
    w = np.ones(3)
    state = rule.init(w)
    rule.step(w, w.copy(), state, 0)
    with pytest.raises(UserError, match="Counting remembers what optiviz does not save"):
        rule.step(np.ones(3), w, rule.init(w), 1)


# --- what they are called, and their rates ---


@pytest.mark.parametrize("theirs", ONE_EACH)
def test_a_run_says_what_made_it(theirs: str, tmp_path: Path) -> None:
    need(theirs)
    run = descend(surfaces["bowl"], optim.parse(theirs), steps=5)
    assert run.optimizer == theirs.rpartition(":")[0]
    assert run.settings == {"lr": 0.01}
    assert {"moment1", "moment2"} == set(run.slots)
    assert run.slots["moment1"].shape == (6, 2)
    assert not run.slots["moment1"][0].any()
    assert run.slots["moment1"][1].any()
    assert Run.load(run.save(tmp_path / "run.npz")).optimizer == run.optimizer


@pytest.mark.parametrize(
    ("theirs", "kind"),
    [
        ("torch:SGD:momentum=0.9", "gradient"),
        ("torch:SGD:weight_decay=0.1", "gradient"),
        ("torch:Adam", "unit"),
        ("torch:Rprop", "unit"),
        ("torch:RMSprop", "unit"),
        ("torch:Adadelta", "own"),
        ("optax:noisy_sgd", "gradient"),
        ("optax:adabelief", "unit"),
        ("keras:RMSprop", "unit"),
    ],
)
def test_the_rate_suits_the_problem(theirs: str, kind: str) -> None:
    need(theirs)
    rule = as_rule(surfaces["valley"], theirs)
    assert rule.rate == kind
    assert rule.lr == surfaces["valley"].rates.get(kind, 1.0)
    for name in ("lr", "learning_rate"):
        given = f"{theirs}{',' if '=' in theirs else ':'}{name}=0.3"
        assert as_rule(surfaces["valley"], given).lr == 0.3


def test_made_in_python() -> None:
    torch = pytest.importorskip("torch")
    rule = optim.from_torch(torch.optim.AdamW, lr=0.05, betas=(0.8, 0.9), weight_decay=0.1)
    ours = optim.AdamW(lr=0.05, beta1=0.8, beta2=0.9, weight_decay=0.1)
    runs = [descend(surfaces["beale"], each, steps=50) for each in (rule, ours)]
    close(runs[1].w, runs[0].w, 1e-9)
    assert optim.from_torch(torch.optim.AdamW).lr == 0.001


def test_a_transformation_made_in_python() -> None:
    optax = pytest.importorskip("optax")
    pytest.importorskip("jax")
    chain = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(0.05))
    run = descend(surfaces["beale"], optim.from_optax(chain), steps=20)
    assert run.lr[0] == 1.0
    assert run.loss[-1] < run.loss[0]
    assert optim.from_optax(optax.adam, learning_rate=0.3).lr == 0.3


# --- a user's own ---

MINE = """
from dataclasses import dataclass
import numpy as np
from optiviz.optim import Momentum, Optimizer

@dataclass(frozen=True)
class SignSGD(Optimizer):
    power: float = 0.0
    def step(self, w, g, state, t):
        w -= self.lr * np.sign(g) * np.abs(g) ** self.power

@dataclass(frozen=True)
class Momentum(Momentum):
    pass

def helper():
    pass

NUMBER = 3
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "my_rules_of_test.py").write_text(MINE)
    (tmp_path / "broken_of_test.py").write_text("1 / 0")
    monkeypatch.chdir(tmp_path)
    yield
    sys.modules.pop("my_rules_of_test", None)


@pytest.mark.usefixtures("mine")
def test_a_class_in_the_current_directory() -> None:
    rule = as_rule(surfaces["bowl"], "my_rules_of_test:SignSGD:power=1")
    run = descend(surfaces["bowl"], rule, steps=9)
    same = descend(surfaces["bowl"], optim.SGD(lr=surfaces["bowl"].rates["gradient"]), steps=9)
    close(same.w, run.w, 1e-12)
    assert run.optimizer == optim.name_of(rule) == "SignSGD"
    assert optim.describe(rule).startswith("SignSGD  η ")
    (again,) = race(surfaces["bowl"], [type(rule)], steps=3)
    assert again.lr[0] == surfaces["bowl"].rates["gradient"]
    (own,) = race(surfaces["bowl"], [rule], steps=9)
    assert own.w.tobytes() == run.w.tobytes()


@pytest.mark.usefixtures("mine")
def test_a_class_of_ones_own_keeps_its_name() -> None:
    runs = race(surfaces["bowl"], ["my_rules_of_test.py:Momentum", "momentum"], steps=3)
    assert [run.optimizer for run in runs] == ["Momentum", "momentum"]


def test_a_class_of_ones_own_below_one_of_a_framework_keeps_its_name() -> None:
    torch = pytest.importorskip("torch")
    own = type("Mine", (torch.optim.SGD,), {"__module__": "mine"})
    assert optim.name_of(optim.from_torch(own)) == "Mine"
    assert optim.name_of(optim.from_torch(torch.optim.SGD)) == "torch:SGD"


@pytest.mark.parametrize("words", ["sgd", *ONE_EACH])
def test_a_run_says_the_versions_of_what_computed_it(words: str) -> None:
    framework = words.partition(":")[0]
    if ":" in words:
        need(words)
    expected = {"sgd": set(), "torch": {"torch"}, "optax": {"jax", "optax"}}
    told = optim.parse(words).versions()
    if framework == "keras":
        assert set(told) in ({"keras", "torch"}, {"keras", "jax"})
    else:
        assert set(told) == expected[framework]
    assert all(version == metadata.version(name) for name, version in told.items())


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("my_rules_of_test:SgnSGD", "Unknown rule of my_rules_of_test 'SgnSGD'.*SignSGD"),
        ("my_rules_of_test:SignSGD:beta=1", "Unknown setting of my_rules_of_test:SignSGD 'beta'"),
        ("my_rules_of_test:Helper", "'Helper'. Choose from: Momentum, SignSGD.$"),
        ("numpy:Array", "^numpy has no Array, nor any other update rule.$"),
        ("my_rules_of_test:NUMBER", "is no update rule: make it a subclass of"),
        (
            "broken_of_test:Rule",
            r"^broken_of_test.py, line 1: Cannot import broken_of_test: Zero.*: division by zero",
        ),
        ("no_such_module:Rule", "Cannot import no_such_module"),
        ("torch:Adamm", "Unknown optimizer of PyTorch 'Adamm'. Did you mean 'Adam'?"),
        ("torch:Adam:speed=3", "torch:Adam cannot be used: .*'speed'"),
        ("torch:Adam:betas=2/3", "torch:Adam cannot be used: Invalid beta"),
        ("torch:Adam:lr=-1", "lr must be at least 0"),
        ("keras:Adam:speed=3", "keras:Adam cannot be used"),
    ],
)
def test_a_mistake_is_one_sentence(words: str, sentence: str) -> None:
    if words.partition(":")[0] in ENGINES:
        need(words)
    with pytest.raises(UserError, match=sentence) as caught:
        as_rule(surfaces["bowl"], words)
    assert "\n" not in str(caught.value)


def test_a_missing_framework_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optiviz.optim.foreign.engine.find_spec", lambda name: None)
    for name in ENGINES:
        with pytest.raises(UserError, match=rf'pip install .*"{name}>='):
            foreign.parse_foreign(f"{name}:Adam", {})
        assert engine_of(name).extra == name


def test_no_map_of_a_foreign_rule() -> None:
    pytest.importorskip("torch")
    rule = optim.parse("torch:SGD:momentum=0.5")
    with pytest.raises(UserError, match="torch:SGD steps one trajectory at a time"):
        basin_map(surfaces["himmelblau"], rule, 4, steps=3)
