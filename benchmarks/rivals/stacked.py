"""The maps as anybody would write them in NumPy: all trajectories as the columns of arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Formula = Callable[[np.ndarray, np.ndarray], tuple]  # x and y: the loss and its two slopes


def rates(
    formula: Formula, start: tuple[float, float], lr: np.ndarray, beta: np.ndarray, steps: int
) -> np.ndarray:
    """Momentum for every pair of (η, β): the step from which on the loss stays near its least, 0.

    Args:
        formula: the loss and its slopes; start: of all trajectories.
        lr, beta: `(K,)`, the settings.
        steps: how many each takes.
    """
    x, y = np.full_like(lr, start[0]), np.full_like(lr, start[1])
    vx, vy, last = np.zeros_like(lr), np.zeros_like(lr), np.zeros(len(lr), int)
    limit = 1e-3 * formula(x[:1], y[:1])[0][0]
    with np.errstate(all="ignore"):
        for t in range(steps + 1):
            loss, gx, gy = formula(x, y)
            last[~(loss <= limit)] = t
            vx *= beta
            vx -= lr * gx
            vy *= beta
            vy -= lr * gy
            x += vx
            y += vy
    return last


def basins(
    formula: Formula, x: np.ndarray, y: np.ndarray, minima: np.ndarray, lr: float, steps: int
) -> np.ndarray:
    """Adam from every start: which of the minima it is near at the end, and since when.

    Args:
        formula: the loss and its slopes; x, y: `(K,)`, the starts, which are changed.
        minima: `(M, 2)`.
        lr: η; steps: how many each takes.
    """
    m, s = np.zeros((2, len(x))), np.zeros((2, len(x)))
    w, g = np.stack([x, y]), np.empty((2, len(x)))
    index, since = np.full(len(x), -1), np.zeros(len(x))
    for t in range(steps + 1):
        _, g[0], g[1] = formula(w[0], w[1])
        away = np.array([(w[0] - a) ** 2 + (w[1] - b) ** 2 for a, b in minima])
        nearest = np.where(away.min(axis=0) <= 0.1**2, away.argmin(axis=0), -1)
        since[nearest != index] = t
        index = nearest
        m += 0.1 * (g - m)
        s += 0.001 * (g * g - s)
        c1, c2 = 1 - 0.9 ** (t + 1), 1 - 0.999 ** (t + 1)
        w -= lr / c1 * m / (np.sqrt(s / c2) + 1e-8)
    return index
