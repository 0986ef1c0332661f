"""The panel of curvature, against what the rate stands."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import descend, optim, surfaces
from optiviz.problems import parse_problem
from optiviz.views import Picture
from optiviz.views.scene.sharpness import sharpness, stands


def hessian(problem, w: np.ndarray, h: float = 1e-5) -> np.ndarray:
    rows = [
        problem.value_and_grad(w + h * e)[1] - problem.value_and_grad(w - h * e)[1]
        for e in np.eye(2)
    ]
    return np.array(rows) / (2 * h)


@pytest.mark.parametrize("surface", ["valley:condition=30,rotation=20", "rosenbrock", "himmelblau"])
def test_it_is_the_largest_eigenvalue_at_each_point(surface: str) -> None:
    problem = parse_problem(surface)
    run = descend(problem, "momentum", steps=20)
    expected = [np.linalg.eigvalsh(hessian(problem, w))[-1] for w in run.w]
    assert sharpness(run, problem) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("rule", "product"),
    [
        (optim.SGD(lr=0.01), 2.0),
        (optim.Momentum(lr=0.01, beta=0.5), 3.0),
        (optim.Momentum(lr=0.01, beta=0.5, form="average"), 6.0),
        (optim.Nesterov(lr=0.01, beta=0.5), 1.5),
        (optim.Adam(lr=0.01), None),
        (optim.SGD(lr=optim.schedules.Cosine(0.01)), 2.0),
    ],
)
def test_the_limit_is_drawn_where_theory_knows_one(rule, product: float | None) -> None:
    run = descend("valley", rule, steps=10)
    found = stands(run)
    expected = product and product / np.append(run.lr, run.lr[-1:])
    assert found is None if product is None else found == pytest.approx(expected)
    panel = Picture("valley", run, ["path", "sharpness"])._scene(None).panels[-1]
    lines = [line for line in panel.ax.lines if line.get_linestyle() == "--"]
    limits = [line for line in lines if line.get_color() == panel.look.text]
    assert len(limits) == (product is not None)
    low, high = panel.ax.get_ylim()
    for line in limits:
        assert line.get_ydata() == pytest.approx(expected)
        assert low < min(line.get_ydata()) <= max(line.get_ydata()) < high


def test_a_limit_that_two_runs_share_is_drawn_once() -> None:
    runs = [descend("valley", optim.SGD(lr=0.01), steps=n) for n in (10, 6)]
    runs.append(descend("valley", optim.SGD(lr=0.02), steps=6))
    panel = Picture("valley", runs, ["path", "sharpness"])._scene(None).panels[-1]
    assert [limits.tolist() for limits in panel.heights()] == [[200.0] * 11, [100.0] * 7]


def test_curvatures_of_a_bowl_do_not_change() -> None:
    run = descend("bowl", "sgd", steps=5)
    assert sharpness(run, surfaces["bowl"]) == pytest.approx(np.ones(6), rel=1e-6)
