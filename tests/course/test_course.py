"""A course without a browser: what stands in its pages, and what is not to be read there yet."""

from __future__ import annotations

import base64
import html
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from optiviz.course.course import Course
from optiviz.course.lists import answer
from optiviz.course.pages import trial_page
from optiviz.course.shell import Shell
from optiviz.course.trial import at_of, met, sought
from optiviz.errors import UserError
from optiviz.explorer.blocks import runs_of
from optiviz.files import write_text
from optiviz.lessons.lesson import Find
from optiviz.lessons.offered import offered
from optiviz.lessons.reader import HERE, read, read_folder
from optiviz.lessons.situation import changed
from optiviz.lessons.situation import runs_of as measured

PAGES = ("1-choose", "2-place", "3-find")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


class Seen(HTMLParser):
    """The tags of a page, what stands between them, and where its links go."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words, self.links = "", []
        self.feed(text(page))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        told = dict(attrs)
        self.links += [told[name] for name in ("href", "src", "srcset") if told.get(name)]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_every_link_leads_to_a_file_of_the_folder(made: Path) -> None:
    pages = sorted(made.glob("*.html"))
    assert len(pages) == 8
    for page in pages:
        for link in Seen(page).links:
            if not link.startswith("data:"):
                assert (made / link).is_file(), (page.name, link)


def test_nothing_is_asked_of_another_host(made: Path) -> None:
    for path in made.rglob("*.*"):
        if path.is_file():
            left = re.sub(r"http://www\.w3\.org/\S+", "", text(path))
            assert not re.search(r"https?://|fetch\(|\bimport\(|XMLHttp", left), path.name


@pytest.mark.parametrize("name", PAGES)
def test_before_the_answer_nothing_of_it_can_be_read(made: Path, name: str) -> None:
    page = text(made / f"{name}.html")
    assert "SEALED" not in page
    assert "SEALED" in text(made / f"{name}-try.html") or name == "3-find"
    seen = Seen(made / f"{name}.html")
    for ending in ("converged", "diverged", "descending", "arrived", "Yes"):
        assert ending not in seen.words
    at_once = re.search(r'data-open="([^"]*)"', page)
    assert at_once
    held = zlib.decompress(base64.b64decode(at_once[1]))
    assert b"SEALED" not in held
    assert b'"right"' not in held
    assert b"solution" not in held


def test_a_lesson_is_text(made: Path) -> None:
    for page in made.glob("*.html"):
        assert "i" not in Seen(page).tags, page.name
        assert "<b>rate" not in text(page)
    assert "Which <b>rate</b>?" in Seen(made / "1-choose.html").words
    assert "A ball & a bowl." in Seen(made / "questions.html").words


@pytest.mark.parametrize("name", PAGES)
def test_without_scripts_there_are_the_first_frame_and_the_question(made: Path, name: str) -> None:
    seen = Seen(made / f"{name}.html")
    assert seen.tags.count("svg") == 2  # one for each of light and dark
    assert "lowest point is at 0, 0" in seen.words
    assert "At step 20" not in seen.words
    question = {"1-choose": "Which arrives first?", "2-place": "Where will", "3-find": "Which β"}
    assert question[name] in seen.words


@pytest.mark.parametrize(("name", "steps"), [("1-choose", 0), ("2-place", 2)])
def test_the_first_frame_goes_no_further_than_is_shown(made: Path, name: str, steps: int) -> None:
    """Two steps are a line of three points."""
    lines = re.findall(r'<path d="(M[^"Z]*)" fill="none"', text(made / f"{name}.html"))
    assert max(line.count("L") for line in lines) == steps


def test_the_answers_are_on_a_page_of_their_own(made: Path) -> None:
    page = text(made / "questions.html")
    asked, _, told = page.partition('<section class="co-answers">')
    assert "SEALED" not in asked
    assert html.escape("B: <i>η = 0.2</i>.") in told
    assert "At step 20 it is at" in told
    assert "For one, β = 0.8." in told
    style = text(next((made / "assets").glob("*.css")))
    assert ".co-answers { break-before: page; }" in style


def test_the_answer_to_a_place_is_where_the_run_ends(lessons: Path) -> None:
    lesson = read(lessons / "2-place.toml")
    x, y = measured(lesson.situation)[1][0].w[-1]
    assert answer(lesson) == f"At step 20 it is at {x:.2g}, {y:.2g}."


@pytest.mark.parametrize("path", ["3-find", HERE / "05-memory.toml"], ids=["own", "memory"])
def test_what_can_be_found_is_what_the_lesson_measures(lessons: Path, path: Path | str) -> None:
    lesson = read(lessons / f"{path}.toml" if isinstance(path, str) else path)
    given = lesson.answer
    assert isinstance(given, Find)
    solution = offered(lesson)["solution"]
    plan = sought(lesson.situation, given, solution)
    (beta,) = plan.choices
    held, runs = met(plan, given), list(runs_of(plan, plan.worlds[0], 0))
    assert held.any()
    assert not held.all()
    assert held[at_of(plan, solution)[0]]
    assert not held[beta.at]
    for k in range(0, len(runs), 9):
        rule = f"{plan.worlds[0].lanes[0].name}:lr={given.solution.split('lr=')[1].split(',')[0]}"
        query = changed(lesson.situation, f"optim={rule},beta={beta.words[k]}")
        assert given.met(query) == held[k]
        np.testing.assert_allclose(measured(query)[1][0].w, runs[k].w, rtol=1e-9, atol=1e-12)


def test_it_is_the_same_again(made: Path, lessons: Path, tmp_path: Path) -> None:
    taught = Course(tmp_path, lessons).taught
    assert trial_page(Shell(), taught, 0) == text(made / "1-choose-try.html")


def only(lessons: Path, folder: Path, **changed: tuple[str, str]) -> Path:
    """A folder of some of the lessons, by their names, each with a text in place of another."""
    folder.mkdir()
    for name, texts in changed.items():
        path = next(lessons.glob(f"*-{name}.toml"))
        folder.joinpath(path.name).write_text(text(path).replace(*texts), encoding="utf-8")
    return folder


def test_a_writer_that_is_stopped_leaves_the_old_pages_whole(
    made: Path, lessons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its script goes on for those that are not replaced, until the last of them is."""
    out = tmp_path / "out"
    old = out / "assets" / "course-0123456789ab.js"
    old.parent.mkdir(parents=True)
    old.write_text("old", encoding="utf-8")
    page = text(made / "index.html").replace("Guess first", "Before")
    (out / "index.html").write_text(page, encoding="utf-8")

    def stopped(path: Path, words: str) -> None:
        if path.name == "questions.html":
            raise KeyboardInterrupt
        write_text(path, words)

    monkeypatch.setattr("optiviz.course.course.write_text", stopped)
    with pytest.raises(KeyboardInterrupt):
        list(Course(out, only(lessons, tmp_path / "own", choose=("", ""))).write())
    assert "Before" in text(out / "index.html")
    assert old.is_file()
    assert (out / "1-choose.html").is_file()
    assert not list(out.glob(".optiviz-*"))


def test_of_lessons_among_which_one_is_wrong_nothing_is_written(
    lessons: Path, tmp_path: Path
) -> None:
    """Not even what comes before it; that a page has no such slider is found when it is made."""
    wrong = ('settings = ["beta"]', 'settings = ["schedule"]')
    own = only(lessons, tmp_path / "own", choose=("", ""), find=wrong)
    with pytest.raises(UserError, match=r"3-find.toml: find.settings: .*no slider for schedule"):
        list(Course(tmp_path / "out", own).write())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('["lr=0.02,0.1,0.2"]', '["nothing"]', "1-choose.toml: Unknown setting to vary 'nothing'"),
        ('["lr=0.02,0.1,0.2"]', '["lr=x"]', "1-choose.toml: "),
        ("[explore]", '[explore]\nmore = "1"', "1-choose.toml: explore.more is nothing"),
        ('vary = ["lr=0.02,0.1,0.2"]', "vary = 3", "explore.vary must be a list of 1 to 4 texts"),
    ],
)
def test_what_cannot_be_varied_is_said(
    lessons: Path, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    own = only(lessons, tmp_path / "own", choose=(old, new))
    with pytest.raises(UserError) as caught:
        list(Course(tmp_path / "out", own).write())
    assert sentence in str(caught.value)
    assert not (tmp_path / "out" / "index.html").exists()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (("schedule",), "no slider for schedule: name lr or beta, or leave the lesson to the lab."),
        (("lr", "beta", "condition"), "2 sliders at most: name 2 of lr, beta, condition, or leave"),
    ],
)
def test_what_no_page_has_a_slider_for_is_said_with_what_would_do(
    settings: tuple[str, ...], sentence: str
) -> None:
    lesson = read(HERE / "05-memory.toml")
    assert isinstance(lesson.answer, Find)
    wanted = replace(lesson.answer, settings=settings)
    with pytest.raises(UserError, match=re.escape(sentence)):
        sought(lesson.situation, wanted, lesson.situation)


@pytest.mark.parametrize("name", ["index", "questions", "1-choose-try"])
def test_no_lesson_takes_the_name_of_another_page(lessons: Path, tmp_path: Path, name: str) -> None:
    for one in ("1-choose", name):
        tmp_path.joinpath(f"{one}.toml").write_bytes((lessons / "1-choose.toml").read_bytes())
    with pytest.raises(UserError, match=f"A course has two pages {name}.html: give"):
        Course(tmp_path / "out", tmp_path)


def test_a_folder_of_somebody_elses_is_left_alone(
    optiviz: Callable[[str], CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<p>mine", encoding="utf-8")
    done = optiviz("course --out .")
    assert done.returncode == 2
    assert (
        done.stderr == "optiviz: index.html is not one that optiviz wrote: choose another --out.\n"
    )
    done = optiviz("course --lessons nowhere")
    assert done.returncode == 2
    assert "Cannot read lessons in nowhere" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_every_lesson_of_ours_says_what_to_vary() -> None:
    """Or the page with sliders would vary what the words do not speak of."""
    for lesson in read_folder(HERE):
        assert lesson.vary, lesson.name


def test_ctrl_c_says_that_pages_are_missing(
    tmp_path: Path, optiviz: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(_: Course) -> Iterator[str]:
        yield "1-choose.html"
        raise KeyboardInterrupt

    monkeypatch.setattr(Course, "write", pressed)
    done = optiviz(f"course --out {tmp_path / 'new'}")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.endswith("\nStopped: pages are missing. The same command makes them all.\n")
