"""
Full batch against mini-batch: the surface shifts
=================================================

The loss of a batch is a surface of its own, with a minimum of its own.
Full-batch descent glides along one fixed surface; mini-batch descent steps on a new one every time.
The shifts cancel on average: at a tenth of the work the mini-batch gets as near, and then hovers.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.views import Note, Picture
from optiviz.views.charts.tiles import Tiles

problem = PROBLEMS["regression"]
full = race(problem, ["sgd:lr=0.05"], steps=60)
mini = race(problem, ["sgd:lr=0.05"], steps=60, batch_size=10)
notes = [Note(35, "never at rest: the batches disagree")]
tiles = [
    Picture(problem, full, ["path"], labels=["all 100 samples a step"], **SLIDE),
    Picture(problem, mini, ["path"], labels=["10 samples a step"], notes=notes, **SLIDE),
]
note = "Linear regression, η = 0.05; violet: the contours of this batch, star: their minimum"
export(Tiles("Ten samples find the way of a hundred, but never rest", note, tiles))
