"""
Full batch against mini-batch: the surface shifts
=================================================

The loss of a batch is a surface of its own, with a minimum of its own.
Full-batch descent glides along one fixed surface; mini-batch descent steps on a new one every time.
The shifts cancel on average, so both arrive, at a tenth of the work for each step.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.charts.tiles import Tiles

problem = PROBLEMS["regression"]
full = race(problem, ["sgd:lr=0.05"], steps=60)
mini = race(problem, ["sgd:lr=0.05"], steps=60, batch_size=10)
tiles = [
    Picture(problem, full, ["path"], labels=["all 100 samples a step"], **SLIDE),
    Picture(problem, mini, ["path"], labels=["10 samples a step"], **SLIDE),
]
note = "Linear regression, η = 0.05; violet: the contours of this batch, star: their minimum"
export(Tiles("Mini-batch descent walks on a shifting surface", note, tiles))
