"""The river and the seldom slope do what their papers say."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import race
from optiviz.errors import UserError
from optiviz.optim import SGD
from optiviz.optim.schedules import WSD
from optiviz.problems import parse_problem, rare, river


def test_adam_walks_to_the_wrong_end_where_others_do_not() -> None:
    """Reddi's β₁ = 0 and a short memory; the plain slope along w₂ leads none astray."""
    problem, short = rare(), "lr=0.02,beta1=0,beta2=0.5"
    rules = [f"adam:{short}", f"amsgrad:{short}", f"adopt:{short}", "sgd:lr=0.02"]
    runs = race(problem, rules, batch_size=1)
    ends = np.array([run.w[-100:].mean(axis=0) for run in runs])
    assert ends[0, 0] > 0.9
    assert (ends[1:, 0] < -0.9).all()
    assert np.allclose(ends[:, 1], problem.minima[0][1], atol=0.1)


def test_all_of_a_seldom_slope_is_seen_by_none_astray() -> None:
    (run,) = race(rare(), "adam:lr=0.02,beta1=0,beta2=0.5")
    assert run.w[-1] == pytest.approx(rare().minima[0], abs=0.05)


def test_the_stable_phase_travels_and_the_cool_down_drops_to_the_bed() -> None:
    problem = river(n=40, noise=0.8)
    rules = ["sgd:lr=0.1", "sgd:lr=0.01", SGD(lr=WSD(0.1, cooldown=0.3))]
    constant, small, cooled = race(problem, rules, batch_size=4)
    far = problem.minima[0][0]
    assert abs(constant.w[-1, 0] - far) < 1 < abs(small.w[-1, 0] - far)
    above = [run.loss[-50:].mean() - problem.floor() for run in (constant, small)]
    assert cooled.loss[-1] - problem.floor() < 0.1 * min(above)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("river:condition=0.1", "condition must be at least 1"),
        ("river:noise=-1", "noise must be at least 0"),
        ("rare:every=1", "every must be at least 2"),
        ("rare:n=1", "n must be from 2 to 2000"),
        ("rare:strong=nan", "strong must be finite"),
    ],
)
def test_a_bad_stream_is_refused(words: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        parse_problem(words)


@pytest.mark.parametrize(("name", "other"), [("river", "condition=50"), ("rare", "strong=9")])
def test_settings_of_a_stream_change_it(name: str, other: str) -> None:
    w = np.array([0.4, -0.3])
    assert parse_problem(name).value(w) != parse_problem(f"{name}:{other}").value(w)
