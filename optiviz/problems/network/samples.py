"""Labelled data as a network takes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from optiviz.errors import UserError
from optiviz.problems.base import Array


def samples_of(x: ArrayLike, inputs: int, dtype: DTypeLike) -> Array:
    """The samples as a matrix of finite numbers."""
    samples = np.ascontiguousarray(x, dtype)
    if samples.ndim != 2 or samples.shape[1] != inputs or not len(samples):
        raise UserError(
            f"x must have shape (N, {inputs}) with N of 1 or more, got {samples.shape}."
        )
    # Both ends are NaN if any number is, and this needs no array of the size of the data.
    if not np.isfinite([samples.min(), samples.max()]).all():
        row = int(np.flatnonzero(~np.isfinite(samples).all(axis=1))[0])
        raise UserError(f"x must be finite, but sample {row} holds NaN or infinity.")
    return samples


def classes_of(y: ArrayLike, n: int, classes: int) -> Array:
    """The classes as indices."""
    given = np.asarray(y)
    if given.shape != (n,) or not np.issubdtype(given.dtype, np.integer):
        raise UserError(f"y must be {n} whole numbers, got {given.dtype} of shape {given.shape}.")
    wrong = (given < 0) | (given >= classes)
    if wrong.any():
        row = int(wrong.argmax())
        raise UserError(f"y must be classes from 0 to {classes - 1}, but y[{row}] is {given[row]}.")
    return given.astype(np.intp)


def classes_at(y: Array, batch: Array) -> Array:
    """The classes of the samples with these indices."""
    try:
        return y.take(batch)
    except IndexError:
        wrong = next(i for i in batch if not -len(y) <= i < len(y))
        raise UserError(f"A batch must hold indices from 0 to {len(y) - 1}, got {wrong}.") from None
