"""The panel of a matrix's singular values."""

from __future__ import annotations

from typing import Any, ClassVar

from optiviz.problems.base import Array
from optiviz.runs.record import Run
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.series import Series
from optiviz.views.style import DASHED, LINES, SOLID, Mark, blend, legible


class Singular(Series):
    """Both singular values of W against step, the lesser dashed; at the minimum both are 0.

    They are of the whole matrix, so they are drawn once, in ink, and belong to no row.
    """

    title: ClassVar[str] = "Singular values of W: σ₁ solid, σ₂ dashed"
    needs: ClassVar[str] = "the rows of a matrix"

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        self.owners = []  # no line bears the name of a row

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        if "singular" not in run.slots or run is not self.picture.runs[0]:
            return []
        paler = legible(blend(self.look.text, self.look.background, 0.3), self.look, LINES)
        most, least = run.slots["singular"].T
        return [(most, Mark(self.look.text, SOLID)), (least, Mark(paler, DASHED))]

    def limits(self) -> tuple[float, float]:
        return 0.0, super().limits()[1]
