"""
Adam's two branches
===================

β₁ keeps a mean of the gradients, which is momentum: it smooths the path over noisy batches.
β₂ keeps a mean of their squares: it gives each weight a rate of its own, so none overshoots by far.
Each of the other three lacks one or both; in 40 steps Adam's path is a tenth as long as SGD's.
"""

from dataclasses import replace

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valleys
from optiviz.runs import race
from optiviz.views import Note, Picture
from optiviz.views.charts.tiles import Tiles

problem = valleys(n=60, noise=0.9, condition=12, rotation=0, seed=4)
problem = replace(problem, bounds=((-2.5, 1.1), (-1.2, 1.4)))
RULES = {
    "sgd:lr=0.1": "neither: SGD",
    "momentum:lr=0.01,beta=0.9": "β₁, smooth: Momentum",
    "rmsprop:lr=0.05,beta=0.99": "β₂, a rate each: RMSProp",
    "adam:lr=0.06,beta2=0.99": "both: Adam",
}
tiles, long = [], []
for rule, words in RULES.items():
    runs = race(problem, [rule], 40, batch_size=4)
    long.append(np.linalg.norm(np.diff(runs[0].w, axis=0), axis=1).sum())
    notes = [Note(14, "smooth and short")] if "both" in words else []
    tiles.append(Picture(problem, runs, ["path"], labels=[words], notes=notes, **SLIDE))
note = "The same batches of 4 samples for all; violet: this batch's contours"
title = f"With both branches the path is {long[0] / long[-1]:.0f} times shorter"
export(Tiles(title, note, tiles))
