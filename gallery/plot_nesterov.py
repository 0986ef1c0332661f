"""
Heavy ball against Nesterov
===========================

The heavy ball takes its gradient where it stands; Nesterov's momentum looks one step ahead.
So it sees the wall coming and brakes before it, not after it.
With the same η and β it swings less and has converged at step 35, not at 58.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valley
from optiviz.runs import race
from optiviz.runs.verdict import verdict
from optiviz.views import Note, Picture

problem = valley(condition=20, rotation=20)
rules = ["momentum:lr=0.02,beta=0.9", "nesterov:lr=0.02,beta=0.9"]
runs = race(problem, rules, steps=80)
ball, ahead = (verdict(run, problem).step for run in runs)
title = f"Nesterov looks ahead: it settles at step {ahead}, the heavy ball at {ball}"
notes = [Note("overshoots", "sees the wall, brakes", run=1), Note(6, "swings across")]
look = {"hero": "nesterov", "notes": notes, "bounds": ((-2.5, 1.0), (-1.4, 1.1))}
export(Picture(problem, runs, title=title, **look, **SLIDE))
