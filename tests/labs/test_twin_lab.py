"""The twin lab's model: what its controls mean, what it answers, and how it is stopped."""

from __future__ import annotations

import asyncio
import json
import math
import re
import shlex
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.labs.twin.form import KNOBS, RATES, State, clean, from_query
from optiviz.labs.twin.lab import TwinLab
from optiviz.labs.twin.trial import Trial
from optiviz.runs import descend
from optiviz.training.curvature import curvature
from optiviz.training.twin import Twins
from optiviz.views.scene.sharpness import sharpness


@pytest.mark.parametrize(
    ("sent", "name", "value", "note"),
    [
        ({"lr": 0.32}, "lr", 0.3, "Learning rate η is set to 0.3."),
        ({"batch": 1e300}, "batch", 500, "Batch size m of 500 is set to 500."),
        ({"seed": math.nan}, "seed", 0, "Seed is set to 0."),
        ({"schedule": "cubic"}, "schedule", "constant", "There is no such decay schedule"),
        ({"at": "20"}, "at", None, "The valley is that of a whole update"),
        ({"at": True}, "at", None, "The valley is that of a whole update"),
    ],
)
def test_a_bad_control_is_brought_to_a_good_one(
    sent: Any, name: str, value: Any, note: str
) -> None:
    state, notes = clean(sent)
    assert getattr(state, name) == value
    assert notes[0].startswith(note)
    assert clean(vars(state)) == (state, [])


def test_a_link_restores_what_it_was_made_of() -> None:
    state = State(0.54, 0.9, 20, 50, 7, "linear", 12)
    assert from_query(f"?{state.query()}&trained=1&look=dark") == (state, [], True)
    assert from_query(State().query()) == (State(), [], False)
    words = shlex.split(state.command())
    assert words[words.index("--optim") + 1] == "momentum:lr=0.54,beta=0.9"
    assert words[words.index("--schedule") + 1] == "linear:end=0.0054"


def run(lab: TwinLab, until: Any, seconds: float = 120) -> None:
    """Let the lab's loop turn until something is so."""

    async def turn() -> None:
        lab.train(lab.sent and lab.sent["controls"])
        end = time.monotonic() + seconds
        while not until(lab) and time.monotonic() < end:
            await asyncio.sleep(0.01)

    with ThreadPoolExecutor(1) as pool:  # a browser's tests leave a loop that runs in this one
        pool.submit(asyncio.run, turn()).result()
    assert until(lab)


def said(lab: TwinLab, **controls: Any) -> dict[str, Any]:
    lab.sent = {"serial": lab.reply["serial"] + 1, "controls": controls}
    return lab.reply


def test_the_toy_s_limit_is_theory_s_to_one_step_of_the_slider() -> None:
    lab = TwinLab()
    limits = said(lab, beta=0.5)["limits"]
    valley = lab.trial.growing.seen().valley(0)
    assert limits["start"] == pytest.approx(2 * 1.5 / valley.curvature[0])
    rests = [
        np.abs(descend(valley, State(lr, 0.5).rule(), start=(1.0, 0.0), steps=400).w[-1]).max() < 1
        for lr in RATES
    ]
    first = rests.index(False)
    assert RATES[first - 1] <= limits["start"] <= RATES[first]
    assert not any(rests[first:])


def test_it_trains_and_says_what_came_of_it() -> None:
    lab = TwinLab()
    reply = said(lab, updates=10, lr=1.0)
    assert (reply["phase"], reply["done"], reply["at"]) == ("ready", 0, 0)
    assert "beyond its limit" in reply["words"]["toy"]
    run(lab, lambda lab: lab.reply["phase"] == "finished")
    made, reply = lab.trial.growing.seen(), lab.reply
    assert reply["done"] == 10
    assert reply["query"] == "lr=1&updates=10&trained=1"
    last = lab.trial.growing.points()
    assert made.curvatures[0, 0] == pytest.approx(
        curvature(lab.trial.growing.network, next(last).w).sharpness, rel=1e-2
    )
    assert f"first rose at update {made.rises}" in reply["words"]["network"]
    assert reply["limits"]["start"] == pytest.approx(2 / made.curvatures[0, 0])
    assert reply["limits"]["now"] == pytest.approx(2 / made.curvatures[-1, 0])
    json.dumps(reply, allow_nan=False)

    moved = said(lab, updates=10, lr=1.0, at=4)
    assert (moved["at"], moved["done"], moved["words"]["stale"]) == (4, 10, "")
    other = said(lab, updates=10, lr=0.1)
    assert other["words"]["stale"].startswith("It was trained with η = 1,")
    assert "trained" not in other["query"]
    assert said(lab, updates=10, seed=1)["phase"] == "ready"


def test_a_lesson_begins_with_a_network_at_its_start() -> None:
    lab = TwinLab()
    said(lab, updates=2)
    run(lab, lambda lab: lab.reply["phase"] == "finished")
    link = {"query": "?updates=2&at=0"}
    lab.sent = {"serial": 2, **link}
    assert lab.reply["done"] == 2
    lab.sent = {"serial": 3, **link, "begins": True}
    assert (lab.reply["serial"], lab.reply["phase"], lab.reply["done"]) == (3, "ready", 0)


def test_a_network_that_dies_is_told_of() -> None:
    lab = TwinLab()
    said(lab, updates=25, lr=10.0)
    run(lab, lambda lab: lab.reply["phase"] == "finished")
    (note,) = lab.reply["notes"]
    assert re.fullmatch(r"At update \d+ the loss bends upwards in one direction\.", note)
    assert lab.reply["at"] < 25
    assert lab.reply["limits"]["now"] is None


def test_it_stops_before_its_next_update_and_goes_on_to_the_same() -> None:
    state = State(updates=10)
    whole, parts = Trial(state, lambda: None), Trial(state, lambda: None)
    whole.go()
    whole.thread.join()
    said_at_once = []

    def stop() -> None:
        if parts.done == 3:
            parts.stop()
            said_at_once.append(parts.phase)

    parts.changed = stop
    parts.go()
    parts.thread.join()
    assert (parts.phase, parts.done) == ("stopped", 4)
    assert said_at_once[0] == "stopped"  # though its thread goes on to the update's end
    parts.changed = lambda: None
    parts.go()
    parts.thread.join()
    assert (whole.phase, parts.phase) == ("finished", "finished")
    assert whole.growing.seen().loss.tolist() == parts.growing.seen().loss.tolist()


def test_that_it_was_stopped_is_said_before_anything_is_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Trial, "go", lambda trial: setattr(trial, "phase", "training"))
    monkeypatch.setattr("asyncio.get_event_loop", lambda: None)
    lab = TwinLab()
    lab.train()
    assert "trained=1" in lab.reply["query"]
    monkeypatch.setattr(lab.trial.growing, "seen", None)
    lab._heard(None, {"type": "stop"}, [])
    assert (lab.reply["phase"], lab.reply["query"]) == ("stopped", "")


def test_the_toy_of_a_valley_runs_once_and_its_curvature_is_the_valley_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab, whole = TwinLab(), Twins.toy
    made: list[Any] = []
    monkeypatch.setattr(Twins, "toy", lambda *words: made.append(words) or whole(*words))
    said(lab, updates=10)
    said(lab, updates=10)
    assert len(made) == 1
    said(lab, updates=10, seed=1)
    said(lab, updates=10, seed=1, lr=0.1)
    said(lab, updates=10, seed=1, lr=0.1, beta=0.5)
    assert len(made) == 4
    known, valley = lab._toy[1], lab.trial.growing.seen().valley(0)
    there = replace(known, slots={"velocity": known.slots["velocity"]})
    assert sharpness(known, valley) == pytest.approx(sharpness(there, valley), rel=1e-6)


def test_a_training_under_way_is_not_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trial, "go", lambda trial: setattr(trial, "phase", "training"))
    monkeypatch.setattr("asyncio.get_event_loop", lambda: None)
    lab = TwinLab()
    lab.train()
    trial = lab.trial
    lab.train({"lr": 1.0})
    said(lab, seed=5)
    assert lab.trial is trial
    assert lab.reply["at"] == 0


def test_what_is_offered_can_be_set() -> None:
    lab = TwinLab()
    json.dumps(lab.offers, allow_nan=False)
    for name, knob in KNOBS.items():
        assert lab.offers["knobs"][name]["default"] == getattr(State(), name) == knob.default
        assert knob.default in knob.values
