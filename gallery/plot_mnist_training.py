"""
MNIST: loss and accuracy
========================

A network 784-300-100-100-10 learns to read digits by mini-batch descent, η = 0.1 and m = 10.
The loss falls steeply at first and then ever more slowly, and the accuracy mirrors it.
The loss on the training batches goes on falling below that of the test images: they are known.
"""

from functools import partial

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import mnist, trained
from optiviz.views.charts.curves import plot_training
from optiviz.views.numbers import number

done = trained(mnist(), "sgd:lr=0.1", epochs=3, batch_size=10, evaluations=8)
train, test = (number(done.history[f"{name}_loss"][-1], 2) for name in ("train", "test"))
title = f"The loss on known images falls to {train}, on new ones to {test}"
export(partial(plot_training, done, title=title, **SLIDE))
