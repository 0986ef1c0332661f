"""
Seven optimisers race on Rosenbrock
===================================

The banana's floor is curved and nearly flat; its walls are a hundred times as steep.
All seven start together, each with a rate that suits this surface.
Those with momentum turn the corner first; plain descent and AdaGrad crawl far behind.
"""

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.runs import race
from optiviz.views import Picture

problem = surfaces["rosenbrock"]
rules = [
    "sgd:lr=0.001",
    "momentum:lr=0.001",
    "nesterov:lr=0.001",
    "adagrad:lr=0.8",
    "rmsprop:lr=0.03",
    "adam:lr=0.35",
    "lion:lr=0.012",
]
runs = race(problem, rules, steps=400, start=(-1.5, 2.0))
title = "Seven optimisers race through the banana"
export(Picture(problem, runs, ["path", "loss"], title=title, **SLIDE))
