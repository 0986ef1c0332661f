"""The rate that a rule without one takes: it suits the loss's scale, the plane's, and the start."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from optiviz import surface
from optiviz.optim import on_planes
from optiviz.problems import SURFACES, Surface, parse_problem
from optiviz.problems.planes.steep import steep
from optiviz.runs import Run, race
from optiviz.runs.verdict import verdict

BOUNDED = [
    name for name, found in SURFACES.items() if found.floor() is not None
]  # the others have no floor
ENDLESS = {"diverged", "diverging", "left", "slopeless", "falls"}
VISIBLE, BESIDE, FLAT = 0.03, 0.06, 1e-2  # of the diagonal, of it, and of the steepest slope


def nine(found: Surface) -> list[tuple[float, float]]:
    """Starts spread over the bounds."""
    (left, right), (bottom, top) = found.bounds
    return [
        (left + u * (right - left), bottom + v * (top - bottom))
        for u in (0.1, 0.5, 0.9)
        for v in (0.12, 0.52, 0.88)
    ]


def excused(found: Surface, start: np.ndarray, diagonal: float) -> bool:
    """Whether it is there already, or stands on a plain without a slope."""
    goals = np.reshape(found.minima, (-1, 2))
    beside = np.hypot(*(goals - start).T).min(initial=np.inf) < BESIDE * diagonal
    _, _, values = found.grid(40)
    if found.least is not None:  # on its line of lowest points
        beside |= found.value(start) - found.least < FLAT * (values.max() - found.least)
    slopes = np.hypot(*np.gradient(values, 1 / 39))
    here = np.abs(found.value_and_grad(start)[1]).max() * diagonal
    return bool(beside or here < FLAT * slopes.max())


def held(found: Surface, run: Run) -> bool:
    """Whether SAM ends where its probe turns its step uphill."""
    w = run.w[-1]
    g = found.value_and_grad(w)[1]
    h = found.value_and_grad(w + run.settings["rho"] * g / np.hypot(*g))[1]
    return bool(g @ h < 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", BOUNDED)
def test_no_rule_diverges_at_its_own_rate_and_each_gets_somewhere(name: str) -> None:
    found = SURFACES[name]
    diagonal = float(np.hypot(*np.ptp(np.array(found.bounds), axis=1)))
    for start in (found.start, *nine(found)):
        for run in race(found, on_planes(), start=start):
            said = verdict(run, found).kind
            assert said not in ENDLESS, (run.optimizer, start)
            # Its first five steps are in proportion to the slope, which bounds η, and all others
            # are rη long, with r at 0.2 after 100 steps and near 1 after 2/(1 − β₂) = 2000.
            if run.optimizer == "radam":
                continue
            moved = np.hypot(*(run.w - run.w[0]).T).max() / diagonal
            if start == found.start or not excused(found, run.w[0], diagonal):
                # Across a ridge the slope at SAM's probe points back, its step uphill: it stays.
                stays = moved <= VISIBLE and run.optimizer == "sam" and held(found, run)
                assert moved > VISIBLE or stays, (run.optimizer, start)


def test_rosenbrocks_race_reaches_the_minimum() -> None:
    found = SURFACES["rosenbrock"]
    runs = race(found, ["momentum", "nesterov", "adam", "amsgrad"])
    for run in runs:
        said = verdict(run, found)
        assert said.kind in ("converged", "arrived") or said.text.startswith("near the minimum")
        assert np.hypot(*(run.w[-1] - 1)) < 0.02 * np.hypot(4, 3.5), run.optimizer


SHAPES = ["x**2+10*y**2", "(x**2-1)**2+y**2+0.3*x", "log(1+x**2+5*y**2)", "x**4+y**2"]
RULES = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "lion", "adam"]


@pytest.mark.parametrize("words", SHAPES)
@pytest.mark.parametrize("scale", [1e-8, 0.37, 1e6])
def test_a_path_does_not_notice_the_scale_of_the_loss(words: str, scale: float) -> None:
    for start in (None, (2.5, -1.3)):
        rules = RULES if scale > 1e-3 else RULES[:3]  # ε is no small thing to so small a slope
        plain = race(words, rules, 60, start)
        scaled = race(f"{scale}*({words})", rules, 60, start)
        for one, other in zip(plain, scaled, strict=True):
            np.testing.assert_allclose(other.w, one.w, atol=2e-4, err_msg=one.optimizer)


def double_well(x: Any, y: Any) -> Any:
    return (x**2 - 1) ** 2 + y**2 + 0.3 * x


def stretched(of: Callable[[Any, Any], Any], by: float, x: Any, y: Any) -> Any:
    return of(x / by, y / by)


@pytest.mark.parametrize("by", [1e-3, 0.7, 1e4])
def test_a_path_does_not_notice_the_scale_of_the_plane(by: float) -> None:
    side = (-3.0 * by, 3.0 * by)
    wide = surface(partial(stretched, double_well, by), name="wide", bounds=(side, side))
    plain = surface(double_well)
    for start in (None, (2.5, -1.3)):
        moved = None if start is None else (by * start[0], by * start[1])
        rules = RULES if by < 1 else RULES[:3]
        for one, other in zip(
            race(plain, rules, 60, start), race(wide, rules, 60, moved), strict=True
        ):
            np.testing.assert_allclose(other.w / by, one.w, atol=2e-4, err_msg=one.optimizer)


def test_a_path_that_begins_twice_as_far_is_twice_as_long() -> None:
    """L(2w) = 16 L(w): four times the curvature, so a quarter of the rate."""
    (near,) = race("x**4+y**4", "sgd", start=(1.2, 1.0))
    (far,) = race("x**4+y**4", "sgd", start=(2.4, 2.0))
    assert near.lr[0] / far.lr[0] == pytest.approx(4, rel=0.1)
    np.testing.assert_allclose(far.w, 2 * near.w, rtol=0.1)


def test_a_surfaces_own_start_has_its_own_rate() -> None:
    for found in SURFACES.values():
        for kind, usual in found.rates.items():
            assert found.rate(kind) == found.rate(kind, found.start) == usual
    assert parse_problem("regression").rate("gradient", (1.0, 2.0)) == pytest.approx(
        parse_problem("regression").rates["gradient"]
    )
    (run,) = race("beale", "sgd", start=(4.4, -1.9))
    assert run.lr[0] < SURFACES["beale"].rates["gradient"] / 5, "a corner where the ground is steep"
    rules = race("beale", "sgd", start=[(1.0, 1.5), (4.4, -1.9)])
    assert rules[0].lr[0] == run.lr[0], "of several starts the steepest rules"


@pytest.mark.parametrize("words", ["0*x", "1/x", "sqrt(x)+y**2", "sqrt(x**2+y**2)", "exp(50*x)"])
def test_ground_of_any_kind_has_a_finite_rate(words: str) -> None:
    found = parse_problem(words)
    for start in (found.start, (1e-3, 0.0), (2.9, 2.9)):
        rate = found.rate("gradient", start)
        assert rate is not None
        assert 0 < rate < np.inf
        assert steep(found, start) >= 0
