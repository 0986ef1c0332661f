"""Lessons in the surface lab without a browser: what the page is told, and what it may ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.errors import UserError
from optiviz.labs.server import serve as serving
from optiviz.labs.surface.lab import SurfaceLab
from optiviz.labs.surface.lessons import FOLDER, lessons
from optiviz.labs.surface.state import from_query
from optiviz.lessons.reader import HERE
from optiviz.lessons.situation import runs_of, steps_of

from .hostile import VALUES

FIND = "05-memory"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with one lesson of a lecturer's own."""
    text = (HERE / "01-rate.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace("A ball", "<b>A ball</b>"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_the_lab_runs_what_a_lesson_is_about(lesson: Any) -> None:
    state, notes = from_query(lesson.situation)
    assert notes == []
    assert state.runs() == runs_of(lesson.situation)[1]


def test_before_the_answer_a_page_has_no_later_steps() -> None:
    lab = SurfaceLab()
    offered = lab.offers["lessons"]
    json.dumps(offered, allow_nan=False)
    assert [one["name"] for one in offered] == sorted(one["name"] for one in offered)
    for one in offered:
        assert steps_of(one["before"]) == max(one["shown"], 1) < one["steps"]
    lab.sent = {"serial": 1, "query": offered[0]["before"]}
    assert lab.reply["state"]["steps"] == 1
    assert "converged" not in str(lab.paths)


@pytest.mark.parametrize(("beta", "met"), [(0.9, True), (0.3, False)])
def test_what_is_found_is_judged_by_its_run(beta: float, met: bool) -> None:
    lab, sent = SurfaceLab(), []
    lab.send = lambda content, buffers=None: sent.append(content)
    lab.sent = {"serial": 1, "query": lab.lessons[FIND].situation.replace("0.3", str(beta))}
    lab._handle_custom_msg({"type": "judge", "about": FIND}, [])
    assert sent == [{"type": "judge", "met": met}]


def test_no_other_lesson_is_judged() -> None:
    lab, sent = SurfaceLab(), []
    lab.send = lambda content, buffers=None: sent.append(content)
    for about in (*VALUES, "01-rate", "nothing"):
        lab._handle_custom_msg({"type": "judge", "about": about}, [])
    assert sent == []


def test_a_folder_of_ones_own(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(own))
    (lesson,) = SurfaceLab().offers["lessons"]
    assert lesson["name"] == "mine"
    assert lesson["look"].startswith("<b>A ball</b>")  # text, which the page shows as it is
    (own / "mine.toml").write_text("title = 3", encoding="utf-8")
    lab = SurfaceLab()  # a file that was changed while the lab is served
    assert lab.offers["lessons"] == []
    assert "mine.toml: " in lab.reply["notes"][0]


def test_what_the_lab_has_no_slider_for_is_refused(own: Path) -> None:
    path = own / "mine.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sgd:lr=0.003", "sgd:lr=1e-9"), encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.toml: situation: learning rate η must be at least"):
        lessons(own)


def test_the_command_checks_a_folder_before_it_serves(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, "")  # to be put back
    with pytest.raises(UserError, match="are for the surface lab, not for mnist"):
        serving.serve("mnist", lessons=str(own))
    (own / "mine.toml").write_text("title = 3", encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.toml: "):
        serving.serve("surfaces", lessons=str(own))
