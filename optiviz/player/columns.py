"""A run's numbers as they are sent, in as many bytes as they need."""

from __future__ import annotations

import numpy as np

from optiviz.problems.base import Array


def column(values: Array, far: bool = False) -> Array:
    """Values in single precision, or in double where that would make nothing of what is small.

    Args:
        values: of any shape.
        far: whether what is too large is to be kept, too: of a run that diverges it says enough
            that it is out of sight.

    >>> [column(np.array([x])).dtype.str for x in (0.0, 1e-30, 1e-50, 1e50)]
    ['<f4', '<f4', '<f8', '<f4']
    """
    with np.errstate(all="ignore"):
        single = values.astype("<f4")
    lost = (np.abs(single) < np.finfo("f4").tiny) & (values != 0)
    if far:
        lost |= np.isinf(single) & np.isfinite(values)
    return values.astype("<f8") if lost.any() else single
