"""
The batch size, from 1 to N
===========================

A batch of m samples has a gradient whose noise falls as 1/√m.
One sample a step staggers, ten find the way, and all of them walk a smooth line.
All three take as many steps, so the last costs a hundred times as much as the first.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.views import Note, Picture
from optiviz.views.charts.tiles import Tiles

problem = PROBLEMS["regression"]
room = ((-0.9, 1.9), (-1.2, 2.0))
tiles = []
for m, words in ((1, "thrown off by one sample"), (10, ""), (100, "")):
    runs = race(problem, ["sgd:lr=0.04"], steps=60, batch_size=None if m == 100 else m)
    notes = [Note(3, words)] if words else []
    tiles.append(
        Picture(problem, runs, ["path"], labels=[f"m = {m}"], notes=notes, bounds=room, **SLIDE)
    )
note = "Linear regression on 100 samples, η = 0.04, 60 steps each"
export(Tiles("One sample staggers, ten find the way, a hundred glide", note, tiles, columns=3))
