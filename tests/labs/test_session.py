"""A session of the surface lab: pinned runs in links and files, and what is made of bad ones."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.errors import UserError
from optiviz.labs.surface.beside import DASHES, Pinned, family, pinned
from optiviz.labs.surface.lab import SurfaceLab
from optiviz.labs.surface.offers import offers
from optiviz.labs.surface.session import (
    KIND,
    LARGEST,
    PINS,
    Session,
    clean,
    from_file,
    from_query,
)
from optiviz.optim import on_planes
from optiviz.runs import race
from optiviz.views.style import LINES, THEMES, contrast, halo

from ..player.test_player import unpack
from .test_state import ANYTHING, CONTROLS, NAMES

BASE = "?problem=regression&optim=momentum:lr=0.02,beta=0.9&optim=adam:lr=0.1&batch-size=8&steps=30"
PINNED = f"{BASE}&pin-A=optim=momentum:lr=0.02,beta=0.5;batch-size=8&pin-C=optim=sgd:lr=0.01"


def held(link: Any, **facts: Any) -> str:
    return json.dumps(KIND | {"link": link} | facts)


def test_a_pinned_run_is_on_the_same_surface_and_as_long() -> None:
    session, notes = from_query(PINNED.replace("steps=30", "steps=7"))
    assert notes == []
    assert [len(run.w) for run in session.runs()] == [8, 8]
    (expected,) = race("regression", ["momentum:lr=0.02,beta=0.5"], steps=7, batch_size=8)
    assert session.runs()[0] == expected


def test_a_page_cannot_pin_a_run_of_another_surface_or_length() -> None:
    pin = {"problem": "bowl", "steps": 900, "lanes": [{"rule": "sgd"}, {"rule": "adam"}]}
    session, notes = clean({"problem": "valley", "steps": 7, "pins": {"B": pin}})
    assert notes == []
    (state,) = session.pins.values()
    assert (state.problem, state.steps, len(state.lanes)) == ("valley", 7, 1)


@pytest.mark.parametrize(
    ("pin", "name"),
    [
        ("optim=momentum:lr=0.02,beta=0.5;batch-size=8", "β = 0.5"),
        ("optim=momentum:lr=0.03,beta=0.5;batch-size=8", "η = 0.03, β = 0.5"),
        ("optim=momentum:lr=0.02;batch-size=8", ""),
        ("optim=momentum:lr=0.02;batch-size=4;seed=3", "m = 4, seed 3"),
        ("optim=momentum:lr=0.02", "all the data"),
        ("optim=momentum:lr=0.02;batch-size=8;start=-1,0.5", "start -1, 0.5"),
        ("optim=momentum:lr=0.02;batch-size=8;schedule=cosine", "cosine decay"),
        ("optim=rmsprop:lr=0.03;batch-size=8", "RMSProp η = 0.03 β = 0.99"),
    ],
)
def test_a_pinned_run_is_called_by_what_differs(pin: str, name: str) -> None:
    assert from_query(f"{BASE}&pin-B={pin}")[0].names() == {"B": name}


def test_of_two_decays_the_end_that_differs_is_told() -> None:
    query = (
        f"{BASE}&schedule=linear:end=0.01&pin-A=optim=momentum:lr=0.02;batch-size=8;schedule=linear"
    )
    assert from_query(query)[0].names() == {"A": "η_N = 0"}


PINS_SENT = st.dictionaries(st.sampled_from([*PINS, "D", ""]), CONTROLS | ANYTHING, max_size=4)


@settings(max_examples=15)
@given(CONTROLS, PINS_SENT | ANYTHING)
def test_any_pins_become_good_ones_that_a_link_and_the_page_give_back(sent: Any, pins: Any) -> None:
    session, notes = clean(sent | {"pins": pins})
    assert set(session.pins) <= set(PINS)
    assert all(len(note) < 400 for note in notes)
    assert from_query(session.query()) == (session, [])
    assert clean(json.loads(json.dumps(session.controls()))) == (session, [])
    if session.state.steps < 50:
        assert all(np.isfinite(run.w).all() for run in session.runs())


@settings(max_examples=15)
@given(
    st.lists(st.builds("{}={};{}:{}".format, NAMES, NAMES, NAMES, st.text(max_size=5)), max_size=3)
)
def test_any_words_of_a_pin_become_a_good_one(words: list[str]) -> None:
    query = BASE + "".join(
        f"&pin-{letter}={word}" for letter, word in zip(PINS, words, strict=False)
    )
    session = from_query(query)[0]
    assert from_query(session.query()) == (session, [])


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("&pin-D=optim=sgd", "Runs are pinned as A, B, C: 'D' was left out."),
        ("&pin-A=optim=momentum:beta=7", "momentum β must be at most 0.999, so 7 became 0.999."),
        ("&t=31", "The step must be a whole number from 0 to 30, so this is the last."),
        ("&t=abc", "The step must be a whole number from 0 to 30, so this is the last."),
        (f"&t={'9' * 300}", "The step must be a whole number from 0 to 30, so this is the last."),
    ],
)
def test_what_is_not_good_is_named(query: str, note: str) -> None:
    session, notes = from_query(BASE + query)
    assert notes == [note]
    assert session.step in (None, 30)


def test_a_file_holds_what_the_address_holds() -> None:
    assert from_file(held(f"{PINNED}&t=12")) == from_query(f"{PINNED}&t=12")
    assert from_file(held(f"{PINNED}&t=12"))[0].step == 12


NO_SESSION = "This file is not a session that the surface lab saved."
BAD = {
    "no JSON": ("{", NO_SESSION),
    "another list": ("[1, 2]", NO_SESSION),
    "a number": ("7", NO_SESSION),
    "deep lists": ("[" * 7000, NO_SESSION),
    "markup": ("<script>alert(1)</script>", NO_SESSION),
    "no text": (None, NO_SESSION),
    "a list for a link": (held(["?optim=sgd"]), NO_SESSION),
    "another kind": (held(BASE, optiviz="a run"), NO_SESSION),
    "a version that is none": (held(BASE, version="1"), NO_SESSION),
    "a version that is true": (held(BASE, version=True), NO_SESSION),
    "a later version": (
        held(BASE, version=2),
        "This session is of version 2, and this lab reads version 1.",
    ),
    "too much": (
        held("x" * LARGEST),
        "This file is too large to be a session of the surface lab.",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_no_session_is_refused_in_one_sentence(what: str) -> None:
    text, sentence = BAD[what]
    with pytest.raises(UserError) as caught:
        from_file(text)
    assert str(caught.value) == sentence


def test_a_file_that_is_no_session_changes_nothing() -> None:
    lab = SurfaceLab()
    lab.sent = {"serial": 1, "query": PINNED + "&t=3"}
    session, paths = lab.session, lab.paths
    for serial, (text, sentence) in enumerate(BAD.values(), start=2):
        lab.sent = {"serial": serial, "file": text}
        assert lab.reply["notes"] == [sentence]
        assert (lab.reply["serial"], lab.reply["step"]) == (serial, None)
        assert (lab.session, lab.paths) == (session, paths)


def test_what_is_wrong_within_a_file_is_put_right_as_in_a_link() -> None:
    lab = SurfaceLab()
    lab.sent = {"serial": 1, "file": held("?problem=<img>&optim=momentum:beta=7&pin-A=optim=<b>")}
    assert lab.reply["state"]["problem"] == "valley"
    assert len(lab.reply["notes"]) == 3
    assert lab.reply["step"] is None


def test_pinning_sends_no_path_and_a_slider_no_pin() -> None:
    """What was there before a drag stays to be compared with, since the paths are no others."""
    lab, heard = SurfaceLab(), []
    lab.sent = {"serial": 1, "query": PINNED}
    lab.observe(lambda change: heard.append(change.name), ["paths", "pinned"])
    controls = lab.reply["state"]
    controls["pins"]["B"] = {"lanes": [controls["lanes"][1]]}
    lab.sent = {"serial": 2, "controls": controls}
    assert heard == ["pinned"]
    assert list(lab.reply["pins"]) == ["A", "B", "C"]
    controls["lanes"][0]["lr"] = 0.03
    lab.sent = {"serial": 3, "controls": controls}
    assert heard == ["pinned", "paths"]
    assert lab.reply["pins"]["A"] == "η = 0.02, β = 0.5"
    controls["pins"] = {}
    lab.sent = {"serial": 4, "controls": controls}
    assert lab.pinned == b""


def test_pinned_runs_are_seen_and_told_apart() -> None:
    session = from_query(
        "?steps=9&"
        + "&".join(f"pin-{letter}=optim=momentum:beta=0.{i}" for i, letter in enumerate(PINS))
    )[0]
    runs = unpack(pinned(session.state.plane(), session))["runs"]
    assert len({str(run["dash"]) for run in runs}) == len({str(run["colors"]) for run in runs}) == 3
    assert len(set(map(str, DASHES.values()))) == 3
    for look in (THEMES["light"], THEMES["dark"]):
        for mark in Pinned(session.state.plane(), session).marked(look):
            assert contrast(mark.color, halo(look)) >= LINES - 0.01


# ---- the family


@pytest.mark.parametrize("rest", ["", "&schedule=cosine", "&start=-1,0.5&seed=4"])
@pytest.mark.parametrize("setting", ["beta", "lr"])
def test_a_member_is_the_run_of_its_value(rest: str, setting: str) -> None:
    """Those that diverge, too, end where the run of their own ends."""
    state = from_query(BASE + rest)[0].state
    facts = unpack(family(state, {"lane": 0, "setting": setting}))
    values = facts["values"]
    knob = offers()["rules"]["momentum"][setting]
    assert len(values) == 21
    assert set(values) <= set(knob["values"])
    for value, member in list(zip(values, facts["runs"], strict=True))[::4]:
        words = {"lr": 0.02, "beta": 0.9} | {setting: value}
        rule = f"momentum:lr={words['lr']},beta={words['beta']}"
        course = (state.start, state.schedule_words, state.batch, state.seed)
        (run,) = race(state.plane(), [rule], state.steps, *course)
        assert (member["steps"], member["divergedAt"]) == (run.steps, run.diverged_at)
        np.testing.assert_allclose(member["x"], run.w[:, 0], rtol=1e-4)
        np.testing.assert_allclose(
            member["above"], run.loss - state.plane().floor(), atol=1e-3, rtol=1e-3
        )


def test_a_formula_of_ones_own_has_pins_and_families() -> None:
    session, notes = from_query("?problem=x**2%2By**4&optim=sgd&steps=9&pin-A=optim=adam:lr=0.2")
    assert notes == []
    assert session.names() == {"A": "Adam η = 0.2"}
    assert len(session.runs()[0].w) == 10
    assert from_query(session.query()) == (session, [])
    assert unpack(family(session.state, {"lane": 0, "setting": "lr"}))["runs"][0]["steps"] == 9


@pytest.mark.parametrize("rule", on_planes())
def test_every_setting_has_a_family_from_which_each_member_can_be_taken(rule: str) -> None:
    state = from_query(f"?problem=valley&optim={rule}&steps=5")[0].state
    for setting, knob in offers()["rules"][rule].items():
        facts = unpack(family(state, {"lane": 0, "setting": setting}))
        assert 10 < len(facts["values"]) <= 21
        assert set(facts["values"]) <= set(knob["values"])
        assert len({str(run["colors"]) for run in facts["runs"]}) == len(facts["values"])


@pytest.mark.parametrize(
    ("about", "error"),
    [
        *(
            (about, "There is no such optimiser to vary.")
            for about in (None, 7, [], {}, {"lane": 2})
        ),
        ({"lane": -1, "setting": "lr"}, "There is no such optimiser to vary."),
        ({"lane": "0", "setting": "lr"}, "There is no such optimiser to vary."),
        *(
            ({"lane": 0, "setting": setting}, "momentum has no such setting to vary.")
            for setting in (None, ["lr"], "beta1", "__class__", "form")
        ),
    ],
)
def test_a_family_of_nothing_is_refused(about: Any, error: str) -> None:
    with pytest.raises(UserError) as caught:
        family(Session(from_query("")[0].state).state, about)
    assert str(caught.value) == error
