"""
MNIST: learning rate and batch size
===================================

Each cell is a training of its own: one epoch over 10 000 images, with its η and its m.
Small batches make more steps of an epoch, so they get further with a small η.
With m = 1 and η = 0.1 the noise is too much, and with m = 100 and η = 0.001 hardly a step is made.
"""

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import mnist, trained
from optiviz.views.page import Page

RATES, BATCHES = (0.1, 0.01, 0.001), (1, 10, 100)
networks = mnist(10_000)
accuracy = np.array(
    [
        [
            trained(networks, f"sgd:lr={lr}", batch_size=m, evaluations=1).history["test_accuracy"]
            for m in BATCHES
        ]
        for lr in RATES
    ]
)[..., -1]
page = Page(**SLIDE)
with page.style():
    page.titles("Test accuracy after one epoch, for each η and m", "SGD on 10 000 images of MNIST")
    ax = page.figure.add_axes((0.15, 0.12, 0.8, 0.7))
    ax.imshow(accuracy, cmap=page.look.ramp.reversed(), vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(accuracy):
        best = value == accuracy.max()
        ax.text(
            column,
            row,
            f"{100 * value:.1f} %",
            ha="center",
            va="center",
            fontsize=30,
            weight="bold" if best else "normal",
            color=page.look.text,
        )
    ax.set_xticks(range(3), [f"m = {m}" for m in BATCHES], fontsize=17)
    ax.set_yticks(range(3), [f"η = {lr:g}" for lr in RATES], fontsize=17)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
export(page.save)
