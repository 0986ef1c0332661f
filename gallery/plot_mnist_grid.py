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
from optiviz.views.frame import Frame

RATES, BATCHES = (0.1, 0.01, 0.001), (1, 10, 100)
networks = mnist(10_000)
accuracy = np.empty((3, 3))
for (row, column), _ in np.ndenumerate(accuracy):
    rule, m = f"sgd:lr={RATES[row]}", BATCHES[column]
    done = trained(networks, rule, batch_size=m, evaluations=1)
    accuracy[row, column] = done.history["test_accuracy"][-1]
frame = Frame(**SLIDE)
with frame.style():
    frame.title("Test accuracy after one epoch, for each η and m", "SGD on 10 000 images of MNIST")
    ax = frame.figure.add_axes((0.15, 0.12, 0.8, 0.7))
    ax.imshow(accuracy, cmap=frame.look.ramp.reversed(), vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(accuracy):
        weight = "bold" if value == accuracy.max() else "normal"
        place = {"ha": "center", "va": "center", "color": frame.look.text}
        ax.text(column, row, f"{100 * value:.1f} %", size=30, weight=weight, **place)
    ax.set_xticks(range(3), [f"m = {m}" for m in BATCHES], fontsize=17)
    ax.set_yticks(range(3), [f"η = {lr:g}" for lr in RATES], fontsize=17)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
export(frame.save)
