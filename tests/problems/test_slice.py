"""The plane through a network's weights: true values, true gradients, true components."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optiviz import optim
from optiviz.errors import UserError
from optiviz.problems import MLP, load
from optiviz.problems.network.layers import layers_of
from optiviz.problems.network.slice import SIDE, Slice, _cubic, filtered, principal
from optiviz.runs import descend
from optiviz.training.landscape import landscape
from optiviz.views import Picture
from optiviz.views.scene.contour import _spanned, levels
from optiviz.views.scene.figure import Scene

RULES = [optim.SGD(lr=0.1), optim.Momentum(lr=0.05), optim.Adam(lr=0.001)]


@pytest.fixture(scope="module")
def network() -> MLP:
    data = load("mnist")
    return MLP(data.x_train[:3000], data.y_train[:3000], (784, 30, 20, 10), compiled=False)


@pytest.fixture(scope="module")
def made(network: MLP) -> Any:
    shown = network.on(network.x[:500], network.y[:500])
    return landscape(network, shown, RULES, updates=60, points=20, batch_size=50)


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "biases"])
def plane(network: MLP, request: pytest.FixtureRequest) -> Slice:
    net = MLP(network.x[:200], network.y[:200], (784, 16, 10), biases=request.param, compiled=False)
    directions = filtered(net, net.start(3) + 0.01, seed=1)
    return Slice(net, directions, ((-1, 1), (-0.5, 0.5)))


def test_the_grid_holds_the_losses_of_the_network(plane: Slice) -> None:
    x, y = np.linspace(-1, 1, SIDE), np.linspace(-0.5, 0.5, SIDE)
    values = plane.on(x, y)
    rng = np.random.default_rng(0)
    for row, column in rng.integers(0, SIDE, (20, 2)):
        own = plane.network.value(plane.weights(np.array([x[column], y[row]])))
        assert values[row, column] == pytest.approx(own, rel=2e-6)


def test_the_gradient_is_that_of_the_plane(plane: Slice) -> None:
    double = MLP(
        plane.network.x,
        plane.network.y,
        (784, 16, 10),
        biases=plane.network.biases,
        dtype="float64",
    )
    exact = Slice(double, plane.directions, plane.bounds)
    points = np.array([[0.1, -0.2], [-0.7, 0.4]])
    loss, grad = exact.value_and_grad(points)
    assert loss == pytest.approx(np.asarray(exact.value(points)), rel=1e-12)
    for axis in range(2):
        away = np.zeros(2)
        away[axis] = 1e-5
        ahead, behind = (np.asarray(exact.value(points + s * away)) for s in (1, -1))
        assert grad[:, axis] == pytest.approx((ahead - behind) / 2e-5, rel=1e-4)


def test_between_the_points_of_the_grid(plane: Slice) -> None:
    x, y = np.linspace(-1, 1, 90), np.linspace(-0.5, 0.5, 70)
    values = plane.on(x, y)
    assert values.shape == (70, 90)
    for row, column in np.random.default_rng(1).integers(0, 70, (20, 2)):
        own = float(plane.value(np.array([x[column], y[row]])))
        assert values[row, column] == pytest.approx(own, rel=2e-3)


@pytest.mark.parametrize("power", [0, 1, 2])
def test_cubics_repeat_parabolas(power: int) -> None:
    knots, at = np.linspace(-2, 3, 11), np.linspace(-1.5, 2.5, 33)
    assert _cubic(at, knots) @ knots**power == pytest.approx(at**power, abs=1e-12)


def test_components_are_those_of_the_svd() -> None:
    rng = np.random.default_rng(0)
    paths = [np.cumsum(rng.normal(size=(9, 300)) * rng.random(300), axis=0) for _ in range(2)]
    for path in paths:
        path[0] = paths[0][0]
    found = principal(paths)
    away = np.concatenate(paths) - paths[0][0]
    _, sizes, vectors = np.linalg.svd(away, full_matrices=False)
    assert found.explained == pytest.approx((sizes**2 / (sizes**2).sum())[:2], rel=1e-10)
    assert np.abs(np.sum(found.basis * vectors[:2], axis=1)) == pytest.approx([1, 1], abs=1e-10)
    assert found.names == tuple(f"PC {k} ({s:.0%})" for k, s in enumerate(found.explained, 1))
    projected = found.project(np.concatenate(paths))
    assert projected == pytest.approx(away @ found.basis.T, abs=1e-6)


def test_weights_on_the_plane_are_found_where_they_are(plane: Slice) -> None:
    points = np.array([[0.3, -0.2], [-0.9, 0.4], [0.0, 0.0]])
    weights = np.array([plane.weights(point) for point in points])
    np.testing.assert_allclose(plane.directions.project(weights), points, atol=1e-6)


def test_directions_are_as_long_as_the_units(network: MLP) -> None:
    origin = network.start(0)
    span = filtered(network, origin, seed=5)
    for direction in span.basis:
        for own, other in zip(
            layers_of(origin.astype(float), network.sizes, False),
            layers_of(direction, network.sizes, False),
            strict=True,
        ):
            lengths = (np.linalg.norm(w.weights, axis=0) for w in (own, other))
            assert np.allclose(*lengths, rtol=1e-6)


def test_random_directions_move_no_bias(network: MLP) -> None:
    net = MLP(network.x[:9], network.y[:9], (784, 16, 10), biases=True)
    for direction in filtered(net, net.start(0) + 0.5, seed=5).basis:
        for layer in layers_of(direction, net.sizes, True):
            assert layer.weights.all()
            assert not layer.biases.any()


def test_small_losses_are_as_exact_as_large_ones(
    plane: Slice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Slice, "_value", lambda self, a, b: np.exp(3 * a * a - b - 20))
    twin = Slice(plane.network, plane.directions, plane.bounds)
    x, y = np.linspace(-1, 1, 90), np.linspace(-0.5, 0.5, 70)
    expected = np.exp(3 * x**2 - y[:, None] - 20)  # cubics repeat its logarithm, a parabola
    np.testing.assert_allclose(twin.on(x, y)[5:-5, 5:-5], expected[5:-5, 5:-5], rtol=1e-9)


def test_trajectories(made: Any, network: MLP) -> None:
    plane, runs = made
    assert [run.optimizer for run in runs] == ["sgd", "momentum", "adam"]
    for run in runs:
        assert run.w.shape == (21, 2)
        assert run.w[0] == pytest.approx([0, 0], abs=1e-6)  # all from one start, on the plane
        true = run.slots["true_loss"]
        assert run.loss[0] == pytest.approx(true[0], rel=1e-5)
        assert true[0] == pytest.approx(plane.network.value(network.start(0)), rel=1e-6)
        assert true[-1] < true[0]
        for point, loss in zip(run.w, run.loss, strict=True):
            assert loss == pytest.approx(plane.network.value(plane.weights(point)), rel=1e-6)
    low, high = np.array(plane.bounds).T
    assert all(((low < run.w) & (run.w < high)).all() for run in runs)


def test_a_path_is_that_of_the_loop(made: Any, network: MLP) -> None:
    """The weights at the end, found again by hand, project to the run's last point."""
    plane, runs = made
    w, g = network.start(0), np.empty(network.size, np.float32)
    order = np.random.default_rng(0).permutation(3000)
    for t in range(60):
        network.value_and_grad(w, order[50 * t : 50 * (t + 1)], g)
        RULES[0].step(w, g, RULES[0].init(w) | {"_scratch": np.empty_like(w)}, t)
    assert plane.directions.project(w[None])[0] == pytest.approx(runs[0].w[-1], abs=1e-5)


def test_rules_descend_it_like_any_surface(made: Any) -> None:
    plane, _ = made
    run = descend(plane, optim.SGD(lr=0.5), steps=10)
    assert run.loss[-1] < run.loss[0]


def test_random_directions(network: MLP) -> None:
    shown = network.on(network.x[:100], network.y[:100])
    plane, (run,) = landscape(network, shown, RULES[:1], updates=20, points=10, directions="random")
    assert plane.directions.explained is None
    assert run.w[-1] == pytest.approx([0, 0], abs=1e-6)  # the plane goes through the end
    assert plane.bounds == ((-1, 1), (-1, 1))
    twice, _ = landscape(
        network, shown, RULES[:1], updates=20, points=10, directions="random", reach=2
    )
    assert twice.bounds == ((-2, 2), (-2, 2))


def test_points_tell_which_update_they_are_of(network: MLP) -> None:
    shown = network.on(network.x[:50], network.y[:50])
    plane, (run,) = landscape(network, shown, RULES[:1], updates=25, points=8, batch_size=50)
    assert plane.at == (0, 4, 8, 12, 16, 20, 24, 25)
    assert run.steps == 7
    picture = Picture(plane, run, ["truth"])
    assert [picture.counted(t) for t in (0, 2.5, 7)] == [0, 8, 25]
    (ax,) = Scene(picture).figure.axes
    told = {
        text.get_text(): x for x, text in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
    }
    assert told["20"] == 5
    assert ax.get_xlabel() == "update"


def test_the_ground_of_a_level_slice_is_no_cliff(network: MLP) -> None:
    heights = np.full((9, 9), 0.4388) + 1e-4 * np.arange(9)
    lines = _spanned(heights, Slice.span)
    assert np.ptp(lines) == pytest.approx(Slice.span)
    assert lines[0] < heights.min() < heights.max() < lines[-1]
    assert (_spanned(1000 * heights, Slice.span) == levels(1000 * heights)).all()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"updates": 2}, "updates must be at least 3"),
        ({"updates": 50, "points": 51}, "points must be from 3 to 50"),
        ({"directions": "up"}, "directions must be pca or random"),
        ({"reach": 2.0}, "range is that of random directions"),
        ({"directions": "random", "reach": 0.0}, "range must be from 0.001 to 100, got 0"),
        ({"updates": 9, "points": 5, "rules": [optim.SGD(lr=1e30)]}, "diverged at update"),
        ({"updates": 9, "points": 5, "rules": [optim.SGD(lr=0.0)]}, "lie on one line"),
    ],
)
def test_what_cannot_be_drawn(network: MLP, how: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        landscape(network, network, **{"rules": RULES[:1], "batch_size": 50} | how)
