"""What one did in the MNIST lab is kept: links, removed runs, sessions; and what is trained."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.labs.mnist import address, session
from optiviz.labs.mnist import form as mnist_form
from optiviz.labs.mnist.facts import points_of
from optiviz.labs.mnist.race import Lane, Race
from optiviz.labs.mnist.runs import RUNS, Runs
from optiviz.optim import OPTIMIZERS

SMALL = {"hidden": "16", "epochs": 1, "batch_size": 1000}
ROWS = [[0, None, 2.3, 0.1, 0], [0.1, 1.0, 0.5, 0.9, 0.4], [0.2, 0.6, None, 0.95, 0.8]]
RUN = {"link": "optim=sgd:lr=0.5&epochs=1", "step": 130, "rows": ROWS, "fate": ""}
RUN |= {"verdict": "still improving", "sum": "0123456789abcdef"}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"lanes": [{"rule": rule} for rule in list(OPTIMIZERS)[:4]]},
        {"lanes": [{"rule": "adam", "lr": 0.002, "beta1": 0.8, "beta2": 0.99}], "hidden": ""},
        {"lanes": [{"rule": "sgd", "lr": 1e-5}], "schedule": "cosine", "end": 0.002, "seed": 9},
        SMALL | {"lanes": [{"rule": "sgd"}], "hidden": "64, 32", "epochs": 50},
    ],
)
def test_a_link_restores_every_control(sent: Any) -> None:
    state, _ = mnist_form.clean(sent)
    link = address.query(state)
    assert address.read({"query": f"?{link}&look=dark&token=x"}) == (state, [])
    assert " " not in link


@pytest.mark.parametrize(
    ("link", "notes"),
    [
        ("?optim=sgd:lr=7", ["Learning rate η is set to 1."]),
        ("?optim=foo:lr=2", ["There is no such optimiser; momentum stands in its place."]),
        ("?epochs=abc&seed=-5", ["Epochs is set to 3.", "Seed is set to 0."]),
        ("?optim=sgd:x", ["Cannot read 'sgd:x': write it as name:key=value,key=value."]),
        (
            "?" + "x" * 3000,
            ["This link is too long to be one of the lab's; here is the usual start."],
        ),
    ],
)
def test_a_link_that_is_wrong_is_put_right_and_said(link: str, notes: list[str]) -> None:
    state, said = address.from_query(link)
    assert said == notes
    assert mnist_form.clean(state) == (state, [])


def lane(seed: int, phase: Any = "finished") -> Lane:
    recipe = mnist_form.recipes(mnist_form.clean(SMALL | {"seed": seed})[0])[0]
    return Lane(recipe, 0, phase=phase)


def test_removed_runs_come_back_to_where_they_were() -> None:
    table = Runs()
    for seed in range(3):
        table.add([lane(seed), lane(seed + 10)])
    order = [one.key for one in table.lanes]
    assert order == [5, 6, 3, 4, 1, 2]
    table.shown = 3
    assert [one.key for one in table.remove([3, 1, 99])] == [3, 1]
    assert table.shown == 5
    table.add([lane(7)])
    assert [one.key for one in table.restore([1, 3, None])] == [3, 1]
    assert [one.key for one in table.lanes] == [7, *order]
    assert table.restore([1]) == []  # they are there


def test_removed_runs_are_forgotten_where_there_is_no_room() -> None:
    table = Runs()
    table.add([lane(seed) for seed in range(RUNS)])
    table.remove(list(range(1, 11)))
    table.add([lane(seed) for seed in range(8)])
    assert [one.key for one in table.restore(list(range(1, 11)))] == [9, 10]
    assert len(table.lanes) == RUNS


def test_a_run_under_way_is_not_removed() -> None:
    table = Runs()
    table.add([lane(0, "training"), lane(1, "waiting"), lane(2, "stopped")])
    assert [one.key for one in table.remove([1, 2, 3])] == [3]


def test_a_run_that_was_kept_is_read_and_shown_again() -> None:
    recipe, link, kept = session.reopened(json.loads(json.dumps(RUN)))
    assert (recipe.optim, recipe.lr, link) == ("sgd", 0.5, RUN["link"])
    one = Lane(recipe, 1)
    one.take(kept)
    assert points_of(one) == [[v if v is None else float(v) for v in row] for row in ROWS]
    assert [row["step"] for row in one.rows] == [60, 120]
    assert (one.step, one.phase, one.verdict, one.w) == (130, "kept", "still improving", None)


@pytest.mark.parametrize(
    "odd",
    [
        {"rows": [ROWS[2], ROWS[1]]},
        {"rows": [[0.1, 1.0, 0.5, 1.5, 0.4]]},
        {"rows": [[0.1, 1.0, 0.5, -0.5, 0.4]]},
        {"rows": [[0.1, -1.0, 0.5, 0.9, 0.4]]},
        {"rows": [[None, 1.0, 0.5, 0.9, 0.4]]},
        {"rows": [[0.1, 1.0, "0.5", 0.9, 0.4]]},
        {"rows": [[9, 1.0, 0.5, 0.9, 0.4]]},
        {"step": 60},
        {"step": 10**6},
        {"fate": "won"},
        {"sum": "<b>"},
        {"link": 7},
        {"rows": None},
    ],
)
def test_a_run_that_no_lab_has_kept_is_refused(odd: Any) -> None:
    with pytest.raises(UserError, match="cannot be read, so it was left out"):
        session.reopened(RUN | odd)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (None, "This file is not a session that the MNIST lab saved."),
        ({"optiviz": "session of the surface lab", "version": 1, "link": ""}, "This file is not"),
        (session.KIND | {"version": 2, "link": ""}, "This session is of version 2, and this lab"),
        (session.KIND | {"link": None}, "This file is not a session"),
    ],
)
def test_another_file_is_refused(head: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        session.check_head(head)


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("anywidget", reason="needs the extra apps")
    from optiviz.labs.mnist.lab import MnistLab  # noqa: PLC0415  # of the extra

    monkeypatch.setattr("asyncio.get_event_loop", lambda: None)
    monkeypatch.setattr(Race, "_run", lambda race, lane: None)  # it waits for ever
    lab = MnistLab()
    lab.said = []
    lab.send = lambda content, buffers=None: lab.said.append(content)
    return lab


def say(lab: Any, kind: str, about: Any = None) -> None:
    lab._heard(lab, {"type": kind, "about": about}, [])


def phases(lab: Any) -> dict[int, str]:
    return {run["run"]: run["phase"] for run in lab.runs}


def test_only_what_has_changed_is_trained(lab: Any) -> None:
    pair = [{"rule": "momentum"}, {"rule": "adam"}]
    say(lab, "train", SMALL | {"lanes": pair})
    first, second = lab.lanes
    first.phase, second.phase = "finished", "stopped"
    say(lab, "train", SMALL | {"lanes": pair})
    assert [one.key for one in lab.race.lanes] == [2]  # which goes on
    assert phases(lab) == {1: "finished", 2: "waiting"}
    assert lab.status["told"].startswith("Momentum η = 0.02 (run 1) is trained already")
    second.phase = "finished"
    say(lab, "train", SMALL | {"lanes": [pair[0], {"rule": "sgd"}]})
    assert phases(lab) == {3: "waiting", 1: "finished", 2: "finished"}
    lab.lanes[0].phase = "finished"
    say(lab, "train", SMALL | {"lanes": [pair[1]]})
    assert len(lab.lanes) == 3
    assert "change its settings or the seed" in lab.status["told"]
    lab.form = SMALL | {"lanes": [{"rule": "lion"}]}
    assert lab.status["told"] == ""


def test_every_stopped_run_goes_on_by_itself(lab: Any) -> None:
    say(lab, "train", SMALL | {"lanes": [{"rule": "momentum"}, {"rule": "adam"}]})
    for one in lab.lanes:
        one.phase = "stopped"
    say(lab, "train", SMALL | {"lanes": [{"rule": "sgd"}]})
    lab.lanes[0].phase = "finished"
    say(lab, "continue", 2)
    assert phases(lab) == {3: "finished", 1: "stopped", 2: "waiting"}
    say(lab, "continue", 1)  # beside the other
    assert {one.key for one in lab.race.lanes} == {1, 2}
    assert lab.status["phase"] == "training"
    say(lab, "stop")
    assert all(one.halt.is_set() for one in lab.race.lanes)


def test_a_session_opens_with_its_curves_and_knows_its_weights_again(lab: Any) -> None:
    say(lab, "open", session.KIND | {"link": "optim=sgd:lr=0.5&epochs=1", "serial": 7})
    assert (lab.plan["serial"], lab.plan["state"]["epochs"]) == (7, 1)
    say(lab, "reopen", RUN)
    say(lab, "reopen", RUN)  # once is enough
    assert phases(lab) == {1: "kept"}
    assert [row for row in lab.said if row["type"] == "rows"][-1]["rows"] == points_of(lab.lanes[0])
    say(lab, "weights", 1)
    assert lab.said[-1]["type"] == "rows"  # there are none
    say(lab, "csv", [1])
    assert lab.said[-1]["name"] == "mnist-sgd-lr0.5-m100-seed0-run1.csv"
    say(lab, "continue", 1)
    (one,) = lab.lanes
    assert (one.step, one.rows, one.phase) == (0, [], "waiting")
    say(lab, "reopen", RUN | {"fate": "won"})
    assert lab.said[-1]["error"].startswith("A run of this session cannot be read")


@pytest.mark.parametrize("same", [True, False])
def test_weights_are_compared_with_the_sum_that_was_kept(same: bool) -> None:
    w = np.arange(5, dtype=np.float32)
    known = session.checksum(w if same else -w)
    recipe, _, kept = session.reopened(RUN | {"sum": known})
    one = Lane(recipe, 1)
    one.take(kept)
    one.rows = [{"step": 60.0}]
    one._weigh(w)
    assert one.same is None  # another moment
    one.rows = [{"step": 60.0}, {"step": 120.0}]
    one._weigh(w)
    assert one.same is same
