"""A lecturer's own app: sliders for any rule, and the template that is copied out."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz import optim, schedules, sliders
from optiviz.errors import UserError
from optiviz.optim import OPTIMIZERS, on_planes

TEMPLATE = Path(__file__).parents[2] / "apps" / "own.ipynb"


@pytest.mark.parametrize("name", on_planes())
def test_every_setting_has_a_control_that_stays_within_its_bound(name: str) -> None:
    """Each is moved to both its ends, and the rule takes what it then says."""
    box = sliders(name)
    rule = OPTIMIZERS[name]()
    assert box.rule == rule
    fields = [field for field in dataclasses.fields(rule) if field.name in rule.settings()]
    for control, field in zip(box.children, fields, strict=True):
        assert control.value == pytest.approx(getattr(rule, field.name))
        if hasattr(control, "min"):
            power = (lambda x: 10**x) if hasattr(control, "base") else type(control.value)
            values = [power(control.min), power(control.max)]
        else:
            values = list(getattr(control, "options", [True, False]))
        for value in values:
            control.value = value
            assert getattr(box.rule, field.name) == pytest.approx(value)


def test_the_rule_is_told_and_what_changes_by_itself_stays() -> None:
    decays = schedules.Cosine(0.1)
    box = sliders(optim.Momentum(lr=decays, beta=0.5))
    heard: list[Any] = []
    box.observe(lambda change: heard.append(change.new), "rule")
    box.children[0].value = 0.75
    assert heard == [optim.Momentum(lr=decays, beta=0.75)]


def test_a_log_slider_has_its_value_on_a_step() -> None:
    """Or a browser would move it, and the rule with it, as soon as it is shown."""
    rate = sliders("momentum:lr=0.02").children[0]
    steps = (math.log10(rate.value) - rate.min) / rate.step
    assert steps == pytest.approx(round(steps))


def test_what_is_no_rule() -> None:
    with pytest.raises(UserError, match="sliders needs a rule"):
        sliders(0.1)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="Unknown optimizer"):
        sliders("momentun")


@pytest.fixture
def own() -> dict[str, Any]:
    """What the template has made, as a notebook's kernel would hold it."""
    cells = json.loads(TEMPLATE.read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    exec("".join(cells[1]["source"]), names)
    return names


def test_the_template_follows_its_sliders(own: dict[str, Any]) -> None:
    player = own["player"]
    own["beta"].value = 0.5
    assert player.runs[1].settings["beta"] == 0.5
    own["decay"].value = 0.1
    assert player.runs[0].lr[-1] < 0.2 * player.runs[0].lr[0]
    assert own["batch"].disabled
    own["surface"].value = "regression"
    assert not own["batch"].disabled
    own["batch"].value = 16
    assert player.runs[0].batch.shape[1] == 16


def test_every_surface_of_the_template_begins_well(own: dict[str, Any]) -> None:
    for name in own["surface"].options:
        own["surface"].value = name
        assert own["player"].picture.problem.name == name
        assert all(run.diverged_at < 0 for run in own["player"].runs), name


def test_it_is_copied_out_once(
    optiviz: Callable[[str], CompletedProcess[str]], tmp_path: Path
) -> None:
    done = optiviz("app --copy own")
    assert (done.returncode, "voila own.ipynb" in done.stdout) == (0, True)
    assert (tmp_path / "own.ipynb").read_bytes() == TEMPLATE.read_bytes()
    (tmp_path / "own.ipynb").write_text("mine")
    again = optiviz("app --copy own")
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    assert (tmp_path / "own.ipynb").read_text() == "mine"
    assert optiviz("app --copy owm").returncode == 2


def test_it_is_short_enough_to_change() -> None:
    cells = json.loads(TEMPLATE.read_text(encoding="utf-8"))["cells"]
    lines = [line for cell in cells for line in cell["source"] if line.strip()]
    assert len(lines) <= 32
