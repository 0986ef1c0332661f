"""A course of three short lessons, one of each way to answer, which several files look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from optiviz.course.course import Course

CHOOSE = """\
title = "Which <b>rate</b>?"
situation = "problem=bowl&optim=sgd:lr=0.02&optim=sgd:lr=0.2&steps=30"
look = "A ball & a bowl."
question = "Which arrives first?"
why = "The larger steps are SEALED as yet."
next = "Move the SEALED slider."

[choose]
choices = ["η = 0.02", "<i>η = 0.2</i>"]
right = 2
measure = "arrives first"

[explore]
vary = ["lr=0.02,0.1,0.2"]
"""
PLACE = """\
title = "Where to?"
situation = "problem=bowl&optim=sgd:lr=0.1&steps=20"
look = "A ball stands in a bowl."
question = "Where will it be?"
why = "It is SEALED."
next = "Try a larger one."
shown = 2

[place]

[explore]
vary = ["lr=0.1,0.3"]
next = "Try the SEALED page."
"""
FIND = """\
title = "Find β"
situation = "problem=bowl&optim=momentum:lr=0.02,beta=0&steps=40"
look = "It has no memory."
question = "Which β gets there?"
why = "Memory is SEALED."
next = "Try others."
link = "problem=bowl&optim=momentum:lr=0.02,beta=0.5&steps=40"

[find]
settings = ["beta"]
condition = "arrives"
solution = "optim=momentum:lr=0.02,beta=0.8"

[explore]
vary = ["beta=0,0.5,0.9"]
"""
LESSONS = {"1-choose": CHOOSE, "2-place": PLACE, "3-find": FIND}


@pytest.fixture(scope="session")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the lessons."""
    folder = tmp_path_factory.mktemp("lessons")
    for name, text in LESSONS.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def made(lessons: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the course."""
    out = tmp_path_factory.mktemp("course")
    assert len(list(Course(out, lessons).write())) == 6
    return out
