"""Training on real MNIST, in small: what it records, when it stops, and that it goes on exactly."""

from __future__ import annotations

import copy
import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from optiviz import UserError, optim
from optiviz.optim import on_networks, schedules
from optiviz.problems import MLP, load
from optiviz.runs import steps
from optiviz.training import Checkpoint, train
from optiviz.training.directory import RunDirectory
from optiviz.training.outcome import End
from optiviz.training.train import COLUMNS

DATA = load("mnist")
NET = MLP(DATA.x_train[:600], DATA.y_train[:600], (784, 64, 32, 10), compiled=False)
TEST = NET.on(DATA.x_test[:500], DATA.y_test[:500])
HELD = NET.on(DATA.x_train[600:1000], DATA.y_train[600:1000])


def same(first: Any, second: Any) -> None:
    """Two trainings that agree to the bit in all but the time they took."""
    np.testing.assert_array_equal(first.w, second.w)
    for name in set(COLUMNS) - {"seconds"}:
        np.testing.assert_array_equal(first.history[name], second.history[name], name)
    assert (first.outcome, first.steps) == (second.outcome, second.steps)


def stopping_at(step: int) -> Any:
    """A `stop` that says yes when asked for the (step + 1)th time."""
    asked = iter(range(10**9))
    return lambda: next(asked) >= step


# --- what is recorded ---


def test_the_loop_does_the_training() -> None:
    done = train(NET, TEST, optim.Adam(lr=0.002), epochs=2, batch_size=64, seed=3)
    losses = []
    with threadpool_limits(1):  # the order of sums depends on it
        for point in steps(NET, optim.Adam(lr=0.002), NET.start(3), 20, 64, seed=3):
            losses.append(point.loss)
    np.testing.assert_array_equal(done.w, point.w)
    history = done.history
    assert tuple(history) == COLUMNS
    np.testing.assert_array_equal(history["step"], [10, 20])
    np.testing.assert_array_equal(history["epoch"], [1, 2])
    samples = [64] * 9 + [24]
    expected = [np.average(part, weights=samples) for part in (losses[:10], losses[10:20])]
    np.testing.assert_allclose(history["train_loss"], expected, rtol=1e-12)
    assert history["test_loss"][-1] == pytest.approx(TEST.value(done.w), rel=1e-6)
    assert history["test_accuracy"][-1] == pytest.approx(TEST.accuracy(done.w))
    assert np.isnan(history["val_loss"]).all()
    assert (np.diff(history["seconds"]) > 0).all()
    assert done.updates_per_second > 0
    assert done.outcome.stopped == ""


def test_the_last_step_is_evaluated_whatever_the_interval() -> None:
    done = train(NET, TEST, optim.SGD(lr=0.1), epochs=1, batch_size=60, eval_every=4)
    np.testing.assert_array_equal(done.history["step"], [4, 8, 10])
    np.testing.assert_allclose(done.history["epoch"], [0.4, 0.8, 1.0])


@pytest.mark.parametrize(
    ("every", "samples"), [(2, [1001] * 3), (1, [1000, 1] * 3), (3, [2001, 1002])]
)
def test_the_training_loss_is_a_mean_over_samples(every: int, samples: list[int]) -> None:
    """A last batch of one sample weighs as much as one sample does."""
    net = MLP(DATA.x_train[:1001], DATA.y_train[:1001], (784, 10), compiled=False)
    how: Any = {"epochs": 3, "batch_size": 1000, "eval_every": every}
    losses = train(net, net, optim.SGD(lr=1e-12), **how).history["train_loss"]
    true = net.value(net.start(0))
    assert np.average(losses, weights=samples) == pytest.approx(true, rel=1e-6)
    if every == 2:
        np.testing.assert_allclose(losses, true, rtol=1e-6)


def test_schedules_count_epochs_or_steps() -> None:
    rule = optim.SGD(lr=schedules.Linear(0.1, end=0.0))
    how: Any = {"epochs": 4, "batch_size": 300, "eval_every": 1}
    per_epoch = train(NET, TEST, rule, **how).history["lr"]
    np.testing.assert_allclose(per_epoch, np.repeat([0.1, 0.075, 0.05, 0.025], 2))
    per_step = train(NET, TEST, rule, per_step=True, **how).history["lr"]
    np.testing.assert_allclose(per_step, 0.1 * (1 - np.arange(8) / 8))


def test_a_start_of_ones_own() -> None:
    w = NET.start(7)
    done = train(NET, TEST, optim.SGD(lr=0.0), epochs=1, batch_size=100, start=w)
    np.testing.assert_array_equal(done.w, w)
    assert done.w is not w


def test_progress_is_reported() -> None:
    seen: list[Any] = []
    train(
        NET,
        TEST,
        optim.SGD(lr=0.1),
        epochs=2,
        batch_size=100,
        on_progress=lambda step, figures: seen.append((step, figures)),
    )
    assert seen[-1][0] == 12
    assert {"train_loss", "test_accuracy", "seconds"} <= set(seen[-1][1])


# --- early stopping ---


def test_patience_goes_back_to_the_best_weights() -> None:
    kept = []
    done = train(
        NET,
        TEST,
        optim.SGD(lr=0.5),
        epochs=200,
        batch_size=20,
        validation=HELD,
        patience=3,
        on_checkpoint=lambda at: kept.append(at.w.copy()),
    )
    losses = done.history["val_loss"]
    best = int(losses.argmin())
    assert done.outcome.stopped == "patience"
    assert len(losses) == best + 4 < 200
    ends = (f"epoch {done.history['epoch'][at]:.3g}" for at in (-1, best))
    assert done.outcome.text.endswith("; stopped early at {}, with the weights of {}".format(*ends))
    np.testing.assert_array_equal(done.w, kept[best])
    assert HELD.value(done.w) == pytest.approx(losses.min(), rel=1e-6)


# --- going on ---


# Roots of 784 rows take a while, so Shampoo makes them seldom, and goes on once: with kept ones.
STOPS = [(n, stop) for stop in (0, 7, 20, 33) for n in on_networks() if n != "shampoo" or stop > 20]


@pytest.mark.parametrize(("name", "stop"), STOPS)
def test_going_on_is_the_same_to_the_bit(tmp_path: Path, name: str, stop: int) -> None:
    rule = optim.parse(f"{name}:lr=0.01" + ",every=20" * (name == "shampoo"))
    rule = dataclasses.replace(rule, lr=schedules.Cosine(0.01))
    how: Any = {"epochs": 4, "batch_size": 64, "seed": 1, "validation": HELD, "patience": 3}
    whole = train(NET, TEST, rule, **how)
    directory = RunDirectory(tmp_path)
    first = train(NET, TEST, rule, **how, stop=stopping_at(stop), on_checkpoint=directory.save)
    assert (first.outcome.stopped, first.steps) == ("interrupted", stop)
    at = directory.load(NET, rule, 40)
    assert at is not None
    assert at.seconds > 0  # the clock goes on where it stood
    same(train(NET, TEST, rule, **how, resume=at), whole)


def test_stopped_past_its_best_a_training_still_goes_back_to_it(tmp_path: Path) -> None:
    rule, how = optim.SGD(lr=0.5), dict[str, Any](batch_size=20, validation=HELD, patience=3)
    whole = train(NET, TEST, rule, epochs=200, **how)
    past = 30 * (int(whole.history["val_loss"].argmin()) + 2) + 5  # an epoch later, and a little
    directory = RunDirectory(tmp_path)
    asked = {"stop": stopping_at(past), "on_checkpoint": directory.save}
    assert train(NET, TEST, rule, epochs=200, **how, **asked).steps == past < whole.steps
    at = directory.load(NET, rule, 200 * 30)
    same(train(NET, TEST, rule, epochs=200, **how, resume=at), whole)


@pytest.mark.parametrize("name", ["momentum", "nadam", "adam"])
def test_large_networks_go_on_too(name: str) -> None:
    """Whose steps are made block by block, or by a compiled sweep."""
    net = MLP(DATA.x_train[:640], DATA.y_train[:640])
    test = net.on(TEST.x, TEST.y)
    kept: list[Checkpoint] = []
    how: Any = {"epochs": 3, "batch_size": 32, "eval_every": 7}
    rule = optim.parse(f"{name}:lr=0.002")
    whole = train(net, test, rule, **how, on_checkpoint=lambda at: kept.append(copy.deepcopy(at)))
    for at in (kept[0], kept[4]):
        same(train(net, test, rule, **how, resume=at), whole)


def test_a_finished_training_has_nothing_to_go_on_with() -> None:
    kept: list[Checkpoint] = []
    how: Any = {"epochs": 1, "batch_size": 100}
    done = train(NET, TEST, optim.SGD(lr=0.1), **how, on_checkpoint=kept.append)
    same(train(NET, TEST, optim.SGD(lr=0.1), **how, resume=kept[-1]), done)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    directory, rule = RunDirectory(tmp_path), optim.SGD(lr=0.1)
    assert directory.load(NET, rule, 6) is None
    train(NET, TEST, optim.SGD(lr=0.1), epochs=1, batch_size=100, on_checkpoint=directory.save)
    path = tmp_path / "checkpoint.npz"
    other = MLP(DATA.x_train[:10], DATA.y_train[:10], (784, 5, 10))
    with pytest.raises(UserError, match="is not a checkpoint of this run"):
        directory.load(other, rule, 6)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match="is not a checkpoint of this run"):
        directory.load(NET, rule, 6)


# --- verdicts ---


def test_what_diverges_says_where() -> None:
    done = train(NET, TEST, optim.SGD(lr=1e6), epochs=2, batch_size=100, eval_every=1)
    assert done.outcome.stopped == "diverged"
    assert done.outcome.text == f"diverged at update {done.steps}"
    assert np.isfinite(done.w).all()


@pytest.mark.parametrize("lr", [1e4, 1e9])
def test_what_diverges_goes_back_to_the_last_weights_with_a_finite_loss(lr: float) -> None:
    """With 1e9 those are the first ones; with 1e4 those after the first update."""
    evaluated = [NET.start(4)]
    done = train(
        NET,
        TEST,
        optim.SGD(lr=lr),
        epochs=2,
        batch_size=100,
        seed=4,
        eval_every=1,
        on_checkpoint=lambda at: evaluated.append(at.w.copy()),
    )
    assert done.outcome.lost
    assert len(evaluated) == (2 if lr == 1e4 else 1)
    np.testing.assert_array_equal(done.w, evaluated[-1])
    assert np.isfinite(TEST.value(done.w))


@dataclasses.dataclass(frozen=True)
class Slow(optim.SGD):
    """Takes its time."""

    def step(self, *args: Any) -> None:
        time.sleep(0.05)
        super().step(*args)


def test_the_time_of_what_diverges_is_counted() -> None:
    done = train(NET, TEST, Slow(lr=1e9), epochs=1, batch_size=100)
    assert done.steps == 1
    assert 0 < done.updates_per_second < 1 / 0.05


def test_a_stop_at_the_last_update_comes_too_late() -> None:
    how: Any = {"epochs": 1, "batch_size": 100}
    done = train(NET, TEST, optim.SGD(lr=0.1), **how, stop=stopping_at(6))
    assert (done.steps, done.outcome.stopped) == (6, End.AS_ASKED)
    before = train(NET, TEST, optim.SGD(lr=0.1), **how, stop=stopping_at(5))
    assert (before.steps, before.outcome.stopped) == (5, End.INTERRUPTED)


def test_a_network_that_died_is_told_as_collapsed() -> None:
    rule = optim.Momentum(lr=0.1, beta=0.9)
    net = MLP(DATA.x_train[:6000], DATA.y_train[:6000])
    done = train(net, net.on(DATA.x_test, DATA.y_test), rule, epochs=2, batch_size=10)
    words = "collapsed: the network's output is constant, loss ln 10 = 2.303, accuracy 0.098"
    assert done.outcome.text == words


# --- mistakes ---


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0."),
        ({"batch_size": 0}, "batch_size must be from 1 to 600, got 0."),
        ({"batch_size": 601}, "batch_size must be from 1 to 600, got 601."),
        ({"eval_every": 0}, "eval_every must be at least 1, got 0."),
        ({"patience": 2}, "patience watches the validation loss: split off a validation set."),
        ({"seed": -1}, "seed must be at least 0, got -1."),
        ({"threads": 0}, "threads must be at least 1, got 0."),
    ],
)
def test_mistakes(wrong: dict[str, int], sentence: str) -> None:
    how: Any = {"epochs": 1, "batch_size": 100} | wrong
    with pytest.raises(UserError) as raised:
        train(NET, TEST, optim.SGD(lr=0.1), **how)
    assert str(raised.value) == sentence


# --- the whole of MNIST ---

ACCEPTED = {
    "sgd:lr=0.1": (100, None, 0.975, 0.03),
    "adam:lr=0.001": (100, None, 0.974, 0.02),
    "sgd:lr=0.1 ": (10, schedules.Linear(0.1, end=0.0001), 0.982, 0.004),
}


@pytest.mark.slow
@pytest.mark.parametrize("words", ACCEPTED)
def test_ten_epochs(words: str) -> None:
    m, lr, accuracy, loss = ACCEPTED[words]
    rule = optim.parse(words)
    rule = dataclasses.replace(rule, lr=lr or rule.lr)
    net = MLP(DATA.x_train, DATA.y_train)
    test = net.on(DATA.x_test, DATA.y_test)
    done = train(net, test, rule, epochs=10, batch_size=m, seed=0)
    print(json.dumps({k: done.history[k][-1] for k in ("train_loss", "test_accuracy")}))
    assert done.history["test_accuracy"][-1] >= accuracy
    assert done.history["train_loss"][-1] <= loss
