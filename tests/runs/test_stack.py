"""One trajectory out of a stack is the record of the run alone, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import descend
from optiviz.optim import OPTIMIZERS, on_planes, parse_schedule
from optiviz.runs.stack import single

RATES = (0.01, 0.1, 3.0)


@pytest.mark.parametrize("schedule", [None, "linear:end=0.1", "warmup:steps=3,then=cosine"])
@pytest.mark.parametrize("rule", on_planes())
def test_one_of_a_stack_is_the_run_alone(rule: str, schedule: str | None) -> None:
    def made(lr: float | np.ndarray) -> object:
        return OPTIMIZERS[rule](lr=parse_schedule(schedule, lr) if schedule else lr)

    stack = descend("valley", made(np.array(RATES)[:, None]), steps=25)
    assert stack.w.shape[1] == len(RATES)
    for k, lr in enumerate(RATES):
        assert single(stack, k) == descend("valley", made(lr), steps=25)


def test_one_of_a_stack_on_batches() -> None:
    """All of them saw the same samples."""
    lr = np.array([[0.01], [0.3]])
    stack = descend("regression", OPTIMIZERS["adam"](lr=lr), steps=30, batch_size=8, seed=2)
    for k in range(2):
        alone = OPTIMIZERS["adam"](lr=float(lr[k, 0]))
        assert single(stack, k) == descend("regression", alone, None, 30, 8, 2)


def test_one_of_several_starts() -> None:
    starts = np.array([[1.0, 1.0], [-1.0, 0.5]])
    stack = descend("bowl", OPTIMIZERS["momentum"](lr=0.1), starts, steps=5)
    for k, start in enumerate(starts):
        assert single(stack, k) == descend("bowl", OPTIMIZERS["momentum"](lr=0.1), start, steps=5)
