"""
MNIST: AdaGrad
==============

AdaGrad gives each of the 276 200 weights a rate of its own, which only sinks.
It makes a flying start, since at first every weight takes a step of the full η.
RMSProp's rates do not sink: it is as fast and less calm.  Three epochs are too few to stall.
"""

from functools import partial

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import compared, shares
from optiviz.views.charts.comparison import animate_comparison, plot_comparison

done = compared(["sgd:lr=0.1", "adagrad:lr=0.01", "rmsprop:lr=0.001"], epochs=3)
first = done.contestants[1].histories[0]
sgd, adagrad, _ = shares(done, first["epoch"][1])
title = f"AdaGrad reads {adagrad} % after {first['step'][1]:.0f} updates, gradient descent {sgd} %"
how = {"title": title, "hero": 1, **SLIDE}
export(partial(plot_comparison, done, **how), partial(animate_comparison, done, **how))
