"""
Small batches get further in an epoch, for η/m decides
======================================================

Each cell is a training of its own: one epoch over 10 000 images, with its η and its m.
Small batches make more steps of an epoch, so they get as far with a smaller η: diagonals agree.
With m = 1 and η = 0.1 the noise is too much, and with m = 100 and η = 0.001 hardly a step is made.
"""

from functools import partial
from itertools import product

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.mnist import mnist, trained
from optiviz.views.charts.sweep import plot_heat, span

networks = mnist(10_000)
rows = []
for lr, m in product((0.1, 0.01, 0.001), (1, 10, 100)):
    last = trained(networks, f"sgd:lr={lr}", batch_size=m, evaluations=1).history
    settings = {"batch_size": m, "lr": lr}
    accuracy = last["test_accuracy"][-1] if len(last["step"]) else None
    rows.append({"settings": settings, "test_accuracy": accuracy, "diverged": accuracy is None})
alike = [row["test_accuracy"] or 0.0 for row in rows[2:7:2]]  # the diagonal
low, high = (f"{100 * end(alike):.1f}" for end in (min, max))
title = f"η/m decides: one epoch gets to {low} … {high} % wherever it is 0.001"
range_ = span([row["test_accuracy"] for row in rows])
export(partial(plot_heat, rows, title=title, span=range_, **SLIDE))
