"""The toys show what they are for, in figures that their papers predict."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import descend
from optiviz.problems import SURFACES
from optiviz.views.scene.sharpness import sharpness


@pytest.mark.parametrize(
    ("start", "lr", "first", "most", "last"),
    [((3.4, 0.25), 0.1, 0.68, 1.68, 0.998), ((2.5, 0.3), 0.2, 0.43, 2.05, 0.993)],
)
def test_at_the_edge_the_curvature_comes_to_what_the_rate_stands(
    start: tuple[float, float], lr: float, first: float, most: float, last: float
) -> None:
    """It sharpens beyond 2/η at once, is thrown about, and settles just below."""
    run = descend("edge", f"sgd:lr={lr}", start, steps=4000)
    share = lr / 2 * sharpness(run, SURFACES["edge"])
    assert (share[0], share.max(), share[-1]) == pytest.approx((first, most, last), abs=5e-3)


@pytest.mark.parametrize(("product", "last"), [(1.2, 3.99), (2.8, 0.90), (3.6, 0.23)])
def test_a_catapult_throws_to_where_its_rate_stands(product: float, last: float) -> None:
    """Between 2 and 4 times 1/λ the loss grows first, and converges on flatter ground."""
    run = descend("catapult", f"sgd:lr={product / 4}", (0.05, 2.0), steps=400)
    found = sharpness(run, SURFACES["catapult"])
    assert found[0] == pytest.approx(4, abs=0.02)
    assert found[-1] == pytest.approx(last, abs=0.01)
    assert bool(run.loss.max() > 50 * run.loss[0]) is (product > 2)
    assert run.loss[-1] < 1e-20


def test_beyond_four_a_catapult_throws_for_ever() -> None:
    run = descend("catapult", "sgd:lr=1.01", (0.05, 2.0), steps=400)
    assert run.status == "diverged at step 9"


@pytest.mark.parametrize(("lr", "stays"), [(0.09, True), (0.12, False)])
def test_a_sharp_well_does_not_hold_a_large_rate(lr: float, stays: bool) -> None:
    """Its λ is 20, so 2/λ is 0.1; the flat one holds up to 0.9."""
    sharp, flat = (np.array(point) for point in SURFACES["wells"].minima)
    near = np.hypot(*(descend("wells", f"sgd:lr={lr}", sharp + 0.02, steps=300).w[-1] - sharp))
    assert bool(near < 0.01) is stays
    assert np.hypot(*(descend("wells", f"sgd:lr={lr}", flat + 0.02, steps=300).w[-1] - flat)) < 0.01
