"""Weight decay and clipping, which every rule has from one place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from walks import STARTS, rosenbrock

from optiviz import descend, optim
from optiviz.optim import OPTIMIZERS, Optimizer, on_planes
from optiviz.optim.describe import common

START = STARTS["rosenbrock"]
ALL = [name for name in on_planes() if "weight_decay" not in OPTIMIZERS[name].own]
Slope = Any


def value(w: np.ndarray) -> float:
    return float((1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2)


def path(rule: Optimizer, slope: Slope = rosenbrock, penalty: float = 0.0) -> np.ndarray:
    """Forty points of a rule on Rosenbrock's, or with another slope, and λ|w|²/2 more of loss."""
    w = START.copy()

    def look(at: np.ndarray, out: np.ndarray) -> float:
        out[:] = slope(at) + penalty * at
        return value(at) + penalty / 2 * float(at @ at)

    given = {"look": look} if "look" in rule.extras else {}
    state, points = rule.init(w), []
    for t in range(40):
        rule.step(w, slope(w) + penalty * w, state, t, **given)
        points.append(w.copy())
    return np.array(points)


def clipped(most: float) -> Slope:
    """Rosenbrock's slope, shortened by hand."""

    def slope(w: np.ndarray) -> np.ndarray:
        g = rosenbrock(w)
        return g * min(1, most / float(np.hypot(*g)))

    return slope


@pytest.mark.parametrize("name", ALL)
def test_weight_decay_is_a_penalty_of_the_loss(name: str) -> None:
    kind = OPTIMIZERS[name]
    decayed = path(kind(lr=3e-4, weight_decay=0.7))
    np.testing.assert_allclose(decayed, path(kind(lr=3e-4), penalty=0.7), rtol=1e-10)
    assert np.abs(decayed - path(kind(lr=3e-4))).max() > 1e-11


@pytest.mark.parametrize("name", on_planes())
def test_a_longer_gradient_is_shortened(name: str) -> None:
    """SAM's second gradient, too, and all that a search looks at."""
    kind = OPTIMIZERS[name]
    found = path(kind(lr=3e-4, clip=5.0))
    np.testing.assert_allclose(found, path(kind(lr=3e-4), clipped(5.0)), rtol=1e-9)
    np.testing.assert_array_equal(path(kind(lr=3e-4, clip=1e9)), path(kind(lr=3e-4)))


def test_the_gradient_is_clipped_before_weights_decay() -> None:
    w, rule = np.array([30.0, 40.0]), optim.SGD(lr=0.1, weight_decay=0.1, clip=5.0)
    rule.step(w, w.copy(), rule.init(w), 0)
    np.testing.assert_allclose(w, [30 - 0.1 * (3 + 3), 40 - 0.1 * (4 + 4)])


def test_a_stack_is_clipped_each_for_itself() -> None:
    rule = optim.SGD(lr=1.0, clip=np.array([[1.0], [0.0], [50.0]]))
    w, g = np.zeros((3, 2)), np.array([[3.0, 4.0], [3.0, 4.0], [30.0, 40.0]])
    rule.step(w, g, rule.init(w), 0)
    np.testing.assert_allclose(-w, [[0.6, 0.8], [3.0, 4.0], [30.0, 40.0]])


def test_no_gradient_is_no_division() -> None:
    w, rule = np.ones(2), optim.SGD(lr=1.0, clip=1.0)
    rule.step(w, np.zeros(2), rule.init(w), 0)
    assert w.tolist() == [1, 1]


def test_one_of_a_class_made_from_another_sees_the_penalty_once() -> None:
    class Doubled(optim.Momentum):
        def step(self, w: np.ndarray, g: np.ndarray, state: Any, t: int) -> None:
            super().step(w, 2 * g, state, t)

    w, rule = np.array([1.0]), Doubled(lr=0.1, beta=0.0, weight_decay=0.5)
    rule.step(w, np.array([1.0]), rule.init(w), 0)
    assert w[0] == pytest.approx(1 - 0.1 * 2 * (1 + 0.5))


def test_the_record_has_the_gradient_as_it_is_and_the_settings() -> None:
    run = descend("rosenbrock", "momentum:lr=1e-3,clip=2,weight_decay=0.1", START, 20)
    np.testing.assert_allclose(run.grad[0], rosenbrock(START))
    assert {"clip": 2.0, "weight_decay": 0.1}.items() <= run.settings.items()
    assert not {"clip", "weight_decay"} & descend("bowl", "sgd:lr=0.1", steps=2).settings.keys()
    assert repr(optim.SGD(0.1, clip=2)) == "SGD(lr=0.1, clip=2)"
    assert optim.SGD(0.1).known() == ["lr", "weight_decay", "clip"]
    assert optim.Momentum(0.1, 0.5).beta == 0.5  # not by their place


def test_a_picture_says_what_is_in_use() -> None:
    told = optim.describe(optim.Momentum(lr=1, clip=2, weight_decay=0.1, cautious=True))
    assert told == "Momentum  η = 1  β = 0.9  λ = 0.1  C = 2  cautious"
    assert optim.describe(optim.AdamW(lr=1)) == "AdamW  η = 1"
    one, other = (("sgd", {"lr": lr, "clip": 2.0}) for lr in (1.0, 2.0))
    assert common([one, other]) == "SGD  C = 2"


def test_the_lines_say_so() -> None:
    rule = optim.SGD(clip=1.0, weight_decay=0.1)
    assert rule.formula() == ("g ← Cg/max(C, √sum(g²))", "g ← g + λw", "w ← w − ηg")
    assert optim.AdamW(clip=1.0).formula()[:2] == ("g ← Cg/max(C, √sum(g²))", "w ← w − ηλw")


@pytest.mark.filterwarnings("ignore")
def test_pytorchs_clipping_is_ours_but_for_its_millionth() -> None:
    torch = pytest.importorskip("torch")
    w = torch.nn.Parameter(torch.tensor(START))
    rule = torch.optim.SGD([w], lr=1e-3, weight_decay=0.1, momentum=0.9)
    ours = optim.Momentum(1e-3, form="outside", weight_decay=0.1, clip=10.0)
    mine = START.copy()
    state = ours.init(mine)
    for t in range(60):
        w.grad = torch.tensor(rosenbrock(w.detach().numpy()))
        torch.nn.utils.clip_grad_norm_([w], 10.0)
        rule.step()
        ours.step(mine, rosenbrock(mine), state, t)
    np.testing.assert_allclose(mine, w.detach().numpy(), rtol=1e-5)
