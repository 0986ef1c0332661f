"""The steps that a run would take next are those that it takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optiviz import descend, optim, schedules
from optiviz.optim import OPTIMIZERS, on_planes
from optiviz.optim.drawn import Seen
from optiviz.problems import SURFACES
from optiviz.problems.planes.regression import regression
from optiviz.runs import Run, loop
from optiviz.runs.ahead import ahead
from optiviz.runs.drawn import drawn
from optiviz.runs.symbols import met
from optiviz.runs.verdict import verdict

VALLEY = SURFACES["valley"]


def went(run: Run, problem: Any, n: int) -> np.ndarray[Any, Any]:
    return np.array([point.w.copy() for point in ahead(run, problem, n)])


@pytest.mark.parametrize("name", on_planes())
def test_they_are_what_a_longer_run_does(name: str) -> None:
    rule = OPTIMIZERS[name](lr=0.01)
    short, long = (descend(VALLEY, rule, steps=steps) for steps in (20, 25))
    np.testing.assert_allclose(went(short, VALLEY, 5), long.w[21:], rtol=1e-12)


@pytest.mark.parametrize("name", on_planes())
def test_settings_of_each_coordinate_go_on_each_for_itself(name: str) -> None:
    kind = OPTIMIZERS[name]
    settings: dict[str, Any] = {"lr": np.array([0.01, 0.002])}
    settings |= {n: np.array([0.5, 0.9]) for n in ("beta", "beta1") if hasattr(kind, n)}
    short, long = (descend(VALLEY, kind(**settings), steps=steps) for steps in (20, 23))
    np.testing.assert_allclose(went(short, VALLEY, 3), long.w[21:], rtol=1e-12)
    assert verdict(short, VALLEY)
    drawn(short)


def test_a_schedule_is_held() -> None:
    run = descend(VALLEY, optim.Momentum(lr=schedules.Cosine(0.02)), steps=20)
    last = optim.Momentum(lr=float(run.lr[-1]))
    state = {name: slot[-1].copy() for name, slot in run.slots.items()} | {"_scratch": np.empty(2)}
    w = run.w[-1].copy()
    last.step(w, run.grad[-1].copy(), state, 20)
    np.testing.assert_allclose(went(run, VALLEY, 1), [w], rtol=1e-12)


CHANGING: dict[str, dict[str, Any]] = {
    "nadam": {"beta1": schedules.Cosine(0.9)},
    "prodigy": {"beta2": schedules.Linear(0.99), "d0": 0.1},
    "lbfgs": {"history": 3},
    "shampoo": {"every": 7},
}


@pytest.mark.parametrize("name", on_planes())
@pytest.mark.parametrize("steps", [1, 2, 20, 22])
def test_what_no_record_keeps_is_found_again(name: str, steps: int) -> None:
    kind = OPTIMIZERS[name]
    rate = schedules.OneCycle(kind().lr)
    rule = kind(lr=rate, weight_decay=0.1, clip=2.0, **CHANGING.get(name, {}))
    *_, last = loop.steps(VALLEY, rule, VALLEY.start, steps)
    run = descend(VALLEY, rule, steps=steps)
    found = rule.recalled(Seen(run.w, met(run), run.slots, run.hyper, run.slots.__getitem__))
    assert found.keys() == last.state.keys() - rule.slots - {"_scratch"}
    for slot, array in found.items():
        kept = last.state[slot]
        np.testing.assert_allclose(np.broadcast_to(array, kept.shape), kept, rtol=1e-9)


def test_batches_come_from_the_same_stream() -> None:
    problem = regression()
    how: Any = {"batch_size": 7, "seed": 3}
    short, long = (descend(problem, optim.SGD(lr=0.05), steps=n, **how) for n in (9, 15))
    np.testing.assert_array_equal(went(short, problem, 6), long.w[10:])


def test_a_run_that_was_read_from_a_file_goes_on(tmp_path: Any) -> None:
    run = descend(VALLEY, optim.Adam(lr=schedules.Cosine(0.02)), steps=20)
    again = Run.load(run.save(tmp_path / "run.npz"))
    np.testing.assert_array_equal(went(again, VALLEY, 3), went(run, VALLEY, 3))


def test_a_rule_that_is_not_ours_does_not_go_on() -> None:
    class Own(optim.SGD):
        """Its class is not in the record."""

    assert not len(went(descend(VALLEY, Own(lr=0.01), steps=5), VALLEY, 3))
