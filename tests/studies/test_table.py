"""Means and deviations over seeds: of none, of one, of several, of equal ones, of lost ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optiviz.optim import SGD
from optiviz.studies.compare import Contestant
from optiviz.studies.table import deviation, each_once, markdown, mean, spread


@pytest.mark.parametrize(
    ("values", "middle", "sd"),
    [
        ([], None, None),
        ([0.5], 0.5, None),
        ([0.5, 0.7], 0.6, math.sqrt(0.02)),  # with n - 1
        ([1.0, 2.0, 3.0, 4.0], 2.5, math.sqrt(5 / 3)),
        ([0.098, 0.098, 0.098], 0.098, 0.0),
    ],
)
def test_means_and_deviations(values: list[float], middle: float | None, sd: float | None) -> None:
    assert mean(values) == pytest.approx(middle)
    assert deviation(values) == pytest.approx(sd)
    assert spread({"a": values}) == {"a": mean(values), "a_sd": deviation(values)}


def test_equal_figures_do_not_deviate_by_a_bit() -> None:
    assert deviation([0.1] * 3) == 0.0
    assert deviation(np.full(7, 0.098)) == 0.0


def test_a_lost_one_is_told() -> None:
    assert math.isnan(mean([0.5, math.nan]) or 0)
    assert math.isnan(deviation([0.5, math.nan]) or 0)


def test_a_verdict_is_told_once() -> None:
    assert each_once(["stalled", "converged", "stalled"]) == "stalled; converged"


def test_verdicts_that_differ_in_a_number_are_told_as_a_range() -> None:
    """The numbers are compared as numbers, and those that are equal stand once."""
    assert each_once(["diverged at update 12", "diverged at update 9"]) == (
        "diverged at update 9–12"
    )
    died = [f"the rate has died: η is down from 0.1 to {last}" for last in ("1e-04", "2.5e-09")]
    assert each_once(died) == "the rate has died: η is down from 0.1 to 2.5e-09–1e-04"


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    lines = markdown([("η", "verdict"), ("0.001", "ok")])
    assert lines == ["| η     | verdict |", "|-------|---------|", "| 0.001 | ok      |"]


@pytest.mark.parametrize(
    ("accuracy", "epoch"),
    [
        ([0.9, 0.97, 0.99], 2.0),  # 97 % itself is there
        ([0.9, 0.9699, 0.99], 3.0),
        ([0.98, 0.9, 0.9], 1.0),
        ([0.9, 0.91, 0.92], math.nan),
    ],
)
def test_the_epoch_of_97_percent(accuracy: list[float], epoch: float) -> None:
    history = {"epoch": np.array([1.0, 2.0, 3.0]), "test_accuracy": np.array(accuracy)}
    one = Contestant("sgd", SGD(), (history,), ("converged",))
    np.testing.assert_equal(one.epochs_to(), [epoch])


def test_patience_is_judged_by_the_weights_that_it_keeps() -> None:
    history = {"step": [5, 10, 15], "val_loss": [0.3, 0.2, 0.4], "test_accuracy": [0.8, 0.9, 0.7]}
    columns = {name: np.array(values, float) for name, values in history.items()}
    one = Contestant("sgd", SGD(), (columns, dict.fromkeys(columns, np.empty(0))), ("", ""))
    np.testing.assert_array_equal(one.last("test_accuracy"), [0.7, np.nan])
    np.testing.assert_array_equal(one.last("test_accuracy", best=True), [0.9, np.nan])
