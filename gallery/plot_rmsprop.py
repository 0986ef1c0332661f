"""
RMSProp forgets
===============

RMSProp divides η by a running mean of squared gradients, which remembers 1/(1 − β) steps.
Both begin on a wall whose gradient is huge, and fall to a floor that is nearly flat.
AdaGrad never forgets the wall; RMSProp has, and its rates grow beyond those that it began with.
"""

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.runs import race
from optiviz.views import Note, Picture

problem = surfaces["beale"]
runs = race(problem, ["adagrad:lr=0.1", "rmsprop:lr=0.02,beta=0.9"], steps=170)
title = "RMSProp forgets the wall, and its rate recovers"
notes = [Note(4, "wall: both rates shrink", run=1), Note(110, "flat: the rate is back", run=1)]
look = {"hero": "rmsprop", "notes": notes, "bounds": ((-0.3, 3.8), (-1.0, 2.0))}
export(Picture(problem, runs, ["path", "effective"], title=title, **look, **SLIDE))
