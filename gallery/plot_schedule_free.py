"""
Schedule-Free stops anywhere
============================

A decaying rate must know its last step: cosine's loss is high until just before the end.
Schedule-Free keeps η and answers with x, the mean of its iterates so far, good at any time.
Here both minimise a noisy river valley, on the same batches, and both might be stopped half-way:
each has the best of four rates for that.
"""

from dataclasses import replace

import numpy as np

from optiviz import descend
from optiviz.gallery.export import SLIDE, export
from optiviz.optim import SGD, ScheduleFreeSGD, schedules
from optiviz.problems import river
from optiviz.views import Note, Picture
from optiviz.views.numbers import number

RATES, STEPS = (0.1, 0.2, 0.3, 0.4), 150
problem = river(n=40, noise=0.8, condition=50)


def answer(rule):
    """A run whose point is what the rule answers with, wherever it is stopped."""
    run = descend(problem, rule, steps=STEPS, batch_size=4, seed=2)
    w = run.slots.get("average", run.w)
    return replace(run, w=w, loss=problem.value(w), slots={})


def stopped(run):
    half = run.loss[STEPS // 2 - 10 : STEPS // 2 + 10]
    return float(np.median(half)) - problem.floor()


free = min((answer(ScheduleFreeSGD(lr=lr)) for lr in RATES), key=stopped)
cosine = min((answer(SGD(lr=schedules.Cosine(lr))) for lr in RATES), key=stopped)
title = f"Half-way Schedule-Free's mean is at a loss of {number(stopped(free), 2)}"
title += f", cosine decay at {number(stopped(cosine), 2)}"
notes = [Note(STEPS // 2, "half-way"), Note(STEPS // 2, "cosine, half-way", run=1)]
look = {"labels": ["Schedule-Free's mean", "SGD, cosine"], "notes": notes, "hero": 0}
export(
    Picture(problem, [free, cosine], ["path", "loss", "lr"], title=title, **look, **SLIDE),
    frames=75,
)
