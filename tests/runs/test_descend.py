"""The one loop: what it records, how a run ends, and that nothing legal makes it raise."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optiviz import (
    Run,
    UserError,
    descend,
    optim,
    schedules,
    steps,
)
from optiviz.optim import OPTIMIZERS, SCHEDULES, Optimizer, on_planes
from optiviz.problems import PROBLEMS, SURFACES, Surface

quick = settings(derandomize=True, max_examples=200)

each_rule = pytest.mark.parametrize("name", on_planes())


def check_shapes(run: Run, rule: Optimizer) -> None:
    """Every array of a record speaks of the same steps."""
    shape = run.w.shape
    assert len(run.w) == run.steps + 1 >= 1
    assert run.loss.shape == shape[:-1]
    assert run.grad.shape == run.velocity.shape == shape
    assert list(run.slots) == [key for key in rule.init(run.w[0]) if not key.startswith("_")]
    assert {array.shape for array in run.slots.values()} <= {shape}
    assert set(run.hyper) == {"lr", *rule.schedules()}
    assert {len(array) for array in run.hyper.values()} == {run.steps}
    assert run.diverged_at.shape == shape[1:-1]


def check_end(run: Run, asked: int) -> None:
    """A single run ends with its last step, or at its last finite point."""
    for array in (run.w, run.loss, run.grad, *run.slots.values()):
        assert np.isfinite(array).all()
    if run.diverged_at >= 0:
        assert run.diverged_at == run.steps + 1 <= asked
        assert run.status == f"diverged at step {run.diverged_at}"
    else:
        assert run.steps == asked
        assert run.status == f"finished after {asked} steps"


def same(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Equal but for the rounding of a power, which Python and NumPy do differently."""
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


# --- what is recorded ---


def asked(rule: optim.Optimizer, surface: Surface) -> dict:
    """What a rule asks for beyond the gradient."""

    def look(w: np.ndarray, out: np.ndarray) -> float:
        return surface.value_and_grad(w, None, out)[0]

    known = {"look": look, "blocks": surface.blocks}
    return {name: known[name] for name in rule.extras}


@each_rule
def test_the_record_is_the_rule_stepped_by_hand(name: str) -> None:
    surface, rule = SURFACES["booth"], OPTIMIZERS[name](lr=0.01)
    run = descend(surface, rule, steps=25)
    w = np.array(surface.start)
    state = rule.init(w)
    for t in range(25):
        loss, g = surface.value_and_grad(w)
        same(run.w[t], w)
        same(run.grad[t], g)
        same(run.loss[t], loss)
        rule.step(w, g, state, t, **asked(rule, surface))
        for slot, array in run.slots.items():
            same(array[t + 1], state[slot])
    same(run.w[25], w)
    assert (run.optimizer, run.problem, run.settings) == (name, "booth", rule.settings())


@each_rule
def test_a_stack_is_its_single_runs(name: str) -> None:
    starts = np.array([[-1.2, 1.0], [0.3, -0.4], [1.5, 2.0]])
    rates = np.array([[1e-4], [3e-4], [1e-3]])
    stack = descend(SURFACES["rosenbrock"], OPTIMIZERS[name](lr=rates), starts, steps=40)
    assert stack.w.shape == (41, 3, 2)
    assert stack.lr.shape == (40, 3, 1)
    for k in range(3):
        rule = OPTIMIZERS[name](lr=float(rates[k, 0]))
        run = descend(SURFACES["rosenbrock"], rule, starts[k], steps=40)
        np.testing.assert_allclose(stack.w[:, k], run.w, rtol=1e-12)
        np.testing.assert_allclose(stack.loss[:, k], run.loss, rtol=1e-11)


def test_settings_make_a_stack_of_one_start() -> None:
    run = descend(SURFACES["bowl"], optim.SGD(lr=np.array([[0.1], [0.2]])), (1.0, 2.0), steps=1)
    np.testing.assert_allclose(run.w[1], [[0.9, 1.8], [0.8, 1.6]])


EVERY_SETTING = [
    (name, field.name)
    for name, rule in ((name, OPTIMIZERS[name]) for name in on_planes())
    for field in dataclasses.fields(rule)
    if field.type == "Setting"
]


@pytest.mark.parametrize(("name", "key"), EVERY_SETTING)
def test_a_schedule_is_the_numbers_it_stands_for(name: str, key: str) -> None:
    surface, schedule = SURFACES["bowl"], schedules.Cosine(0.6, end=0.1)
    run = descend(surface, OPTIMIZERS[name](**{key: schedule}), steps=20)
    assert run.hyper[key].tolist() == schedule.values(20)
    w = np.array(surface.start)
    state = OPTIMIZERS[name]().init(w)
    for t, number in enumerate(schedule.values(20)):
        rule = OPTIMIZERS[name](**{key: number})
        rule.step(w, surface.value_and_grad(w)[1], state, t, **asked(rule, surface))
    same(run.w[-1], w)


def test_a_list_is_taken_for_an_array_or_refused() -> None:
    try:
        rule = optim.Momentum(lr=[[0.1], [0.2]], beta=[[0.5], [0.9]])
    except UserError:
        return
    assert descend(SURFACES["bowl"], rule, steps=5).w.shape == (6, 2, 2)


def test_the_rule_given_is_left_alone() -> None:
    rule = optim.SGD(lr=schedules.Linear(0.1))
    first = descend(SURFACES["bowl"], rule, steps=10)
    assert rule == optim.SGD(lr=schedules.Linear(0.1))
    assert descend(SURFACES["bowl"], rule, steps=10).w.tobytes() == first.w.tobytes()


class Twice(Surface):
    """A surface with a way of its own to be asked."""

    def value_and_grad(self, w: Any, batch: Any = None, out: Any = None) -> tuple[Any, Any]:
        value, g = super().value_and_grad(w, batch, out)
        g *= 2
        return 2 * value, g


def test_a_surface_of_ones_own_is_asked_in_its_own_way() -> None:
    bowl = SURFACES["bowl"]
    facts = {field.name: getattr(bowl, field.name) for field in dataclasses.fields(bowl)}
    twice = descend(Twice(**facts), optim.SGD(lr=0.1), steps=5)
    usual = descend(bowl, optim.SGD(lr=0.2), steps=5)
    np.testing.assert_allclose(twice.w, usual.w)
    np.testing.assert_allclose(twice.loss, 2 * usual.loss)


def test_velocity_is_the_step_that_led_to_a_point() -> None:
    run = descend(SURFACES["bowl"], optim.Momentum(lr=0.1), (2.0, 0.0), steps=3)
    assert run.velocity[:, 0] == pytest.approx([0, -0.2, -0.36, -0.468], rel=1e-12)
    np.testing.assert_allclose(run.velocity, run.slots["velocity"], atol=1e-15)


def test_steps_yields_one_point_that_changes() -> None:
    seen = []
    for point in steps(SURFACES["bowl"], optim.SGD(lr=0.5), (1.0, 0.0), 10):
        seen.append((point.t, float(point.loss), point.w.copy().tolist()))
        if point.t == 2:
            break
    assert seen == [(0, 0.5, [1.0, 0.0]), (1, 0.125, [0.5, 0.0]), (2, 0.03125, [0.25, 0.0])]


@pytest.mark.parametrize("seed", [0, 3])
def test_the_batches_told_are_those_stepped_on(seed: int) -> None:
    problem = PROBLEMS["regression"]
    run = descend(problem, "sgd", steps=12, batch_size=30, seed=seed)
    for w, batch, g in zip(run.w, run.batch, run.grad, strict=True):
        same(g, problem.value_and_grad(w, batch[batch >= 0])[1])


def test_without_shuffling_the_samples_come_in_their_own_order() -> None:
    points = steps("regression", "sgd", (0.0, 0.0), 7, batch_size=30, seed=3, shuffle=False)
    seen = [point.batch.tolist() for point in points]
    epoch = [list(range(first, min(first + 30, 100))) for first in (0, 30, 60, 90)]
    assert seen == epoch + epoch


def test_the_start_given_is_left_alone() -> None:
    start = np.array([1.0, 1.0])
    descend(SURFACES["bowl"], optim.SGD(lr=0.5), start, steps=3)
    assert start.tolist() == [1.0, 1.0]


@each_rule
def test_the_same_bits_twice(name: str) -> None:
    surface = SURFACES["ackley"]
    one, two = (descend(surface, OPTIMIZERS[name](), steps=50, seed=4) for _ in range(2))
    for array, twin in zip(_arrays(one), _arrays(two), strict=True):
        assert array.tobytes() == twin.tobytes()


def _arrays(run: Run) -> list[np.ndarray]:
    return [run.w, run.loss, run.grad, run.diverged_at, *run.slots.values(), *run.hyper.values()]


# --- how a run ends ---


def test_divergence_is_a_status() -> None:
    run = descend(SURFACES["bowl"], optim.SGD(lr=3.0), (1.0, 1.0), steps=80)
    # The loss grows fourfold a step; 4^20 is the first past 10¹² of 1 + the loss at first.
    assert run.status == "diverged at step 21"
    assert run.steps == 20
    check_end(run, 80)


def test_a_loss_that_overflows_at_once() -> None:
    run = descend(SURFACES["rosenbrock"], optim.SGD(lr=1e300), steps=10)
    assert (run.status, run.steps) == ("diverged at step 1", 0)
    check_shapes(run, optim.SGD())


OVERFLOWS = [
    # The plain of the plateau has a finite loss even where the weights are infinite.
    pytest.param("plateau", optim.Momentum(lr=1e308), (-1.0, 0.5), id="weights"),
    # The square of the gradient overflows, and AdaGrad stands still for ever.
    pytest.param("monkey-saddle", optim.AdaGrad(), (1e98, 0.0), id="slot"),
]


@pytest.mark.parametrize(("surface", "rule", "start"), OVERFLOWS)
def test_an_overflow_under_a_finite_loss(
    surface: str, rule: Optimizer, start: tuple[float, float]
) -> None:
    run = descend(SURFACES[surface], rule, start, steps=40)
    assert run.diverged_at > 0
    check_end(run, 40)
    stack = descend(SURFACES[surface], rule, [start, SURFACES[surface].start], steps=40)
    assert stack.diverged_at[0] == run.diverged_at


def test_a_stack_says_where_each_diverged() -> None:
    rates = np.array([[0.1], [3.0], [1e300]])
    run = descend(SURFACES["bowl"], optim.SGD(lr=rates), (1.0, 1.0), steps=80)
    assert run.diverged_at.tolist() == [-1, 21, 1]
    assert run.status == "2 of 3 diverged"
    assert run.steps == 80
    for k, end in enumerate([81, 21, 1]):
        assert np.isfinite(run.w[:end, k]).all()
        assert np.isfinite(run.loss[:end, k]).all()


def test_a_finished_stack() -> None:
    run = descend(SURFACES["bowl"], optim.SGD(lr=np.array([[0.1], [0.2]])), steps=5)
    assert run.status == "0 of 2 diverged"


REFUSED = [
    (lambda: descend(SURFACES["bowl"], optim.SGD(), steps=0), "steps must be at least 1, got 0."),
    (lambda: descend(SURFACES["bowl"], optim.SGD(), steps=-3), "steps must be at least 1, got -3."),
    (
        lambda: descend(SURFACES["bowl"], optim.SGD(), steps=1.5),
        "steps must be a whole number, got 1.5.",
    ),
    (
        lambda: descend(SURFACES["bowl"], optim.SGD(), (np.nan, 0.0)),
        "The start must be finite, got (nan, 0.0).",
    ),
    (lambda: descend(SURFACES["bowl"], optim.SGD(), (0.0, np.inf)), "The start must be finite"),
    (
        lambda: descend(SURFACES["bowl"], optim.SGD(), (1e200, 0.0)),
        "bowl has no finite loss and gradient at the start.",
    ),
    (lambda: descend(SURFACES["bowl"], optim.SGD(), (1.0, 2.0, 3.0)), "start"),
    (lambda: descend(SURFACES["bowl"], optim.SGD(), 1.0), "start"),
    (lambda: descend(SURFACES["bowl"], optim.SGD(), ("a", "b")), "start"),
    (lambda: descend(SURFACES["bowl"], optim.SGD(), [[1.0, 2.0], [3.0]]), "start"),
    (
        lambda: descend(SURFACES["bowl"], optim.SGD(lr=np.full((3, 1), 0.1)), np.ones((2, 2))),
        "start",
    ),
    # Legal for the hundred steps that a rule looks ahead, but not for as many as are asked.
    (
        lambda: descend(
            SURFACES["bowl"],
            optim.Momentum(beta=schedules.Exponential(0.5, gamma=1.005)),
            steps=200,
        ),
        "Momentum: beta must be in [0, 1), got",
    ),
    (
        lambda: descend(
            SURFACES["bowl"], optim.SGD(lr=schedules.Exponential(0.1, gamma=1.5)), steps=2000
        ),
        "outgrows all numbers within 2000 steps.",
    ),
]
REFUSED_IDS = [
    "no-steps",
    "negative-steps",
    "steps-and-a-half",
    "nan-start",
    "inf-start",
    "inf-loss",
    "three-numbers",
    "one-number",
    "words",
    "ragged",
    "stacks-that-differ",
    "schedule-leaves",
    "schedule-overflows",
]


@pytest.mark.parametrize(("make", "text"), REFUSED, ids=REFUSED_IDS)
def test_a_bad_run_is_refused(make: object, text: str) -> None:
    with pytest.raises(UserError, match=re.escape(text)):
        make()


# --- that nothing legal makes it raise ---


def numbers(rule: type[Optimizer], key: str) -> st.SearchStrategy[float]:
    """Every number that a setting may be."""
    bound = rule.bound(key)
    if bound.whole:
        return st.integers(bound.low, bound.high - 1)
    return st.floats(
        bound.low, min(bound.high, 1e300), exclude_min=bound.above, exclude_max=bound.high == 1
    )


def scheduled(base: float) -> st.SearchStrategy[schedules.Schedule]:
    def make(name: str) -> schedules.Schedule:
        if name == "warmup":
            return schedules.WarmUp(then=schedules.Cosine(base), steps=5)
        return SCHEDULES[name](base)

    return st.sampled_from(list(SCHEDULES)).map(make)


@st.composite
def rules(draw: st.DrawFn, stack: int = 0) -> Optimizer:
    """Any rule, its settings anywhere in their bounds: numbers, schedules, or one for each run."""
    rule = draw(st.sampled_from([OPTIMIZERS[name] for name in on_planes()]))
    chosen = {}
    for field in dataclasses.fields(rule):
        if draw(st.booleans()):
            continue  # the default
        if "choices" in field.metadata:
            chosen[field.name] = draw(st.sampled_from(field.metadata["choices"]))
        elif "bound" not in field.metadata:
            chosen[field.name] = draw(st.booleans())
        else:
            one = numbers(rule, field.name)
            if stack and field.type == "Setting":
                chosen[field.name] = np.array([[draw(one)] for _ in range(stack)])
            else:
                chosen[field.name] = draw(one)
            if field.type == "Setting" and draw(st.booleans()):
                chosen[field.name] = draw(scheduled(chosen[field.name]))
    return rule(**chosen)


problems = st.sampled_from(list(SURFACES.values()))
near = st.floats(-10, 10)
anywhere = st.floats(allow_nan=False, allow_infinity=False)


@quick
@given(problems, rules(), st.tuples(near, near), st.integers(1, 30))
def test_descend_never_raises(
    problem: Surface, rule: Optimizer, start: tuple[float, float], n: int
) -> None:
    run = descend(problem, rule, start, n)
    check_shapes(run, rule)
    check_end(run, n)


@quick
@given(problems, rules(stack=3), st.lists(st.tuples(near, near), min_size=3, max_size=3))
def test_a_stack_never_raises(
    problem: Surface, rule: Optimizer, start: list[tuple[float, float]]
) -> None:
    run = descend(problem, rule, start, 15)
    check_shapes(run, rule)
    assert run.steps == 15
    for k, at in enumerate(run.diverged_at):
        for array in (run.w, run.loss, run.grad, *run.slots.values()):
            assert np.isfinite(array[: at if at >= 0 else 16, k]).all()


@quick
@given(problems, st.tuples(anywhere, anywhere))
@example(SURFACES["beale"], (1e308, 1.0))
def test_a_start_anywhere_gives_a_record_or_is_refused(
    problem: Surface, start: tuple[float, float]
) -> None:
    try:
        run = descend(problem, optim.SGD(lr=0.01), start, 5)
    except UserError:
        return
    check_shapes(run, optim.SGD())
    check_end(run, 5)


@each_rule
@pytest.mark.parametrize(
    "surface", [s for s in SURFACES.values() if s.minima], ids=lambda s: s.name
)
def test_the_rates_of_a_surface_are_good(surface: Surface, name: str) -> None:
    kind = OPTIMIZERS[name].rate
    rule = OPTIMIZERS[name]() if kind == "own" else OPTIMIZERS[name](lr=surface.rates[kind])
    run = descend(surface, rule, steps=200)
    assert run.status == "finished after 200 steps"
    if name == "sam" and surface.name == "ackley":
        return  # its probe reaches over a ripple, so it does not leave it
    assert run.loss.min() < run.loss[0]
