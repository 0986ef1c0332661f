"""
Gradient descent on a bowl
==========================

Every step goes against the gradient: w ← w − η·∂L/∂w.
On a round bowl the gradient points straight away from the minimum, so the path is a straight line.
The steps shrink by themselves, because the gradient shrinks towards the floor.
"""

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.runs import race
from optiviz.views import Note, Picture

bowl = surfaces["bowl"]
runs = race(bowl, ["sgd:lr=0.15"], steps=30)
notes = [Note(2, "steep: long steps"), Note(11, "flat: short steps")]
title = "Straight down, in steps that shrink by themselves"
export(Picture(bowl, runs, ["path", "speed", "loss"], title=title, notes=notes, **SLIDE))
