"""
Adam's two branches
===================

β₁ keeps a mean of the gradients, which is momentum: it smooths the path over noisy batches.
β₂ keeps a mean of their squares: it gives each weight a rate of its own, so the path is straight.
Adam has both branches, and each of the other three rules lacks one or both.
"""

from dataclasses import replace

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valleys
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.charts.tiles import Tiles

problem = valleys(n=60, noise=0.9, condition=12, rotation=0, seed=4)
problem = replace(problem, bounds=((-2.5, 1.1), (-1.2, 1.4)))
RULES = {
    "sgd:lr=0.1": "neither: sgd",
    "momentum:lr=0.01,beta=0.9": "β₁ alone, smooth: momentum",
    "rmsprop:lr=0.05,beta=0.99": "β₂ alone, straight: RMSProp",
    "adam:lr=0.06,beta2=0.99": "both: Adam",
}
tiles = [
    Picture(problem, race(problem, [rule], 60, batch_size=4), ["path"], labels=[words], **SLIDE)
    for rule, words in RULES.items()
]
note = "The same batches of 4 samples for all; violet: this batch's contours"
export(Tiles("Adam = momentum's direction + RMSProp's rates", note, tiles))
