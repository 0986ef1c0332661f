"""What a comparison found, in the words of a title."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optiviz.studies.compare import Comparison
from optiviz.views.numbers import percent

MANY = 3  # names, more than which are too long for a title


def finding(comparison: Comparison, names: Sequence[str]) -> str:
    """Who ends with the highest test accuracy, and before whom; level where their seeds overlap.

    Args:
        comparison: what was trained.
        names: the rules', each in as many words as tell it from the others.
    """
    last = [one.last("test_accuracy") for one in comparison.contestants]
    means = [float(each.mean()) for each in last]  # NaN where a seed diverged before it was tested
    order = sorted(np.flatnonzero(np.isfinite(means)).tolist(), key=lambda i: -means[i])
    if not order:
        return "None of them gets through"
    told = [percent(means[i]) for i in order]
    if len(order) == 1:
        return f"{names[order[0]]} gets to {told[0]}"
    best, second, *_ = order
    least = last[best].min()
    level = [n for n, i in enumerate(order) if last[i].max() >= least or told[n] == told[0]]
    if len(level) == 1:
        return f"{names[best]} ends ahead of {names[second]}: {told[0]} and {told[1]}"
    *first, another = [names[order[n]] for n in level]
    if len(level) > MANY:
        first, another = first[:1], f"{len(level) - 1} others"
    return f"{', '.join(first)} and {another} end level: {told[0]} and {told[level[-1]]}"
