"""At which η does a network's loss first rise, and at which should it, by its valley?

    python benchmarks/twin.py [--images 2000] [--updates 50] [--seeds 3]

For SGD and momentum: the limit that the largest curvature gives, measured at the start and at its
greatest on the way of the largest η whose loss never rose, beside that η itself, by bisection.
"""

from __future__ import annotations

import argparse

import numpy as np
from threadpoolctl import threadpool_limits

from optiviz import optim
from optiviz.maps.theory import limit
from optiviz.optim import Optimizer, name_of
from optiviz.problems import MLP, load
from optiviz.runs.loop import steps
from optiviz.training.curvature import curvature
from optiviz.training.twinning import twins

RULES = (optim.SGD, optim.Momentum)
LOW, HIGH, EXACT = 1e-3, 10.0, 0.05  # of η: how near the answer comes


def rises(network: MLP, rule: Optimizer, updates: int, seed: int) -> bool:
    """Whether the loss is ever higher after a full-batch update than before."""
    before = np.inf
    with np.errstate(all="ignore"):
        for point in steps(network, rule, network.start(seed), updates, None, seed):
            if not point.loss <= before:
                return True
            before = point.loss
    return False


def threshold(network: MLP, rule: type[Optimizer], updates: int, seed: int) -> float:
    """The largest η, to five in a hundred, below which a loss was not seen to rise."""
    low, high = LOW, HIGH
    while high / low > 1 + EXACT:
        middle = (low * high) ** 0.5
        if rises(network, rule(middle), updates, seed):
            high = middle
        else:
            low = middle
    return low


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--updates", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    data = load("mnist")
    network = MLP(data.x_train[: asked.images], data.y_train[: asked.images])
    heads = ("rule", "seed", "λ at first", "limit", "λ at most", "limit", "rises from")
    print("".join(f"{head:>12}" for head in heads))
    with threadpool_limits(1):
        for rule in RULES:
            name = name_of(rule(0.1))
            for seed in range(asked.seeds):
                first = curvature(network, network.start(seed)).sharpness
                found = threshold(network, rule, asked.updates, seed)
                most = twins(network, rule(found), updates=asked.updates, seed=seed).sharpness.max()
                settings = rule(found).settings()
                stands = [limit(name, settings, sharp) or np.nan for sharp in (first, most)]
                cells = (first, stands[0], most, stands[1], found)
                print(f"{name:>12}{seed:>12}" + "".join(f"{x:>12.3g}" for x in cells), flush=True)


if __name__ == "__main__":
    main()
