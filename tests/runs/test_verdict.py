"""The verdict on a run: every kind, runs that only look like it, and what must not matter."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiviz import UserError, descend, optim, schedules
from optiviz.optim import OPTIMIZERS, Optimizer, on_planes
from optiviz.problems import SURFACES, Surface, as_problem
from optiviz.problems.planes.regression import regression
from optiviz.runs.bottom import NEAR
from optiviz.runs.inputs import as_rule
from optiviz.runs.trace import KINDS
from optiviz.runs.verdict import FEW, Verdict, verdict

Start = tuple[float, float] | None
BOWL, VALLEY, SADDLE = SURFACES["bowl"], SURFACES["valley"], SURFACES["saddle"]


def judge(surface: str, rule: Optimizer | str, start: Start = None, steps: int = 120) -> Verdict:
    problem = SURFACES[surface]
    optimizer = as_rule(problem, rule) if isinstance(rule, str) else rule
    return verdict(descend(problem, optimizer, start, steps), problem)


SGD, MOMENTUM, ADAGRAD = optim.SGD, optim.Momentum, optim.AdaGrad
ADAMW, AMSGRAD, COSINE = optim.AdamW, optim.AMSGrad, schedules.Cosine
RMSPROP, RESTARTS = optim.RMSProp, schedules.Restarts(0.288)
ANY = None  # a step that the case does not care about, where there is one

# surface, rule ("name" for its good rate), start, steps, the text, the range of the step.
# Under every kind, the runs after the blank comment look like it and are something else.
CASES: list[tuple[str, Any, Start, int, str, tuple[int, int] | None]] = [
    # diverged
    ("bowl", SGD(lr=3.0), None, 80, "diverged at step 21", (21, 21)),
    ("rosenbrock", SGD(lr=1e300), None, 10, "diverged at step 1", (1, 1)),
    ("plateau", MOMENTUM(lr=1e308), (-1.0, 0.5), 40, "diverged at step", (1, 9)),
    ("saddle", SGD(lr=5.0), (1.0, 0.0), 80, "diverged at step", (9, 15)),  # up the one wall
    ("bowl", SGD(lr=1.9), None, 80, "converged at step 33", (33, 33)),
    # diverging
    ("bowl", SGD(lr=2.1), None, 20, "diverging: the loss peaks ever higher", None),
    ("bowl", SGD(lr=2.1), None, 6, "too early to say", None),
    ("bowl", MOMENTUM(lr=1e-3, beta=0.99), None, 90, "rising again", None),  # one overshoot
    # falls
    ("saddle", "momentum", None, 120, "falls without end", (10, 120)),
    ("saddle", "sgd", None, 120, "falls without end", (100, 112)),
    ("saddle", "adam", None, 120, "falls without end", (30, 60)),
    ("saddle", "sgd", None, 40, "still descending", None),  # within the picture
    ("monkey-saddle", "adagrad", None, 120, "still descending", None),
    # cycle
    ("bowl", "lion", None, 120, "limit cycle of period 4", None),
    ("bowl", SGD(lr=2.0), None, 60, "limit cycle of period 2", None),
    ("valley", SGD(lr=0.1), None, 400, "limit cycle of period 2", None),
    ("ackley", SGD(lr=0.04), None, 120, "limit cycle of period 2", None),
    # It came there a sixth of its steps ago, by ever lower peaks.
    ("valley", optim.SignSGD(lr=0.02), None, 119, "limit cycle of period 2", None),
    ("valley", optim.SignSGD(lr=0.02), None, 120, "limit cycle of period 2", None),
    ("bowl", SGD(lr=1.999), None, 60, "oscillates about the minimum", None),  # it shrinks
    ("ackley", optim.SignSGD(RESTARTS), (3.07, 2.62), 400, "goes up and down", None),  # its rate
    ("bowl", optim.Lion(lr=COSINE(0.1)), None, 120, "converged at step", (50, 70)),
    # converged
    ("valley", "momentum", None, 120, "converged at step 64", (50, 90)),
    ("bowl", "sgd", None, 120, "converged at step 33", (33, 33)),
    ("bowl", SGD(lr=1.0), None, 3, "converged at step 1", (1, 1)),
    ("bowl", SGD(lr=0.1), (0.0, 0.0), 1, "starts at a minimum and stays there", (0, 0)),
    ("bowl", SGD(lr=0.1), (0.0, 0.0), 50, "starts at a minimum and stays there", (0, 0)),
    ("rastrigin", "sgd", None, 120, "converged at step 5, in a local minimum", (5, 5)),
    ("three-hump-camel", "adam", None, 120, "reached a local minimum at step 64", (64, 64)),
    ("himmelblau", "sgd", None, 120, "converged at step 61", (61, 61)),
    ("ackley", SGD(lr=COSINE(0.04)), (0.3, 0.2), 300, "converged at step", (250, 297)),
    ("bowl", SGD(lr=0.1), None, 34, "still descending", None),  # there, but only just
    ("bowl", SGD(lr=0.0), None, 50, "stalled: no step moves it", None),
    ("bowl", MOMENTUM(lr=1e-4, beta=0.9999), None, 158, "goes up and down", None),  # flies past
    ("rosenbrock", SGD(lr=1e-4), (-2.0, -0.9), 3000, "still descending", None),  # far away
    # stuck
    ("saddle", "sgd", (-1.9, 0.0), 200, "stuck at a saddle", None),
    ("saddle", "sgd", (0.0, 0.0), 2, "stuck at a saddle", None),
    ("monkey-saddle", "sgd", (1.3, 0.0), 500, "stuck at a saddle", None),
    ("himmelblau", SGD(lr=1e-3), (-0.270845, -0.923039), 40, "stuck at a maximum", None),
    ("plateau", "sgd", (4.0, 3.0), 200, "stuck on flat ground: the gradient has vanished", None),
    ("plateau", "sgd", (100.0, 0.0), 2, "stuck on flat ground: the gradient has vanished", None),
    ("saddle", "sgd", (-1.9, 1e-4), 70, "still descending", None),  # on its way past
    ("plateau", "adam", (4.0, 3.0), 200, "reached the minimum at step", (60, 110)),
    ("bowl", SGD(lr=1e-9), (1e6, 1e6), 100, "crawls", None),  # far off, but steep
    ("rosenbrock", ADAGRAD(lr=1.0), (0.0, -7.2e16), 4, "too early to say", None),  # L is too big
    # oscillates
    ("valley", SGD(lr=0.0975), None, 60, "oscillates across the valley, dying down", None),
    ("valley", SGD(lr=0.1), None, 60, "oscillates across the valley", None),
    ("valley", "lion", None, 120, "up and down, about to drop", None),
    ("bowl", SGD(lr=1.9), None, 30, "oscillates about the minimum, dying down", None),
    (
        "valley",
        MOMENTUM(lr=0.01, beta=0.99),
        (-1.7, -0.8),
        400,
        "oscillates along the valley",
        None,
    ),
    (
        "valley",
        MOMENTUM(lr=0.05, beta=0.99),
        (-1.7, -0.8),
        200,
        "oscillates along the valley",
        None,
    ),
    ("rastrigin", "lion", None, 120, "goes up and down", None),
    ("rastrigin", SGD(lr=0.0234), None, 77, "up and down, about to drop", None),  # wider than it
    (
        "rastrigin",
        optim.Lion(lr=0.659, weight_decay=0.01),
        (2.43, 1.21),
        60,
        "oscillates back and forth",
        None,
    ),
    # Three swings, each unlike the last; and one axis whose swing is about to overtake the other's.
    (
        "cliff",
        optim.Nesterov(lr=0.346, beta=0.5),
        (-1.49, 2.7),
        40,
        "still descending, in swings",
        None,
    ),
    ("himmelblau", AMSGRAD(lr=0.178, beta1=0.0), (1.12, -1.57), 400, "near the minimum", (4, 400)),
    # Thrown from swing to swing by a velocity that is as old as the run.
    ("rastrigin", optim.Nesterov(0.00604, 0.95), (2.95, 0.97), 20, "up and down, about to", None),
    # Not yet the narrow cycle that it falls into when the mean of slopes has come to rest.
    (
        "valley",
        optim.Lion(lr=0.408, weight_decay=0.1),
        (-2.39, 1.81),
        120,
        "up and down, about to",
        None,
    ),
    # A greatest divisor shrinks with the correction for its start, and lets go of the other axis.
    ("ackley", AMSGRAD(lr=0.54, beta1=0.95), (2.46, 1.96), 400, "near the minimum since", (15, 15)),
    ("valley", SGD(lr=0.0975), None, 600, "converged at step", (60, 66)),
    ("valley", "sgd", None, 120, "still descending", None),
    # near
    ("catapult", optim.Nadam(lr=0.0421), (-0.91, 0.58), 400, "near the minimum since", (32, 32)),
    ("edge", RMSPROP(lr=0.0027), (3.59, 0.33), 120, "near the minimum since", (6, 6)),
    ("ackley", AMSGRAD(0.849, beta1=0.95), (0.21, -3.68), 20, "up and down, about", None),  # passes
    ("catapult", optim.Lion(lr=0.00125), (-0.5, 0.36), 400, "goes up and down", None),  # along it
    ("edge", optim.Nesterov(0.00723, 0.5, weight_decay=0.01), (3.12, 0.36), 40, "near", (8, 8)),
    # slides: weight decay carries it along a floor
    ("edge", SGD(0.00985, weight_decay=0.01), (3.43, 0.42), 120, "slides along", (10, 10)),
    ("catapult", RMSPROP(lr=0.00254, weight_decay=0.1), (-0.03, 2.08), 120, "slides", (2, 2)),
    ("edge", SGD(lr=0.00985), (3.43, 0.42), 120, "converged at step", (10, 10)),
    # stalled
    ("bowl", ADAGRAD(lr=1e-3), None, 400, "stalled: the effective rate has died", None),
    ("bowl", SGD(lr=COSINE(0.02)), None, 100, "stalled: the effective rate has died", None),
    ("rosenbrock", SGD(lr=schedules.Linear(8e-4)), None, 120, "stalled: the effective", None),
    (
        "himmelblau",
        ADAMW(lr=0.1, weight_decay=0.5),
        None,
        300,
        "stalled: weight decay balances the gradient",
        None,
    ),
    ("bowl", ADAGRAD(lr=0.1), None, 400, "converged at step 264", (264, 264)),
    ("bowl", SGD(lr=COSINE(0.2)), None, 100, "converged at step 16", (16, 16)),
    ("bowl", ADAMW(lr=0.1), None, 300, "reached the minimum at step 64", (64, 64)),
    ("cliff", "adagrad", None, 120, "still descending", None),  # it arrives in 620 steps
    ("cliff", ADAGRAD(lr=0.03), None, 120, "crawls", None),
    # crawls
    ("rosenbrock", "sgd", None, 120, "crawls", None),
    ("valley", SGD(lr=1e-3), None, 100, "crawls", None),
    ("bowl", SGD(lr=1e-12), None, 100, "crawls", None),
    ("plateau", "sgd", None, 40, "still descending", None),  # slow as yet: it arrives at step 43
    ("styblinski-tang", "sgd", None, 40, "still descending", None),
    # wanders
    ("rastrigin", SGD(lr=0.0213), (1.0, 2.0), 60, "up and down, about to drop", None),
    ("cliff", "momentum", None, 160, "up and down, about to drop", None),
    ("valley", "nesterov", None, 40, "still descending", None),
    ("himmelblau", ADAGRAD(lr=0.0132), None, 212, "still descending", None),  # no death of the rate
    # after a few steps
    ("bowl", SGD(lr=0.1), None, 3, "still descending", None),
    ("bowl", SGD(lr=1e-9), None, 3, "still descending", None),
    ("bowl", SGD(lr=2.5), None, 3, "too early to say", None),
    ("valley", MOMENTUM(lr=0.1), None, 2, "still descending", None),
]


@pytest.mark.parametrize(
    ("surface", "rule", "start", "steps", "text", "within"),
    [pytest.param(*case, id=f"{case[0]}-{k}") for k, case in enumerate(CASES)],
)
def test_a_case(
    surface: str, rule: Any, start: Start, steps: int, text: str, within: tuple[int, int] | None
) -> None:
    found = judge(surface, rule, start, steps)
    assert str(found).startswith(text), found
    assert (found.step is None) == (within is None), found
    if within and found.step is not None:
        assert within[0] <= found.step <= within[1], found


def test_every_kind_has_a_case() -> None:
    singles = {judge(*case[:4]).kind for case in CASES}
    assert singles | {"hovers", "left", "slopeless"} == set(KINDS)


# What an expression's ground does to a run, and runs whose trend misleads.
ENDS: list[tuple[str, str, Start, int, str]] = [
    ("log(1+x**2+5*y**2)", "momentum:lr=1.0,beta=0.8", (-2.1, 1.68), 40, "still descending"),
    ("rosenbrock", "lion:lr=0.002", (-1.73, 0.01), 500, "rising again"),
    ("rastrigin", "momentum:lr=0.016,beta=0.5", (-0.46, 2.39), 120, "up and down, about to drop"),
    ("bowl", "sgd:lr=2.001", None, 100, "diverging: the loss peaks ever higher"),
    ("x**3+y**2", "sgd:lr=0.1", (1.0, 1.0), 200, "still descending"),  # no minimum: an inflection
    ("sqrt(x**2+y**2)", "sgd:lr=0.05", None, 100, "limit cycle of period 2"),
    ("sqrt(x**2+y**2)", "sgd:lr=1", (1.0, 0.0), 20, "stopped at step 1: no slope is defined there"),
    ("sqrt(x)+y**2", "sgd", None, 100, "left the domain at step 22"),
    ("saddle", "momentum", None, 120, "falls without end"),
    # Ever lower so far, by leaps: the last one is up; in the other the rate outgrows the valley.
    ("monkey-saddle", "sam:lr=0.14,rho=0.99,beta=0.99", (1.24, -1.09), 200, "diverged at step 11"),
    (
        "1/x+x+y**2",
        "prodigy:lr=0.0557,beta1=0.95",
        (-2.58, -2.99),
        400,
        "up and down, about to drop",
    ),
    ("1e-8*(x**2+10*y**2)", "sgd", None, 100, "converged at step 62"),
    ("x**2+10*y**2", "sgd", None, 100, "converged at step 62"),
    ("abs(x)+2*abs(y)", "sgd:lr=0.004", (-0.05, 2.58), 600, "limit cycle of period 2"),
    # The same, along y by 1.6 times a step.
    ("cliff", "rmsprop:lr=0.0706", (-3.49, -0.64), 400, "near the minimum since step 279"),
    # Peaks that rise, about no bottom that would bound them; two that differ by a half.
    (
        "rosenbrock",
        "lion:lr=1.07,weight_decay=0.01",
        (1.35, 0.29),
        60,
        "up and down, about to drop",
    ),
    ("himmelblau", "rmsprop:lr=0.262", (1.62, -4.43), 20, "near the minimum since step 16"),
    # A cycle along x, while y is as yet at 10⁻⁶⁶ and grows with every step.
    ("1/x+x+y**2", "nadam:lr=0.408,beta1=0.0", (1.21, 2.0), 400, "up and down, about to drop"),
]


@pytest.mark.parametrize(("surface", "rule", "start", "steps", "text"), ENDS)
def test_what_the_ground_does(surface: str, rule: str, start: Start, steps: int, text: str) -> None:
    problem = as_problem(surface)
    assert verdict(descend(problem, rule, start, steps), problem).text == text


# --- mini-batches ---

HOVERS = [
    (4, 600, "hovers about the minimum"),
    (1, 600, "hovers about the minimum"),
    (4, 30, "still descending, in swings"),
    (None, 600, "converged at step 92"),
]


@pytest.mark.parametrize(("batch_size", "steps", "text"), HOVERS)
def test_noise_keeps_a_run_about_the_minimum(batch_size: int | None, steps: int, text: str) -> None:
    problem = regression()
    rule = SGD(lr=problem.rates["gradient"])
    run = descend(problem, rule, steps=steps, batch_size=batch_size)
    assert str(verdict(run, problem)) == text


def test_what_remembers_all_that_was_seen_does_not_hover_yet() -> None:
    problem = as_problem("logistic")
    how: Any = {"batch_size": 8, "seed": 66}
    run = descend(problem, "nesterov:lr=0.588,beta=0.99", (0.71, 1.53), 200, **how)
    assert verdict(run, problem).kind == "descending"


def test_a_batch_that_moves_nothing_away_lets_a_run_converge() -> None:
    problem = regression(noise=0.0)  # all samples agree on the best line
    run = descend(problem, SGD(lr=problem.rates["gradient"]), steps=400, batch_size=4)
    assert verdict(run, problem).kind == "converged"


# --- what must not matter, and what must hold ---


def test_a_rule_that_is_not_ours_is_told_by_its_last_steps() -> None:
    class Own(SGD):
        """Which nobody can continue."""

    def said(lr: float, start: Start = None, steps: int = 30) -> str:
        return str(verdict(descend(VALLEY, Own(lr=lr), start, steps), VALLEY))

    assert said(0.01) == "still descending"
    assert said(0.01, steps=3) == "still descending"
    assert said(5.0, steps=60).startswith("diverged at step")
    root = as_problem("sqrt(x)+y**2")
    assert verdict(descend(root, Own(lr=0.1)), root).kind == "left"


def scaled(surface: Surface, factor: float) -> Surface:
    """The surface with its loss multiplied."""

    def formula(x: Any, y: Any) -> tuple[Any, Any, Any]:
        value, dx, dy = surface.formula(x, y)
        return factor * value, factor * dx, factor * dy

    return dataclasses.replace(surface, formula=formula)


@pytest.mark.parametrize("name", list(SURFACES))
@pytest.mark.parametrize(
    ("factor", "rate"),
    # Three times the good rate makes chaos of some surfaces, where only a power of two will do.
    [(1000.0, 0.01), (1000.0, 0.3), (1000.0, 1.0), (1e-3, 1.0), (1024.0, 3.0), (2.0**-10, 3.0)],
)
def test_the_unit_of_the_loss_does_not_matter(name: str, factor: float, rate: float) -> None:
    surface = SURFACES[name]
    lr = rate * surface.rates["gradient"]
    one = verdict(descend(surface, SGD(lr=lr)), surface)
    other = scaled(surface, factor)
    two = verdict(descend(other, SGD(lr=lr / factor)), other)
    if one.kind in ("diverged", "falls"):  # the loss that counts as lost is not measured so
        assert two.kind == one.kind
    else:
        assert two == one


@pytest.mark.parametrize("name", [name for name in SURFACES if name not in ("saddle", "ackley")])
@pytest.mark.parametrize("rule", ["sgd", "momentum"])
def test_more_steps_change_nothing_once_converged(name: str, rule: str) -> None:
    found = [judge(name, rule, steps=steps) for steps in (150, 200, 400, 1000)]
    done = [each for each in found if each.kind == "converged"]
    assert found[len(found) - len(done) :] == done
    assert len({each.text for each in done}) <= 1


@pytest.mark.parametrize("name", list(SURFACES))
@pytest.mark.parametrize("rule", ["sgd", "momentum", "adam", "adagrad", "rmsprop", "adamw"])
def test_what_crawls_does_not_arrive_soon(name: str, rule: str) -> None:
    if judge(name, rule).kind in ("crawls", "stalled"):
        later = judge(name, rule, steps=420)  # half as many again would be no crawl at all
        assert later.kind != "converged" or (later.step or 0) > 240


def test_a_stack_is_refused() -> None:
    run = descend(BOWL, SGD(lr=np.array([[0.1], [0.2]])), steps=5)
    with pytest.raises(UserError, match="A verdict is about a single run, got a stack of 2"):
        verdict(run, BOWL)


def test_a_verdict_is_its_text_and_leaves_the_run_alone() -> None:
    run = descend(VALLEY, SGD(lr=0.01), steps=30)
    before = run.w.tobytes(), run.loss.tobytes(), run.grad.tobytes()
    first, second = verdict(run, VALLEY), verdict(run, VALLEY)
    assert first == second
    assert str(first) == first.text
    assert (run.w.tobytes(), run.loss.tobytes(), run.grad.tobytes()) == before
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.kind = "crawls"  # type: ignore[misc]


@pytest.mark.parametrize("name", list(SURFACES))
@pytest.mark.parametrize("rule", on_planes())
@pytest.mark.parametrize("steps", [1, 2, 3, FEW - 1, FEW, FEW + 1])
def test_short_runs(name: str, rule: str, steps: int) -> None:
    found = judge(name, rule, steps=steps)
    assert found.kind in KINDS
    if steps <= 3:
        assert found.kind in ("descending", "early", "diverged", "converged")


WILD = st.one_of(
    st.floats(-6, 6), st.floats(-1e160, 1e160), st.sampled_from([0.0, 1e-300, 1.0, -1e8])
)
RATES = st.one_of(st.floats(0, 3), st.floats(0, 1e300), st.sampled_from([0.0, 1e-300, 1e-9, 2.0]))


@st.composite
def rules(draw: st.DrawFn) -> Optimizer:
    """A rule with wild but legal settings."""
    rule = OPTIMIZERS[draw(st.sampled_from(on_planes()))]
    given_: dict[str, Any] = {"lr": draw(RATES)}
    for field in dataclasses.fields(rule):
        bound = field.metadata.get("bound")
        if field.name != "lr" and bound and draw(st.booleans()):
            high = min(bound.high, 1e6)
            values = st.floats(
                bound.low, high, exclude_min=bound.above, exclude_max=high == bound.high
            )
            whole = st.integers(bound.low, bound.high - 1) if bound.whole else values
            given_[field.name] = draw(whole)
    if draw(st.booleans()):
        given_["lr"] = COSINE(given_["lr"])
    return rule(**given_)


@settings(derandomize=True, max_examples=400)
@given(st.sampled_from(list(SURFACES)), rules(), st.tuples(WILD, WILD), st.integers(1, 70))
def test_nothing_legal_makes_it_raise(
    name: str, rule: Optimizer, start: tuple[float, float], steps: int
) -> None:
    surface = SURFACES[name]
    try:
        run = descend(surface, rule, start, steps)
    except UserError:  # no finite loss at the start
        return
    found = verdict(run, surface)
    assert found.kind in KINDS
    assert found.step is None or 0 <= found.step <= steps
    if found.kind == "converged":
        assert run.diverged_at < 0
        assert math.isfinite(run.loss[-1])
        assert found.step == 0 or run.loss[-1] < run.loss.max()


@pytest.mark.parametrize(("rate", "steps", "near"), [(0.3, 2000, False), (0.1, 1000, True)])
def test_what_decay_holds_on_a_floor_is_thrown_along_it_once_the_divisor_has_faded(
    rate: float, steps: int, near: bool
) -> None:
    """Adam's divisor forgets until its steps are unstable across the floor of a ring."""
    start = (-0.45, 0.25)
    problem = as_problem("(x**2+y**2-1)**2")
    rule = as_rule(problem, f"adamw:lr={rate},weight_decay=0.1")
    run, more = (descend(problem, rule, start, n) for n in (steps, 2 * steps))
    diagonal = np.hypot(*np.ptp(problem.bounds, axis=1))
    moved = np.hypot(*(more.w[steps:] - run.w[-1]).T) / diagonal
    assert (np.median(moved) <= 2 * NEAR) == near, "what the words are about"
    assert (verdict(run, problem).kind == "near") == near


@pytest.mark.parametrize(
    ("formula", "rule", "start", "steps", "text"),
    [
        ("x**2*y**2", "sam:lr=0.0293,beta=0.5", (-1.3, -1.82), 400, "near the minimum since"),
        ("abs(x)+2*abs(y)", "lbfgs:lr=0.0152", (-1.84, 0.1), 60, "crawls"),
    ],
)
def test_a_rule_that_looks_elsewhere_may_go_on_where_its_own_slope_is_flat(
    formula: str, rule: str, start: tuple[float, float], steps: int, text: str
) -> None:
    """SAM goes along a floor, and L-BFGS finds longer steps again."""
    problem = as_problem(formula)
    run = descend(problem, as_rule(problem, rule), start, steps)
    assert verdict(run, problem).text.startswith(text)
