"""How soon a rule is near a minimum for good, at the best of its rates."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.maps.soonest import soonest
from optiviz.optim import SGD, Momentum
from optiviz.optim.schedules import Linear
from optiviz.problems.matrix import MatrixValley
from optiviz.runs import descend


@pytest.mark.parametrize("rule", [SGD(), Momentum(beta=0.9)])
def test_it_is_what_each_rate_alone_would_say(rule: SGD | Momentum) -> None:
    """Momentum swings through the minimum long before it stays there."""
    problem, rates, found = MatrixValley(condition=4), (0.01, 0.05, 0.3), []
    for lr in rates:
        run = descend(problem, type(rule)(lr=Linear(lr)), steps=150)
        far = np.linalg.norm(run.w, axis=1) > 0.01 * np.linalg.norm(run.w[0])
        found.append((151 if far[-1] else int(np.flatnonzero(far)[-1]) + 1, lr))
    assert soonest(problem, rule, rates, 150) == min(found)
    assert min(found)[0] < 151


def test_a_rule_that_never_arrives_tells_the_rate_that_came_nearest() -> None:
    assert soonest(MatrixValley(condition=1000), "sgd", [1e-4, 1e-3, 1.0], 50) == (None, 1e-3)
