"""The panel that tells the formula in the numbers of a step."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import Picture, descend
from optiviz.errors import UserError
from optiviz.optim import OPTIMIZERS, SGD
from optiviz.runs import race


@pytest.mark.parametrize("theme", ["light", "slides"])
@pytest.mark.parametrize("rule", ["momentum", "nadam"])
def test_the_numbers_of_the_coming_step(rule: str, theme: str) -> None:
    run = descend("valley", f"{rule}:lr=0.01", steps=12)
    figure = Picture("valley", run, ["path", "loss", "formula"], theme).figure(4)
    panel = figure.axes[-1]
    texts = [text for text in panel.texts if text.get_text()]
    axis = int(np.abs(run.velocity).sum(axis=0).argmax())
    assert panel.get_title("left") == f"To step 5 of {_called(rule)} in w{'₁₂'[axis]}"
    assert {*OPTIMIZERS[rule]().formula()} < {text.get_text() for text in texts}
    last = [text.get_text() for text in texts if " = " in text.get_text()][-1]
    end = float(last.rpartition(" = ")[2].replace("−", "-"))
    assert end == pytest.approx(run.w[5][axis], rel=6e-4)
    canvas = figure.bbox
    for text in texts:
        box = text.get_window_extent()
        assert canvas.x0 <= box.x0 < box.x1 <= canvas.x1
        assert canvas.y0 <= box.y0 < box.y1 <= canvas.y1


def _called(rule: str) -> str:
    return {"momentum": "Momentum", "nadam": "Nadam"}[rule]


class Own(SGD):
    """A rule of somebody's own, which brings no formula."""

    def formula(self) -> tuple[str, ...]:
        return ()


def test_a_rule_without_a_formula_has_no_such_panel() -> None:
    with pytest.raises(UserError, match="needs a run whose rule brings a formula"):
        Picture("bowl", race("bowl", [Own(lr=0.1)], steps=3), "formula").figure()
