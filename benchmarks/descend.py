"""A recorded descent against what anybody would write, and stacked trajectories on one core.

All sides take 200 steps of momentum on Rosenbrock from the same start, in float64 and on one
thread, and keep the path, the loss, the gradient and the velocity. The rivals are in
`rivals/paths.py`: a loop over Python's own numbers, PyTorch with the gradient written by hand, and
PyTorch with autograd. Only `descend` takes any rule on any surface by its name.
"""

from __future__ import annotations

import os
import sys

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from rivals.paths import BETA, LR, RIVALS
from timing import in_turn, median, seconds

from optiviz import descend, optim, steps, surfaces

STEPS, STACK = 200, 40_000
problem, rule = surfaces["rosenbrock"], optim.Momentum(lr=LR, beta=BETA, form="inside")


def stacked() -> None:
    start = np.random.default_rng(0).uniform(-1, 1, (STACK, 2))
    for _ in steps(problem, rule, start, STEPS):
        pass


def against(name: str, rounds: int) -> None:
    """One rival, in turn with ours; the same path first."""
    theirs = RIVALS[name]
    run = descend(problem, rule, steps=STEPS)
    np.testing.assert_allclose(run.w, theirs(problem.start, STEPS), rtol=1e-8)
    ours, other, ratio = in_turn(
        lambda: descend(problem, rule, steps=STEPS),
        lambda: theirs(problem.start, STEPS),
        rounds,
        10,
    )
    print(f"{name:32}{other * 1e3:8.2f} ms   optiviz {ours * 1e3:6.2f} ms   ratio {ratio:6.2f}")


def main(rounds: int = 15) -> None:
    try:
        import torch  # noqa: PLC0415, an extra
    except ImportError:
        print("torch is not installed: plain Python alone")
        names = [name for name in RIVALS if not name.startswith("torch")]
    else:
        torch.set_num_threads(1)
        names = list(RIVALS)
        print(f"PyTorch {torch.__version__}")
    for name in names:
        against(name, rounds)
    rate = STACK * STEPS / median(seconds(stacked) for _ in range(max(rounds // 6, 3)))
    print(f"stack of {STACK}   {rate / 1e6:8.0f} million steps a second on one core")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
