"""A plane of a network's weights through points that are given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array, Bounds
from optiviz.problems.network.mlp import MLP
from optiviz.problems.network.slice import Directions, filtered, principal

ROOM = 0.35  # of the points' extent, left free around them
SAME = 1e-7  # of the weights' size: nearer, two points are one
BENT = 1e-4  # of the line's length: less beside it is on it


def through(
    network: MLP, points: Sequence[Array], names: Sequence[str], seed: int = 0, reach: float = 1.0
) -> tuple[Directions, Bounds]:
    """A plane through one, two or three points, or the nearest one to more, and what to draw of it.

    Through one point go two random directions, filter-normalised. Two span a line; across goes a
    random direction, at right angles and as long. More are spanned by their principal components.

    Args:
        network: whose weights they are; points: each `(P,)`; names: of the points.
        seed: what random directions come from.
        reach: how far to go from one point, in lengths of the filters.

    Raises:
        UserError: two points are the same, or more lie on a line.
    """
    for i, one in enumerate(points):
        for j in range(i):
            if np.linalg.norm(one - points[j]) <= SAME * np.linalg.norm(one):
                raise UserError(f"{names[j]} and {names[i]} hold the same weights.")
    if len(points) == 1:
        return filtered(network, points[0], seed), ((-reach, reach), (-reach, reach))
    span = _line(network, points, names, seed) if len(points) == 2 else _plane(points)
    at = span.project(np.array(points, np.float64))
    low, high = at.min(axis=0), at.max(axis=0)
    room = ROOM * float((high - low).max())
    half = float((high - low).max()) / 2 + room
    middle = (low + high) / 2
    if len(points) == 2:
        low, high = middle - half, middle + half
    else:
        low, high = low - room, high + room
    return span, ((float(low[0]), float(high[0])), (float(low[1]), float(high[1])))


def _line(network: MLP, points: Sequence[Array], names: Sequence[str], seed: int) -> Directions:
    origin = points[0].astype(np.float64)
    along = points[1].astype(np.float64) - origin
    across = filtered(network, points[0], seed).basis[0]
    across -= (across @ along) / (along @ along) * along
    across *= np.linalg.norm(along) / np.linalg.norm(across)
    ways = f"from {names[0]} (0) to {names[1]} (1)", "a random direction across"
    return Directions(origin, np.stack([along, across]), ways)


def _plane(points: Sequence[Array]) -> Directions:
    try:
        span = principal([np.array(points)])
    except UserError:
        raise UserError(
            "These weights lie on one line: leave out those between its ends."
        ) from None
    if not min(span.explained or (0, 0)) > BENT**2:
        raise UserError("These weights lie on one line: leave out those between its ends.")
    return span
