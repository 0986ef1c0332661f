"""A picture in words becomes the picture that they describe."""

from __future__ import annotations

from typing import Any

import pytest

from optiviz.errors import UserError
from optiviz.optim import OPTIMIZERS, parse
from optiviz.optim.registry import plainer
from optiviz.runs import events
from optiviz.sketch import Sketch


def sketch(**changed: Any) -> Sketch:
    usual = {"optim": ["sgd"], "problem": "bowl", "steps": 5, "size": "480x270", "theme": "light"}
    left_out = dict.fromkeys(("start", "schedule", "batch_size", "panels"))
    return Sketch(**(usual | left_out | {"seed": 0} | changed))


@pytest.mark.parametrize(
    ("words", "ending", "panels"),
    [
        ({}, ".png", ["path", "loss"]),
        ({}, ".gif", ["path", "loss"]),
        ({}, ".html", ["path", "loss", "velocity", "lr"]),
        ({}, ".HTML", ["path", "loss", "velocity", "lr"]),
        ({"problem": "regression"}, ".gif", ["path", "data", "loss"]),
        ({"problem": "regression"}, ".html", ["path", "loss", "velocity", "lr"]),
        ({"panels": "surface, lr"}, ".html", ["surface", "lr"]),
    ],
)
def test_the_panels_suit_the_problem_and_the_file(
    words: dict[str, Any], ending: str, panels: list[str]
) -> None:
    assert list(sketch(**words).picture(ending).panels) == panels


def test_every_word_is_heeded() -> None:
    words = {"optim": ["sgd:lr=0.1", "adam"], "problem": "regression", "start": "1,-1"}
    words |= {"steps": 40, "batch_size": 8, "schedule": "cosine", "seed": 3}
    picture = sketch(**words, size="640x360", theme="dark").picture(".png")
    assert (picture.size, picture.theme, picture.problem.name) == ((640, 360), "dark", "regression")
    assert [run.optimizer for run in picture.runs] == ["sgd", "adam"]
    for run in picture.runs:
        assert (run.steps, run.seed, run.w[0].tolist()) == (40, 3, [1.0, -1.0])
        assert run.batch.shape == (41, 8)
        assert run.hyper["lr"][-1] < 0.5 * run.hyper["lr"][0]


def test_a_single_rule_shows_what_it_adds_and_tells_its_moments() -> None:
    words = {"optim": ["momentum:beta=0.9"], "problem": "valley", "steps": 120}
    picture = sketch(**words).picture(".gif")
    own, plain = picture.runs
    assert (own.optimizer, plain.optimizer) == ("momentum", "sgd")
    assert own.settings["lr"] == plain.settings["lr"]
    assert (picture.names, picture.lead) == (("Momentum", "without momentum"), 0)
    happens = {event.kind: event.step for event in events(own, picture.problem)}
    said = {one.words: one.step for one in picture.told}
    assert said["velocity builds"] == happens["peaks"]
    assert said["settles"] == happens["arrives"]
    alone = sketch(**words, alone=True).picture(".gif")
    assert [run.optimizer for run in alone.runs] == ["momentum"]
    assert {one.words: one.step for one in alone.told} == said
    chosen = sketch(**words, panels="path").picture(".gif")
    assert (len(chosen.runs), chosen.told) == (1, ())
    assert len(sketch(optim=["momentum", "adam"]).picture(".gif").runs) == 2


@pytest.mark.parametrize("rule", [name for name, kind in OPTIMIZERS.items() if kind.plain])
def test_a_plainer_rule_has_the_same_settings(rule: str) -> None:
    own = parse(rule, lr=0.03)
    plain, words = plainer(own)
    assert words.startswith("without ")
    assert type(plain) is OPTIMIZERS[own.plain[0]]
    shared = plain.settings().keys() & own.settings().keys()
    assert "lr" in shared
    assert all(plain.settings()[key] == own.settings()[key] for key in shared)


def test_words_choose_what_is_shown_and_how_large_words_are() -> None:
    picture = sketch(bounds="-1,1,0,2.5", text=1.6).picture(".png")
    assert picture.view == ((-1, 1), (0, 2.5))
    usual, larger = sketch().picture(".png").look, picture.look
    assert larger.scale == pytest.approx(1.6 * usual.scale)
    assert larger.pen == pytest.approx(usual.pen)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"bounds": "1,2,3"}, "bounds must be 4 numbers with commas between, got '1,2,3'"),
        ({"bounds": "1,0,0,1"}, "bounds must be x0 < x1 and y0 < y1"),
        ({"bounds": "0,nan,0,1"}, "bounds must be x0 < x1 and y0 < y1"),
        ({"text": 9}, "text must be from 0.5 to 2.5, got 9"),
        ({"size": "big"}, "size must be two numbers with a 'x' between"),
        ({"start": "1"}, "start must be two numbers with a ',' between"),
        ({"optim": ["adm"]}, "Did you mean 'adam'"),
        ({"problem": "bowll"}, "Did you mean 'bowl'"),
    ],
)
def test_words_that_cannot_be_read(words: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        sketch(**words).picture(".png")


def test_a_file_is_named_after_the_rules_and_the_problem() -> None:
    assert sketch(optim=["torch:AdamW", "sgd:lr=1"]).name() == "torch-AdamW-sgd-bowl"
