"""The surface lab without a browser: what it answers to what a page may send."""

from __future__ import annotations

import io
import json
import math
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.labs.surface.lab import FILES, SurfaceLab, map_pack
from optiviz.labs.surface.state import from_query
from optiviz.labs.surface.takeaway import picture_file
from optiviz.maps import rate_map
from optiviz.runs import Run
from optiviz.runs.verdict import Verdict, verdict

from ..player.test_player import unpack


def test_a_slider_runs_again_and_keeps_the_ground() -> None:
    lab = SurfaceLab()
    ground, paths = lab.ground, lab.paths
    controls = lab.reply["state"]
    controls["lanes"][0]["lr"] = 0.02
    lab.sent = {"serial": 1, "controls": controls}
    assert lab.reply["serial"] == 1
    assert lab.reply["state"]["lanes"][0]["lr"] == 0.02
    assert lab.ground is ground
    assert lab.paths != paths
    lab.sent = {"serial": 2, "query": "?problem=beale"}
    assert lab.ground != ground
    assert lab.reply["query"].startswith("problem=beale&")


def test_a_slider_has_nothing_found_again_of_the_other_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def counted(run: Run, problem: Any) -> Verdict:
        asked.append(run.optimizer)
        return verdict(run, problem)

    for module in ("views.scene.contents", "runs.events"):
        monkeypatch.setattr(sys.modules[f"optiviz.{module}"], "verdict", counted)
    lab = SurfaceLab()
    assert sorted(asked) == ["adam", "momentum"]
    controls = lab.reply["state"]
    controls["lanes"][0]["lr"] = 0.0123
    asked.clear()
    lab.sent = {"controls": controls}
    assert asked == ["momentum"]


def test_a_page_hears_no_echo_of_what_it_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    lab, told = SurfaceLab(), []
    monkeypatch.setattr(lab, "_send", lambda message, **_: told.append(set(message["state"])))
    lab.set_state({"sent": {"serial": 1, "controls": lab.reply["state"] | {"steps": 31}}})
    assert told == [{"reply"}]  # beside the bytes of the paths


NONSENSE: list[Any] = [None, "x", 7, [], {}, math.nan, {"query": 3}, {"controls": "x"}]


@pytest.mark.parametrize("sent", [*NONSENSE, {"controls": None}, {"query": "?%%%"}])
def test_nonsense_in_place_of_the_controls(sent: Any) -> None:
    lab = SurfaceLab()
    lab.set_state({"sent": sent})
    assert lab.reply["state"]["problem"] == "valley"


@pytest.mark.parametrize("sent", NONSENSE)
def test_a_page_writes_nothing_but_its_controls(sent: Any) -> None:
    lab = SurfaceLab()
    before = lab.get_state(["reply", "offers", "ground", "paths"])
    lab.set_state(dict.fromkeys(["reply", "offers", "ground", "paths", "_esm", "unknown"], sent))
    assert lab.get_state(["reply", "offers", "ground", "paths"]) == before


@pytest.fixture
def heard() -> Any:
    """What a lab answers to a message."""

    def answers(message: Any) -> list[dict[str, Any]]:
        lab, sent = SurfaceLab(), []
        lab.send = lambda content, buffers=None: sent.append(content)
        lab._handle_custom_msg(message, [])
        return sent

    return answers


@pytest.mark.parametrize("lane", [*NONSENSE, 2, -1, "0", 1e300, 0.5, [0]])
def test_a_map_of_no_optimiser_is_refused(heard: Any, lane: Any) -> None:
    assert heard({"type": "map", "about": lane}) == [
        {"type": "map", "error": "There is no such optimiser to map."}
    ]


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        *((wish, "The ending must be one of .gif, ") for wish in NONSENSE),
        ({"ending": ".exe", "theme": "light"}, "The ending must be one of .gif, "),
        ({"ending": [".gif"], "theme": "light"}, "The ending must be one of .gif, "),
        ({"ending": ".png", "theme": "../x"}, "Unknown theme '../x'"),
        ({"ending": ".png", "theme": None}, "Unknown theme 'None'"),
    ],
)
def test_a_file_of_no_kind_is_refused(heard: Any, wish: Any, error: str) -> None:
    (answer,) = heard({"type": "file", "about": wish})
    assert answer["error"].startswith(error)


@pytest.mark.parametrize("message", [*NONSENSE, {"type": "sent"}, {"type": ["map"]}, {"type": {}}])
def test_what_a_page_should_not_send_is_passed_over(heard: Any, message: Any) -> None:
    assert heard(message) == []


def test_a_map_and_a_file_are_sent(heard: Any) -> None:
    assert heard({"type": "map", "about": 1}) == [{"type": "map"}]
    (file,) = heard({"type": "file", "about": {"ending": ".png", "theme": "dark"}})
    assert file == {"type": "file", "name": "momentum-adam-valley.png", "mime": "image/png"}


def test_the_page_is_told_in_json() -> None:
    lab = SurfaceLab()
    json.dumps([lab.offers, lab.reply], allow_nan=False)
    for rule, second in lab.offers["seconds"].items():
        assert second in (None, *lab.offers["rules"][rule])


@pytest.mark.parametrize("ending", FILES)
def test_every_file_opens(ending: str) -> None:
    state, _ = from_query("optim=sgd&steps=6")
    block = picture_file(state, ending, "dark")
    if ending in (".gif", ".png"):
        with Image.open(io.BytesIO(block)) as image:
            assert image.size == (960, 540)
    else:
        marks = {".mp4": b"ftyp", ".svg": b"<svg", ".html": b"<!doctype html>"}
        assert marks[ending] in block[:1000]


def test_the_map_is_that_of_the_lane() -> None:
    state, _ = from_query("optim=sgd&optim=momentum:lr=0.05&steps=300&start=1.5,0.2")
    facts = unpack(map_pack(state, 1))
    axes = [(name, facts[key].astype(float)) for name, key in (("lr", "xs"), ("beta", "ys"))]
    found = rate_map(state.plane(), "momentum", *axes, steps=300, start=(1.5, 0.2))
    taken = facts["taken"].reshape(found.loss.shape)
    assert ((taken < 0) == found.diverged).mean() > 0.99
    np.testing.assert_allclose(taken[taken > 0], found.steps_to_converge[taken > 0], atol=2)


def test_a_rule_without_a_beta_has_its_rates_in_a_row() -> None:
    state, _ = from_query("optim=sgd&steps=300&start=1.5,0.2")
    facts = unpack(map_pack(state, 0))
    assert (facts["y"], len(facts["ys"])) == (None, 1)
    pairs = ("lr", facts["xs"].astype(float)), ("beta", [0.0, 0.5])
    found = rate_map(state.plane(), "momentum", *pairs, steps=300, start=(1.5, 0.2))
    taken = np.nan_to_num(found.steps_to_converge[0])
    np.testing.assert_array_equal(facts["taken"], np.where(found.diverged[0], -1, taken))
    fast = facts["taken"] > 0
    assert facts["best"][2] == facts["taken"][fast].min()
    assert facts["xs"][fast].max() < facts["limit"][0] < facts["xs"][facts["taken"] < 0].min()


def test_a_file_shows_the_part_of_the_plane_that_is_seen(heard: Any) -> None:
    state, _ = from_query("optim=sgd&steps=5")
    whole, part = (
        picture_file(state, ".svg", "light", seen) for seen in (None, "-0.1,0.1,-0.1,0.1")
    )
    assert b"0.1" in part
    assert whole != part
    wish = {"ending": ".png", "theme": "light"}
    for bounds, error in (
        ("1,2", "bounds must be"),
        ("2,1,0,1", "bounds must be"),
        ([1], ""),
    ):
        (answer,) = heard({"type": "file", "about": wish | {"bounds": bounds}})
        assert answer["error"].startswith(error)
