"""What is found once of a run."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np

from optiviz import descend, surfaces
from optiviz.runs.once import _found, once
from optiviz.runs.verdict import verdict


def test_it_is_asked_again_for_another_run_or_problem() -> None:
    asked = []

    def loss(run: Any, problem: Any) -> float:
        asked.append((run, problem))
        return float(problem.value(run.w[-1]))

    runs = [descend("bowl", "sgd", steps=steps) for steps in (3, 4, 3)]
    pairs = [(run, surfaces[name]) for run in runs for name in ("bowl", "valley")]
    for run, problem in [pair for pair in pairs for _ in range(2)]:
        assert once(loss, run, problem) == problem.value(run.w[-1])
    assert len(asked) == len(pairs)
    assert [tuple(map(id, pair)) for pair in asked] == [tuple(map(id, pair)) for pair in pairs]


def test_a_run_that_is_gone_leaves_nothing_behind() -> None:
    gc.collect()
    before = len(_found)
    run = descend("bowl", "sgd", steps=3)
    assert once(verdict, run, surfaces["bowl"]) is once(verdict, run, surfaces["bowl"])
    assert len(_found) == before + 1
    assert np.isfinite(run.loss).all()
    del run
    gc.collect()
    assert len(_found) == before
