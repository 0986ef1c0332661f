"""What happens to a run at which step, told as data."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import UserError, descend, optim
from optiviz.problems import SURFACES
from optiviz.problems.planes.regression import regression
from optiviz.runs import Event, events
from optiviz.runs.record import Run

BOWL, VALLEY, SADDLE = SURFACES["bowl"], SURFACES["valley"], SURFACES["saddle"]


def steps_of(run: Run, kind: str) -> list[int]:
    return [event.step for event in events(run, SURFACES[run.problem]) if event.kind == kind]


@pytest.mark.parametrize("x", [2.0, -1.0])
def test_momentum_overshoots_where_it_has_passed_the_bottom(x: float) -> None:
    at, v, passed = x, 0.0, 0  # the heavy ball on ½x², by hand
    while at * x > 0:
        v = 0.9 * v - 0.02 * at
        at, passed = at + v, passed + 1
    run = descend(BOWL, optim.Momentum(lr=0.02, beta=0.9), (x, 0.0), steps=60)
    assert steps_of(run, "overshoots") == [passed]


def test_momentum_overshoots_across_a_valley() -> None:
    run = descend(VALLEY, optim.Momentum(lr=0.005), steps=60)
    # A point is uphill where a little more of the same step would raise the loss.
    further = VALLEY.value(run.w[1:] + 1e-4 * np.diff(run.w, axis=0)) > run.loss[1:]
    assert steps_of(run, "overshoots") == [int(further.argmax()) + 1]


def test_speed_along_the_way_peaks_where_it_is_greatest() -> None:
    run = descend(VALLEY, optim.Momentum(), steps=120)
    way = run.w[-1] - run.w[0]
    speeds = [(run.w[t] - run.w[t - 1]) @ way for t in range(1, 121)]
    assert steps_of(run, "peaks") == [1 + speeds.index(max(speeds))]
    assert steps_of(descend(BOWL, optim.SGD(lr=0.1), steps=60), "peaks") == []


def test_what_goes_past_its_end_turns_back_at_the_furthest() -> None:
    run = descend(BOWL, optim.Momentum(lr=0.02), (2.0, 0.0), steps=200)
    assert steps_of(run, "turns") == [int(run.w[:, 0].argmin())]
    assert steps_of(descend(BOWL, optim.SGD(lr=0.1), steps=60), "turns") == []
    assert steps_of(descend(BOWL, optim.Momentum(lr=0.02), steps=20), "turns") == [], (
        "not there yet"
    )


def test_small_steps_overshoot_nothing() -> None:
    assert steps_of(descend(BOWL, optim.SGD(lr=0.5), steps=60), "overshoots") == []


def test_a_run_leaves_the_picture() -> None:
    run = descend(SADDLE, optim.SGD(lr=0.1), (0.0, 1.0), steps=12)
    step = next(t for t in range(13) if 1.1**t > 1.7)  # y grows by a tenth each step
    assert events(run, SADDLE)[-1] == Event("leaves", step, f"leaves the picture at step {step}")


def test_a_run_arrives_at_the_known_minimum() -> None:
    run = descend(BOWL, optim.SGD(lr=0.1), (2.0, 0.0), steps=120)
    near = 0.02 * np.hypot(4.4, 3.4)
    step = next(t for t in range(120) if 2 * 0.9**t <= near and 0.81**t <= 1e-3)
    assert events(run, BOWL) == (Event("arrives", step, f"converged at step {step}"),)


def test_a_run_ends_after_all_else() -> None:
    told = events(descend(BOWL, optim.SGD(lr=3.0), steps=80), BOWL)
    assert [(event.step, event.kind) for event in told] == [
        (1, "overshoots"),
        (1, "leaves"),
        (21, "ends"),
    ]
    assert told[-1].text == "diverged at step 21"


def test_a_batch_tells_no_overshoot() -> None:
    problem = regression()
    run = descend(problem, optim.SGD(lr=0.3), steps=40, batch_size=1)
    assert "overshoots" not in [event.kind for event in events(run, problem)]


def test_a_stack_is_refused() -> None:
    run = descend(BOWL, optim.SGD(lr=np.array([[0.1], [0.2]])), steps=5)
    with pytest.raises(UserError, match="single run"):
        events(run, BOWL)


def test_a_gradient_is_clipped_first_where_it_is_longer_than_the_rule_takes_it() -> None:
    run = descend(VALLEY, optim.Momentum(lr=0.02, beta=0.8, clip=1.0), (2.0, 0.1), steps=60)
    long = np.hypot(*run.grad[:-1].T) > 1
    assert long.any()
    assert steps_of(run, "clips") == [int(long.argmax()) + 1]
    assert not steps_of(descend(VALLEY, optim.SGD(lr=0.02, clip=1e6), steps=9), "clips")
