"""
Velocity builds, then fades
===========================

A gradient of one sign pushes by |ηg| in every step, and the decay drags by (1 − β)|v|.
While the push is greater than the drag, v grows; where they cross, it peaks.
Then it fades while the way still leads down: momentum brakes by itself.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.views import Note, Picture

problem = PROBLEMS["regression"]
runs = race(problem, ["momentum:lr=0.004,beta=0.8"], steps=70)
notes = [Note("peaks", "push = drag: fastest"), Note(20, "downhill, yet slower")]
title, room = (
    "Velocity builds until the drag has caught up with the push",
    ((-0.9, 1.6), (-0.45, 1.6)),
)
look = {"notes": notes, "bounds": room}
export(Picture(problem, runs, ["path", "speed", "build"], title=title, **look, **SLIDE))
