"""A recorded descent against a torch.optim loop, and stacked trajectories a second on one core.

Both sides take 200 steps of momentum on Rosenbrock from the same start, in float64 and on one
thread, and keep the path, the loss, the gradient and the velocity.
"""

from __future__ import annotations

import os
import sys

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from timing import in_turn, median, seconds

from optiviz import descend, optim, steps, surfaces

STEPS, STACK = 200, 40_000
problem, rule = surfaces["rosenbrock"], optim.Momentum(lr=0.0008, beta=0.9, form="inside")


def theirs() -> np.ndarray:
    import torch  # noqa: PLC0415, an extra

    torch.set_num_threads(1)
    w = torch.tensor(problem.start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.0008, momentum=0.9)
    path, losses, gradients, velocities = [w.detach().clone()], [], [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        x, y = w
        loss = (1 - x) ** 2 + 100 * (y - x * x) ** 2
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        gradients.append(w.grad.clone())
        velocities.append(optimizer.state[w]["momentum_buffer"].clone())
        path.append(w.detach().clone())
    return torch.stack(path).numpy()


def stacked() -> None:
    start = np.random.default_rng(0).uniform(-1, 1, (STACK, 2))
    for _ in steps(problem, rule, start, STEPS):
        pass


def main(rounds: int = 15) -> None:
    run = descend(problem, rule, steps=STEPS)
    try:
        np.testing.assert_allclose(run.w, theirs(), rtol=1e-9)
    except ImportError:
        print("torch is not installed: no comparison")
    else:
        ours, other, ratio = in_turn(
            lambda: descend(problem, rule, steps=STEPS), theirs, rounds, 10
        )
        print(f"optiviz.descend  {ours * 1e3:8.2f} ms for {STEPS} steps")
        print(f"torch.optim      {other * 1e3:8.2f} ms")
        print(f"ratio            {ratio:8.1f}")
    rate = STACK * STEPS / median(seconds(stacked) for _ in range(max(rounds // 6, 3)))
    print(f"stack of {STACK}   {rate / 1e6:8.0f} million steps a second on one core")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
