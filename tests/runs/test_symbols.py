"""What the symbols of a formula are at every point of a run."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.optim import on_planes
from optiviz.optim.formula import follow
from optiviz.runs import descend
from optiviz.runs.symbols import in_symbols


@pytest.mark.parametrize("name", on_planes())
def test_the_lines_lead_from_every_point_to_the_next(name: str) -> None:
    run = descend("valley", name, steps=20)
    lines, symbols = in_symbols(run)
    for t in range(run.steps):
        known = {symbol: values[t] for symbol, values in symbols.items()} | {"t": t + 1}
        for line in lines:
            follow(line, known)
        np.testing.assert_allclose(known["w"], run.w[t + 1], rtol=1e-12)


def test_a_run_of_no_step_has_no_line_to_tell() -> None:
    assert in_symbols(descend("bowl", "sgd:lr=1e308", steps=3)) == ((), {})
