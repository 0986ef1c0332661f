"""A 41 x 41 grid of the MNIST network's loss over 2 000 images, on a plane of its weights.

The rival sets the network's weights at every point of the plane and asks it for its loss; its time
is that of 40 points, multiplied. Both use all cores.

    python benchmarks/landscape.py [rounds]
"""

from __future__ import annotations

import sys

import numpy as np
from timing import in_turn

from optiviz.problems import MLP, load
from optiviz.problems.network.slice import SIDE, Slice, filtered

FEW = 40
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3

data = load("mnist")
network = MLP(data.x_train[:2000], data.y_train[:2000], compiled=False)
plane = Slice(network, filtered(network, network.start(0)), ((-1, 1), (-1, 1)))
ticks = np.linspace(-1, 1, SIDE)


def grid() -> None:
    plane._evaluated(tuple(ticks), tuple(ticks))  # not the grid that is kept


def one_by_one() -> None:
    for a in ticks[:FEW]:
        network.value(plane.weights(np.array([a, 0.0])))


if __name__ == "__main__":
    mine, other, _ = in_turn(grid, one_by_one, ROUNDS)
    alone = other * SIDE**2 / FEW
    print(f"{SIDE} x {SIDE} grid: {mine:.1f} s; point by point {alone:.1f} s ({alone / mine:.1f}x)")
