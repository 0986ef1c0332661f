"""A picture in words becomes the picture that they describe."""

from __future__ import annotations

from typing import Any

import pytest

from optiviz.errors import UserError
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


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
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
