"""What a page sends reaches a run through one door: every trait and message, found by looking."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

from ipywidgets import Widget

import optiviz.labs
from optiviz.labs.controls import LANES
from optiviz.labs.mnist.lab import MnistLab
from optiviz.labs.mnist.race import UNDER_WAY, Race
from optiviz.labs.mnist.runs import RUNS
from optiviz.labs.page import LabPage
from optiviz.labs.surface import own
from optiviz.labs.surface.lab import SurfaceLab
from optiviz.labs.surface.session import PINS
from optiviz.labs.twin.form import IMAGES
from optiviz.labs.twin.lab import TwinLab
from optiviz.labs.twin.trial import Trial
from optiviz.optim import OPTIMIZERS
from optiviz.problems import PROBLEMS
from optiviz.problems.planes.expressions import expression
from optiviz.training.recipe import Recipe, widths

from .hostile import VALUES

FRAMEWORKS = {"this", "torch", "keras", "optax", "jax", "tensorflow"}


def rule_is_ours(words: str) -> None:
    assert words.partition(":")[0] in OPTIMIZERS


def training_is_small(recipe: Recipe) -> None:
    rule_is_ours(recipe.optim)
    assert recipe.lr is not None
    assert 1e-5 <= recipe.lr <= 1
    assert 1 <= recipe.batch_size <= 1000
    assert 1 <= recipe.epochs <= 50
    assert 0 <= recipe.seed <= 99
    sizes = widths(recipe.sizes or "")
    assert 2 <= len(sizes) <= 7
    assert sum(a * b for a, b in pairwise(sizes)) <= 2_000_000
    rest = Recipe("", None, 1, 1, 0)
    for name in ("dataset", "data_dir", "threads", "compiled", "validation", "dtype", "init"):
        assert getattr(recipe, name) == getattr(rest, name)


def trainings_are_small(lab: Any) -> None:
    assert len([lane for lane in lab.race.lanes if lane.phase in UNDER_WAY]) <= LANES
    assert set(lab.race.lanes) <= set(lab.lanes)
    assert len(lab.lanes) + len(lab.table._removed) <= RUNS
    assert len(lab._told) < 2000
    for lane in lab.lanes:
        training_is_small(lane.recipe)
        what_was_kept_is_small(lane)


def what_was_kept_is_small(lane: Any) -> None:
    assert 0 <= lane.step <= lane.total
    assert len(lane.rows) <= 1 + lane.total // lane.recipe.eval_every
    assert len(lane.verdict) <= 300
    assert len(lane.link) <= 2000
    for row in lane.rows:
        assert all(type(value) in (int, float) for value in row.values())


def formula_is_small(lab: Any) -> None:
    text = lab.state.problem
    assert len(text) <= own.LONGEST
    assert len(re.findall(r"[-+*/(]", text)) <= 4 * own.MOST
    assert expression(text).name == text == lab.problem.name
    for low, high in lab.problem.bounds:
        assert -1e4 <= low < high <= 1e4


def paths_are_short(lab: Any) -> None:
    path_is_short(lab, lab.state)
    assert set(lab.session.pins) <= set(PINS)
    for pin in lab.session.pins.values():
        path_is_short(lab, pin)
        assert len(pin.lanes) == 1
        assert (pin.problem_words, pin.steps) == (lab.state.problem_words, lab.state.steps)
    assert type(lab.reply["serial"]) is int
    assert type(lab.reply["step"]) in (int, type(None))


def path_is_short(lab: Any, state: Any) -> None:
    if state.problem not in PROBLEMS:
        formula_is_small(lab)
    assert 1 <= len(state.lanes) <= LANES
    for words in state.rules_words:
        rule_is_ours(words)
    assert 1 <= state.steps <= 2000
    assert state.batch is None or 1 <= state.batch <= 80 or state.batch < lab.problem.n_samples
    assert 0 <= state.seed <= 2**31


def twins_are_small(lab: Any) -> None:
    assert type(lab.reply["serial"]) is int
    for state in (lab.state, lab.trial.state):
        assert 0.01 <= state.lr <= 10
        assert 0 <= state.beta < 1
        assert 5 <= state.batch <= IMAGES
        assert 2 <= state.updates <= 400
        assert 0 <= state.seed <= 99
        assert state.schedule in ("constant", "linear", "cosine")
        assert state.at is None or 0 <= state.at <= state.updates
    growing = lab.trial.growing
    rule_is_ours(lab.trial.state.words)
    assert growing.updates == lab.trial.state.updates
    assert (growing.network.n_samples, growing.network.sizes) == (IMAGES, (784, 16, 10))


WITHIN: dict[type[LabPage], Callable[[Any], None]] = {
    MnistLab: trainings_are_small,
    SurfaceLab: paths_are_short,
    TwinLab: twins_are_small,
}


def found() -> list[type[LabPage]]:
    """Every lab there is."""
    for module in pkgutil.walk_packages(optiviz.labs.__path__, "optiviz.labs."):
        if not module.name.startswith("optiviz.labs.server"):
            importlib.import_module(module.name)
    return LabPage.__subclasses__()


each_lab = pytest.mark.parametrize("kind", found(), ids=lambda kind: kind.__name__)


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings are asked for, and end before they begin."""

    def go(race: Race, lanes: Any = None) -> None:
        race.lanes = list(dict.fromkeys([*race.lanes, *(lanes or [])]))
        for lane in race.lanes:
            lane.phase = "finished"

    monkeypatch.setattr(Race, "go", go)
    monkeypatch.setattr(Trial, "go", lambda trial: setattr(trial, "phase", "finished"))
    # What is shown of it takes its time; of a server it is all asked for in test_hostile.py.
    monkeypatch.setattr(
        TwinLab, "_show", lambda lab: setattr(lab, "reply", {"serial": lab._serial})
    )
    monkeypatch.setattr("asyncio.get_event_loop", lambda: None)


@pytest.fixture(autouse=True)
def nothing_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a widget would print, a test hears of."""

    def shell() -> None:
        raise AssertionError("a traceback would be shown")

    monkeypatch.setattr("ipywidgets.widgets.widget.get_ipython", shell)


@pytest.fixture(autouse=True)
def nothing_is_imported() -> Any:
    before = FRAMEWORKS & set(sys.modules)
    yield
    assert FRAMEWORKS & set(sys.modules) == before


def tell(widget: Any, method: str, **data: Any) -> None:
    """What comes by the comm of a widget."""
    widget._handle_msg({"content": {"data": {"method": method} | data}, "buffers": []})


def widgets(lab: LabPage) -> list[Any]:
    """A lab and the widgets in it, which a page can speak to as well."""
    inside = [getattr(lab, name) for name in lab.trait_names()]
    return [lab, *(widget for widget in inside if isinstance(widget, Widget))]


def test_every_lab_says_what_is_within_its_bounds() -> None:
    assert set(found()) == set(WITHIN)


@each_lab
def test_a_page_writes_one_trait_and_no_other(kind: type[LabPage]) -> None:
    lab = kind()
    assert len(widgets(lab)) > 1  # its layout
    for widget in widgets(lab):
        keys = [key for key in widget.keys if widget is not lab or key != kind.written]
        assert len(keys) > 5
        before = {key: getattr(widget, key) for key in keys}
        for value in VALUES:
            for key in [*keys, "state", "comm", "keys"]:
                tell(widget, "update", state={key: value})
        for key in keys:
            assert getattr(widget, key) is before[key], key
    WITHIN[kind](lab)


@each_lab
def test_whatever_is_written_nothing_large_is_begun(kind: type[LabPage]) -> None:
    lab = kind()
    for value in VALUES:
        tell(lab, "update", state={kind.written: value})
        if "train" in lab.answers():
            tell(lab, "custom", content={"type": "train"})
            WITHIN[kind](lab)
            for lane in list(getattr(lab, "lanes", [])):
                tell(lab, "custom", content={"type": "remove", "about": lane.key})
        WITHIN[kind](lab)


@each_lab
def test_every_message_takes_whatever_it_is_about(kind: type[LabPage]) -> None:
    lab = kind()
    kinds = [*lab.answers(), "set_state", "__init__", "eval", "", None, 7, [], {}]
    for value in VALUES:
        for name in kinds:
            tell(lab, "custom", content={"type": name, "about": value})
        tell(lab, "custom", content=value)
        WITHIN[kind](lab)
        if isinstance(lab, MnistLab):
            lab.remove([lane.key for lane in lab.lanes])  # room for the next


def test_a_plan_that_a_page_has_made_is_not_trained() -> None:
    lab = MnistLab()
    made = {"lanes": [{"rule": "this:Zen", "lr": 0.1}] * 12, "hidden": "3000", "epochs": 10**9}
    tell(lab, "update", state={"plan": {"state": made | {"batch_size": 1, "seed": 0}}})
    tell(lab, "custom", content={"type": "train"})
    assert [lane.recipe.optim.partition(":")[0] for lane in lab.lanes] == ["momentum", "adam"]
    trainings_are_small(lab)


PAIR = [{"rule": "momentum"}, {"rule": "adam"}]


def test_a_table_that_is_full_says_so() -> None:
    lab = MnistLab()
    for seed in range(RUNS):  # two at once
        tell(lab, "update", state={"form": {"lanes": PAIR, "seed": seed}})
        tell(lab, "custom", content={"type": "train"})
    assert len(lab.lanes) == RUNS
    assert lab.plan["notes"] == [f"The table holds {RUNS} runs: remove some, and train again."]
    tell(lab, "custom", content={"type": "remove", "about": lab.lanes[0].key})
    tell(lab, "custom", content={"type": "remove", "about": lab.lanes[0].key})
    tell(lab, "custom", content={"type": "train"})
    assert len(lab.lanes) == RUNS


def test_a_table_has_each_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = MnistLab()
    tell(lab, "custom", content={"type": "train"})
    lab.lanes[0].rows = [dict.fromkeys(["epoch", "step"], 0)] * 10
    files: list[bytes] = []
    monkeypatch.setattr("optiviz.labs.mnist.files.COLUMNS", ["epoch", "step"])
    monkeypatch.setattr(lab, "send_file", lambda name, mime, content: files.append(content))
    tell(lab, "custom", content={"type": "csv", "about": [1] * 20_000})
    assert files[0].count(b"\n") == 11
