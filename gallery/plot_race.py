"""
Seven optimisers race on Rosenbrock
===================================

The banana's floor is curved and nearly flat; its walls are a hundred times as steep.
All seven start together, each with a rate that keeps it in the banana; at the right, their ranking.
Nesterov, Adam and momentum are round the corner after 300 steps; plain descent and AdaGrad crawl.
"""

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.runs import race
from optiviz.views import Note, Picture

problem = surfaces["rosenbrock"]
rules = [
    "sgd:lr=0.001",
    "adagrad:lr=0.1",
    "rmsprop:lr=0.01",
    "lion:lr=0.006",
    "momentum:lr=0.0004",
    "adam:lr=0.06",
    "nesterov:lr=0.0008",
]
runs = race(problem, rules, steps=300, start=(-1.2, 1.6))
names = ["SGD", "AdaGrad", "RMSProp", "Lion", "Momentum", "Adam", "Nesterov"]
title = "Nesterov leads through the banana, plain descent crawls"
look = {"labels": names, "bounds": ((-1.7, 1.5), (-0.5, 2.1)), "title": title}
notes = [Note(180, "first round the corner", run=6)]
export(Picture(problem, runs, ["path", "loss"], notes=notes, **look, **SLIDE))
