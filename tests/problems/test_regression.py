"""The problems with data: their gradients, their minima, and the batches they are taken in."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiviz import descend, optim, schedules, surfaces
from optiviz.errors import UserError
from optiviz.problems import (
    PROBLEMS,
    Samples,
    logistic,
    parse_problem,
    regression,
    valley,
    valleys,
)
from optiviz.runs import race
from optiviz.runs.batches import batches

DATA = {name: problem for name, problem in PROBLEMS.items() if isinstance(problem, Samples)}
MAKERS = {"regression": regression, "logistic": logistic, "valleys": valleys}
each = pytest.mark.parametrize("name", DATA)


@each
def test_the_full_loss_is_the_mean_of_the_samples_losses(name: str) -> None:
    problem, w = DATA[name], np.array([0.7, -0.4])
    alone = [problem.value_and_grad(w, np.array([i])) for i in range(problem.n_samples)]
    value, grad = problem.value_and_grad(w)
    assert value == pytest.approx(np.mean([a for a, _ in alone]), rel=1e-12)
    np.testing.assert_allclose(grad, np.mean([g for _, g in alone], axis=0), rtol=1e-10)


@each
@given(st.floats(-40, 40), st.floats(-40, 40), st.integers(0, 2**32 - 1))
def test_gradients_agree_with_central_differences(name: str, x: float, y: float, seed: int) -> None:
    problem, w, h = DATA[name], np.array([x, y]), 1e-5
    batch = np.random.default_rng(seed).choice(problem.n_samples, 7, replace=False)
    grad = problem.value_and_grad(w, batch)[1]
    for axis in np.eye(2):
        up, down = (float(problem.value(w + s * h * axis, batch)) for s in (1, -1))
        scale = 1 + abs(up) * 1e-5
        assert (up - down) / (2 * h) == pytest.approx(grad @ axis, rel=1e-6, abs=1e-6 * scale)


@each
def test_points_stacks_and_grids_agree(name: str) -> None:
    problem = DATA[name]
    w = np.random.default_rng(0).normal(size=(3, 4, 2))
    value, grad = problem.value_and_grad(w, np.arange(5))
    for index in np.ndindex(3, 4):
        one, slope = problem.value_and_grad(w[index], np.arange(5))
        assert value[index] == pytest.approx(one, rel=1e-13)
        np.testing.assert_allclose(grad[index], slope, rtol=1e-12)


@each
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 60))
def test_a_minimizer_minimizes(name: str, seed: int, size: int) -> None:
    problem = DATA[name]
    batch = np.random.default_rng(seed).choice(problem.n_samples, size, replace=False)
    best = problem.minimizer(batch)
    if best is None:  # so few points can be told apart without error, or their slopes cancel
        assert name in ("logistic", "rare")
        return
    value, grad = problem.value_and_grad(np.array(best), batch)
    assert np.abs(grad).max() < 1e-6
    around = np.array(best) + 0.1 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    assert (problem.value(around, batch) > value).all()


def test_the_lectures_example() -> None:
    (w, b), mse = DATA["regression"].minima[0], DATA["regression"].floor()
    assert (w, b, mse) == pytest.approx((0.98, 0.0, 0.82), abs=0.025)
    run = descend(DATA["regression"], optim.Momentum(lr=0.02), steps=300)
    np.testing.assert_allclose(run.w[-1], [w, b], atol=1e-4)


def test_a_batch_without_one_minimum() -> None:
    assert DATA["regression"].minimizer(np.array([3])) is None
    far = logistic(n=40, noise=0.05)
    assert far.minima == ()
    assert far.floor() is None


@pytest.mark.parametrize("rotation", [0, 25, 110, -40])
def test_valleys_in_one_place_are_the_valley(rotation: float) -> None:
    w = np.array([[2.0, 1.0], [2.0, -1.0], [0.3, 0.7]])
    many, one = valleys(noise=0, condition=7, rotation=rotation), valley(7, rotation)
    for ours, theirs in zip(many.value_and_grad(w), one.value_and_grad(w), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@given(st.integers(1, 300), st.integers(1, 320), st.integers(0, 2**32 - 1))
def test_an_epoch_visits_every_sample_once(n: int, m: int, seed: int) -> None:
    m = min(m, n)
    count = -(-n // m)
    for epoch in zip(*[iter(islice(batches(n, m, seed), 2 * count))] * count, strict=True):
        assert sorted(np.concatenate(epoch)) == list(range(n))
        assert {len(batch) for batch in epoch[:-1]} <= {m}
        assert len(epoch[-1]) == n - m * (count - 1)


def test_epochs_are_shuffled_anew() -> None:
    first, second = islice(batches(100, 50, 0), 0, 3, 2)
    assert not np.array_equal(first, second)


@each
@pytest.mark.parametrize("rule", [optim.SGD(lr=0.01), optim.Momentum(lr=0.01), optim.Adam(lr=0.05)])
def test_all_samples_make_gradient_descent_to_the_bit(name: str, rule: optim.Optimizer) -> None:
    problem = DATA[name]
    whole = descend(problem, rule, steps=50, batch_size=problem.n_samples)
    plain = descend(problem, rule, steps=50)
    assert whole.w.tobytes() == plain.w.tobytes()
    assert whole.batch is None


@each
def test_the_record_of_a_batch_run(name: str) -> None:
    problem = DATA[name]
    run = descend(problem, optim.Momentum(lr=0.01), steps=40, batch_size=30, seed=5)
    assert run.batch.shape == (41, 30)
    assert (run.batch[3] >= 0).sum() == 10  # 100 samples are three batches of 30 and one of 10
    for t in (0, 3, 17, 40):
        batch = run.batch[t][run.batch[t] >= 0]
        value, grad = problem.value_and_grad(run.w[t], batch)
        assert value == pytest.approx(run.batch_loss[t], rel=1e-12)
        np.testing.assert_allclose(grad, run.grad[t], rtol=1e-12)
        assert problem.value(run.w[t]) == pytest.approx(run.loss[t], rel=1e-12)


def test_a_seed_is_an_order_and_every_rule_has_the_same() -> None:
    problem = DATA["regression"]
    a, b = race(problem, ["sgd", "adam"], steps=30, batch_size=8, seed=1)
    assert np.array_equal(a.batch, b.batch)
    again, other = (race(problem, ["sgd"], 30, batch_size=8, seed=s)[0] for s in (1, 2))
    assert again.w.tobytes() == a.w.tobytes()
    assert not np.array_equal(other.batch, a.batch)


def test_a_batch_run_comes_back_from_its_file(tmp_path) -> None:
    run = descend(DATA["logistic"], optim.Adam(lr=0.1), steps=12, batch_size=7)
    back = type(run).load(run.save(tmp_path / "run.npz"))
    assert np.array_equal(back.batch, run.batch)
    assert back.batch_loss.tobytes() == run.batch_loss.tobytes()


def test_a_schedule_counts_epochs_on_data() -> None:
    rule = optim.SGD(lr=schedules.Linear(0.04, end=0.0))
    run = descend(DATA["regression"], rule, steps=40, batch_size=10)  # four epochs of ten steps
    np.testing.assert_allclose(run.lr, np.repeat([0.04, 0.03, 0.02, 0.01], 10))


@pytest.mark.parametrize("size", [0, -1, 101])
def test_an_impossible_batch_size(size: int) -> None:
    with pytest.raises(UserError, match=f"batch_size must be from 1 to 100, got {size}"):
        descend(DATA["regression"], optim.SGD(), batch_size=size)


def test_a_surface_has_no_batches() -> None:
    with pytest.raises(UserError, match="bowl has no samples"):
        descend(surfaces["bowl"], optim.SGD(), batch_size=8)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("regression:n=1", "n must be from 2 to 2000, got 1."),
        ("regression:n=9999999999", "n must be from 2 to 2000, got 9999999999."),
        ("regression:noise=-1", "noise must be at least 0"),
        ("regression:slope=nan", "slope must be finite"),
        ("logistic:seed=-4", "seed must be at least 0"),
        ("valleys:condition=0.5", "condition must be at least 1"),
        ("regression:points=4", "Unknown setting of regression 'points'"),
        ("logistics", "Did you mean 'logistic'"),
    ],
)
def test_a_bad_problem_is_refused(words: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        parse_problem(words)


@pytest.mark.parametrize("name", MAKERS)
def test_settings_make_another_problem(name: str) -> None:
    one = parse_problem(f"{name}:n=12,noise=0.5,seed=4")
    assert one.n_samples == 12
    assert np.array_equal(one.points, MAKERS[name](n=12, noise=0.5, seed=4).points)
    assert not np.array_equal(one.points, MAKERS[name](n=12, noise=0.5, seed=5).points)
