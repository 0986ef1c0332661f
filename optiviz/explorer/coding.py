"""Paths and losses as few bytes: whole levels, their second differences, byte by byte.

A page can show a path no larger than its zoom allows. So a coordinate is a whole number of levels,
`SIDE` along the longer side of the bounds, and beyond `INSIDE` sides from their middle levels grow
with the distance. A loss, whose curve is logarithmic, is a whole number of levels of `GRAIN` of
itself. The differences of the differences of a path that settles are small, and their high bytes
nearly all zero, which `zlib` likes. js/coding.js reads them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optiviz.problems.base import Array, Bounds

FORMAT = 1  # of a page's data
SIDE = 65536  # levels along the longer side of the bounds
INSIDE = 3.0  # sides from the middle, within which levels are evenly apart
FAR = 1e18  # sides: nothing is further away, or its level would not fit into three bytes
GRAIN = 0.005  # of a loss: a level
DEEP = 1e-12  # of the greatest first loss: below, a loss is as good as none
BYTES = {"place": 3, "loss": 2}
FINE = 128  # levels of height in a band
PIXEL = 1 / 3  # by which a path may be beside itself, at the greatest zoom


def box(bounds: Bounds) -> tuple[float, float, float]:
    """The middle of the bounds, and the longer of their sides."""
    (left, right), (bottom, top) = bounds
    return (left + right) / 2, (bottom + top) / 2, max(right - left, top - bottom)


def places(w: Array, bounds: Bounds) -> Array:
    """Coordinates `(…, 2)` in levels, whole numbers."""
    x, y, side = box(bounds)
    away = (w - np.array([x, y])) / side
    size = np.minimum(np.abs(away), FAR)
    with np.errstate(divide="ignore"):
        beyond = INSIDE * (1 + np.log(size / INSIDE))
    levels = np.sign(away) * np.where(size <= INSIDE, size, beyond)
    whole: Array = np.round(levels * SIDE).astype(np.int64)
    return whole


def sizes(values: Array, least: float) -> Array:
    """Numbers in levels that are as far apart as they are large, whole numbers."""
    with np.errstate(over="ignore"):
        return np.round(np.arcsinh(values / least) / GRAIN).astype(np.int64)


def planes(levels: Array, count: int) -> Array:
    """Second differences along the first axis, each with its sign in its last bit, in so many
    planes of bytes: the lowest of all numbers, then the next.

    >>> planes(np.array([[5], [7], [6]]), 2).tolist()
    [10, 5, 5, 0, 0, 0]
    """
    first = np.diff(levels, axis=0, prepend=0)
    second = np.diff(first, axis=0, prepend=0).T.reshape(-1)
    half = 1 << (8 * count - 1)  # what does not fit goes round, and comes round again
    second = (second + half) % (2 * half) - half
    folded = np.where(second >= 0, 2 * second, -2 * second - 1)
    return np.concatenate([(folded >> 8 * i & 255).astype("u1") for i in range(count)])


def facts(bounds: Bounds) -> dict[str, Any]:
    """What the page's script needs to read levels on these bounds, and how near it may go: the
    length of a pixel."""
    x, y, side = box(bounds)
    level = side / SIDE
    return {"middle": [x, y], "side": side, "level": level, "finest": level / 2 / PIXEL}


def ground(arrays: list[tuple[int, str, Any]], facts: dict[str, Any]) -> list[tuple[int, str, Any]]:
    """The heights of a ground in levels of 1/128 of a band, as differences along both axes."""
    packed = []
    for into, name, array in arrays:
        if name == "heights":
            fine = np.round(array / 65535 * facts["levels"] * FINE).astype(np.int64)
            rows = fine.reshape(facts["points"], -1)
            array = planes(np.diff(rows, axis=1, prepend=0), 2)
        packed.append((into, name, array))
    return packed
