"""
The loss surface of the MNIST network
=====================================

A network has 276 200 weights; this is the plane of their space that holds most of the paths.
All three begin at the same weights and leave for different places, some sooner than others.
A slice is not the path: the true loss of the weights, drawn beside it, lies off the plane.
"""

from threadpoolctl import threadpool_limits

from optiviz import optim
from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import brief, mnist
from optiviz.training.landscape import landscape
from optiviz.views import Picture
from optiviz.views.numbers import number

network, _ = mnist()
shown = network.on(network.x[:2000], network.y[:2000])
rules = [optim.SGD(lr=0.1), optim.Momentum(lr=0.05), optim.Adam(lr=0.001)]
with threadpool_limits(1):
    updates = brief(400)
    plane, runs = landscape(network, shown, rules, updates=updates, points=min(60, updates))
    own, below = (number(loss[-1], 2) for loss in (runs[0].slots["true_loss"], runs[0].loss))
    title = f"SGD's loss is {own}; the slice below it shows {below}"
    export(Picture(plane, runs, ["path", "truth"], title=title, hero=0, **SLIDE))
