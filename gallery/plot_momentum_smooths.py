"""
Momentum smooths mini-batch contours
====================================

Both walk on the same shifting surfaces, four samples at a time.
Gradient descent believes every batch; momentum averages the last ten of them.
What the batches agree on adds up, and what they disagree on cancels.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valleys
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.charts.tiles import Tiles

problem = valleys(n=60, noise=0.9, condition=8, rotation=25, seed=3)
tiles = []
for rule, words in (("sgd:lr=0.1", "sgd"), ("momentum:lr=0.01,beta=0.9", "momentum, β = 0.9")):
    runs = race(problem, [rule], steps=60, batch_size=4)
    tiles.append(Picture(problem, runs, ["path"], labels=[words], **SLIDE))
note = "The same batches of 4 samples; η/(1 − β) = 0.1 for both; violet: this batch's contours"
export(Tiles("Momentum smooths the path over shifting contours", note, tiles))
