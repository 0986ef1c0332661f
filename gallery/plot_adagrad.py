"""
AdaGrad's shrinking steps, and why it slows down
================================================

AdaGrad divides η by the root of the sum of all squared gradients, for each weight by itself.
On mini-batches no gradient is ever 0, so the sum grows and grows: the rate falls as 1/√t.
It slows down on its way, while RMSProp, which takes a mean instead of the sum, arrives.
"""

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valleys
from optiviz.runs import race
from optiviz.views import Note, Picture

problem = valleys(n=60, noise=1.5, condition=4, rotation=25, seed=1)
runs = race(problem, ["rmsprop:lr=0.03,beta=0.9", "adagrad:lr=0.06"], steps=150, batch_size=4)
goal, path = np.array(problem.minima[0]), runs[1].w
way = 1 - np.linalg.norm(path[-1] - goal) / np.linalg.norm(path[0] - goal)
title = f"AdaGrad's rate only falls: 150 steps, and {100 * way:.0f} % of the way"
notes = [Note(75, "ever shorter steps", run=1)]
look = {"hero": "adagrad", "notes": notes, "bounds": ((-2.4, 1.3), (-1.2, 1.7))}
export(Picture(problem, runs, ["path", "effective"], title=title, **look, **SLIDE), frames=100)
