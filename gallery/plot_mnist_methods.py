"""
MNIST: the methods compared
===========================

Six rules, each with a usual rate, on the same first weights and the same batches, with three seeds.
Rules with rates of their own lead at first; with momentum gradient descent is close behind.
The bands are the deviation over the seeds: a smaller difference says nothing.
"""

from functools import partial

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import compared, shares
from optiviz.optim.describe import word
from optiviz.views.charts.comparison import animate_comparison, plot_comparison

rules = [
    "sgd:lr=0.1",
    "momentum:lr=0.02",
    "nesterov:lr=0.02",
    "adagrad:lr=0.01",
    "rmsprop:lr=0.001",
    "adam:lr=0.001",
]
done = compared(rules, epochs=2, seeds=3)
ends = shares(done)
best, last = ends.index(max(ends)), ends.index(min(ends))
first, behind = (word(rules[i].split(":")[0]) for i in (best, last))
title = f"After 2 epochs {first} leads with {ends[best]} %, {behind} is last with {ends[last]} %"
how = {"title": title, "hero": best, **SLIDE}
export(partial(plot_comparison, done, **how), partial(animate_comparison, done, **how))
