"""Lessons of a lab that trains: how their files are read, and what decides them."""

from __future__ import annotations

from pathlib import Path

import pytest

from optiviz.errors import UserError
from optiviz.lessons.lesson import Choose
from optiviz.lessons.live import Judge, read_live
from optiviz.lessons.measures import HAPPENS
from optiviz.lessons.reader import HERE, files_of, read_folder

JUDGE: Judge[float] = Judge(
    ranks={"least": lambda run: run},
    conditions={"small": lambda runs: runs[0] < 1, "large": lambda runs: runs[0] >= 1},
)
GOOD = """
title = "T"
look = "L"
before = ["c"]
runs = ["a", "b"]
question = "Q"
why = "W."
next = "N"
link = "d"
pane = "curves"
[choose]
choices = ["first", "other"]
right = 2
measure = "least"
"""
HAPPENED = GOOD.replace('"least"', '"what happens"\nconditions = ["small", "large"]')


def read(folder: Path, text: str) -> object:
    (folder / "01-own.toml").write_text(text, encoding="utf-8")
    (lesson,) = read_live(
        folder, JUDGE, lambda link: ["No such."] if link == "?" else [], ["curves"]
    )
    return lesson


@pytest.mark.parametrize("text", [GOOD, HAPPENED])
def test_a_file_is_read_and_offered(tmp_path: Path, text: str) -> None:
    offered = read(tmp_path, text).offered()
    assert (offered["name"], offered["before"], offered["runs"]) == ("01-own", ("c",), ("a", "b"))
    assert (offered["choices"], offered["right"], offered["pane"]) == (
        ("first", "other"),
        2,
        "curves",
    )


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (GOOD, 'runs = ["a", "b"]', "", "runs is missing."),
        (GOOD, '["a", "b"]', '["a", "?"]', "runs: No such."),
        (GOOD, 'link = "d"', 'link = "?"', "link: No such."),
        (GOOD, '["a", "b"]', '["a", "b", "c"]', "choose.choices must be 3, one for each"),
        (GOOD, '["a", "b"]', '["1", "2", "3", "4", "5"]', "runs must be a list of 1 to 4 texts."),
        (GOOD, '"curves"', '"sheets"', "pane is wrong: Unknown word 'sheets'."),
        (GOOD, '"least"', '"most"', "choose.measure is wrong: Unknown word 'most'."),
        (HAPPENED, '"large"', '"huge"', "choose.conditions is wrong: Unknown word 'huge'."),
        (GOOD, "right = 2", "right = 3", "choose.right must be a whole number from 1 to 2."),
        (GOOD, "look", "hint", "look is missing."),
        (GOOD, "look", 'hint = "h"\nlook', "hint is nothing that a lesson has."),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_sentence(
    tmp_path: Path, text: str, old: str, new: str, message: str
) -> None:
    assert old in text
    with pytest.raises(UserError) as caught:
        read(tmp_path, text.replace(old, new, 1))
    assert str(caught.value).startswith(f"{tmp_path / '01-own.toml'}: ")
    assert message in str(caught.value)


def test_the_runs_decide() -> None:
    ranked = Choose(("", ""), 1, "least")
    assert JUDGE.truth(ranked, [1.0, 2.0]) == 1
    assert JUDGE.truth(ranked, [2.0, 1.0]) == 2
    assert JUDGE.truth(ranked, [1.0, 1.01]) is None
    happened = Choose(("", ""), 1, HAPPENS, conditions=("small", "large"))
    assert [JUDGE.truth(happened, [run]) for run in (0.5, 2.0)] == [1, 2]


def test_lessons_that_need_a_lab_are_not_those_of_a_course() -> None:
    assert files_of(HERE / "mnist")
    assert not {one.name for one in read_folder(HERE)} & {p.stem for p in files_of(HERE / "mnist")}
