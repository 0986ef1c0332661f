"""Surfaces: gradients, known points, and the facts that views draw."""

from __future__ import annotations

import math
import re
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optiviz import descend
from optiviz.errors import UserError
from optiviz.problems import SURFACES, Surface, parse_problem, valley

quick = settings(derandomize=True, max_examples=100)

each = pytest.mark.parametrize("name", list(SURFACES))
MINIMA = [
    pytest.param(surface, point, id=f"{name}-{i}")
    for name, surface in SURFACES.items()
    for i, point in enumerate(surface.minima)
]
SADDLES = [
    pytest.param(surface, point, id=f"{name}-{i}")
    for name, surface in SURFACES.items()
    for i, point in enumerate(surface.saddles)
]


def gradient(surface: Surface, w: np.ndarray) -> np.ndarray:
    return surface.value_and_grad(w)[1]


def hessian(surface: Surface, w: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """The central differences of the gradient, made symmetric."""
    rows = [(gradient(surface, w + e) - gradient(surface, w - e)) / (2 * h) for e in h * np.eye(2)]
    return (np.array(rows) + np.array(rows).T) / 2


def drawn(surface: Surface, count: int = 200) -> np.ndarray:
    """Points of the part of the plane that is drawn."""
    low, high = np.array(surface.bounds).T
    return np.random.default_rng(5).uniform(low, high, (count, 2))


def inside(surface: Surface, point: tuple[float, float]) -> bool:
    return all(low <= x <= high for x, (low, high) in zip(point, surface.bounds, strict=True))


@each
def test_the_gradient_agrees_with_central_differences(name: str) -> None:
    surface, w, h = SURFACES[name], drawn(SURFACES[name]), 1e-5
    steps = h * np.eye(2)
    measured = [(surface.value(w + e) - surface.value(w - e)) / (2 * h) for e in steps]
    analytic = gradient(surface, w)
    wrong = np.abs(analytic - np.stack(measured, axis=-1)) / (1 + np.abs(analytic))
    assert wrong.max() < 1e-6


def found_minima(surface: Surface, points: int = 61) -> np.ndarray:
    """The minima within the bounds: Newton's method on |curvatures| from a grid, all downhill."""
    low, high = np.array(surface.bounds).T
    w = np.stack(np.meshgrid(*np.linspace(low, high, points).T), axis=-1).reshape(-1, 2)
    for _ in range(300):
        h = 1e-5 * np.eye(2)
        rows = [(gradient(surface, w + e) - gradient(surface, w - e)) / 2e-5 for e in h]
        second = np.stack(rows, axis=-2)
        curvatures, axes = np.linalg.eigh((second + np.swapaxes(second, 1, 2)) / 2)
        along = np.einsum("kji,kj->ki", axes, gradient(surface, w))
        move = -np.einsum("kij,kj->ki", axes, along / np.maximum(np.abs(curvatures), 1e-9))
        length = np.linalg.norm(move, axis=1, keepdims=True)
        move *= np.minimum(1, 0.01 * (high - low).max() / np.maximum(length, 1e-300))
        for _ in range(8):
            move[~(surface.value(w + move) <= surface.value(w))] /= 2
        move[~(surface.value(w + move) <= surface.value(w))] = 0
        w = w + move
    flat = np.abs(gradient(surface, w)).max(axis=1) < 1e-6
    w = w[flat & (curvatures[:, 0] > 1e-4) & ((low <= w) & (w <= high)).all(axis=1)]
    return w[np.unique(np.round(w, 3), axis=0, return_index=True)[1]]


COUNTS = {"styblinski-tang": 4, "six-hump-camel": 6, "rastrigin": 35, "ackley": 99}


@pytest.mark.slow
@each
def test_a_search_finds_the_minima_that_are_known_and_no_other(name: str) -> None:
    surface = SURFACES[name]
    if name in COUNTS:
        assert len(surface.minima) == COUNTS[name]
    found, known = found_minima(surface), np.array(surface.minima).reshape(-1, 2)
    if surface.least is not None:  # a line of lowest points, and none of them alone
        assert not len(known)
        return
    near = np.abs(found[:, None] - known).max(axis=-1) < 1e-3
    assert near.any(axis=1).all(), "each that is found is known"
    assert near.any(axis=0).all(), "each that is known is found"


def test_of_the_minima_those_are_local_that_are_less_deep_than_another() -> None:
    counts = {
        name: sum(surface.local()) for name, surface in SURFACES.items() if any(surface.local())
    }
    assert counts == {
        "styblinski-tang": 3,
        "rastrigin": 34,
        "ackley": 98,
        "three-hump-camel": 2,
        "six-hump-camel": 4,
        "wells": 1,
    }
    for scale in (1e-8, 1.0, 1e8):  # and so whatever the height
        twins = parse_problem(f"{scale}*((x**2-1)**2 + y**2 + 7)")
        tilted = parse_problem(f"{scale}*((x**2-1)**2 + y**2 + 0.1*x)")
        assert (len(twins.minima), sum(twins.local())) == (2, 0)
        assert (len(tilted.minima), sum(tilted.local())) == (2, 1)
        assert tilted.minima[0][0] < 0, "the deepest first"


@each
def test_points_stacks_and_grids_agree(name: str) -> None:
    surface, stack = SURFACES[name], drawn(SURFACES[name], 36)
    values, gradients = surface.value_and_grad(stack)
    on_grid = surface.value_and_grad(stack.reshape(6, 6, 2))
    assert (values.shape, gradients.shape) == ((36,), (36, 2))
    np.testing.assert_array_equal(on_grid[0].ravel(), values)
    np.testing.assert_array_equal(on_grid[1].reshape(36, 2), gradients)
    for w, value, grad in zip(stack, values, gradients, strict=True):
        one = surface.value_and_grad(w)
        assert one[0] == pytest.approx(value, rel=1e-12, abs=1e-12)
        assert one[1] == pytest.approx(grad, rel=1e-12, abs=1e-12)
        assert surface.value(w) == one[0]


@each
def test_the_gradient_is_written_where_asked(name: str) -> None:
    surface, stack = SURFACES[name], drawn(SURFACES[name], 4)
    for w in (stack[0], stack):
        out = np.full_like(w, np.nan)
        before = w.copy()
        assert surface.value_and_grad(w, None, out)[1] is out
        np.testing.assert_array_equal(out, gradient(surface, w))
        np.testing.assert_array_equal(w, before)


@pytest.mark.parametrize(("surface", "point"), MINIMA)
def test_a_minimum_is_one(surface: Surface, point: tuple[float, float]) -> None:
    w = np.array(point)
    curvature = hessian(surface, w)
    assert np.abs(gradient(surface, w)).max() <= 1e-9 * (1 + np.abs(curvature).max())
    assert np.linalg.eigvalsh(curvature).min() > 0
    assert inside(surface, point)


@pytest.mark.parametrize(("surface", "point"), SADDLES)
def test_a_saddle_is_one(surface: Surface, point: tuple[float, float]) -> None:
    w = np.array(point)
    curvature = hessian(surface, w)
    assert np.abs(gradient(surface, w)).max() <= 1e-9 * (1 + np.abs(curvature).max())
    low, high = np.linalg.eigvalsh(curvature)
    if surface.name == "monkey-saddle":  # three ways down and three up: no curvature at all
        assert max(abs(low), abs(high)) < 1e-9
    else:
        assert low < 0 < high
    assert inside(surface, point)


@each
def test_nothing_is_lower_than_the_floor(name: str) -> None:
    surface = SURFACES[name]
    x, y, values = surface.grid(401)
    assert (x.shape, y.shape, values.shape) == ((401,), (401,), (401, 401))
    if surface.floor() is None:
        assert not surface.minima
        return
    assert surface.floor() <= values.min() + 1e-12
    row, column = np.unravel_index(values.argmin(), values.shape)
    lowest = _zoom(surface, float(x[column]), float(y[row]), x[1] - x[0])
    assert surface.floor() <= lowest + 1e-10


def _zoom(surface: Surface, x: float, y: float, half: float) -> float:
    """The least value found by finer and finer grids around a point."""
    for _ in range(40):
        xs, ys = x + half * np.linspace(-1, 1, 21), y + half * np.linspace(-1, 1, 21)
        values = surface.on(xs, ys)
        row, column = np.unravel_index(values.argmin(), values.shape)
        x, y, half = float(xs[column]), float(ys[row]), half / 2
    return float(values.min())


@each
def test_rows_of_a_grid_run_along_y(name: str) -> None:
    surface = SURFACES[name]
    x, y, values = surface.grid(7)
    assert values[5, 2] == pytest.approx(surface.value(np.array([x[2], y[5]])), rel=1e-12)
    assert (x[0], x[-1]) == surface.bounds[0]
    assert (y[0], y[-1]) == surface.bounds[1]


@each
@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_with_its_own_rate_a_path_is_long_enough_to_be_seen(name: str, rule: str) -> None:
    surface = SURFACES[name]
    steps = np.diff(descend(surface, rule, steps=120).w, axis=0)
    longer = max(high - low for low, high in surface.bounds)
    assert np.hypot(*steps.T).sum() > 0.05 * longer


@each
def test_the_facts_of_a_surface(name: str) -> None:
    surface = SURFACES[name]
    assert surface.name == name
    assert surface.title
    assert surface.n_samples is None
    assert inside(surface, surface.start)
    assert surface.start not in (*surface.minima, *surface.saddles)
    assert set(surface.rates) == {"gradient", "unit"}
    assert all(rate > 0 for rate in surface.rates.values())


VALUES = [
    ("bowl", (3.0, 4.0), 12.5),
    ("rosenbrock", (0.0, 0.0), 1.0),
    ("beale", (0.0, 0.0), 14.203125),
    ("booth", (0.0, 0.0), 74.0),
    ("himmelblau", (0.0, 0.0), 170.0),
    ("saddle", (3.0, 1.0), 4.0),
    ("monkey-saddle", (2.0, 1.0), 2.0),
    ("styblinski-tang", (-2.903534027771177, -2.903534027771177), -78.33233140754282),
    ("rastrigin", (0.5, 0.0), 20.25),
    ("ackley", (0.0, 0.0), 0.0),
    ("ackley", (3.0, 4.0), 20 - 20 * math.exp(-math.sqrt(0.5))),
    ("three-hump-camel", (1.0, 1.0), 2 - 1.05 + 1 / 6 + 2),
    ("six-hump-camel", (0.08984201310031807, -0.7126564030207396), -1.0316284534898772),
    ("cliff", (1.0, 2.0), 4.6),
    ("plateau", (0.0, 0.0), 0.0),
    ("easom", (math.pi, math.pi), -1.0),
    ("edge", (2.0, 1.0), 2.25),
    ("edge", (4.0, 0.25), 0.0),
    ("catapult", (1.0, 2.0), 2.0),
    ("wells", (-0.8, 0.0), 0.1128 - 0.9 * math.exp(-1.2 * 3.61)),
]


@pytest.mark.parametrize(("name", "point", "value"), VALUES)
def test_published_values(name: str, point: tuple[float, float], value: float) -> None:
    assert SURFACES[name].value(np.array(point)) == pytest.approx(value, rel=1e-9, abs=1e-12)


coordinates = st.floats(allow_nan=False, allow_infinity=False)


@quick
@given(st.sampled_from(list(SURFACES.values())), coordinates, coordinates)
def test_no_number_makes_a_surface_raise(surface: Surface, x: float, y: float) -> None:
    """Far away a value may overflow, which ends a run as diverged; it must not raise or warn."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        surface.value_and_grad(np.array([x, y]))
        surface.value_and_grad(np.array([[x, y], [y, x]]))


near = st.floats(-1e-4, 1e-4, allow_subnormal=False)


@quick
@given(near, near)
@example(1e-200, 0.0)
@example(3e-308, 3e-308)
def test_the_tip_of_ackleys_cone_is_no_steeper_than_its_side(x: float, y: float) -> None:
    assert np.hypot(*gradient(SURFACES["ackley"], np.array([x, y]))) < 2.9


conditions = st.floats(1, 1e6)
angles = st.floats(-720, 720)


@quick
@given(conditions, angles)
def test_a_valley_has_the_condition_number_it_was_asked_for(kappa: float, angle: float) -> None:
    surface = valley(kappa, angle)
    columns = [gradient(surface, w) for w in np.eye(2)]  # a quadratic's gradient is Hw
    low, high = np.linalg.eigvalsh(np.array(columns))
    assert high / low == pytest.approx(kappa, rel=1e-8)
    floor = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    assert np.abs(gradient(surface, floor) - floor).max() < 1e-9 * kappa


@quick
@given(conditions, angles)
@example(20.0, 90.0)
def test_a_valley_starts_in_the_picture(kappa: float, angle: float) -> None:
    surface = valley(kappa, angle)
    assert inside(surface, surface.start)


@pytest.mark.parametrize("kappa", [1, 20, 1000, 1e5])
def test_the_rate_of_a_valley_suits_its_condition_number(kappa: float) -> None:
    run = descend(valley(kappa, rotation=0), "sgd", steps=50)
    assert run.status == "finished after 50 steps"
    assert abs(run.w[-1, 1]) < 1e-3 * abs(run.w[0, 1]), "it is down on the floor"


REFUSED = [
    ("rosenbrok", "Unknown problem 'rosenbrok'. Did you mean 'rosenbrock'?"),
    ("", "Unknown problem ''. Choose from: bowl, valley, "),
    ("bowl:condition=2", "'bowl' takes no settings; these do: valley"),
    ("valley:condition=0.5", "condition must be at least 1 and finite"),
    ("valley:condition=nan", "condition must be at least 1 and finite"),
    ("valley:condition=inf", "condition must be at least 1 and finite"),
    ("valley:rotation=inf", "rotation a finite angle"),
    ("valley:condition=steep", "valley: condition must be a number, got 'steep'."),
    ("valley:condtion=3", "Unknown setting of valley 'condtion'. Did you mean 'condition'?"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text for text, _ in REFUSED])
def test_a_bad_surface_is_refused(text: str, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        parse_problem(text)


def test_words_make_a_surface() -> None:
    assert parse_problem("Bowl") is SURFACES["bowl"]
    assert parse_problem("valley:condition=50,rotation=0").value(np.array([0.0, 1.0])) == 25.0
