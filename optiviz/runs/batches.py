"""Which samples each step sees."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

import numpy as np

from optiviz.errors import UserError, at_least
from optiviz.problems.base import Array, Problem


def feed_of(
    problem: Problem, batch_size: int | None, seed: int, shuffle: bool = True
) -> tuple[Iterator[Array | None], int]:
    """An endless supply of batches for a problem, and how many make an epoch.

    A batch as large as the data is the data in its own order, so that it gives full-batch gradient
    descent to the bit.

    Raises:
        UserError: the problem has no samples, or not as many, or a seed below 0.
    """
    at_least(0, seed=seed)
    if problem.n_samples is None and batch_size is not None:
        raise UserError(f"{problem.name} has no samples, so it takes no batch_size.")
    if batch_size is None or problem.n_samples is None or batch_size == problem.n_samples:
        return repeat(None), 1
    if not 1 <= batch_size <= problem.n_samples:
        raise UserError(f"batch_size must be from 1 to {problem.n_samples}, got {batch_size}.")
    per_epoch = -(-problem.n_samples // batch_size)
    return batches(problem.n_samples, batch_size, seed, shuffle), per_epoch


def batches(n_samples: int, batch_size: int, seed: int, shuffle: bool = True) -> Iterator[Array]:
    """Indices of samples, ⌈N/m⌉ batches an epoch, shuffled every epoch, the ragged last one kept.

    Without `shuffle` every epoch takes the samples in their own order.

    >>> feed = batches(40_000, 128, seed=0)
    >>> epoch = [next(feed) for _ in range(313)]
    >>> len(epoch[0]), len(epoch[-1]), len(np.unique(np.concatenate(epoch)))
    (128, 64, 40000)
    >>> feed = batches(5, 3, seed=0, shuffle=False)
    >>> [next(feed).tolist() for _ in range(3)]
    [[0, 1, 2], [3, 4], [0, 1, 2]]
    """
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(n_samples) if shuffle else np.arange(n_samples)
        for first in range(0, n_samples, batch_size):
            yield order[first : first + batch_size]
