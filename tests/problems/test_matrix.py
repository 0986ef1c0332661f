"""The matrix valley: two rows in one valley, and which rules notice that they are a matrix."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optiviz import descend
from optiviz.errors import UserError
from optiviz.maps.soonest import soonest
from optiviz.problems.matrix import MatrixValley
from optiviz.runs.rows import rows

TURNED = math.degrees(0.6)
RATES, STEPS = np.geomspace(1e-3, 10, 45), 400


def test_it_is_half_the_square_of_wa() -> None:
    problem = MatrixValley(condition=9, rotation=30)
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    a = np.array([[c, -s], [s, c]]) @ np.diag([1.0, 3.0])
    w = np.random.default_rng(0).normal(size=(5, 4))
    matrices = w.reshape(5, 2, 2)
    value, grad = problem.value_and_grad(w)
    np.testing.assert_allclose(value, 0.5 * np.square(matrices @ a).sum(axis=(1, 2)), rtol=1e-12)
    np.testing.assert_allclose(grad.reshape(5, 2, 2), matrices @ a @ a.T, rtol=1e-12)
    np.testing.assert_allclose(problem.value_and_grad(w[3])[1], grad[3], rtol=1e-12)
    np.testing.assert_allclose(problem.blocks(w)[0], matrices)


def test_its_start_turns_with_it() -> None:
    straight, turned = MatrixValley(50), MatrixValley(50, TURNED)
    assert turned.value(turned.start) == pytest.approx(straight.value(straight.start), rel=1e-12)
    assert not np.allclose(turned.start, straight.start)


def test_a_run_is_that_of_its_rows() -> None:
    problem = MatrixValley(condition=20, rotation=25)
    run = descend(problem, "momentum", steps=30)
    parts = rows(problem, run)
    assert {part.problem for part in parts} == {"valley"}
    np.testing.assert_allclose(sum(part.loss for part in parts), run.loss, rtol=1e-12)
    for number, part in enumerate(parts):  # plain momentum does not know that they are one matrix
        alone = descend(problem.plane, "momentum", problem.start.reshape(2, 2)[number], steps=30)
        np.testing.assert_allclose(part.w, alone.w, rtol=1e-12)
        np.testing.assert_allclose(part.slots["velocity"], alone.slots["velocity"], rtol=1e-12)
    w = run.w[-1].reshape(2, 2)
    assert np.linalg.eigvalsh(w @ w.T)[::-1] == pytest.approx(parts[0].slots["singular"][-1] ** 2)


def test_what_is_no_valley_is_refused() -> None:
    with pytest.raises(UserError, match="condition must be at least 1"):
        MatrixValley(condition=0.5)


@pytest.mark.slow
def test_rotation_ruins_adam_and_no_rule_that_knows_matrices() -> None:
    """Best of 45 rates from 0.001 to 10, linear decay over 400 steps, within 1 % for good."""
    names = ("adam", "shampoo", "momentum", "muon")
    found = {
        rotation: [soonest(MatrixValley(1000, rotation), name, RATES, STEPS)[0] for name in names]
        for rotation in (0.0, TURNED)
    }
    straight, (adam, shampoo, momentum, muon) = found[0.0], found[TURNED]
    assert straight == sorted(straight)  # Adam first
    assert adam is None
    assert [shampoo, momentum] == straight[1:3]
    # Newton and Schulz's rounds make much of what the last digit differs by: 304 for 232 here.
    assert muon is not None
    assert muon < 1.5 * straight[3]


@pytest.mark.slow
def test_where_nothing_is_steep_muon_is_the_slowest() -> None:
    names = ("sgd", "momentum", "adam", "shampoo", "muon")
    taken = [soonest(MatrixValley(10), name, RATES, STEPS)[0] for name in names]
    assert max(taken) == taken[-1] > 2 * max(taken[:-1])
