"""Maps on one core: seconds of the computation alone, and the most memory that one takes.

100 x 100 pairs of (η, β), 500 steps of momentum on the valley; 200 x 200 starts, 300 steps of
adam on Himmelblau's function. The rival is the same map in stacked NumPy, the rule and the surface
written out for it (`rivals/stacked.py`); both must find the same.
"""

from __future__ import annotations

import os
import sys

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import resource
from collections.abc import Callable

import numpy as np
from rivals import stacked
from timing import in_turn

from optiviz import optim, surfaces
from optiviz.maps import basin_map, rate_map
from optiviz.problems.planes.formulas import himmelblau as formula

valley, himmelblau = surfaces["valley"], surfaces["himmelblau"]
RULE, ADAM = optim.Momentum(beta=0.5), optim.Adam(lr=0.1)
# The valley's curvature, for a rival that multiplies by it as it stands.
A, B, D = (
    float(valley.value_and_grad(np.array(w))[1][i])
    for w, i in (((1.0, 0.0), 0), ((0.0, 1.0), 0), ((0.0, 1.0), 1))
)


def quadratic(x: np.ndarray, y: np.ndarray) -> tuple:
    gx, gy = A * x + B * y, B * x + D * y
    return 0.5 * (x * gx + y * gy), gx, gy


def our_rates() -> np.ndarray:
    return rate_map(valley, RULE).steps_to_converge


def their_rates() -> np.ndarray:
    found = rate_map_axes()
    return stacked.rates(quadratic, valley.start, *found, 500)


def rate_map_axes() -> tuple[np.ndarray, np.ndarray]:
    across, up = np.meshgrid(AXES.x.values, AXES.y.values)
    return across.ravel(), up.ravel()


def our_basins() -> np.ndarray:
    return basin_map(himmelblau, ADAM).index


def their_basins() -> np.ndarray:
    x, y = (grid.ravel() for grid in np.meshgrid(STARTS.x, STARTS.y))
    return stacked.basins(formula, x, y, np.array(himmelblau.minima), 0.1, 300)


def show(name: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    mine, other, ratio = in_turn(ours, theirs, ROUNDS)
    print(f"{name}  {mine:6.3f} s   stacked NumPy {other:6.3f} s   ratio {ratio:5.2f}")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in kB


ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5

if __name__ == "__main__":
    before = peak()
    AXES = rate_map(valley, RULE)
    print(f"memory of the 100 x 100 rate map    {peak() - before:6.1f} MB above {before:.0f} MB")
    STARTS = basin_map(himmelblau, ADAM)
    print(f"memory with the 200 x 200 basin map {peak() - before:6.1f} MB")
    reached = np.isfinite(AXES.steps_to_converge.ravel())
    same = (their_rates() + 1)[reached] == AXES.steps_to_converge.ravel()[reached]
    alike = their_basins() == STARTS.index.ravel()
    print(f"found alike: {same.mean():.2%} of the settings, {alike.mean():.2%} of the starts")
    show("100 x 100 rate map ", our_rates, their_rates)
    show("200 x 200 basin map", our_basins, their_basins)
