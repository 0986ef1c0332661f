"""The surface lab's state: whatever a link says, a good state comes of it; its command is exact."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optiviz.labs.controls import knobs
from optiviz.labs.surface import takeaway
from optiviz.labs.surface.offers import DECAYS, FILES, RATES, SITUATIONS, offers, shapes
from optiviz.labs.surface.state import LONGEST, State, clean, from_query
from optiviz.optim import SCHEDULES, on_planes
from optiviz.player import pack as player
from optiviz.player.panels import USUAL
from optiviz.problems import PROBLEMS
from optiviz.views import Picture
from optiviz.views.files.animate import MOVING, STILL

# What a link may hold, and nonsense of every kind.
NUMBERS = st.one_of(
    st.floats(), st.integers(), st.text(max_size=12), st.none(), st.booleans(), st.just("1e999")
)
SETTINGS = st.dictionaries(
    st.sampled_from(["lr", "beta", "beta1", "beta2", "rho", "end", "gamma", "noise", "eps", "x"]),
    NUMBERS,
    max_size=4,
)
NAMES = st.one_of(
    st.sampled_from([*on_planes(), *SCHEDULES, *PROBLEMS, "adm", "__class__"]), st.text(max_size=8)
)
CONTROLS = st.fixed_dictionaries(
    {},
    optional={
        "problem": NAMES,
        "shape": SETTINGS,
        "lanes": st.lists(st.builds(lambda a, b: {"rule": a} | b, NAMES, SETTINGS), max_size=6),
        "schedule": NAMES,
        "decay": SETTINGS,
        "steps": NUMBERS,
        "start": st.lists(NUMBERS, max_size=3),
        "batch": NUMBERS,
        "seed": NUMBERS,
    },
)
ANYTHING = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=3), max_leaves=5)


def is_good(state: State) -> None:
    """It runs, and its link and its controls give it back."""
    short = dataclasses.replace(state, steps=min(state.steps, 3))
    assert all(np.isfinite(run.w).all() for run in short.runs())
    assert from_query(state.query()) == (state, [])
    assert clean(json.loads(json.dumps(state.controls()))) == (state, [])


@settings(max_examples=40)
@given(st.one_of(CONTROLS, ANYTHING))
def test_any_controls_become_a_good_state(sent: Any) -> None:
    state, notes = clean(sent)
    is_good(state)
    assert all(len(note) < 400 for note in notes)


@settings(max_examples=40)
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.builds("{}={}:{}={}".format, NAMES, NAMES, st.text(max_size=5), NUMBERS),
            max_size=4,
        ).map("&".join),
    )
)
@example("?optim=adam:lr=nan&optim=adam:lr=inf&steps=-3&seed=1e9&start=,")
@example("problem=regression:noise=__import__('os')&batch-size=0")
@example("optim=momentum:beta=7&optim=sgd&optim=sgd&optim=sgd&optim=sgd")
def test_any_link_becomes_a_good_state(text: str) -> None:
    is_good(from_query(text)[0])


@pytest.mark.parametrize(
    ("query", "option", "value", "note"),
    [
        ("optim=adm", "optim", "adam:", "There is no optimiser 'adm', so this is adam."),
        ("optim=foo:lr=2", "optim", "lr=0.012,beta=0.9", "There is no optimiser 'foo'"),
        ("optim=momentum:beta=7", "optim", "beta=0.999", "momentum β must be at most 0.999"),
        ("optim=momentum:lr=nan", "optim", "lr=0.012", "'nan' became 0.012."),
        ("optim=sgd:lr=0.05" + "0" * 37, "optim", "lr=0.012", "became 0.012."),
        ("steps=7" + "0" * 40, "steps", "120", "steps must be a number"),
        ("optim=sgd:eps=1", "optim", "sgd:lr=0.012", "There is no slider for 'eps' here"),
        ("optim=sgd:lr", "optim", "sgd:lr=0.012", "write it as name:key=value"),
        ("problem=beal", "problem", "beale", "There is no problem 'beal', so this is beale."),
        ("schedule=cosin", "schedule", "cosine:end=0.0", "so this is cosine."),
        ("steps=0", "steps", "1", "steps must be at least 1, so 0 became 1."),
        ("start=99,0", "start", "2.6,0.0", "the start's w₁ must be at most 2.6"),
        ("start=1", "start", None, "The start must be two numbers"),
        ("batch-size=8", "batch-size", None, "This surface has no samples"),
        ("problem=regression&batch-size=900", "batch-size", None, "must be at most 100"),
        ("x" * (LONGEST + 1), "problem", "valley", "This link is too long"),
    ],
)
def test_what_is_not_good_is_named(query: str, option: str, value: str | None, note: str) -> None:
    state, notes = from_query(query)
    words = dict(reversed(state.options()))
    assert (option not in words) if value is None else value in words[option]
    assert any(note in said for said in notes), notes


@pytest.mark.parametrize("digits", [1, 38])
def test_a_number_of_up_to_40_characters_is_one(digits: int) -> None:
    state, notes = from_query("optim=sgd:lr=0." + "5".ljust(digits, "0"))
    assert (state.lanes, notes) == ((("sgd", {"lr": 0.5}),), [])


def test_a_megabyte_is_refused_at_once() -> None:
    state, notes = from_query("optim=" + "a" * 2**20)
    assert state == clean({})[0]
    assert len(" ".join(notes)) < 200


STATES = [
    SITUATIONS[2].link,
    SITUATIONS[4].link,
    "problem=logistic:noise=1.3&optim=lion&optim=adadelta&optim=nadam&batch-size=7&seed=3"
    "&schedule=cosine:end=0.0001&start=-0.123456789,1.1&steps=40",
    "problem=himmelblau&optim=nesterov:beta=0.95&optim=nesterov&schedule=step:step_size=7,gamma=0.3",
]


@pytest.mark.parametrize(
    "link", [STATES[0], *(pytest.param(s, marks=pytest.mark.slow) for s in STATES[1:])]
)
def test_the_command_and_the_python_make_the_same_bits(link: str, tmp_path: Path) -> None:
    state, notes = from_query(link)
    assert notes == []
    problem = state.plane()
    runs = state.runs()
    path = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = takeaway.commands(state)[".html"] + " --json"
    made = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env=path,
        capture_output=True,
        text=True,
        check=True,
    )
    page = (tmp_path / f"{takeaway.file_name(state)}.html").read_text(encoding="utf-8")
    ground, paths = re.findall(r'"([A-Za-z0-9+/=]{200,})"', page)
    assert base64.b64decode(ground) == player.ground(problem)
    assert base64.b64decode(paths) == player.paths(Picture(problem, runs, USUAL))
    for run, told in zip(runs, json.loads(made.stdout)["runs"], strict=True):
        assert told["w"] == run.w[-1].tolist(), "to the last bit"
    keep = "\nimport numpy\nnumpy.savez('w.npz', *[run.w for run in runs])"
    subprocess.run([sys.executable, "-c", takeaway.python(state) + keep], cwd=tmp_path, check=True)
    with np.load(tmp_path / "w.npz") as again:
        for run, w in zip(runs, again.values(), strict=True):
            np.testing.assert_array_equal(w, run.w)
    assert (tmp_path / f"{takeaway.file_name(state)}.png").stat().st_size > 10_000  # and drawn


@pytest.mark.parametrize("ending", FILES)
def test_the_command_is_one_that_writes_the_file(ending: str) -> None:
    state, _ = from_query("optim=sgd&optim=adam:lr=0.1&problem=valley:condition=5")
    _, verb, *_, name = takeaway.commands(state)[ending].split()
    assert ending in {"plot": STILL, "animate": MOVING}[verb]
    assert name == f"sgd-adam-valley{ending}"


def test_every_situation_is_as_its_words_say() -> None:
    """The words under the picture are about these very runs."""
    endings = {}
    for situation in SITUATIONS:
        state, notes = from_query(situation.link)
        assert notes == []
        problem = state.plane()
        endings[situation.title] = (
            state.runs(),
            Picture(problem, state.runs()).verdicts,
        )
    _, (slow, fast, lost) = endings["Too large a step"]
    assert "diverg" in lost
    assert "converged" in fast
    assert "diverg" not in slow
    (_, momentum), _ = endings["Velocity builds, then fades"]
    speed = np.hypot(*momentum.velocity.T)
    assert speed.argmax() > 1
    assert speed[-1] < 0.1 * speed.max()
    (plain, smooth), _ = endings["Batch noise cancelled"]
    rough = [np.linalg.norm(np.diff(run.w[-80:], n=2, axis=0)) for run in (plain, smooth)]
    assert rough[1] < 0.2 * rough[0]
    (adagrad, _), (stalled, arrived) = endings["AdaGrad stalls"]
    lengths = np.hypot(*adagrad.velocity.T)
    assert lengths[-100:].mean() < 0.1 * lengths[1:10].mean()
    assert stalled == "crawls"
    assert "converged" in arrived
    (_, adam), _ = endings["Adam's first steps"]
    np.testing.assert_allclose(np.abs(adam.velocity[1]), 0.1, rtol=1e-6)


def test_everything_that_can_be_named_can_be_chosen() -> None:
    facts = offers()
    assert set(facts["rules"]) == set(on_planes())
    assert set(facts["schedules"]) == set(DECAYS) == set(SCHEDULES)
    assert {problem["name"] for problem in facts["problems"]} == set(PROBLEMS)
    for problem in PROBLEMS:
        for rule in on_planes():
            for knob in knobs(rule, RATES, PROBLEMS[problem].rates).values():
                assert list(knob.values) == sorted(set(knob.values))
                assert knob.values[0] <= knob.default <= knob.values[-1]
        for knob in shapes(problem).values():
            assert knob.values[0] <= knob.default <= knob.values[-1]
