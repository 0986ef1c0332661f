"""
Momentum smooths mini-batch contours
====================================

Both walk on the same shifting surfaces, four samples at a time.
Gradient descent believes every batch; momentum averages the last ten of them.
What they agree on adds up, the rest partly cancels: on average it turns a fifth as much.
"""

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valleys
from optiviz.runs import race
from optiviz.views import Note, Picture
from optiviz.views.charts.tiles import Tiles

problem = valleys(n=60, noise=0.9, condition=8, rotation=25, seed=3)
tiles, turned = [], []
for rule, words, step, told in (
    ("sgd:lr=0.1", "SGD", 2, "believes every batch"),
    ("momentum:lr=0.01,beta=0.9", "Momentum, β = 0.9", 12, "wide, but smooth"),
):
    runs = race(problem, [rule], steps=60, batch_size=4)
    x, y = np.diff(runs[0].w, axis=0).T
    turned.append(np.abs(np.angle(np.exp(1j * np.diff(np.arctan2(y, x))))).sum())
    notes = [Note(step, told)]
    tiles.append(Picture(problem, runs, ["path"], labels=[words], notes=notes, **SLIDE))
note = "The same batches of 4 samples; η/(1 − β) = 0.1 for both; violet: this batch's contours"
title = f"On the same batches, momentum turns {100 * turned[1] / turned[0]:.0f} % as much"
export(Tiles(title, note, tiles))
