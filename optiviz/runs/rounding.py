"""How Muon rounds the slope of a matrix: what it begins with, and what every round makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optiviz.optim import Muon
from optiviz.optim.formula import follow
from optiviz.optim.muon import newton_schulz
from optiviz.runs.ahead import held
from optiviz.runs.record import Array, Run
from optiviz.runs.symbols import met


def rounding(rows: Sequence[Run]) -> Array | None:
    """The matrix u/‖u‖ of every step, and after each round of Newton and Schulz.

    Args:
        rows: the runs of a matrix's rows, as `optiviz.runs.rows.rows` gives them.

    Returns:
        `(T, rounds + 1, n, n)`, or None where these are not all the rows of one run of Muon.

    >>> from optiviz import descend
    >>> from optiviz.problems.matrix import MatrixValley
    >>> from optiviz.runs.rows import rows
    >>> problem = MatrixValley(condition=10)
    >>> rounding(rows(problem, descend(problem, "muon", steps=3))).shape
    (3, 6, 2, 2)
    """
    first = rows[0]
    alike = all(run.optimizer == "muon" and run.settings == first.settings for run in rows)
    if not alike or len(rows) != first.w.shape[-1] or not first.steps:
        return None
    rule = Muon(**held(first))
    w, grad, kept = (
        np.concatenate(parts, axis=1)
        for parts in zip(*((run.w, run.grad, run.slots["moment1"]) for run in rows), strict=True)
    )
    # A gradient is clipped by its length as a whole.
    slopes = met(replace(first, w=w, grad=grad)).reshape(len(w), len(rows), -1)
    kept = kept.reshape(slopes.shape)
    lines = [line for line in rule.formula() if line[0] in "mu"]
    found = []
    for t in range(first.steps):
        beta = first.hyper["beta"][t] if "beta" in first.hyper else rule.beta
        known = {"m": kept[t], "g": slopes[t], "β": beta, "t": t + 1}
        for line in lines:
            follow(line, known)
        found.append(newton_schulz(known["u"], rule.rounds))
    return np.array(found)
