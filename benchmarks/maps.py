"""Maps on one core: seconds of the computation alone, and the most memory that one takes.

100 x 100 pairs of (η, β), 500 steps of momentum on the valley; 200 x 200 starts, 300 steps of
adam on Himmelblau's function. The rival makes the same trajectories one by one,
recorded; its time is that of a hundred, multiplied.
"""

from __future__ import annotations

import os
import sys

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import resource
from collections.abc import Callable

import numpy as np
from timing import in_turn

from optiviz import descend, optim, surfaces
from optiviz.maps import basin_map, rate_map

FEW = 100
valley, himmelblau = surfaces["valley"], surfaces["himmelblau"]


def rates_one_by_one() -> None:
    for lr in np.geomspace(0.001, 0.2, FEW):
        descend(valley, optim.Momentum(lr=lr, beta=0.5), steps=500)


def starts_one_by_one() -> None:
    for start in np.random.default_rng(0).uniform(-5, 5, (FEW, 2)):
        descend(himmelblau, optim.Adam(lr=0.1), start, steps=300)


def show(name: str, ours: Callable[[], object], theirs: Callable[[], object], count: int) -> None:
    mine, other, ratio = in_turn(ours, theirs, ROUNDS)
    alone, ratio = other * count / FEW, ratio * count / FEW
    print(f"{name}  {mine:6.2f} s   one by one {alone:5.0f} s (from {FEW})   ratio {ratio:5.0f}")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in kB


ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5

if __name__ == "__main__":
    before = peak()
    rate_map(valley, "momentum")
    print(f"memory of the 100 x 100 rate map    {peak() - before:6.1f} MB above {before:.0f} MB")
    basin_map(himmelblau, "adam")
    print(f"memory with the 200 x 200 basin map {peak() - before:6.1f} MB")
    show("100 x 100 rate map ", lambda: rate_map(valley, "momentum"), rates_one_by_one, 100**2)
    show("200 x 200 basin map", lambda: basin_map(himmelblau, "adam"), starts_one_by_one, 200**2)
