"""
MNIST: a learning rate that decays
==================================

In batches of 10 a large constant η learns fast and then rattles about.
With linear decay to a hundredth, η_k = η₀(1 − α) + α·η_N, the same start comes to rest.
A small constant η is calm all along, and slower.
"""

from functools import partial

from optiviz import optim, schedules
from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import compared, shares
from optiviz.views.charts.comparison import animate_comparison, plot_comparison

rates = (0.2, schedules.Linear(0.2, end=0.002), 0.02)
done = compared([optim.SGD(lr=lr) for lr in rates], epochs=3, batch_size=10)
large, decaying, small = shares(done)
title = f"A decaying η ends at {decaying} %, constant ones at {large} % and {small} %"
how = {"title": title, "hero": 1, **SLIDE}
export(partial(plot_comparison, done, **how), partial(animate_comparison, done, **how))
