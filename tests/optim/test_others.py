"""Cautious steps beside a plain loop, and what averages and rates of zero come to."""

from __future__ import annotations

import numpy as np
import pytest
from walks import GRADIENTS, STARTS

from optiviz.optim import Adam, AdamW, Momentum, Nesterov, Optimizer, ScheduleFreeSGD

# What each adds to w is u, and g agrees with -u.
CAUTIOUS: list[Optimizer] = [
    *(kind(lr=4e-4, form=form) for kind in (Momentum, Nesterov) for form in ("inside", "outside")),
    AdamW(lr=0.05, weight_decay=0.2),
]


@pytest.mark.parametrize("rule", CAUTIOUS, ids=repr)
@pytest.mark.parametrize("problem", list(GRADIENTS))
def test_a_cautious_step_is_timms(rule: Optimizer, problem: str) -> None:
    """timm: mask = (u·g > 0); mask /= max(mean(mask), 0.001); w ← w - u·mask."""
    made = type(rule)(**rule.settings() | {"cautious": True})
    w = STARTS[problem].copy()
    state, twin = made.init(w), rule.init(w)
    crossed = 0
    for t in range(60):
        plain, g = w.copy(), GRADIENTS[problem](w)
        plain *= 1 - rule.settings().get("weight_decay", 0) * rule.lr
        begun = w.copy()
        rule.step(begun, g, twin, t)
        made.step(w, g, state, t)
        update = plain - begun
        mask = (update * g > 0).astype(float)
        crossed += (mask == 0).sum()
        mask /= max(mask.mean(), 1e-3)
        np.testing.assert_allclose(plain - w, update * mask, rtol=1e-7, atol=1e-12)
    assert crossed


def test_averages_stop_anywhere() -> None:
    """On a noisy bowl the mean of the iterates ends far nearer to the minimum than they do."""
    rng, w = np.random.default_rng(0), np.ones(200)
    rule = ScheduleFreeSGD(lr=0.3)
    state = rule.init(w)
    for t in range(400):
        rule.step(w, w + rng.normal(size=200), state, t)
    x, z = (np.abs(state[name]).mean() for name in ("average", "iterate"))
    assert x < z / 3
    assert rule.answer == "average"


@pytest.mark.parametrize("name", ["schedule-free-sgd", "schedule-free-adamw", "prodigy", "adopt"])
def test_a_rate_of_zero_and_a_slope_of_zero_move_nothing(name: str) -> None:
    from optiviz.optim import OPTIMIZERS  # noqa: PLC0415

    kind = OPTIMIZERS[name]
    for rule, g in ((kind(lr=0.0), np.ones(2)), (kind(), np.zeros(2))):
        w = np.array([1.0, -2.0])
        state = rule.init(w)
        for t in range(3):
            rule.step(w, g, state, t)
        np.testing.assert_allclose(w, [1.0, -2.0], rtol=1e-15)


def test_adam_is_not_cautious_by_itself() -> None:
    assert not hasattr(Adam(), "cautious")
