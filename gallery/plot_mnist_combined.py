"""
MNIST: momentum and decay combined
==================================

With η = 0.05 in batches of 20 momentum alone is rough: its steps come to ten times η.
Decay alone is calm, and ends no higher than plain descent.
Together they do best, for momentum carries them at first and decay lets them settle at last.
"""

from functools import partial

from optiviz import optim, schedules
from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import compared, shares
from optiviz.views.charts.comparison import animate_comparison, plot_comparison

decay = schedules.Linear(0.05, end=0.0005)
rules = [optim.SGD(0.05), optim.SGD(decay), optim.Momentum(0.05), optim.Momentum(decay)]
done = compared(rules, epochs=3, batch_size=20)
_, decayed, momentum, both = shares(done)
title = f"Momentum alone ends at {momentum} %, decay alone at {decayed} %, both at {both} %"
how = {"title": title, "hero": 3, **SLIDE}
export(partial(plot_comparison, done, **how), partial(animate_comparison, done, **how))
