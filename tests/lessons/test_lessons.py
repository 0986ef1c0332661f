"""The lessons that come with the lab say what the runs do; a file that is wrong says where."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.lessons.lesson import Choose, Draw, Find, Lesson, Place, check
from optiviz.lessons.measures import RANKED, fulfils
from optiviz.lessons.reader import HERE, LESSONS, read, read_folder
from optiviz.lessons.shapes import SHAPES, above
from optiviz.lessons.situation import changed, runs_of

SHIPPED = read_folder(HERE)
each_lesson = pytest.mark.parametrize("lesson", SHIPPED, ids=lambda lesson: lesson.name)


def test_there_are_eighteen_in_the_lectures_order() -> None:
    numbers = [int(lesson.name.partition("-")[0]) for lesson in SHIPPED]
    assert numbers == list(range(1, 19))
    assert {type(lesson.answer) for lesson in SHIPPED} == {Choose, Place, Find, Draw}


@each_lesson
def test_what_a_lesson_claims_is_what_the_runs_do(lesson: Lesson) -> None:
    answer = lesson.answer
    if isinstance(answer, Choose):
        assert answer.truth(lesson.situation) == answer.right
    elif isinstance(answer, Find):
        assert not answer.met(lesson.situation)
        assert answer.met(changed(lesson.situation, answer.solution))
        assert answer.within is None or str(answer.within) in lesson.question
    elif isinstance(answer, Draw):
        assert answer.wrong(lesson.situation) is None
        assert f"step {lesson.steps}" in lesson.question
        assert str(lesson.shown) in lesson.look
    else:
        (run,) = runs_of(lesson.situation)[1]
        assert f"step {lesson.steps}" in lesson.question
        assert run.diverged_at < 0
        assert np.linalg.norm(run.w[-1] - run.w[lesson.shown]) > 0.3  # a guess can be wrong


@each_lesson
def test_its_words_fit_what_is_seen(lesson: Lesson) -> None:
    problem, _ = runs_of(lesson.situation)
    assert len(re.findall(r"[.!?](\s|$)", lesson.why)) == 1  # one sentence
    for count in re.findall(r"(\d+) points", lesson.look):
        assert int(count) in (problem.n_samples, 4)
    if lesson.link:
        assert runs_of(lesson.link)[0] is not None


# What the words say besides, of the situation or of what there is to try next.
SAID: list[tuple[str, str, str, Any]] = [
    ("01-rate", "link", "arrives", True),
    ("02-valley", "link", "arrives", True),
    ("09-adagrad", "link", "arrives", True),
    ("09-adagrad", "situation", "arrives", False),
    ("10-rmsprop", "link", "arrives", True),
    ("12-diverge", "link", "diverges", False),
    ("14-edge", "link", "arrives", True),
    ("15-catapult", "link", "arrives", True),
    ("16-turned", "link", "arrives", True),
]


@pytest.mark.parametrize(("name", "what", "condition", "met"), SAID)
def test_what_there_is_to_try_does_what_is_said(
    name: str, what: str, condition: str, met: bool
) -> None:
    lesson = next(one for one in SHIPPED if one.name == name)
    problem, runs = runs_of(getattr(lesson, what))
    assert fulfils(runs[0], problem, condition) is met


def test_the_ball_without_memory_is_fastest_at_once() -> None:
    lesson = next(one for one in SHIPPED if one.name == "04-velocity")
    (run,) = runs_of(lesson.link)[1]
    assert np.linalg.norm(np.diff(run.w, axis=0), axis=1).argmax() == 0


def test_the_knee_is_where_the_words_say_and_goes_where_they_say() -> None:
    lesson = next(one for one in SHIPPED if one.name == "13-knee")
    problem, (run,) = runs_of(lesson.situation)
    curve = 10 ** above(run, problem)
    shrinks = 1 - curve[11:] / curve[10:-1]
    np.testing.assert_allclose(shrinks, 0.024, atol=0.004)  # two hundredths
    assert 1 - curve[1] / curve[0] > 5 * shrinks.max()
    problem, (run,) = runs_of(lesson.link)
    assert SHAPES["straight"](above(run, problem))


def test_the_well_that_holds_sam_is_the_flat_one() -> None:
    lesson = next(one for one in SHIPPED if one.name == "17-wells")
    problem, runs = runs_of(lesson.link)
    sharp, flat = (np.array(well) for well in problem.minima)
    sam, momentum = (run.w[-1] for run in runs)
    assert np.linalg.norm(sam - flat) < 0.1 > np.linalg.norm(momentum - sharp)


T = np.arange(101.0)
DRAWN = {
    "straight": 1 - 0.03 * T,
    "knee": np.maximum(1 - 0.2 * T, -0.6 - 0.02 * (T - 8)),
    "levels off": np.maximum(1 - 0.1 * T, -1.5),
    "swings": 1 - 0.03 * T + 0.5 * np.sin(0.5 * T),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_its_own_and_no_other(shape: str) -> None:
    assert [name for name, curve in DRAWN.items() if SHAPES[shape](curve)] == [shape]
    assert not SHAPES[shape](np.linspace(1, 0.9, 101))  # hardly falls at all
    assert not SHAPES[shape](np.linspace(-2, 1, 101))


def test_every_measure_ranks_its_best_first() -> None:
    query = "problem=valley&optim=sgd:lr=0.003&optim=sgd:lr=0.09&optim=sgd:lr=0.14&steps=80"
    problem, runs = runs_of(query)
    best = {
        "arrives first": 2, "ends lowest": 2, "longest way": 3, "shortest way": 1, "diverges": 3,
    }  # fmt: skip
    assert set(best) == set(RANKED)
    for measure, right in best.items():
        assert Choose(("", "", ""), right, measure).truth(query) == right
        wrong = right % 3 + 1
        lesson = Lesson("", "", "", query, "", Choose(("", "", ""), wrong, measure), "", "")
        with pytest.raises(UserError, match=rf"right is {wrong}, but by the runs it is {right} "):
            check(lesson)
    assert RANKED["arrives first"](runs[0], problem) == math.inf


def test_what_is_near_a_draw_is_no_lesson() -> None:
    query = "problem=valley&optim=sgd:lr=0.03&optim=sgd:lr=0.0301&steps=150"
    assert Choose(("", ""), 2, "arrives first").truth(query) is None
    assert Choose(("", ""), 2, "diverges").truth(query) is None


GOOD = """
title = "T"
look = "L"
situation = "problem=valley&optim=sgd:lr=0.003&optim=sgd:lr=0.09&steps=80"
question = "Q"
why = "W."
next = "N"
[choose]
choices = ["a", "b"]
right = 2
measure = "arrives first"
"""
PLACE = GOOD.partition("[choose]")[0].replace("&optim=sgd:lr=0.09", "") + "[place]\n"
FIND = GOOD.partition("[choose]")[0] + (
    '[find]\nsettings = ["lr"]\ncondition = "arrives"\nwithin = 40\nsolution = "optim=sgd:lr=0.09"'
)
DRAW = PLACE.replace("0.003", "0.012").replace(
    "[place]", '[draw]\nshape = "knee"\nlow = -3\nhigh = 2'
)
SEVERAL = "a lesson has one of the tables choose, place, find, draw."

WRONG: list[tuple[str, str, str, str]] = [
    (GOOD, 'title = "T"', "", "title is missing."),
    (GOOD, '"T"', "7", "title must be a text of one line"),
    (GOOD, '"T"', '"a\\nb"', "title must be a text of one line"),
    (GOOD, '"L"', f'"{"x" * 401}"', "of at most 400 characters."),
    (GOOD, '"W."', f'"{"x" * 9000}"', "a lesson has at most 8000 bytes."),
    (GOOD, 'title = "T"', 'title = "T"\nhint = "H"', "hint is nothing that a lesson has."),
    (GOOD, "title", "title = ", "this is no TOML: "),
    (GOOD, "right = 2", "right = 3", "choose.right must be a whole number from 1 to 2."),
    (GOOD, "right = 2", "right = true", "choose.right must be a whole number from 1 to 2."),
    (GOOD, "right = 2", "right = 1", "right is 1, but by the runs it is 2 ('arrives first')."),
    (GOOD, "arrives first", "is nicest", "choose.measure is wrong: Unknown word 'is nicest'."),
    (GOOD, '["a", "b"]', '["a"]', "choose.choices must be a list of 2 to 5 texts."),
    (GOOD, '["a", "b"]', '["a", "b", "c"]', "choose.choices must be 2, one for each optimiser"),
    (GOOD, "right = 2", "right = 2\nhint = 1", "choose.hint is nothing that a lesson has."),
    (GOOD, "arrives first", "what happens", "choose.conditions is missing."),
    (GOOD, "steps=80", "steps=9000", "steps must be at most 2000, got 9000."),
    (GOOD, "steps=80", "steps=x", "steps must be a whole number, got 'x'."),
    (GOOD, "steps=80", "size=9x9", "situation is wrong: Unknown setting 'size'."),
    (GOOD, "steps=80", "steps=80&seed=1e9", "seed must be at most 99"),
    (GOOD, "problem=valley", "problem=x**2", "Unknown problem 'x**2'."),
    (GOOD, "optim=sgd:lr=0.003", "optim=this:Zen", "Unknown optimiser 'this:Zen'."),
    (GOOD, "sgd:lr=0.003", "torch:SGD:lr=0.1", "Unknown optimiser 'torch:SGD'."),
    (GOOD, "lr=0.003", "lr=much", "lr"),
    (GOOD, "[choose]", "[place]\n[choose]", SEVERAL),
    (GOOD, "[choose]", "[paint]", SEVERAL),
    (DRAW, "optim=sgd", "optim=adam&optim=sgd", "draw: the situation must have one optimiser"),
    (DRAW, '"knee"', '"straight"', "draw: by its run the curve is not 'straight'."),
    (DRAW, '"knee"', '"round"', "draw.shape is wrong: Unknown word 'round'."),
    (DRAW, "high = 2", "high = -3", "draw.high must be a whole number from -2 to 12."),
    (DRAW, "low = -3", "low = 0", "draw: the curve goes from 0.78 to -0.49, beyond"),
    (DRAW, "problem=valley", "problem=saddle", "draw: the surface has no known minimum"),
    (PLACE, "[place]", "shown = 80\n[place]", "shown must be a whole number from 0 to 79."),
    (PLACE, "[place]", "place = 3", "place must be a table."),
    (PLACE, "optim=sgd", "optim=adam&optim=sgd", "place: the situation must have one optimiser"),
    (FIND, "within = 40", "within = 3", "find.solution does not meet the condition 'arrives'."),
    (FIND, "lr=0.003", "lr=0.09", "find: the situation meets the condition already."),
    (FIND, '["lr"]', '["theme"]', "find.settings is wrong: Unknown word 'theme'."),
    (FIND, '"arrives"', '"is nice"', "find.condition is wrong: Unknown word 'is nice'."),
]


@pytest.mark.parametrize("text", [GOOD, PLACE, FIND, DRAW])
def test_a_lesson_of_ones_own_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "01-own.toml").write_text(text, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a lesson", encoding="utf-8")
    (lesson,) = read_folder(tmp_path)
    assert (lesson.name, lesson.title, lesson.then) == ("01-own", "T", "N")


@pytest.mark.parametrize(("text", "old", "new", "message"), WRONG)
def test_a_wrong_lesson_is_one_sentence_with_its_file(
    tmp_path: Path, text: str, old: str, new: str, message: str
) -> None:
    assert old in text
    path = tmp_path / "01-own.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_holds_no_lessons(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no lesson in "):
        read_folder(tmp_path)
    with pytest.raises(UserError, match=r"Cannot read lessons in .*: No such file or directory"):
        read_folder(tmp_path / "nothing")
    for i in range(LESSONS + 1):
        (tmp_path / f"{i}.toml").touch()
    with pytest.raises(UserError, match=f"at most {LESSONS} lessons"):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["A.toml", "a b.toml", "<b>.toml", "ä.toml"])
def test_a_name_can_stand_in_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(UserError, match="its name may have a-z, 0-9 and - only"):
        read_folder(tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 5000, b"a = " + b"[" * 4000, b"\x00"])
def test_what_is_no_text_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.toml: this is no TOML"):
        read_folder(tmp_path)
