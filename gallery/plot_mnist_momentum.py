"""
MNIST: momentum
===============

With η = 0.01 gradient descent is slow, for it takes its many steps one by one.
Momentum adds them up: β = 0.9 is worth ten steps, β = 0.5 only two.
All three begin with the same weights and see the same batches.
"""

from functools import partial

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import compared
from optiviz.views.charts.comparison import animate_comparison, plot_comparison

rules = ["sgd:lr=0.01", "momentum:lr=0.01,beta=0.5", "momentum:lr=0.01,beta=0.9"]
done = compared(rules, epochs=3)
plain, _, fast = done.contestants
there = fast.epochs_to(plain.last("test_accuracy")[0])[0]
title = f"In {there:.1f} epochs momentum is where gradient descent is after 3"
how = {"title": title, "hero": 2, **SLIDE}
export(partial(plot_comparison, done, **how), partial(animate_comparison, done, **how))
