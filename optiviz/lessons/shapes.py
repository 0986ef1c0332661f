"""The shapes of a loss curve on a logarithmic axis, by which a lesson says what is to be seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optiviz.problems import Plane
from optiviz.runs import Run

Curve = NDArray[np.float64]
NEAR = 0.1  # of all that a curve falls: the most that it may lie beside a line which it is
BEND = 3  # times as steep before a knee as after it, at least


def above(run: Run, problem: Plane) -> Curve:
    """The powers of ten of a run's loss above the least known, as the lab draws it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(run.loss - (problem.floor() or 0.0))


def _beside(curve: Curve) -> float:
    """How far a curve goes from the line between its ends."""
    return float(np.abs(curve - np.linspace(curve[0], curve[-1], len(curve))).max())


def straight(curve: Curve) -> bool:
    """Down by a power of ten or more, along one line."""
    falls = curve[0] - curve[-1]
    return bool(falls >= 1 and _beside(curve) <= NEAR * falls)


def knee(curve: Curve) -> bool:
    """Down along a steep line, then on down along one that is less so."""
    falls = curve[0] - curve[-1]
    for k in range(2, len(curve) - 2):
        first, then = curve[: k + 1], curve[k:]
        steep = (first[0] - first[-1]) / k, (then[0] - then[-1]) / (len(then) - 1)
        bends = steep[1] > 0 and steep[0] >= BEND * steep[1] and then[0] - then[-1] >= 0.3
        if bends and max(_beside(first), _beside(then)) <= NEAR * falls:
            return True
    return False


def levels_off(curve: Curve) -> bool:
    """Down by a power of ten or more, and from some middle on no further, but for what trembles."""
    half = len(curve) // 2
    quarter = max(half // 2, 1)
    third, last = np.median(curve[half : half + quarter]), np.median(curve[half + quarter :])
    return bool(curve[0] - last >= 1 and abs(third - last) <= NEAR * (curve[0] - last))


def swings(curve: Curve) -> bool:
    """Down by a power of ten or more, and on the way it turns up again three times or more."""
    down = np.diff(curve) < 0
    turns = int((down[:-1] & ~down[1:]).sum())
    return bool(turns >= 3 and curve[0] - curve[-1] >= 1)


SHAPES: dict[str, Callable[[Curve], bool]] = {
    "straight": straight,
    "knee": knee,
    "levels off": levels_off,
    "swings": swings,
}
