"""A formula that a visitor typed: what is taken, and what is refused and how."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.errors import UserError
from optiviz.labs.surface import own
from optiviz.labs.surface.lab import SurfaceLab, map_pack
from optiviz.labs.surface.state import clean, from_query
from optiviz.labs.surface.takeaway import commands, python
from optiviz.problems import parse_problem

BOWL = "x**2 + 10*y**2"


@pytest.mark.parametrize(
    "link", ["problem=x**2+10*y**2", "problem=x**2%20%2B%2010*y**2", "problem=X**2 + 10*Y**2"]
)
def test_a_link_holds_a_formula_with_a_plus_however_it_is_written(link: str) -> None:
    state, notes = from_query(link + "&optim=sgd:lr=0.01")
    assert notes == []
    assert state.problem.replace(" ", "") == BOWL.replace(" ", "")
    assert state.plane().minima == ((0.0, 0.0),)
    assert from_query(state.query()) == (state, [])
    assert clean(json.loads(json.dumps(state.controls()))) == (state, [])


def test_bounds_are_settings_of_the_formula_everywhere() -> None:
    state, notes = from_query(f"problem={BOWL}:left=-5,top=8&optim=sgd")
    assert (state.shape, notes) == ({"left": -5.0, "top": 8.0}, [])
    assert state.plane().bounds == ((-5.0, 3.0), (-3.0, 8.0))
    same = parse_problem(state.problem_words)
    assert (same.bounds, same.start) == (state.plane().bounds, state.plane().start)
    assert f"--problem='{BOWL}:left=-5.0,top=8.0'" in commands(state)[".gif"]
    assert f"parse_problem('{BOWL}:left=-5.0,top=8.0')" in python(state)


@pytest.mark.parametrize(
    ("shape", "bounds", "said"),
    [
        ({"left": 4}, ((-3, 3), (-3, 3)), "x must go from a lower number to a higher one, not"),
        ({"top": 1e9}, ((-3, 3), (-3, 1e4)), "to must be at most 10000"),
        ({"bottom": math.nan}, ((-3, 3), (-3, 3)), "y from must be a number"),
        ({"condition": 4}, ((-3, 3), (-3, 3)), "There is no slider for 'condition' here"),
    ],
)
def test_bounds_that_hold_nothing_are_corrected(shape: Any, bounds: Any, said: str) -> None:
    state, notes = clean({"problem": BOWL, "shape": shape})
    assert state.plane().bounds == bounds
    assert said in " ".join(notes)


REFUSED = [
    ("x**2 + floor(y)", "at column 8: floor is none of"),
    ("x**2 +", "at column 7: something is missing"),
    ("x; y", "at column 2: "),
    ("x.real + y", "at column 1: only"),
    ("foo", "at column 1: foo is none of x, y, pi, e"),
    ("7", "needs x or y"),
    ("", "at column 1"),
    ("log(-1 - x*x)", "has no finite height and slope within these bounds"),
    ("x*x/1e200", "is flat: its heights here are 9e-200 at most"),
    ("x+" * 61 + "x", "at most 60 operations here, and this one 61"),
    ("x + y" + "+1" * 100, "at most 200 characters here, and this 205"),
    ("-" * 70 + "x", "at most 60 operations"),
    ("sin(" * 40 + "x" + ")" * 40, "a formula has at most 200 characters".capitalize()),
]


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=lambda value: value[:20])
def test_what_is_refused_leaves_all_as_it_was(text: str, why: str) -> None:
    lab = SurfaceLab()
    lab.sent = {"serial": 1, "query": "?problem=booth&optim=sgd:lr=0.013&steps=33&start=1,2"}
    held = lab.reply["state"], lab.ground, lab.paths, lab.reply["query"]
    lanes = [{"rule": "sgd"}]  # a page drops the rate that suited the surface before
    lab.sent = {"serial": 2, "controls": {"problem": text, "lanes": lanes}}
    assert why in lab.reply["wrong"]
    assert lab.reply["serial"] == 2
    assert (lab.reply["state"], lab.ground, lab.paths, lab.reply["query"]) == held
    lab.sent = {"serial": 3, "controls": {"problem": BOWL, "lanes": lanes}}
    assert (lab.reply["wrong"], lab.reply["problem"]) == ("", BOWL)


def test_a_bad_link_begins_as_usual_and_says_where() -> None:
    state, notes = from_query("?problem=x**2+%2B+floor(y)&optim=sgd")
    assert state.problem == "valley"
    assert "floor is none of the functions" in notes[0]


def test_a_start_where_the_formula_has_no_slope_is_corrected() -> None:
    state, notes = clean({"problem": "log(x) + y*y", "start": [-1, 1]})
    assert state.start is None
    assert notes == ["At -1, 1 there is no finite height and slope to start from."]
    assert clean({"problem": "log(x) + y*y", "start": [1, 1]})[0].start == (1.0, 1.0)


def test_a_formula_has_facts_a_map_and_files() -> None:
    lab = SurfaceLab()
    lab.sent = {"serial": 1, "query": f"?problem={BOWL}&optim=momentum&steps=20"}
    facts = lab.reply["own"]
    assert (facts["name"], facts["axes"], facts["batch"]) == (BOWL, ("x", "y"), None)
    assert {*facts["shapes"]} == {"left", "right", "bottom", "top"}
    assert lab.reply["noAxes"] == ""
    json.dumps(lab.reply, allow_nan=False)
    assert len(map_pack(lab.state, 0)) > 1000
    lab.sent = {"serial": 2, "query": "?problem=booth"}
    assert lab.reply["own"] is None


NAMES = st.sampled_from(["x", "y", "pi", "e", "2", "0", "-3", ".5", "1e5", "1e308", "1e-300"])
FORMULAS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner),
        st.builds(
            "{}({})".format, st.sampled_from(["", "sin", "exp", "log", "sqrt", "abs"]), inner
        ),
    ),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=60)
@given(FORMULAS, st.sampled_from([{}, {"left": 0, "right": 2}, {"bottom": 5}]))
def test_any_formula_is_drawn_and_run_or_refused(text: str, shape: dict[str, float]) -> None:
    lab = SurfaceLab()
    lanes = [{"rule": "momentum"}, {"rule": "adam"}]
    controls = {"problem": text, "shape": shape, "lanes": lanes, "steps": 30}
    lab.sent = {"serial": 5, "controls": controls}
    assert lab.reply["serial"] == 5
    json.dumps(lab.reply, allow_nan=False)
    if not lab.reply["wrong"]:
        assert from_query(lab.reply["query"]) == (lab.state, [])
        assert all(np.isfinite(run.w).all() for run in lab.state.runs())


def test_a_checked_formula_is_made_once() -> None:
    assert own.checked(BOWL, {}) is own.plane_of(BOWL)
    with pytest.raises(UserError, match="characters"):
        own.checked("x" * 201, {})
