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
from optiviz.views import Picture

bowl = surfaces["bowl"]
runs = race(bowl, ["sgd:lr=0.15"], steps=30)
title = "Gradient descent: each step a share of the slope"
export(Picture(bowl, runs, ["path", "loss", "speed"], title=title, **SLIDE))
