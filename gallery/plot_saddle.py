"""
Escaping a saddle
=================

At a saddle the gradient vanishes, though the way down is open to both sides.
Gradient descent slides along the ridge and hesitates: the push away grows with distance from it.
Adam and RMSProp, with a rate for each weight, see a small gradient as large and leave at once.
"""

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.runs import race
from optiviz.views import Note, Picture

problem = surfaces["saddle"]
runs = race(problem, ["sgd", "momentum", "rmsprop:lr=0.01", "adam"], steps=30)
names = ["SGD", "Momentum", "RMSProp", "Adam"]
title = "Gradient descent waits at the saddle, Adam leaves at once"
notes = [Note(4, "leaves at once", run=3), Note(26, "it waits: no slope")]
look = {"labels": names, "notes": notes, "bounds": ((-2.3, 1.5), (-0.9, 2.4))}
export(Picture(problem, runs, ["path", "loss"], title=title, **look, **SLIDE))
