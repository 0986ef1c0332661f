"""
A river valley: travel at a high rate, then cool down
=====================================================

Banks are steep and noisy, the bed falls gently: the loss tells how high on the banks a run is.
A large η is thrown from bank to bank, yet comes far downstream; a small one stays near the bed.
Warm-up, stable, decay does both: it travels at high loss, and the cool-down drops it onto the bed.
"""

from optiviz import race
from optiviz.gallery.export import SLIDE, export
from optiviz.optim import SGD, schedules
from optiviz.problems import river
from optiviz.views import Note, Picture
from optiviz.views.numbers import number

problem = river(n=40, noise=0.8, condition=50)
rules = [SGD(lr=schedules.WSD(0.2, cooldown=0.3)), SGD(lr=0.2), SGD(lr=0.02)]
runs = race(problem, rules, 150, batch_size=4, seed=2)
cooled, high, small = (float(run.loss[-30:].mean()) - problem.floor() for run in runs)
end = float(runs[0].loss[-1]) - problem.floor()
title = f"Cooled down, the loss falls from {number(high, 2)} to {number(end, 2)}"
title += f"; a small η all the way ends at {number(small, 2)}"
names = ["η = 0.2, then cooled", "η = 0.2", "η = 0.02"]
notes = [Note(60, "high on the banks", run=1), Note(145, "cooled: onto the bed")]
look = {"labels": names, "notes": notes, "hero": 0}
export(Picture(problem, runs, ["path", "loss", "lr"], title=title, **look, **SLIDE), frames=75)
