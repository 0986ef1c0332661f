"""
MNIST: the gradient checked by three differences
================================================

Is backpropagation right?  Change each weight by ε and see what the loss does.
Forward and backward differences are off by a share of ε, central ones only by a share of ε².
So central differences agree with backpropagation best, for all 276 200 weights on two images.
"""

from functools import partial

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import mnist
from optiviz.training import check_gradient
from optiviz.views.charts.gradients import plot_gradients

network, _ = mnist()
check = check_gradient(network, network.start(seed=0), samples=range(2), eps=1e-5)
closer = check.mean["forward"] / check.mean["central"]
title = f"Central differences are {closer:.0f} times closer to backpropagation"
export(partial(plot_gradients, check, [], title=title, **SLIDE))
