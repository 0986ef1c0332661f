"""
The batch size, from 1 to N
===========================

A batch of m samples has a gradient whose noise falls as 1/√m.
One sample a step staggers, eight find the way, and all of them walk a smooth line.
All four take as many steps, so the last costs a hundred times as much as the first.
"""

from dataclasses import replace

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.charts.tiles import Tiles

problem = replace(PROBLEMS["regression"], bounds=((-0.9, 1.8), (-0.5, 1.3)))
tiles = []
for m in (1, 8, 32, 100):
    runs = race(problem, ["sgd:lr=0.04"], steps=100, batch_size=None if m == 100 else m)
    words = f"m = {m}" + " = N" * (m == 100)
    tiles.append(Picture(problem, runs, ["path"], labels=[words], **SLIDE))
note = "Linear regression on 100 samples, η = 0.04, 100 steps each"
export(Tiles("Larger batches, straighter paths", note, tiles))
