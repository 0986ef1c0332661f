"""The numbers of an axis are what they stand at."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from optiviz.views.numbers import log_axis_to_fit


@pytest.mark.parametrize(("inches", "first"), [(5.0, "0.002"), (1.5, "10⁻³")])
def test_no_two_numbers_of_a_logarithmic_axis_are_alike(inches: float, first: str) -> None:
    """Four decades: with room also for 2 and 5 times a power, which are no powers of ten."""
    ax = Figure(figsize=(6, inches)).add_subplot()
    log_axis_to_fit(ax, "y", 1e4, 1.0)
    ax.set_ylim(1e-3, 10)
    ax.figure.canvas.draw()
    told = [
        label.get_text()
        for at, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)
        if 1e-3 <= at <= 10
    ]
    assert len(set(told)) == len(told) > 2
    assert first in told
