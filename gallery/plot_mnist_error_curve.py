"""
MNIST: the error of a difference against ε
==========================================

A large ε misses the curvature, and from 10⁻³ on it trips over the kinks of ReLU.
A small ε drowns in round-off, which grows as 1/ε.
In between lies the best ε: near 10⁻⁶, and near 10⁻⁴ for central differences, whose error is ∝ ε².
"""

from functools import partial

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import mnist
from optiviz.training import error_curve
from optiviz.views.charts.gradients import plot_error_curve
from optiviz.views.numbers import power

network, _ = mnist()
curve = error_curve(network, network.start(seed=0))
best = {n: power(min(curve, key=lambda one: one.mean[n]).eps) for n in ("forward", "central")}
title = f"The best ε: {best['forward']}, and {best['central']} for central differences"
export(partial(plot_error_curve, curve, title=title, **SLIDE))
