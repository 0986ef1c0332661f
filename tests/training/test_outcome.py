"""The verdict on a training: every kind, and trainings that only look like it."""

from __future__ import annotations

import copy
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optiviz import optim
from optiviz.optim import parse, parse_schedule
from optiviz.problems import MLP, load
from optiviz.training import Checkpoint, train
from optiviz.training.alive import alive
from optiviz.training.course import Course
from optiviz.training.outcome import End, Kind, Outcome, Signs, outcome_of

DATA = load("mnist")
HOME = Path(__file__).parents[2]
CHANCE = math.log(10)
DOWN = [2.0, 1.5, 1.2, 1.0, 0.8, 0.7, 0.6, 0.5, 0.45]


def judged(
    losses: Any,
    held: Any = None,
    rate: Any = 0.1,
    epochs: int | None = None,
    per_epoch: int = 10,
    **signs: Any,
) -> Outcome:
    """The verdict on losses that were measured at even intervals, by default every epoch."""
    loss = np.asarray(losses, float)
    n = len(loss)
    epoch = np.arange(1.0, n + 1)
    history = {"train_loss": loss, "epoch": epoch * (epochs or n) / max(n, 1)}
    history["step"] = per_epoch * epoch
    history["test_loss"] = loss if held is None else np.asarray(held, float)
    history |= {"lr": np.broadcast_to(rate, n), "val_loss": np.full(n, np.nan)}
    history["test_accuracy"] = np.full(n, 0.5)
    return outcome_of(history, 10, signs=Signs(**signs))


ROUGH = [0.4, 0.3, *[0.2, 0.3] * 6]
FALLING = [0.1, 0.05, 0.03, 0.02, 0.014, 0.01, 0.008, 0.006]
LEVEL = [2.0, 1.0, 0.5] + [0.4] * 9
CASES: dict[str, tuple[Any, str]] = {
    "SGD 0.1, m = 100": (
        judged([0.3955, 0.1521, 0.1048, 0.0792, 0.063, 0.0484, 0.04, 0.0333, 0.0254, 0.0207]),
        "still improving",
    ),
    "Adam 0.001, m = 100": (
        judged([0.2573, 0.0965, 0.0615, 0.0449, 0.0371, 0.0296, 0.023, 0.0206, 0.021, 0.0135]),
        "still improving",
    ),
    "fitted": (judged(FALLING), "converged"),
    "fitted by a rule that does not rest": (
        judged(FALLING, restless=True),
        "fits the training data",
    ),
    "fitted, shaken loose, fitted": (judged([*FALLING, 0.3, *FALLING]), "fits the training data"),
    "has ceased to fall": (judged(LEVEL), "levels off"),
    "up and down": (judged(ROUGH), "oscillating"),
    "a few spikes": (
        judged([0.4, 0.3, *[0.2, 0.3, 0.2, 0.3, 1.3, 0.2] * 3]),
        "goes up and down",
    ),
    "up and down, ever less": (
        judged([1, 0.2, 0.8, 0.3, 0.7, 0.35, 0.65, 0.4, 0.6, 0.43, 0.55, 0.45]),
        "goes up and down",
    ),
    "chance": (judged([CHANCE] * 8), "stalled"),
    "slow": (judged([2.29, 2.28, 2.27, 2.26, 2.25, 2.24, 2.23, 2.22]), "slow, still improving"),
    "nothing yet, but ever faster": (
        judged([2.29012, 2.2901, 2.29005, 2.28998, 2.28979, 2.28931, 2.28824, 2.28784]),
        "still improving",
    ),
    "down again, from far above": (
        judged([2.45, 4.51, 8.07, 6.68, 5.32], [3.66, 8.46, 6.48, 5.62, 4.36]),
        "goes up and down",
    ),
    "one epoch": (judged([0.5], [0.3], gain=0.8), "still improving"),
    "one slow epoch": (judged([2.3], [2.2], gain=0.05), "slow, still improving"),
    "one epoch that began slowly": (judged([2.12], [1.76], gain=0.2), "still improving"),
    "one epoch of nothing": (judged([2.5], [2.5]), "stalled"),
    "one epoch, and back": (judged([1.7], [2.5], gain=0.1), "too early to say"),
    "two epochs": (judged([1.0, 0.5], [0.7, 0.4], gain=0.8), "still improving"),
    "two epochs of noise": (judged([2.29, 2.26], [2.3, 2.1], gain=0.1), "too early to say"),
    "two epochs, the first for nothing": (
        judged([2.064, 1.784], [2.085, 1.738], gain=0.25),
        "too early to say",
    ),
    "one update": (
        judged([2.3297], [2.3295], per_epoch=1, gain=0.002),
        "too early to say",
    ),
    "one update that tells": (
        judged([2.37], [2.16], per_epoch=1, gain=0.08),
        "slow, still improving",
    ),
    "growing worse until the rate went": (
        judged([1.3298, 1.5174], [1.5375, 1.6427], rate=[0.05, 1e-7]),
        "levels off: η is down from 0.05 to 1e-07",
    ),
    "evaluated ten times an epoch": (
        judged(np.linspace(2, 1, 20), epochs=2, gain=0.5),
        "still improving",
    ),
    "overfits": (
        judged(DOWN, [2, 1.6, 1.3, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45]),
        "overfits since epoch 4",
    ),
    "overfits though fitted": (
        judged(FALLING, [0.3, 0.25, 0.26, 0.27, 0.28, 0.29, 0.3, 0.31]),
        "overfits since epoch 2",
    ),
    "worse held out only by chance": (
        judged(DOWN, [2, 1.6, 1.3, 1.2, 1.5, 1.3, 1.5, 1.3, 1.6]),
        "still improving",
    ),
    "worse held out in a leap": (judged(DOWN[:4], [1.12, 1.3, 1.15, 1.65]), "still improving"),
    "worse held out, and better again": (
        judged(DOWN, [2, 1.6, 1.2, 1.5, 1.6, 1.65, 1.6, 1.5, 1.4]),
        "still improving",
    ),
    "held out, a leap": (judged([1, 0.8, 0.6, 0.5], [1, 0.8, 0.7, 2.5]), "goes up and down"),
    "a few ups and downs": (judged([1, 0.4, 0.3, 0.4, 0.3, 0.4, 0.3]), "goes up and down"),
    "Lion 0.01, m = 100": (
        judged([0.5005, 0.4853, 0.4909, 0.4969, 0.516], [0.4378, 0.5386, 0.5083, 0.5046, 0.5972]),
        "growing worse",
    ),
    "a step too far": (
        judged(
            [1.4391, 0.8118, 0.7826, 0.7799],
            [0.8203, 0.7665, 0.7616, 0.7611],
            rate=[0.1, 0.01, 0.001, 1e-4],
        ),
        "the rate has died: η is down from 0.1 to 0.0001",
    ),
    "a rate at which nothing was learnt": (
        judged([2.499, 2.006, 1.874], [2.125, 1.911, 1.898], rate=[0.57, 0.3, 2.4e-6]),
        "levels off: η is down from 0.57 to 2.4e-06",
    ),
    "annealed": (
        judged([1, 0.9, 0.8, 0.7, 0.5, 0.4, 0.35, 0.33], rate=[1, 1, 1, 1, 0.1, 0.01, 1e-3, 1e-4]),
        "converged: η is down from 1 to 0.0001",
    ),
    "a mean that moves on without a rate": (
        judged([1.0061, 0.3806, 0.3471], [0.6146, 0.5549, 0.6549], [1, 0.5, 4e-6], trails=True),
        "growing worse",
    ),
    "a mean that has come to rest": (
        judged([1.0061, 0.3806, 0.3471], [0.6146, 0.5549, 0.555], [1, 0.5, 4e-6], trails=True),
        "the rate has died: η is down from 1 to 4e-06",
    ),
    "a rate that died, and weights that decay": (
        judged([2.5, 2.2, 2.15, 2.14], rate=[1, 1, 0.3, 4e-6], decays=True),
        "levels off: η is down from 1 to 4e-06",
    ),
    "less and less, with weights that decay": (
        judged([2.5, 2.3, 2.1, 2.0, 1.9, 1.8, 1.74, 1.72, 1.71, 1.705], decays=True),
        "levels off",
    ),
    "less and less, with weights that decay and a noisy gradient": (
        judged([1.84, 1.815, 1.749, 1.728], [1.816, 2.133, 1.936, 1.915], decays=True),
        "goes up and down",
    ),
    "one more update, and up again": (
        judged([2.6, 2.3, 2.15, 2.02, 1.94], [2.4, 2.2, 2.1, 2.0, 2.1], per_epoch=1),
        "goes up and down",
    ),
    "a slow drift over few windows": (
        judged([2.25, 2.205, 2.186, 2.181, 2.19], [2.235, 2.218, 2.211, 2.215, 2.225]),
        "goes up and down",
    ),
    "a low rate that learns": (
        judged([1.1, 0.9, 0.6], [0.8, 0.7, 0.6], rate=[1, 0.1, 0.01]),
        "still improving",
    ),
    "a rate that was high for a moment": (
        judged([2.1, 2.05, 2.05], rate=1e-9, top=1, gain=0.2),
        "levels off: η is down from 1 to 1e-09",
    ),
    "one-cycle in one epoch": (
        judged([2.46], [2.43], rate=4e-8, top=0.01, gain=1e-5),
        "the rate has died: η is down from 0.01 to 4e-08",
    ),
    "an accumulator": (
        judged(LEVEL, faded=1e-4),
        "the rate has died: the accumulator has outgrown the gradient",
    ),
    "one answer": (
        judged([2.2], [2.3], told=0.0128, gain=0.01),
        "one answer for 98.7 % of the training images",
    ),
    "none": (judged([]), "stopped before the first evaluation"),
}


@pytest.mark.parametrize("case", CASES)
def test_verdicts(case: str) -> None:
    found, verdict = CASES[case]
    assert found.text == verdict
    assert found.text.startswith(found.kind.value)


def test_every_kind_is_in_the_table_of_claims_and_in_the_cases() -> None:
    table = sys.modules[Outcome.__module__].__doc__ or ""
    kinds = {found.kind for found, _ in CASES.values()}
    assert kinds == set(Kind) - {Kind.DIVERGED, Kind.COLLAPSED}
    for kind in Kind:
        word = {"the rate has died": "the rate died"}.get(kind.value, kind.value)
        if kind is not Kind.UNKNOWN:
            assert word.split(",")[0].split(" the training")[0] in table


def test_collapse_is_general() -> None:
    history = {"test_loss": np.array([np.log(4)]), "test_accuracy": np.array([0.25])}
    dead = Signs(alive=0.0)
    words = outcome_of(history, classes=4, signs=dead).text
    assert words.endswith("loss ln 4 = 1.386, accuracy 0.250")
    history["test_loss"] = np.array([2.31])
    words = outcome_of(history, classes=4, signs=dead).text
    assert words.endswith("loss 2.310, accuracy 0.250")
    lost = outcome_of(history, 4, signs=dead, step=3, stopped=End.DIVERGED)
    assert lost.text == "diverged at update 3"


# --- real trainings ---

FEW = MLP(DATA.x_train[:600], DATA.y_train[:600], (784, 16, 10), compiled=False)
TEST = FEW.on(DATA.x_test[:500], DATA.y_test[:500])


@pytest.mark.parametrize(
    ("rule", "epochs", "verdict"),
    [
        ("sgd:lr=0.1", 6, "still improving"),
        ("sgd:lr=0.001", 6, "slow, still improving"),
        ("sgd:lr=1e-6", 6, "stalled"),
        ("momentum:lr=0.1", 30, "overfits since epoch"),
    ],
)
def test_a_verdict_does_not_hang_on_how_often_one_evaluates(
    rule: str, epochs: int, verdict: str
) -> None:
    how: Any = {"epochs": epochs, "batch_size": 50}
    for every in (4, 5, 12, 17):
        done = train(FEW, TEST, parse(rule), eval_every=every, **how)
        assert done.outcome.text.startswith(verdict), every


def test_windows_are_epochs_however_often_one_evaluates() -> None:
    """Also where an epoch ends with a batch of one image."""
    net = MLP(DATA.x_train[:601], DATA.y_train[:601], (784, 16, 10), compiled=False)

    def course(every: int) -> Course:
        how: Any = {"epochs": 6, "batch_size": 50, "eval_every": every}
        return Course.of(train(net, TEST, parse("sgd:lr=0.05"), **how).history, ragged=0.02)

    fine, even, odd, coarse = (course(every) for every in (1, 13, 5, 20))
    np.testing.assert_allclose(fine.loss, even.loss, rtol=1e-12)
    np.testing.assert_array_equal(fine.held, even.held)
    np.testing.assert_allclose(odd.loss, even.loss, rtol=0.05)
    assert coarse.loss[-1] == pytest.approx(even.loss[-2:].mean(), rel=0.1)
    assert (fine.size, odd.size, coarse.size) == (13, 13, 26)


def test_an_accumulator_that_met_one_huge_image_lets_nothing_move() -> None:
    """What is claimed is true: it stays, and with an empty accumulator it would fall."""
    i = np.flatnonzero(np.isin(DATA.y_train, (3, 5)))[:600]
    x, y = DATA.x_train[i].copy(), (DATA.y_train[i] == 5).astype(int)
    x[0] = 1e3
    net, kept = MLP(x, y, (784, 2), compiled=False), list[Checkpoint]()
    test = net.on(x[300:], y[300:])
    rule, how = parse("adagrad:lr=0.001"), dict[str, Any](batch_size=50)
    done = train(
        net, test, rule, epochs=9, on_checkpoint=lambda at: kept.append(copy.deepcopy(at)), **how
    )
    assert done.outcome.text == "the rate has died: the accumulator has outgrown the gradient"
    ends = []
    for slots in (kept[-1].slots, {}):
        at = copy.deepcopy(kept[-1])
        at.slots = copy.deepcopy(slots)
        ends.append(train(net, test, rule, epochs=18, resume=at, **how).history["test_loss"][-1])
    stays, fresh = np.array(ends) / done.history["test_loss"][-1]
    assert abs(stays - 1) < 0.05
    assert fresh < 0.8


def test_only_a_network_that_passes_no_gradient_has_collapsed() -> None:
    """A large weight makes all answers the same, too, and the network learns out of it."""
    w = FEW.start(0)
    FEW.layers(w)[0].weights[:] = -1  # no hidden unit is ever above 0
    done = train(FEW, TEST, optim.SGD(lr=0.1), epochs=1, batch_size=100, start=w)
    assert done.outcome.kind is Kind.COLLAPSED
    np.testing.assert_array_equal(done.w, w)
    FEW.layers(w)[0].weights[:] = 1
    FEW.layers(w)[1].weights[:, 3] = 1
    done = train(FEW, TEST, optim.SGD(lr=1e-9), epochs=1, batch_size=100, start=w)
    assert done.outcome.kind is not Kind.COLLAPSED


def test_a_network_that_hardly_an_image_can_teach_has_collapsed() -> None:
    w, image = FEW.start(0), FEW.x[0]
    FEW.layers(w)[0].weights[:] = -1
    FEW.layers(w)[0].weights[:, 0] = np.where(image > 0, image, -5)  # for that one, and its like
    told, living = alive(FEW, w, TEST.x)
    assert 0 < told == living < 0.01
    done = train(FEW, TEST, optim.SGD(lr=0.1), epochs=1, batch_size=100, start=w)
    words = "collapsed: the network's output is nearly constant, loss 2.3"
    assert done.outcome.text.startswith(words)


@pytest.mark.parametrize("ink", [-2.2, -1])
def test_one_answer_for_nearly_all_images_is_said(ink: float) -> None:
    """Its loss may fall, but that is not what there is to be told."""
    w, image = FEW.start(0), FEW.x[0]
    FEW.layers(w)[0].weights[:] = -1
    FEW.layers(w)[0].weights[:, 0] = np.where(image > 0, image, ink)
    done = train(FEW, TEST, optim.SGD(lr=0.1), epochs=10, batch_size=100, start=w)
    answers, counts = np.unique(FEW.probabilities(done.w), axis=0, return_counts=True)
    same = counts.max() / len(FEW.x)
    assert len(answers) > 1
    assert (done.outcome.kind is Kind.ONE_ANSWER) == (same > 0.95) == (ink < -2)
    if same > 0.95:
        words = f"one answer for {100 * same:.1f} % of the training images"
        assert done.outcome.text == words


REAL: dict[str, tuple[int, tuple[int, ...], str, int, int, str]] = {
    # images, sizes, rule and rate, batch size, epochs, verdict
    "worse": (60_000, (784, 64, 10), "lion:lr=0.01", 100, 5, "growing worse"),
    "slow": (5000, (784, 32, 10), "sgd:lr=0.001", 100, 5, "slow, still improving"),
    "died": (60_000, (784, 20, 10), "sgd:lr=0.1", 1000, 4, "the rate has died: η is down from 0.1"),
    "overfits": (2000, (784, 32, 10), "sgd:lr=0.1", 20, 40, "overfits since epoch"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", REAL)
def test_whole_trainings(case: str) -> None:
    images, sizes, words, batch_size, epochs, verdict = REAL[case]
    net = MLP(DATA.x_train[:images], DATA.y_train[:images], sizes, compiled=False)
    rule = parse(words)
    if case == "died":
        rule = optim.SGD(lr=parse_schedule("step:step_size=1,gamma=0.1", rule.lr))
    test = net.on(DATA.x_test, DATA.y_test)
    assert train(net, test, rule, epochs=epochs, batch_size=batch_size).outcome.text.startswith(
        verdict
    )


@pytest.mark.slow
def test_the_future_bears_the_verdicts_out() -> None:
    script = HOME / "benchmarks" / "training_words.py"
    words = [sys.executable, str(script), "--seed", "1789", "--runs", "12"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=HOME)
    assert "contradicted: 0 of 12" in done.stdout
    told = re.findall(r"^(.+?) +(\d+) +\d+$", done.stdout, re.MULTILINE)
    assert sum(int(count) for _, count in told) == 12
    assert len(told) > 3
