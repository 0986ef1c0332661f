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
plain, *momentum = shares(done)[:3]
own = shares(done)[3:]
title = f"Rates of their own: {min(own)} … {max(own)} %; momentum {max(momentum)} %; SGD {plain} %"
how = {"title": title, "hero": 5, **SLIDE}
export(partial(plot_comparison, done, **how), partial(animate_comparison, done, **how))
