"""The player's traits in Python: checked, and other widgets drive them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

import ipywidgets
from traitlets import TraitError

from optiviz import descend, optim, play, race, surfaces
from optiviz.errors import UserError

RUNS = race("valley", ["sgd", "momentum"], steps=40)


@pytest.fixture
def player() -> Any:
    return play(RUNS)


def test_it_opens_at_the_end_and_a_step_stays_within_the_runs(player: Any) -> None:
    assert (player.step, player.playing, player.theme) == (40, False, "auto")
    player.step = 7
    assert player.step == 7
    player.step = 99
    assert player.step == 40
    player.step = -3
    assert player.step == 0


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("step", "seven", TraitError, "int"),
        ("playing", "yes", TraitError, "bool"),
        ("theme", "drak", UserError, "Did you mean 'dark'"),
        ("start", [1.0], UserError, "start must be two finite numbers"),
        ("start", [1.0, float("nan")], UserError, "start must be two finite numbers"),
        ("runs", "momentum", UserError, "runs must be a Run or a list of them, got str"),
        ("runs", [], UserError, "at least one run"),
        ("runs", [1, 2], UserError, "runs must be a Run"),
    ],
)
def test_what_a_trait_does_not_take(
    player: Any, name: str, value: Any, error: type[Exception], words: str
) -> None:
    before = getattr(player, name), player.paths
    with pytest.raises(error, match=words):
        setattr(player, name, value)
    assert (getattr(player, name), player.paths) == before


def test_other_runs_take_their_place(player: Any) -> None:
    ground, paths = player.ground, player.paths
    player.step = 30
    player.runs = descend(surfaces["valley"], optim.Adam(lr=0.1), steps=20)
    assert player.ground == ground, "the same surface is not sent again"
    assert player.paths != paths
    assert player.step == 20
    assert player.start == player.runs[0].w[0].tolist()
    player.runs = race("valley", ["sgd"], steps=50)
    assert player.step == 50, "who looks at the end goes on looking at it"
    player.runs = race("beale", ["adam"], steps=30)
    assert player.ground != ground
    assert player.picture.problem is surfaces["beale"]


def test_runs_on_a_problem_of_ones_own(player: Any) -> None:
    steep = "valley:condition=50"
    run = race(steep, ["sgd"], steps=9)
    with pytest.raises(UserError, match="give play the problem"):
        player.runs = run
    assert player.runs == tuple(RUNS)
    player.show(run, steep)
    assert player.picture.problem.title == "Valley, condition number 50"
    player.runs = race(steep, ["momentum"], steps=9)
    assert player.picture.problem.title == "Valley, condition number 50"


def test_who_observes_hears_of_a_click(player: Any) -> None:
    heard: list[Any] = []
    player.observe(lambda change: heard.append(change.new), "runs")
    player.set_state({"start": [1.0, 0.5]})  # as a browser does
    assert [run.w[0].tolist() for run in heard[0]] == [[1.0, 0.5]] * 2
    expected = descend(surfaces["valley"], optim.Momentum(RUNS[1].lr[0]), (1.0, 0.5), steps=40)
    np.testing.assert_array_equal(player.runs[1].w, expected.w)


def test_widgets_link_to_it(player: Any) -> None:
    slider = ipywidgets.IntSlider(max=100)
    ipywidgets.link((player, "step"), (slider, "value"))
    assert slider.value == 40
    slider.value = 12
    assert player.step == 12
    player.set_state({"step": 15})
    assert slider.value == 15

    def show(lr: float) -> None:
        player.runs = descend(surfaces["valley"], optim.SGD(lr=lr), steps=40)

    ipywidgets.interactive(show, lr=(0.01, 0.1)).children[0].value = 0.05
    assert player.runs[0].lr[0] == 0.05


def test_the_browser_is_not_told_what_it_said(player: Any, monkeypatch: Any) -> None:
    """An echo comes late, and would take a player that plays back to where it was."""
    sent: list[Any] = []
    monkeypatch.setattr(player, "_send", lambda message, **_: sent.append(message))
    player.set_state({"step": 3, "playing": True})
    assert player.step == 3
    told = [set(message.get("state", {})) for message in sent]
    assert not any({"step", "playing"} & names for names in told), sent
