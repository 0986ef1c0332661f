"""
MNIST: Adam
===========

Adam's steps have about the length of η, whatever the size of the gradient.
Its usual η = 0.001 is a good one here; a tenth of it is slow, and ten times as much is rough.
Gradient descent needs a rate 200 times as great to keep up with it.
"""

from functools import partial

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import compared, shares
from optiviz.views.charts.comparison import animate_comparison, plot_comparison

done = compared(["sgd:lr=0.2", "adam:lr=0.0001", "adam:lr=0.001", "adam:lr=0.01"], epochs=3)
_, slow, usual, rough = shares(done)
title = f"Adam with η = 0.001: {usual} %; with a tenth {slow} %, with ten times {rough} %"
how = {"title": title, "hero": 2, **SLIDE}
export(partial(plot_comparison, done, **how), partial(animate_comparison, done, **how))
