"""
Schedule-Free stops anywhere
============================

A decaying rate must know its last step: cosine's loss is high until just before the end.
Schedule-Free keeps η and answers with x, a running mean of its iterates, which is good at any time.
Here both minimise a noisy river valley, on the same batches, and both might be stopped half-way.
"""

from dataclasses import replace

import numpy as np

from optiviz import race
from optiviz.gallery.export import SLIDE, export
from optiviz.optim import SGD, ScheduleFreeSGD, schedules
from optiviz.problems import river
from optiviz.views import Note, Picture
from optiviz.views.numbers import number

problem = river(n=40, noise=0.8, condition=50)
rules = [ScheduleFreeSGD(lr=0.3), SGD(lr=schedules.Cosine(0.2))]
free, cosine = race(problem, rules, 150, batch_size=4, seed=2)
x = free.slots["average"]
free = replace(free, w=x, loss=problem.value(x), slots={})  # its answer, wherever it is stopped
half = free.steps // 2
here = [
    float(np.median(run.loss[half - 10 : half + 10])) - problem.floor() for run in (free, cosine)
]
title = f"Stopped half-way: a loss of {number(here[0], 2)}, and with a cosine {number(here[1], 2)}"
notes = [Note(half, "stopped here"), Note(half, "not ready", run=1)]
look = {"labels": ["Schedule-Free's x", "SGD, cosine"], "notes": notes, "hero": 0}
export(Picture(problem, [free, cosine], ["path", "loss", "lr"], title=title, **look, **SLIDE))
