"""
Batch noise cancels in the velocity
===================================

The gradient of a batch is the true gradient and noise, and soon there is more of it than gradient.
In the velocity ten gradients come together: the true parts add up, the noise partly cancels.
At the median step its noise, as a share of its length, is a fifth of the gradient's.
"""

import numpy as np
from matplotlib.figure import Figure

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valleys
from optiviz.runs import race
from optiviz.views import Note, Picture

problem = valleys(n=60, noise=1.5, condition=6, rotation=20, seed=1)
runs = race(problem, ["momentum:lr=0.003,beta=0.9"], steps=45, batch_size=2)
notes = [Note(12, "keeps its direction")]
look = {"notes": notes, "bounds": ((-2.6, 1.7), (-1.5, 2.3))}
curves = Picture(problem, runs).on(Figure().subplots(), "noise").lines
share = np.median(curves[1][-1] / curves[0][-1])
title = f"The velocity carries {100 * share:.0f} % of its gradients' noise"
export(Picture(problem, runs, ["path", "noise"], title=title, **look, **SLIDE))
