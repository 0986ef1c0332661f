"""
The catapult: too large a rate finds a flatter place
====================================================

L = ½u²v² is the smallest network: a hidden unit that should say 0. At u = 0 its curvature λ is v².
With η beyond 2/λ the loss grows, a hundredfold, and that throws v down to where λ < 2/η.
Beyond 4/λ nothing stands (Lewkowycz et al. 2020): large is not too large until then.
"""

import numpy as np

from optiviz import race, surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.views import Note, Picture
from optiviz.views.numbers import number
from optiviz.views.scene.sharpness import sharpness

surface, start = surfaces["catapult"], (0.05, 2.0)
runs = race(surface, ["sgd:lr=0.7", "sgd:lr=0.3"], 20, start)
thrown = runs[0]
first, last = (number(float(value), 2) for value in sharpness(thrown, surface)[[0, -1]])
grown = thrown.loss.max() / thrown.loss[0]
title = f"The loss grows {grown:.0f}-fold; curvature λ falls from {first} to {last}"
notes = [
    Note(int(np.argmax(thrown.loss)), "η > 2/λ: the loss grows"),
    Note(9, "flat enough"),
]
export(
    Picture(surface, runs, ["path", "loss", "sharpness"], title=title, hero=0, notes=notes, **SLIDE)
)
