"""A valley for a 2×2 matrix, whose rows are two points in one and the same valley."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optiviz.problems.base import Array, Problem, inexact
from optiviz.problems.planes.surfaces import valley

WIDE = 2  # inputs, and outputs
ROWS = ((1.6, 1.0), (-0.4, 1.4))  # where they start, seen from the valley's own axes


class MatrixValley(Problem):
    """½‖WA‖² of a 2×2 matrix W, the smallest layer: where rules that know matrices differ.

    L(W) = ½·tr(WHWᵀ) = Σ ½·wᵢHwᵢᵀ over the rows wᵢ, with H = AAᵀ the curvature of `valley`

    So each row is a point in the valley, and can be drawn there; but Shampoo and Muon step both as
    one. The minimum is W = 0.

    Args:
        condition: κ ≥ 1, the ratio of the curvature across the valley to that along it.
        rotation: the angle of its floor in degrees; 0 is parallel to an axis.

    Attributes:
        plane: the valley of each row; start: (w₁₁, w₁₂, w₂₁, w₂₂), which turns with the valley: so
            a rule that does not notice a rotation takes the same steps, turned.

    Raises:
        UserError: κ is below 1, or a number is not finite.

    >>> MatrixValley(condition=4, rotation=0).value(np.array([1.0, 1.0, 2.0, 0.0]))
    np.float64(4.5)
    """

    name = "matrix-valley"
    size = WIDE * WIDE

    def __init__(self, condition: float = 1000.0, rotation: float = 0.0) -> None:
        self.plane = valley(condition, rotation)
        self.title = f"A matrix in a valley, condition number {condition:g}"
        self.rates = self.plane.rates
        c, s = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
        self.start = (np.array(ROWS) @ np.array([[c, s], [-s, c]])).ravel()

    def blocks(self, x: Array) -> list[Array]:
        return [x.reshape(*x.shape[:-1], WIDE, WIDE)]

    def value_and_grad(
        self, w: ArrayLike, batch: Array | None = None, out: Array | None = None
    ) -> tuple[Any, Array]:
        w = inexact(w)
        out = np.empty_like(w) if out is None else out
        rows, slopes = self.blocks(w)[0], self.blocks(out)[0]
        value, slopes[..., 0], slopes[..., 1] = self.plane.formula(rows[..., 0], rows[..., 1])
        return value.sum(axis=-1), out

    def singular(self, w: Array) -> Array:
        """The two singular values of W, `(…, 2)`, the greater one first.

        >>> MatrixValley().singular(np.array([0.0, 3.0, 1.0, 0.0])).tolist()
        [3.0, 1.0]
        """
        return np.linalg.svd(self.blocks(w)[0], compute_uv=False)
