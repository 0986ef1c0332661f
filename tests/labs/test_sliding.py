"""A page with sliders taken from the surface lab: what is promised, and what is made meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.errors import UserError
from optiviz.labs.surface import sliding
from optiviz.labs.surface.lab import SurfaceLab
from optiviz.labs.surface.sliding import Maker, page_command, promised
from optiviz.labs.surface.state import from_query

from .hostile import VALUES


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of few runs."""
    monkeypatch.setattr(sliding, "POINTS", ((3, 2),))


def test_size_and_time_are_said_before() -> None:
    state, _ = from_query("optim=momentum&steps=120")
    words = "Sliders: η in 41 values, β in 21 values. 861 runs of 120 steps: about 0."
    assert promised(state).startswith(words)
    assert promised(from_query("optim=sgd")[0]).startswith("Sliders: η in 41 values. 41 runs of")
    long, _ = from_query("optim=momentum&optim=momentum:beta=0.5&steps=2000")
    assert promised(long).startswith("Sliders: η in 21 values, β in 11 values. 462 runs of 2000")


def test_what_no_page_can_hold_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optiviz.explorer.plan.MOST", 1000)
    state, _ = from_query("optim=momentum")
    with pytest.raises(UserError, match="would make a page of"):
        promised(state)


@pytest.mark.usefixtures("few")
def test_the_page_is_that_of_its_command_and_the_lab_answers_meanwhile(
    tmp_path: Path, optiviz: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, sent, held = SurfaceLab(), [], threading.Event()
    lab.send = lambda content, buffers=None: sent.append((content, buffers))
    lab.sent = {"serial": 1, "query": "problem=bowl&optim=momentum:lr=0.1&start=1.5,1&steps=12"}
    lab._handle_custom_msg({"type": "plan"}, [])
    command = sent.pop()[0]["command"]
    html = sliding.Explorer.html.func
    monkeypatch.setattr(
        sliding.Explorer, "html", property(lambda self: held.wait(20) and html(self))
    )
    lab._handle_custom_msg({"type": "sliders", "about": "dark"}, [])
    lab.sent = {"serial": 2, "query": "problem=bowl&optim=sgd"}
    assert lab.reply["serial"] == 2
    assert not sent
    lab._handle_custom_msg({"type": "sliders", "about": "dark"}, [])
    assert sent.pop()[0]["error"].startswith("A page with sliders is being made")
    held.set()
    lab.maker.thread.join(60)
    ((facts, (page,)),) = sent
    assert (facts["type"], facts["name"]) == ("file", "momentum-bowl-sliders.html")
    monkeypatch.setattr(sliding.Explorer, "html", property(html))
    assert optiviz(command.removeprefix("optiviz ") + " --theme=dark").returncode == 0
    assert (tmp_path / facts["name"]).read_bytes() == page


@pytest.mark.usefixtures("few")
def test_a_look_that_is_none_makes_no_page() -> None:
    maker, state = Maker(), from_query("optim=sgd")[0]
    for look in VALUES:
        with pytest.raises(UserError, match="Unknown theme"):
            maker.make(state, str(look), lambda _: None, lambda _: None)
    assert maker.thread is None


@pytest.mark.usefixtures("few")
def test_what_goes_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise ValueError("no room")

    monkeypatch.setattr("optiviz.explorer.explore.page", fails)
    maker, told = Maker(), []
    maker.make(from_query("optim=sgd")[0], "light", lambda _: None, told.append)
    maker.thread.join(20)
    assert told == ["ValueError: no room"]


def test_a_command_keeps_what_is_set() -> None:
    state, _ = from_query(
        "problem=regression&optim=sgd:lr=0.05&batch-size=4&schedule=linear&seed=3"
    )
    words = page_command(state, "3x2")
    for option in (
        "--surface=regression",
        "--batch-size=4",
        "--schedule=linear:end=0.0",
        "--seed=3",
    ):
        assert option in words
