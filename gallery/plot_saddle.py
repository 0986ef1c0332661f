"""
Escaping a saddle
=================

At a saddle the gradient vanishes, though the way down is open to both sides.
Gradient descent slides to it and hesitates: the push away grows only with the distance from it.
Rules that give each weight its own rate see a small gradient as large, and leave at once.
"""

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.runs import race
from optiviz.views import Picture

problem = surfaces["saddle"]
runs = race(problem, ["sgd", "momentum", "rmsprop", "adam"], steps=100)
title = "Four ways past a saddle"
export(Picture(problem, runs, ["path", "loss"], title=title, **SLIDE))
