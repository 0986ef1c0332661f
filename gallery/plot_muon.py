"""
Muon rounds the ellipse
=======================

A matrix makes an ellipse of the unit circle: u, the slope with its momentum, makes a thin one.
Muon divides u by its norm, and rounds it in five rounds of Newton-Schulz, the thin lines:
X becomes aX + (bXXᵀ + c(XXᵀ)²)X. Along the valley, where the slope is barely heard, W moves as far
as across it, where the slope is loud: at first both singular values of W fall at one pace.
"""

import numpy as np

from optiviz import descend, optim
from optiviz.gallery.export import SLIDE, export
from optiviz.problems.matrix import MatrixValley
from optiviz.runs.rounding import rounding
from optiviz.runs.rows import rows
from optiviz.views import Note, Picture
from optiviz.views.numbers import number

problem = MatrixValley(condition=20, rotation=35)
rule = optim.Muon(lr=optim.schedules.Linear(0.155), beta=0.8)
runs = rows(problem, descend(problem, rule, steps=60))
long, short = np.linalg.svd(rounding(runs)[-1], compute_uv=False).T
before, *_, after = (number(ratio, 2) for ratio in long / short)
title = f"Muon rounds an ellipse of {before} : 1 to one of {after} : 1"
notes = [Note(5, "as fast along as across")]
look = {"labels": ["W's row 1", "W's row 2"], "notes": notes, "bounds": ((-1.7, 1.7), (-0.6, 2.2))}
panels = ["path", "rounding", "singular"]
export(Picture(problem.plane, runs, panels, title=title, **look, **SLIDE))
