"""A run along the axes of curvature: each goes as its recurrence says, and flips at its limit."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import descend, surfaces
from optiviz.errors import UserError
from optiviz.maps.theory import theory
from optiviz.optim import SGD, on_planes
from optiviz.optim.registry import parse
from optiviz.problems import PROBLEMS, parse_problem
from optiviz.problems.planes.function import surface
from optiviz.runs import race
from optiviz.runs.modes import Modes, linear, modes
from optiviz.runs.record import Run

VALLEY = surfaces["valley"]
# Over- and underdamped, near the limit, and with η outside.
RULES = [
    *("sgd:lr=0.012", "sgd:lr=0.06", "sgd:lr=0.097"),
    *("momentum:lr=0.012,beta=0.9", "momentum:lr=0.01,beta=0.2", "momentum:lr=0.002,beta=0.5"),
    *("momentum:lr=0.01,beta=0.9,form=outside", "momentum:lr=0.1,beta=0.9,form=average"),
    *("nesterov:lr=0.012,beta=0.9", "nesterov:lr=0.03,beta=0.5", "nesterov:lr=0.06,beta=0.9"),
    *("nesterov:lr=0.02,beta=0.9,form=outside", "nesterov:lr=0.1,beta=0.9,form=average"),
]


def of(rule: str, problem: str = "valley", **more: object) -> tuple[Run, Modes]:
    run = descend(problem, rule, **{"steps": 120, **more})
    return run, modes(run, parse_problem(problem))


def measured(c: np.ndarray) -> float:
    """By what a run's component shrinks a step, from its numbers alone.

    It is fitted with c″ = pc' + qc, whose larger root is what is left of it in the end.
    """
    n = max(4, int((np.abs(c) > 1e-9 * np.abs(c[0])).argmin() or len(c)))
    p, q = np.linalg.lstsq(np.stack([c[1 : n - 1], c[: n - 2]], axis=1), c[2:n], rcond=1e-9)[0]
    return float(np.abs(np.roots([1, -p, -q])).max())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("problem", ["valley", "valley:condition=5,rotation=70", "booth"])
def test_the_factor_is_what_the_run_does(rule: str, problem: str) -> None:
    _, found = of(rule, problem)
    for axis in range(2):
        factor = found.factors[-1, axis]
        assert found.factors[:, axis] == pytest.approx(factor)
        if factor < 0.2:  # gone before it could be measured
            continue
        assert measured(found.along[:, axis]) == pytest.approx(factor, rel=1e-6), axis


@pytest.mark.parametrize("rule", RULES)
def test_the_whole_run_shrinks_at_that_pace(rule: str) -> None:
    _, found = of(rule, steps=240)
    for axis in range(2):
        sizes = np.abs(found.along[:, axis])
        early, late = sizes[20:60].max(), sizes[180:220].max()  # a swing's tops, whatever its beat
        if late > 1e-12:
            assert (late / early) ** (1 / 160) == pytest.approx(found.factors[0, axis], rel=1e-2)


@pytest.mark.parametrize(
    "rule",
    [
        "sgd",
        "momentum:beta=0.5",
        "momentum:beta=0.9,form=average",
        "nesterov:beta=0.5",
        "nesterov:beta=0.9,form=outside",
    ],
)
def test_stability_flips_at_the_limit(rule: str) -> None:
    name, comma, rest = rule.partition(":")
    _, first = of(rule, "valley:rotation=0")
    for axis, limit in enumerate(first.limits):
        ends = []
        for share in (0.99, 1.01):
            words = f"{name}:lr={share * limit}{',' * bool(comma)}{rest}"
            start = (0, 1) if axis == 0 else (1, 0)  # on the axis: the other one has nothing
            _, found = of(words, "valley:rotation=0", steps=400, start=start)
            assert (found.factors[0, axis] > 1) == (share > 1)
            assert found.limits[axis] == pytest.approx(limit, rel=1e-9)  # whatever η is
            sizes = np.abs(found.along[:, axis])
            ends.append(sizes[-20:].max() / sizes[20:40].max())
        assert ends[0] < 1 < ends[1]


@pytest.mark.parametrize("rule", ["sgd", "momentum:beta=0.5", "momentum:beta=0.95"])
def test_the_limit_is_that_of_theory(rule: str) -> None:
    _, found = of(rule)
    known = theory(VALLEY, parse(rule))
    beta = 0.0 if rule == "sgd" else float(rule.rpartition("=")[2])
    assert found.limits[0] == pytest.approx(known.limit(beta), rel=1e-6)
    assert found.limits == pytest.approx(2 * (1 + beta) / found.curvatures, rel=1e-6)


@pytest.mark.parametrize(
    "problem", ["valley", "booth", "bowl", "regression", "valleys", "3*x**2 + x*y + 2*y**2 - x + 1"]
)
@pytest.mark.parametrize("rule", ["momentum", "adam"])
def test_on_a_quadratic_the_parts_are_the_loss(problem: str, rule: str) -> None:
    run, found = of(rule, problem)
    assert found.exact
    floor = parse_problem(problem).floor()
    np.testing.assert_allclose(
        found.losses.sum(axis=1), run.loss - floor, rtol=1e-6, atol=1e-9 * run.loss[0]
    )
    np.testing.assert_allclose(found.at + found.along @ found.axes, run.w, atol=1e-9)
    assert found.curvatures[0] >= found.curvatures[1] > 0


def test_near_any_minimum_the_parts_become_the_loss() -> None:
    run, found = of("momentum", "rosenbrock", steps=3000)
    assert not found.exact
    assert found.curvatures == pytest.approx([1001.6006, 0.3994], rel=1e-4)
    ratios = found.losses.sum(axis=1) / run.loss
    assert ratios[0] > 2
    assert ratios[-1] == pytest.approx(1, rel=1e-2)


def test_the_minimum_is_the_one_where_the_run_ends() -> None:
    problem = PROBLEMS["himmelblau"]
    for place in problem.minima:
        run = descend("himmelblau", "sgd:lr=0.003", steps=60, start=(place[0] + 0.1, place[1]))
        assert tuple(modes(run, problem).at) == place


@pytest.mark.parametrize(
    "rule", [r for r in on_planes() if r not in ("sgd", "momentum", "nesterov")]
)
def test_a_rule_that_is_no_linear_map_has_no_factor(rule: str) -> None:
    for problem in ("valley", "booth"):
        _, found = of(rule, problem, steps=20)
        assert (found.factors, found.limits) == (None, None)
        assert np.isfinite(found.along).all()


class Decayed(SGD):
    """Linear in w, but not in w − w*: it pulls to the origin."""

    def step(self, w, g, state, t):
        w *= 0.9
        super().step(w, g, state, t)


class Tired(SGD):
    """Linear, but another map with every step."""

    def step(self, w, g, state, t):
        super().step(w, g / (1 + t), state, t)


def test_a_linear_map_holds_at_any_time_and_about_any_minimum() -> None:
    assert linear(SGD, (), 4.0)
    assert not linear(Decayed, (), 4.0)
    assert not linear(Tired, (), 4.0)


def test_where_the_rate_changes_every_step_has_its_factor() -> None:
    (run,) = race("valley", ["sgd:lr=0.09"], steps=50, schedule="linear:end=0.001")
    found = modes(run, VALLEY)
    np.testing.assert_allclose(found.rates, run.lr[:, None] * [20, 1])
    np.testing.assert_allclose(found.factors, np.abs(1 - found.rates))
    assert found.limits == pytest.approx([0.1, 2])


def test_rates_of_their_own_for_each_parameter_have_no_factor() -> None:
    run = descend("valley", SGD(lr=np.array([0.01, 0.02])), steps=5)
    assert modes(run, VALLEY).factors is None


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        ("saddle", "no minimum of it is known"),
        ("(x - y)**2", "(no minimum of it is known|flat along one)"),
        ("x**4 + y**2", "(no minimum of it is known|flat along one)"),
    ],
)
def test_no_usable_minimum_is_refused(problem: str, why: str) -> None:
    with pytest.raises(UserError, match=f"has no axes of curvature to show: .*{why}"):
        of("sgd", problem, steps=3)


def test_a_kink_is_no_curvature() -> None:
    run = descend("ackley", "sgd:lr=0.001", steps=2, start=(0.05, 0.02))
    with pytest.raises(UserError, match="its minimum is a kink"):
        modes(run, PROBLEMS["ackley"])


def test_waves_are_no_quadratic() -> None:
    waves = surface(lambda x, y: 1 + x * x + y * y - np.cos(2 * np.pi * x), name="waves")
    found = modes(descend(waves, "sgd:lr=0.001", steps=3, start=(0.1, 0.1)), waves)
    assert not found.exact
    assert found.curvatures == pytest.approx([2 + 4 * np.pi**2, 2], rel=1e-4)
