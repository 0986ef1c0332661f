"""
Seven optimisers race on Rosenbrock
===================================

The banana's floor is curved and nearly flat; its walls are a hundred times as steep.
All seven start together, each with a rate that keeps it in the banana; at the right, their places.
Adam and Nesterov are at the goal while plain descent and AdaGrad have not seen the corner.
"""

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.runs import finish, race, ranking
from optiviz.views import Note, Picture

problem = surfaces["rosenbrock"]
rules = [
    "sgd:lr=0.001",
    "adagrad:lr=0.1",
    "rmsprop:lr=0.01",
    "lion:lr=0.003",
    "momentum:lr=0.0006",
    "adam:lr=0.06",
    "nesterov:lr=0.0009",
]
runs = race(problem, rules, steps=800, start=(-1.2, 1.6))
names = ["SGD", "AdaGrad", "RMSProp", "Lion", "Momentum", "Adam", "Nesterov"]
first, *_, last = ranking(runs, problem, 800)
there = finish(runs[first], problem)
title = f"{names[first]} is there at step {there}, {names[last]} crawls"
look = {"labels": names, "bounds": ((-1.7, 1.5), (-0.5, 2.1)), "title": title}
notes = [Note(150, "first round the corner", run=6)]
export(Picture(problem, runs, ["path", "loss"], notes=notes, **look, **SLIDE))
