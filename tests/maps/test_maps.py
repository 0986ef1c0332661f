"""Maps against what theory says, and against the same trajectories run one by one."""

from __future__ import annotations

import dataclasses
import re
import tracemalloc
from itertools import product

import numpy as np
import pytest

from optiviz import descend, optim, surfaces
from optiviz.errors import UserError
from optiviz.maps import BasinMap, RateMap, basin_map, rate_map, sensitivity
from optiviz.maps.axes import axis, second
from optiviz.maps.theory import theory
from optiviz.optim import OPTIMIZERS, on_planes
from optiviz.problems import SURFACES, parse_problem, valley

QUADRATICS = {name: s for name, s in SURFACES.items() if s.curvatures} | {
    "gorge": valley(condition=100, rotation=70)
}
each_quadratic = pytest.mark.parametrize("name", QUADRATICS)


@each_quadratic
def test_the_curvatures_are_those_of_the_hessian(name: str) -> None:
    problem = QUADRATICS[name]
    origin = problem.value_and_grad(np.zeros(2))[1]
    hessian = [problem.value_and_grad(row)[1] - origin for row in np.eye(2)]
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian), problem.curvatures, rtol=1e-12)


def check_limit(rates: np.ndarray, diverged: np.ndarray, limit: float) -> None:
    """All rates above the limit diverge and none below, to within one cell.

    A rate may lie so near to the limit that some hundred steps cannot tell.
    """
    first = int(np.argmax(diverged))
    assert diverged[first:].all()
    assert not diverged[:first].any()
    assert abs(first - int(np.searchsorted(rates, limit))) <= 1


@each_quadratic
def test_descent_diverges_where_theory_says(name: str) -> None:
    problem = QUADRATICS[name]
    (curve,) = sensitivity(problem, ["sgd"], steps=500).curves
    check_limit(curve.lr, curve.diverged, 2 / problem.curvatures[1])


@each_quadratic
@pytest.mark.parametrize("form", ["inside", "outside"])
def test_momentum_diverges_where_theory_says(name: str, form: str) -> None:
    found = rate_map(QUADRATICS[name], f"momentum:form={form}", steps=500)
    for beta, row in zip(found.y.values, found.diverged, strict=True):
        check_limit(found.x.values, row, found.theory.limit(beta))


def test_the_best_beta_is_where_theory_says() -> None:
    # Tight, so that the rate at which a run converges counts for more than its first steps.
    rates = ("lr", np.geomspace(0.005, 0.15, 30))
    betas = ("beta", np.linspace(0, 0.99, 100))
    problem = surfaces["valley"]
    found = rate_map(problem, "momentum", rates, betas, steps=2000, tolerance=1e-20)
    lr, beta = found.theory.best
    assert found.best[0] == pytest.approx(lr, rel=0.1)
    assert found.best[1] == pytest.approx(beta, abs=0.08)
    measured = betas[1][np.nanargmin(found.steps_to_converge, axis=0)]
    np.testing.assert_allclose(measured, found.theory.best_beta(rates[1]), atol=0.1)


def test_where_theory_is_silent() -> None:
    assert theory(surfaces["rosenbrock"], optim.Momentum()) is None
    for rule in (optim.Adam(), optim.Nesterov(), optim.Momentum(form="average")):
        assert theory(surfaces["valley"], rule) is None
    assert theory(surfaces["valley"], optim.SGD()).limit(0) == 0.1
    found = rate_map(surfaces["valley"], "momentum", "beta", "lr", steps=5)
    assert found.theory is not None, "the axes may be turned"


def one(found: RateMap, row: int, column: int) -> tuple[float, bool]:
    """Steps to converge and divergence of one pair of settings, from a run of its own."""
    settings = {a.name: float(a.values[i]) for a, i in ((found.x, column), (found.y, row))}
    rule = dataclasses.replace(found.rule, **settings)
    loss = descend(found.problem, rule, found.start, found.steps).loss
    above = np.flatnonzero(loss - found.problem.floor() > found.tolerance * loss[0])
    if len(loss) <= found.steps:
        return np.nan, True
    return (above[-1] + 1 if above[-1] < found.steps else np.nan), bool(loss[-1] > loss[0])


@pytest.mark.parametrize("words", ["momentum", "adam", "rmsprop:centered=true", "nadam"])
def test_every_cell_is_a_run(words: str) -> None:
    problem = surfaces["rosenbrock"]
    rule = optim.parse(words)
    up = (second(rule), [0.1, 0.5, 0.9])
    rates = ("lr", problem.rates[rule.rate] * np.array([0.1, 1.0, 8.0, 100.0]))
    found = rate_map(problem, rule, rates, up, steps=400, tolerance=0.05)
    for row, column in product(range(3), range(4)):
        steps, diverged = one(found, row, column)
        np.testing.assert_equal(found.steps_to_converge[row, column], steps)
        assert found.diverged[row, column] == diverged


@pytest.mark.parametrize("words", ["adam", "momentum", "sgd:lr=0.02"])
def test_every_start_is_a_run(words: str) -> None:
    problem = surfaces["himmelblau"]
    found = basin_map(problem, words, points=9, steps=300)
    rule = optim.parse(words, lr=problem.rates[OPTIMIZERS[words.partition(":")[0]].rate])
    minima = np.array(problem.minima)
    for row, column in product(range(9), range(9)):
        w = descend(problem, rule, (found.x[column], found.y[row]), 300).w
        near = np.hypot(*(w[:, None] - minima).transpose(2, 0, 1)) < found.radius
        index = int(np.argmax(near[-1])) if len(w) == 301 and near[-1].any() else -1
        assert found.index[row, column] == index
        if index < 0:
            assert np.isnan(found.steps_to_reach[row, column])
        else:
            outside = np.flatnonzero(~near[:, index])
            since = outside[-1] + 1 if len(outside) else 0
            assert found.steps_to_reach[row, column] == since


def test_starts_stand_in_the_middles_of_their_cells() -> None:
    found = basin_map("bowl", "sgd", points=4, steps=1, bounds=((0.0, 8.0), (-2.0, 2.0)))
    assert found.x.tolist() == [1, 3, 5, 7]
    assert found.y.tolist() == [-1.5, -0.5, 0.5, 1.5]


def test_a_minimum_is_as_wide_as_a_hundredth_of_the_longer_side() -> None:
    for bounds in ((-4.0, 4.0), (-1.0, 1.0)), ((-1.0, 1.0), (-4.0, 4.0)):
        found = basin_map("bowl", optim.SGD(lr=0.1), points=2, steps=60, bounds=bounds)
        assert found.radius == pytest.approx(0.08)
        far = np.hypot(*np.meshgrid(found.x, found.y))
        steps = np.ceil(np.log(0.08 / far) / np.log(0.9))  # each is nine tenths as far as the last
        assert np.array_equal(found.steps_to_reach, steps)


def test_the_shares_of_basins() -> None:
    found = basin_map(surfaces["himmelblau"], "adam", points=40)
    shares = [found.share(i) for i in range(-1, 4)]
    assert sum(shares) == pytest.approx(1)
    assert min(shares[1:]) > 0.2


def test_negative_losses_are_no_divergence() -> None:
    (curve,) = sensitivity(surfaces["styblinski-tang"], ["sgd"], [0.01, 0.02]).curves
    assert (curve.loss < -70).all()
    assert not curve.diverged.any()


@pytest.mark.parametrize("height", [-5, 0, 5])
def test_a_rate_works_if_it_comes_near_the_least_at_any_height(height: float) -> None:
    (curve,) = sensitivity(f"x**2 + y**2 + {height}", "sgd", [1e-5, 0.1, 0.4, 1.5]).curves
    assert curve.converged.tolist() == [False, True, True, False]


@pytest.mark.parametrize("name", on_planes())
def test_every_rule_has_rates_that_work(name: str) -> None:
    (curve,) = sensitivity(surfaces["bowl"], [name], steps=1000, tolerance=0.1).curves
    works = curve.lr[curve.works]
    assert works.size
    assert curve.converged[curve.works].all()


def test_the_longest_row_of_rates_is_said_to_work() -> None:
    (curve,) = sensitivity(surfaces["bowl"], ["sgd"], [0.1, 0.2, 0.3, 0.4]).curves
    for converged, works in (
        ([True, False, True, True], slice(2, 4)),
        ([True, True, False, True], slice(0, 2)),
        ([False] * 4, slice(0, 0)),
    ):
        assert dataclasses.replace(curve, converged=np.array(converged)).works == works


def test_each_rule_may_have_its_own_rates() -> None:
    found = sensitivity(surfaces["bowl"], ["sgd", "adam"], [[0.1, 0.2], [0.01, 0.02]])
    assert [curve.lr.tolist() for curve in found.curves] == [[0.1, 0.2], [0.01, 0.02]]


def test_no_history_is_kept() -> None:
    def peak(steps: int) -> int:
        tracemalloc.start()
        rate_map(surfaces["valley"], "momentum", steps=steps)
        basin_map(surfaces["himmelblau"], "adam", points=60, steps=steps)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2)
    assert peak(200) < 1.1 * peak(10)


def test_the_same_map_twice() -> None:
    first, again = (rate_map(surfaces["rosenbrock"], "adam", steps=50) for _ in range(2))
    assert first.loss.tobytes() == again.loss.tobytes()


@pytest.mark.parametrize(
    ("words", "name", "ends", "log"),
    [
        ("sgd", "lr", (0.001, 0.5), True),
        ("adam", "lr", (0.001, 10), True),
        ("adadelta", "lr", (0.01, 100), True),
        ("momentum", "beta", (0, 0.99), False),
        ("adam", "beta2", (0, 0.99), False),
    ],
)
def test_ranges_of_their_own(words: str, name: str, ends: tuple[float, float], log: bool) -> None:
    found = axis(surfaces["valley"], optim.parse(words), name, points=7)
    assert found.values[[0, -1]] == pytest.approx(ends)
    assert (found.log, len(found.values)) == (log, 7)


MISTAKES = {
    "lr has": ("rate_map", {"y": ("lr", [1, 2])}, "The two axes of a map must differ"),
    "unknown": ("rate_map", {"x": "bta"}, "Unknown setting of momentum 'bta'. Did you mean 'beta'"),
    "word": ("rate_map", {"x": "form"}, "form of momentum is not a number"),
    "bound": ("rate_map", {"y": ("beta", [0.5, 1])}, "beta must be in [0, 1), got 1."),
    "order": ("rate_map", {"x": ("lr", [2, 1])}, "must be at least two in ascending order"),
    "one": ("rate_map", {"x": ("lr", [2])}, "must be at least two in ascending order"),
    "at rest": ("rate_map", {"start": (0, 0)}, "finite loss, above the least known"),
    "far": ("rate_map", {"start": (1e200, 0)}, "finite loss, above the least known"),
    "steps": ("rate_map", {"steps": 0}, "steps must be at least 1"),
    "points": ("basin_map", {"points": 1}, "points must be from 2 to 1000, got 1."),
    "rows": ("sensitivity", {"values": np.ones((3, 2))}, "one row, or one for each of 1 rules"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(mistake: str) -> None:
    what, options, message = MISTAKES[mistake]
    make = {"rate_map": rate_map, "basin_map": basin_map, "sensitivity": sensitivity}[what]
    rules = ["momentum"] if what == "sensitivity" else "momentum"
    with pytest.raises(UserError, match=re.escape(message)):
        make(surfaces["valley"], rules, **options)


def test_a_setting_without_a_range() -> None:
    sentence = "eps of adam has no range of its own: give one, eps=LOW:HIGH"
    with pytest.raises(UserError, match=sentence):
        rate_map(surfaces["valley"], "adam", y="eps")


def test_every_start_on_styblinski_and_tangs_surface_stands_at_one_of_four_minima() -> None:
    found = basin_map("styblinski-tang", "momentum", points=60)
    assert len(found.minima) == 4
    assert found.share(-1) == 0
    assert all(found.share(i) > 0.15 for i in range(4))


def ends_of(found: BasinMap) -> np.ndarray:
    """Where every start has got to, by runs of their own."""
    starts = np.stack(np.meshgrid(found.x, found.y), axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):
        return descend(found.problem, found.rule, starts, found.steps).w[-1]


# Words of surfaces that know no minimum of theirs, and where there is one.
HIDDEN = [
    ("x**3 - 3*x + y**2", [(1.0, 0.0)]),  # beyond the picture's edge the ground lies lower
    ("sqrt((x-1)**2+y**2)", [(1.0, 0.0)]),  # a tip without curvature
    ("-exp(-((x-1)**2 + y**2)) - 0.01*(x**4 + y**4)", [(1.02, 0.0)]),
]


@pytest.mark.parametrize(("words", "places"), HIDDEN)
def test_basins_without_known_minima_are_found_by_where_starts_end(words: str, places) -> None:
    problem = parse_problem(words)
    assert problem.minima == ()
    found = basin_map(problem, "sgd:lr=0.02", points=24, steps=400)
    np.testing.assert_allclose(found.minima, places, atol=found.radius)
    np.testing.assert_allclose(found.losses, problem.value(np.array(found.minima)), atol=1e-9)
    ends = ends_of(found)
    for i, place in enumerate(found.minima):
        there = (np.hypot(*(ends - place).T) < found.radius).mean()
        assert found.share(i) == pytest.approx(there)
        assert there > 0.2


def test_a_floor_and_a_slope_are_no_basins() -> None:
    for words in ("(x-y)**2", "3*x+y", "0*x", "saddle"):
        with pytest.raises(UserError, match="No start comes to rest at a minimum of "):
            basin_map(words, "sgd:lr=0.02", points=10, steps=200)


def test_a_start_without_a_loss_leads_to_no_minimum() -> None:
    found = basin_map("sqrt(x)*(x-2)**2 + y**2", "sgd:lr=0.05", points=20)
    assert np.array_equal(found.index == -2, np.broadcast_to(found.x < 0, (20, 20)))
    assert found.share(-2) == 0.5
    assert 0 < found.share(-1) < 0.2, "those that leave the domain"


def test_of_many_minima_those_of_the_most_starts_are_named() -> None:
    found = basin_map("rastrigin", "sgd", points=70)
    assert found.share(-1) < 0.1
    shown, others = found.listed(12)
    assert (len(shown), len(others)) == (12, 23)
    assert min(map(found.share, shown)) >= max(map(found.share, others))
    assert basin_map("himmelblau", "sgd", points=2).listed(12) == ([0, 1, 2, 3], [])


@pytest.mark.parametrize("make", [rate_map, lambda p, r: sensitivity(p, [r])])
def test_no_minimum_no_map(make) -> None:
    with pytest.raises(UserError, match="saddle has no known minimum"):
        make(surfaces["saddle"], "momentum")
