"""What is said of a toy and a network: claims that hold of their numbers."""

from __future__ import annotations

import dataclasses
import re
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optiviz import optim
from optiviz.problems import MLP
from optiviz.training.twin import MOVED, Twins
from optiviz.training.twinning import twins
from optiviz.views.scene import trained
from optiviz.views.twin import picture, told


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
    expected = "has not risen" if rise is None else f"first rose at update {rise};"
    assert expected in words["network"]


@pytest.mark.parametrize("lr", [0.1, 1.0, 3.0])
def test_when_it_should_tremble_is_told_beside_when_it_did(lr: float) -> None:
    found = made(lr)
    beyond = found.at[found.curvatures[:, 0] > 2 / lr]
    words = told(found, 0, *found.runs(0)[:2])["network"]
    expected = (
        f"beyond 2/η first at update {beyond[0]}." if len(beyond) else "never was beyond 2/η."
    )
    assert expected in words


def test_of_a_rule_without_a_known_limit_nothing_is_promised() -> None:
    found = dataclasses.replace(made(0.1), rule=optim.Adam(0.01))
    valley, run, shadow = found.runs(0)
    words = told(found, 0, valley, run)
    assert "which alone gives no limit of η for adam" in words["toy"]
    assert "For adam λ gives no limit of η" in words["both"]
    assert not re.search("predict|below|beyond", " ".join(words.values()))
    assert trained.held(shadow) is None
    assert trained.title([run, shadow]) == "The network's loss"


@pytest.mark.parametrize("look", [0, 8])
def test_what_is_shaded_is_while_the_toy_predicts(look: int) -> None:
    found = made(3.0)
    valley, run, shadow = found.runs(look)
    first, last = found.holds(look)
    assert trained.held(shadow).tolist() == list(range(first, last + 1))
    assert trained.held(run) is None
    figure = picture(valley, run, shadow).figure()
    for ax in figure.axes[1:]:
        (band,) = [patch for patch in ax.patches if patch.get_alpha() == trained.SHADE]
        assert (band.get_x(), band.get_x() + band.get_width()) == (first, last)
    plt.close(figure)


def test_batches_keep_a_toy_swinging() -> None:
    found = dataclasses.replace(made(0.1), batch_size=7)
    assert "so its swings do not grow." in told(found, 0, *found.runs(0)[:2])["toy"]
    assert "so its swings fade." in told(made(0.1), 0, *made(0.1).runs(0)[:2])["toy"]
    assert "so its swings grow." in told(made(3.0), 0, *made(3.0).runs(0)[:2])["toy"]
