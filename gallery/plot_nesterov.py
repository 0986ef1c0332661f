"""
Heavy ball against Nesterov
===========================

The heavy ball takes its gradient where it stands; Nesterov's momentum looks one step ahead.
So it sees the wall coming and brakes before it, not after it.
With the same η and β it swings less and is at the floor sooner.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valley
from optiviz.runs import race
from optiviz.views import Picture

problem = valley(condition=20, rotation=20)
rules = ["momentum:lr=0.02,beta=0.9", "nesterov:lr=0.02,beta=0.9"]
title = "Nesterov looks ahead, and brakes in time"
export(Picture(problem, race(problem, rules, steps=80), title=title, **SLIDE))
