"""200 steps of momentum on Rosenbrock's function as others would write them, everything kept.

Each gives the path as an array, and keeps the loss, the gradient and the velocity of every step.
"""

from __future__ import annotations

import numpy as np

LR, BETA = 0.0008, 0.9
Start = tuple[float, float]


def plain(start: Start, steps: int) -> np.ndarray:
    """A loop over Python's own numbers, the formula written out."""
    x, y = start
    vx = vy = 0.0
    path, losses, gradients, velocities = [(x, y)], [], [], []
    for _ in range(steps):
        a, b = 1 - x, y - x * x
        losses.append(a * a + 100 * b * b)
        gx, gy = -2 * a - 400 * x * b, 200 * b
        gradients.append((gx, gy))
        vx, vy = BETA * vx - LR * gx, BETA * vy - LR * gy
        velocities.append((vx, vy))
        x, y = x + vx, y + vy
        path.append((x, y))
    np.array(losses), np.array(gradients), np.array(velocities)
    return np.array(path)


def torch_optim(start: Start, steps: int) -> np.ndarray:
    """`torch.optim` with autograd, as its tutorials have it."""
    import torch  # noqa: PLC0415, an extra

    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=LR, momentum=BETA)
    path, losses, gradients, velocities = [w.detach().clone()], [], [], []
    for _ in range(steps):
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


def torch_by_hand(start: Start, steps: int) -> np.ndarray:
    """`torch.optim` with the gradient written by hand, as ours is: no autograd."""
    import torch  # noqa: PLC0415

    w = torch.tensor(start, dtype=torch.float64)
    w.grad = torch.empty_like(w)
    optimizer = torch.optim.SGD([w], lr=LR, momentum=BETA, foreach=False)
    path, losses, gradients, velocities = [w.clone()], [], [], []
    for _ in range(steps):
        x, y = w.tolist()
        a, b = 1 - x, y - x * x
        losses.append(a * a + 100 * b * b)
        gradients.append((-2 * a - 400 * x * b, 200 * b))
        w.grad[:] = torch.tensor(gradients[-1], dtype=torch.float64)
        optimizer.step()
        velocities.append(optimizer.state[w]["momentum_buffer"].clone())
        path.append(w.clone())
    torch.stack(velocities)
    return torch.stack(path).numpy()


RIVALS = {
    "plain Python": plain,
    "torch.optim, gradient by hand": torch_by_hand,
    "torch.optim, autograd": torch_optim,
}
