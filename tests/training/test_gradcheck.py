"""The check of every weight: right where the gradient is right, and loud where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.problems import MLP, load
from optiviz.training import check_gradient, error_curve, gradcheck

X = np.random.default_rng(0).random((6, 8)) * [1, 1, 0, 1, 1, 0, 1, 1]
Y = np.array([0, 1, 2, 0, 1, 2])
SIZES = (8, 7, 6, 3)


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("eps", [1e-3, 1e-5])
def test_every_difference_is_that_of_the_loss(biases: bool, eps: float) -> None:
    """The shortcuts give what changing one weight after the other gives."""
    problem = MLP(X, Y, SIZES, biases=biases, dtype="float64")
    w, d = problem.start(2), np.zeros(problem.size)
    analytic = problem.value_and_grad(w, slice(1, 2))[1]
    plus, minus = np.empty_like(w), np.empty_like(w)
    for i in range(problem.size):
        d[i] = eps
        plus[i], minus[i] = problem.value(w + d, slice(1, 2)), problem.value(w - d, slice(1, 2))
        d[i] = 0
    base = problem.value(w, slice(1, 2))
    check = check_gradient(problem, w, [1], eps)
    for name, n in {
        "forward": (plus - base) / eps,
        "backward": (base - minus) / eps,
        "central": (plus - minus) / (2 * eps),
    }.items():
        size = np.abs(n) + np.abs(analytic)
        known = (np.abs(analytic) > 0) | (np.abs(n) > 1e-9)
        error = np.abs(n - analytic)[known] / size[known]
        assert check.compared == known.sum()
        assert check.mean[name] == pytest.approx(error.mean(), rel=0.02, abs=2e-9)
        assert check.worst[name] == pytest.approx(error.max(), rel=0.02, abs=1e-7)


def test_all_weights_of_the_whole_network() -> None:
    data = load("mnist")
    problem = MLP(data.x_train[:8], data.y_train[:8])
    check = check_gradient(problem, problem.start(0), range(4))
    assert check.compared + check.both_zero == 4 * 276_200
    assert check.mean["central"] < 3e-6
    assert check.mean["central"] < check.mean["forward"] < 1e-4
    assert check.mean["central"] <= check.worst["central"] < 1e-2
    one, other, both = (check.seconds_by[name] for name in ("forward", "backward", "central"))
    assert both > max(one, other) > 0  # it needs the losses of both


def test_a_wrong_gradient_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = MLP.value_and_grad

    def wrong(self, w, batch=None, out=None):
        loss, g = right(self, w, batch, out)
        self.layers(g)[1].weights[:] *= 1.01
        return loss, g

    problem = MLP(X, Y, SIZES)
    assert check_gradient(problem, problem.start(0)).worst["central"] < 1e-4
    monkeypatch.setattr(MLP, "value_and_grad", wrong)
    assert 0.004 < check_gradient(problem, problem.start(0)).worst["central"] < 0.006


def test_the_curve_falls_and_rises() -> None:
    problem = MLP(X, Y, SIZES)
    curve = error_curve(problem, problem.start(0), range(6), eps=(1e-11, 1e-8, 1e-5, 1e-2))
    central = [check.mean["central"] for check in curve]
    assert central[0] > central[1] > central[2] < central[3]
    assert [check.eps for check in curve] == [1e-11, 1e-8, 1e-5, 1e-2]


def test_every_error_is_counted_in_a_bin_however_small_it_is() -> None:
    problem = MLP(X, Y, SIZES)
    check = check_gradient(problem, problem.start(0), range(6))
    assert all(counts.sum() == check.compared for counts in check.counts.values())
    counts = gradcheck._counts(np.array([0.0, 1e-300, 1e-17, 0.5, 1.0]))
    assert (counts[0], counts.sum()) == (3, 5)


@pytest.mark.parametrize(
    ("samples", "eps", "message"),
    [
        ([], 1e-5, "one or more indices from 0 to 5"),
        ([6], 1e-5, r"from 0 to 5, got \[6\]"),
        ([-1], 1e-5, r"from 0 to 5, got \[-1\]"),
        ([0], 0.0, "eps must be above 0"),
        ([0], np.inf, "eps must be above 0 and finite"),
        ([0], np.nan, "eps must be above 0"),
    ],
)
def test_bad_requests_are_refused(samples: list[int], eps: float, message: str) -> None:
    problem = MLP(X, Y, SIZES)
    with pytest.raises(UserError, match=message):
        check_gradient(problem, problem.start(0), samples, eps)
