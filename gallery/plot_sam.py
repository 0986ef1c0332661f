"""
SAM finds the flat well
=======================

Two wells, the sharp one a little deeper: who has found it is thrown out by the least shift.
Momentum falls into the well that comes first, and its curvature λ is the greatest there is.
SAM steps with the slope a distance ρ uphill, which in the sharp well is the slope of its rim.
"""

from optiviz import race, surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.views import Note, Picture
from optiviz.views.numbers import number
from optiviz.views.scene.sharpness import sharpness

surface, rate = surfaces["wells"], "lr=0.03,beta=0.9"
runs = race(surface, [f"sam:{rate},rho=0.5", f"momentum:{rate}"], 200, (-1.8, 0.7))
flat, sharp = (number(float(sharpness(run, surface)[-1]), 2) for run in runs)
title = f"SAM ends in the flat well (λ = {flat}), momentum in the sharp one (λ = {sharp})"
notes = [Note(75, "thrown out"), Note(130, "the sharp well holds", run=1)]
look = {"labels": ["SAM, ρ = 0.5", "momentum"], "notes": notes, "hero": 0}
export(Picture(surface, runs, ["path", "sharpness"], title=title, **look, **SLIDE))
