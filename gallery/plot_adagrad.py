"""
AdaGrad's shrinking steps, and why it stalls
============================================

AdaGrad divides η by the root of the sum of all squared gradients, for each weight by itself.
On mini-batches no gradient is ever 0, so the sum grows and grows: the rate falls as 1/√t.
It stalls on its way, while RMSProp, which takes a mean instead of the sum, goes on.
"""

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valleys
from optiviz.runs import race
from optiviz.views import Picture

problem = valleys(n=60, noise=1.5, condition=4, rotation=25, seed=1)
runs = race(problem, ["adagrad:lr=0.06", "rmsprop:lr=0.03,beta=0.9"], steps=150, batch_size=4)
title = "AdaGrad's rate only falls, and the run stalls"
export(Picture(problem, runs, ["path", "effective", "speed"], title=title, **SLIDE))
