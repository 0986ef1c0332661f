"""
Faster descent on one-sided slopes
==================================

As long as the gradient keeps its sign, every step adds to the velocity: v ← βv − ηg.
On the long, gentle floor of a valley the steps grow up to 1/(1 − β) times.
Momentum has arrived before gradient descent, with the same η, is half way.
"""

from dataclasses import replace

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valley
from optiviz.runs import race
from optiviz.views import Picture

problem = replace(valley(condition=30, rotation=12), start=(-2.35, -0.42))
runs = race(problem, ["sgd:lr=0.01", "momentum:lr=0.01,beta=0.9"], steps=60)
title = "On a one-sided slope momentum builds up speed"
export(Picture(problem, runs, ["path", "speed", "loss"], title=title, **SLIDE))
