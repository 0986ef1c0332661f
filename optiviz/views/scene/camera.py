"""How a surface in relief is seen: a camera far away, what it sees, and what hills hide from it."""

from __future__ import annotations

import numpy as np

from optiviz.problems.base import Array

ELEVATION = np.radians(41)  # of the camera above the floor
AZIMUTH, TURN = np.radians(-114), np.radians(24)  # of its place at the end, and its way there
TURNS = 0.55  # of a film's time: then it stands, so that the end can be seen, and files are small
SIDES = np.array([1.2, 1.0])  # of the floor; heights have the same unit
SAMPLES = 48  # points of a ray that are compared with the surface
START = 0.012  # of the unit, from a point to the first of them: no surface hides itself


def azimuth(share: float) -> float:
    """Where the camera stands when a share of the time has passed; it starts and stops gently."""
    done = min(share / TURNS, 1.0)
    return float(AZIMUTH - TURN * (1 - done) ** 2 * (1 + 2 * done))


def seen_from(azimuth: float) -> Array:
    """The rows of the camera's frame: to its right, up, and towards it."""
    sin, cos = np.sin(azimuth), np.cos(azimuth)
    low, high = np.cos(ELEVATION), np.sin(ELEVATION)
    return np.array([[-sin, cos, 0], [-cos * high, -sin * high, low], [cos * low, sin * low, high]])


def project(points: Array, azimuth: float) -> Array:
    """Points `(…, 3)` as the camera sees them, `(…, 2)`."""
    flat: Array = points @ seen_from(azimuth)[:2].T
    return flat


def hidden(points: Array, heights: Array, azimuth: float) -> Array:
    """Whether the surface hides each of the points `(n, 3)` from the camera.

    Args:
        points: in the box, whose floor is centred at 0; heights: `(rows, columns)`, over the floor.
    """
    towards, known = seen_from(azimuth)[2], np.asarray(np.isfinite(points).all(axis=1))
    points = np.where(known[:, None], points, 0)
    top = float(np.nanmax(heights, initial=0))
    reach = np.maximum(top - points[:, 2], 0) / towards[2]  # above the highest hill nothing hides
    along = START + np.linspace(0, 1, SAMPLES) * reach[:, None]
    x, y = (points[:, i, None] + along * towards[i] for i in (0, 1))
    over = height_at(heights, x, y)
    return np.asarray((over > points[:, 2, None] + along * towards[2]).any(axis=1) & known)


def height_at(heights: Array, x: Array, y: Array) -> Array:
    """The surface's height at places of the floor, between its points; beside it, far below."""
    rows, columns = heights.shape
    across, up = (x / SIDES[0] + 0.5) * (columns - 1), (y / SIDES[1] + 0.5) * (rows - 1)
    with np.errstate(invalid="ignore"):
        inside = (np.abs(x) < 0.5001 * SIDES[0]) & (np.abs(y) < 0.5001 * SIDES[1])
    across, up = np.where(inside, across, 0), np.where(inside, up, 0)
    i, j = np.clip(across, 0, columns - 2).astype(int), np.clip(up, 0, rows - 2).astype(int)
    a, b = np.clip(across - i, 0, 1), np.clip(up - j, 0, 1)
    lower = heights[j, i] * (1 - a) + heights[j, i + 1] * a
    upper = heights[j + 1, i] * (1 - a) + heights[j + 1, i + 1] * a
    found = np.nan_to_num(lower * (1 - b) + upper * b, nan=-np.inf)
    return np.where(inside, found, -np.inf)
