"""
Batch noise cancels in the velocity
===================================

The gradient of a batch is the true gradient and noise, here more noise than gradient.
In the velocity ten gradients come together: the true parts add up, the noise partly cancels.
The velocity points in a steady direction while the gradients that feed it do not.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valleys
from optiviz.runs import race
from optiviz.views import Picture

problem = valleys(n=60, noise=1.5, condition=6, rotation=20, seed=1)
runs = race(problem, ["momentum:lr=0.003,beta=0.9"], steps=45, batch_size=2)
title = "The velocity is less noisy than the gradients in it"
export(Picture(problem, runs, ["path", "noise", "loss"], title=title, **SLIDE))
