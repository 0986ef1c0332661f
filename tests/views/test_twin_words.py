"""What is said of a toy and a network: claims that hold of their numbers."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from optiviz import optim
from optiviz.problems import MLP
from optiviz.training.twin import MOVED, Twins
from optiviz.training.twinning import twins
from optiviz.views.twin import told


@cache
def made(lr: float) -> Twins:
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 60)
    x = rng.standard_normal((60, 4)) + np.eye(3, 4)[y]
    return twins(MLP(x, y, (4, 8, 3), dtype="float64"), optim.SGD(lr), updates=40, looks=9)


@pytest.mark.parametrize("lr", [0.1, 1.0, 3.0])
def test_a_valley_predicts_as_long_as_no_curvature_is_a_fifth_away(lr: float) -> None:
    found, sharp = made(lr), made(lr).curvatures[:, 0]
    away = [abs(sharp - one) > MOVED * one for one in sharp]
    for look, at in enumerate(found.at):
        words = told(found, look, *found.runs(look)[:2])["both"]
        left = found.at[look:][away[look][look:]]
        if len(left):
            assert int(re.search(r"since update (\d+)", words).group(1)) == left[0]
        else:
            assert "no longer" not in words
            before = found.at[:look][away[look][:look]]
            expected = "all the way" if not len(before) else "from update"
            assert expected in words, at


@pytest.mark.parametrize("lr", [0.1, 3.0])
def test_the_side_of_the_limit_is_that_of_the_numbers(lr: float) -> None:
    found = made(lr)
    valley, run, _ = found.runs(0)
    words = told(found, 0, valley, run)
    side = "below" if lr * found.curvatures[0, 0] < 2 else "beyond"
    assert f"η is {side} its limit 2/λ" in words["toy"]
    rise = found.rises
    expected = "has not risen" if rise is None else f"first rose at update {rise}."
    assert expected in words["network"]
