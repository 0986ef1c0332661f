"""The panel of curvature, against what the rate stands."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from optiviz import descend, optim, race, surfaces
from optiviz.problems import parse_problem
from optiviz.views import Picture
from optiviz.views.scene.sharpness import sharpness, stands
from optiviz.views.style import words


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


@pytest.mark.parametrize("rule", ["adagrad", "full-adagrad"])
def test_where_the_rule_divides_it_is_of_what_the_rule_sees(rule: str) -> None:
    problem = parse_problem("valley:condition=30,rotation=20")
    run = descend(problem, rule, steps=6)
    gram = np.cumsum(run.grad[:-1, :, None] * run.grad[:-1, None, :], axis=0)
    gram = np.concatenate([gram, gram[-1:]])  # no step leaves the last point
    for w, s, found in zip(run.w, gram, sharpness(run, problem), strict=True):
        if rule == "adagrad":
            divided = hessian(problem, w) / np.sqrt(np.diag(s))[:, None]
        else:
            values, axes = np.linalg.eigh(s + 1e-6 * np.eye(2))
            divided = axes / np.sqrt(values) @ axes.T @ hessian(problem, w)
        assert found == pytest.approx(np.linalg.eigvals(divided).real.max(), rel=1e-3)


@pytest.mark.parametrize(
    ("rule", "product"),
    [
        (optim.SGD(lr=0.01), 2.0),
        (optim.Momentum(lr=0.01, beta=0.5), 3.0),
        (optim.Momentum(lr=0.01, beta=0.5, form="average"), 6.0),
        (optim.Nesterov(lr=0.01, beta=0.5), 1.5),
        (optim.Adam(lr=0.01), 38.0),
        (optim.RMSProp(lr=0.01), 2.0),
        (optim.Lion(lr=0.01), None),
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
    values = sharpness(run, surfaces["valley"])
    flat = np.ptp(values) < 0.12 * values.max()
    for line in limits:
        assert line.get_ydata() == pytest.approx(expected)
        seen = flat or min(line.get_ydata()) < values.max() + 3.2 * np.ptp(values)
        (name,) = (text.get_text() for text in panel.ax.texts if "η" in text.get_text())
        assert name.endswith(" ↑") is not seen, "what lies further above is told"
        assert seen is (low < min(line.get_ydata()) <= max(line.get_ydata()) < high)


def test_a_limit_that_two_runs_share_is_drawn_once() -> None:
    runs = [descend("valley", optim.SGD(lr=0.01), steps=n) for n in (10, 6)]
    runs.append(descend("valley", optim.SGD(lr=0.02), steps=6))
    panel = Picture("valley", runs, ["path", "sharpness"])._scene(None).panels[-1]
    assert [limits.tolist() for limits in panel.heights()] == [[200.0] * 11, [100.0] * 7]


def test_each_limit_is_named_in_the_colour_of_its_run_and_no_name_lies_on_another() -> None:
    rules = [optim.SGD(lr=0.01), optim.SGD(lr=0.0101), optim.Momentum(lr=0.019)]
    runs = [descend("valley", rule, steps=20) for rule in rules]
    picture = Picture("valley", runs, ["path", "sharpness"], labels=["a", "b", "c"])
    scene = picture._scene(None)
    scene.figure.canvas.draw()
    panel = scene.panels[-1]
    names = [text for text in panel.ax.texts if "η" in text.get_text()]
    told = sorted((text.get_text(), text.get_color()) for text in names)
    inks = [words(mark.color, picture.look) for mark in picture.marks]
    expected = [("2/η = 200", inks[0]), ("2/η = 198", inks[1]), ("2(1+β)/η = 200", inks[2])]
    assert told == sorted(expected)
    boxes = [text.get_window_extent() for text in names]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_a_limit_far_above_the_curves_leaves_them_the_height_and_is_named_at_the_edge() -> None:
    runs = race("wells", ["sam:lr=0.03,beta=0.9,rho=0.5", "momentum:lr=0.03"], 110, (-1.8, 0.7))
    scene = Picture("wells", runs, ["path", "sharpness"])._scene(None)
    scene.figure.canvas.draw()
    panel = scene.panels[-1]
    most = max(float(sharpness(run, surfaces["wells"]).max()) for run in runs)
    (name,) = (text for text in panel.ax.texts if "η" in text.get_text())
    assert most < panel.ax.get_ylim()[1] < 1.4 * most < 127
    assert name.get_text() == "2(1+β)/η = 127 ↑"
    box, axes = name.get_window_extent(), panel.ax.get_window_extent()
    assert axes.y0 + 0.8 * axes.height < box.y0 < box.y1 < axes.y1 + 1


def test_curvatures_of_a_bowl_do_not_change() -> None:
    run = descend("bowl", "sgd", steps=5)
    assert sharpness(run, surfaces["bowl"]) == pytest.approx(np.ones(6), rel=1e-6)
