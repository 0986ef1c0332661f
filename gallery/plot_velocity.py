"""
Velocity builds, then fades
===========================

A gradient of one sign pushes by |ηg| in every step, and the decay drags by (1 − β)|v|.
While the push is greater than the drag, v grows; where they cross, it peaks.
Then it fades, long before the gradient turns: momentum brakes by itself.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.views import Picture

problem = PROBLEMS["regression"]
runs = race(problem, ["momentum:lr=0.004,beta=0.8"], steps=80)
title = "Velocity builds while the push exceeds the drag, then fades"
export(Picture(problem, runs, ["path", "velocity", "build"], title=title, **SLIDE))
