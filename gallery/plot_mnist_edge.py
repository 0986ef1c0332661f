"""
The edge of stability
=====================

A network beside its twin: the valley of its own two sharpest directions, under the same η.
The network sharpens as it trains, until its λ meets 2/η, and there it stays.
From there on the valley that it trains in is one on which plain descent can only just stand.
"""

from threadpoolctl import threadpool_limits

from optiviz import optim
from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import brief, mnist
from optiviz.training.twinning import twins
from optiviz.views import Picture
from optiviz.views.numbers import number
from optiviz.views.twin import NAMES, PANELS

network, _ = mnist()
with threadpool_limits(1):
    rule = optim.SGD(lr=0.1)
    made = twins(network.on(network.x[:500], network.y[:500]), rule, updates=brief(100))
    valley, run, shadow = made.runs(made.settled)
first, top = (number(float(value), 2) for value in (made.sharpness[0], made.sharpness.max()))
title = f"Training sharpens: λ goes from {first} to {top}; 2/η is {number(2 / rule.lr, 2)}"
export(Picture(valley, [run, shadow], PANELS, labels=NAMES, title=title, hero=0, **SLIDE))
