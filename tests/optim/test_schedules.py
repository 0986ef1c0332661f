"""Schedules against PyTorch's, against hand values, and within their bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiviz.optim import SCHEDULES
from optiviz.optim.schedules import (
    WSD,
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    Linear,
    OneCycle,
    Polynomial,
    Restarts,
    Schedule,
    Step,
    WarmUp,
)

quick = settings(derandomize=True, max_examples=150)

N = 40
TORCH = [
    pytest.param(
        Step(0.3, step_size=7, gamma=0.4), "StepLR", {"step_size": 7, "gamma": 0.4}, id="step"
    ),
    pytest.param(Exponential(0.3, gamma=0.9), "ExponentialLR", {"gamma": 0.9}, id="exponential"),
    pytest.param(Cosine(0.3), "CosineAnnealingLR", {"T_max": N}, id="cosine"),
    pytest.param(
        Cosine(0.3, end=0.02), "CosineAnnealingLR", {"T_max": N, "eta_min": 0.02}, id="cosine-end"
    ),
    pytest.param(
        Linear(0.3, end=0.03),
        "LinearLR",
        {"start_factor": 1.0, "end_factor": 0.1, "total_iters": N},
        id="linear",
    ),
    pytest.param(
        OneCycle(0.3),
        "OneCycleLR",
        {"max_lr": 0.3, "total_steps": N, "cycle_momentum": False},
        id="one-cycle",
    ),
    pytest.param(
        OneCycle(0.3, rise=0.61, div=7.0, final_div=50.0),
        "OneCycleLR",
        {
            "max_lr": 0.3,
            "total_steps": N,
            "cycle_momentum": False,
            "pct_start": 0.61,
            "div_factor": 7.0,
            "final_div_factor": 50.0,
        },
        id="one-cycle-settings",
    ),
    pytest.param(
        Polynomial(0.3, power=1.7),
        "PolynomialLR",
        {"total_iters": N, "power": 1.7},
        id="polynomial",
    ),
    pytest.param(
        Restarts(0.3, period=6, factor=2, end=0.01),
        "CosineAnnealingWarmRestarts",
        {"T_0": 6, "T_mult": 2, "eta_min": 0.01},
        id="restarts",
    ),
    pytest.param(
        Restarts(0.3, period=7), "CosineAnnealingWarmRestarts", {"T_0": 7}, id="restarts-alike"
    ),
]


@pytest.mark.filterwarnings("ignore")  # what torch warns of while it is imported is its own affair
@pytest.mark.parametrize(("schedule", "name", "arguments"), TORCH)
def test_agrees_with_torch(schedule: Schedule, name: str, arguments: dict) -> None:
    torch = pytest.importorskip("torch")
    rule = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    theirs = getattr(torch.optim.lr_scheduler, name)(rule, **arguments)
    numbers = []
    for _ in range(N):
        numbers.append(theirs.get_last_lr()[0])
        rule.step()
        if len(numbers) < N:
            theirs.step()
    np.testing.assert_allclose(schedule.values(N), numbers, rtol=1e-9, atol=1e-12)


BY_HAND = [
    pytest.param(Constant(0.7), 3, [0.7, 0.7, 0.7], id="constant"),
    pytest.param(Linear(1.0), 4, [1.0, 0.75, 0.5, 0.25], id="linear"),
    # η_k = η_0(1 - k/N) + (k/N)·η_N
    pytest.param(Linear(0.1, end=0.02), 5, [0.1, 0.084, 0.068, 0.052, 0.036], id="linear-end"),
    pytest.param(Linear(0.1, end=0.3), 2, [0.1, 0.2], id="linear-up"),
    pytest.param(Step(0.8, step_size=2), 5, [0.8, 0.8, 0.4, 0.4, 0.2], id="step"),
    pytest.param(Exponential(1.0, gamma=0.1), 3, [1.0, 0.1, 0.01], id="exponential"),
    pytest.param(InverseTime(1.0, decay=0.5), 4, [1, 1 / 1.5, 0.5, 0.4], id="inverse-time"),
    pytest.param(Cosine(1.0, end=0.5), 2, [1.0, 0.75], id="cosine"),
    pytest.param(
        WarmUp(then=Linear(1.0), steps=2), 6, [0.5, 1.0, 1.0, 0.75, 0.5, 0.25], id="warmup"
    ),
    pytest.param(WarmUp(then=Constant(1.0), steps=4), 2, [0.25, 0.5], id="warmup-cut-short"),
    pytest.param(
        OneCycle(1.0, rise=0.5, div=10.0, final_div=10.0), 4, [0.1, 1.0, 0.505, 0.01], id="cycle"
    ),
    pytest.param(Polynomial(1.0, end=0.5, power=1), 2, [1.0, 0.75], id="polynomial-end"),
    pytest.param(WSD(1.0, cooldown=0.0), 3, [1.0, 1.0, 1.0], id="wsd-never-cools"),
    pytest.param(
        WSD(1.0, warmup=2, cooldown=0.5, shape="sqrt", end=0.2),
        8,
        [0.5, 1.0, 1.0, 1.0, 1.0, 0.6, 1 - 0.8 * 0.5**0.5, 1 - 0.8 * 0.75**0.5],
        id="wsd-sqrt",
    ),
    pytest.param(WSD(1.0, warmup=4), 2, [0.25, 0.5], id="wsd-cut-short"),
    pytest.param(OneCycle(1.0, rise=0.0, final_div=1.0), 1, [0.04], id="one-cycle-of-one-step"),
]


@pytest.mark.parametrize(("schedule", "n", "numbers"), BY_HAND)
def test_values_by_hand(schedule: Schedule, n: int, numbers: list[float]) -> None:
    assert schedule.values(n) == pytest.approx(numbers, rel=1e-12)


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "one-cycle"])
def test_a_warm_up_ends_where_the_next_schedule_begins(name: str) -> None:
    then = WarmUp(then=Cosine(0.6)) if name == "warmup" else SCHEDULES[name](0.6)
    numbers = WarmUp(then=then, steps=8).values(30)
    assert numbers[7] == pytest.approx(0.6, rel=1e-15)
    assert np.diff(numbers[:8]) == pytest.approx(0.6 / 8, rel=1e-12)
    assert numbers[8:] == then.values(22)


def legal(base: float) -> st.SearchStrategy[Schedule]:
    """Schedules that decay from `base`, with every other setting as wild as its bound allows."""
    ends = st.floats(0, base)
    shares = st.floats(0, 1, exclude_min=True)
    wild = st.floats(1, 1e300)
    simple = st.one_of(
        st.just(Constant(base)),
        st.builds(Linear, st.just(base), end=ends),
        st.builds(Step, st.just(base), step_size=st.integers(1, 10**9), gamma=shares),
        st.builds(Exponential, st.just(base), gamma=shares),
        st.builds(InverseTime, st.just(base), decay=st.floats(0, 1e300)),
        st.builds(Cosine, st.just(base), end=ends),
        st.builds(
            OneCycle,
            st.just(base),
            rise=st.floats(0, 1, exclude_max=True),
            div=wild,
            final_div=wild,
        ),
        st.builds(Polynomial, st.just(base), end=ends, power=st.floats(1e-3, 1e3)),
        st.builds(
            Restarts,
            st.just(base),
            period=st.integers(1, 10**9),
            factor=st.integers(1, 10**9),
            end=ends,
        ),
        st.builds(
            WSD,
            st.just(base),
            warmup=st.integers(0, 10**9),
            cooldown=st.floats(0, 1, exclude_max=True),
            shape=st.sampled_from(["linear", "sqrt"]),
            end=ends,
        ),
    )
    return st.recursive(
        simple,
        lambda inner: st.builds(WarmUp, then=inner, steps=st.integers(1, 10**9)),
        max_leaves=3,
    )


@quick
@given(st.floats(0, 1e300).flatmap(legal), st.integers(1, 120))
def test_every_legal_schedule_stays_within_its_base(schedule: Schedule, n: int) -> None:
    numbers = schedule.values(n)
    assert len(numbers) == n
    for number in numbers:
        assert math.isfinite(number)
        assert 0 <= number <= schedule.base * (1 + 1e-12)


def test_every_schedule_is_drawn() -> None:
    """The strategy above knows every schedule there is."""
    assert set(SCHEDULES.values()) == {
        Constant,
        Linear,
        Step,
        Exponential,
        InverseTime,
        Cosine,
        WarmUp,
        OneCycle,
        Polynomial,
        Restarts,
        WSD,
    }


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_a_stack_of_bases_is_its_single_schedules(name: str) -> None:
    bases = np.array([[0.1], [0.7], [0.0]])

    def make(base: float | np.ndarray) -> Schedule:
        if name == "warmup":
            return WarmUp(then=Linear(base), steps=3)
        return SCHEDULES[name](base)

    together = np.array(make(bases).values(9))
    assert together.shape == (9, 3, 1)
    for k, base in enumerate(bases[:, 0]):
        np.testing.assert_allclose(together[:, k, 0], make(float(base)).values(9), rtol=1e-14)
