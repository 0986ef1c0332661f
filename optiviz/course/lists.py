"""The pages of all lessons: the list that begins the course, and the questions for print."""

from __future__ import annotations

import html
from collections.abc import Sequence

from optiviz.course.pages import QUESTIONS, file_of, seen
from optiviz.course.shell import Shell
from optiviz.course.trial import words_of
from optiviz.lessons.lesson import Choose, Draw, Find, Lesson, Place
from optiviz.lessons.situation import changed, runs_of
from optiviz.optim import SYMBOLS
from optiviz.views.numbers import power_of_ten
from optiviz.words import split

TITLE = "How optimisers work"
PICTURES = "pictures"

INDEX = """<div class="lab course co-index" data-page="index">
<header class="co-head"><h1>{title} <span>in {count} lessons</span></h1>
<span class="lab-space"></span></header>
<main>
<p>Guess first, then see: each lesson asks what will happen before it shows it, in two minutes.
<span class="co-count" role="status"></span></p>
<ol class="co-list">
{rows}
</ol>
<p class="lab-muted"><a href="{questions}">The questions for print</a>, with the answers on a page
of their own. These pages need no server and no network; what is done is kept in this browser
alone.</p>
</main>
</div>"""

ROW = """<li data-lesson="{name}"><a data-carries href="{file}"><picture>
<source media="screen and (prefers-color-scheme: dark)" srcset="{pictures}/{name}-dark.svg">
<img src="{pictures}/{name}-light.svg" alt="" width="640" height="{high}"></picture>
<span>{number} · {title}</span> <span>{question}</span></a></li>"""

SHEET = """<div class="lab course co-paper">
<main>
<header><h1>{title}: the questions</h1><p>Name <span class="co-blank"></span></p></header>
{questions}
<input type="checkbox" id="answers"> <label for="answers">Show the answers here,
too; on paper they are on a page of their own at the end.</label>
<section class="co-answers"><h2>{title}: the answers</h2>
<ol>
{answers}
</ol></section>
<p class="co-screen"><a href="index.html">‹ All lessons</a></p>
</main>
</div>"""

QUESTION = """<article><h2>{number} · {title}</h2>
<img src="{pictures}/{name}-light.svg" alt="{seen}" width="640" height="{high}">
<div><p>{look}</p><p class="sl-question">{question}</p>
{room}</div></article>"""


def high(lesson: Lesson) -> int:
    """The height of a lesson's picture, which is 640 wide."""
    return 452 + 22 * len(words_of(lesson.situation).rules)


def index(shell: Shell, lessons: Sequence[Lesson]) -> str:
    """The list of all lessons."""
    rows = [
        ROW.format(
            name=one.name,
            file=file_of(one),
            pictures=PICTURES,
            number=i + 1,
            title=html.escape(one.title),
            question=html.escape(one.question),
            high=high(one),
        )
        for i, one in enumerate(lessons)
    ]
    told = {"title": TITLE, "count": len(lessons), "questions": QUESTIONS}
    return shell.page(TITLE, "Lessons that ask first.", INDEX.format(rows="\n".join(rows), **told))


def questions(shell: Shell, lessons: Sequence[Lesson]) -> str:
    """All questions, with room to answer them, and the answers on a page of their own."""
    asked, told = [], []
    for number, one in enumerate(lessons, start=1):
        words = {"title": one.title, "look": one.look, "question": one.question, "seen": seen(one)}
        texts = {key: html.escape(text) for key, text in words.items()}
        facts = {"name": one.name, "pictures": PICTURES, "high": high(one), "room": _room(one)}
        asked.append(QUESTION.format(number=number, **facts, **texts))
        told.append(f"<li><p><b>{html.escape(answer(one))}</b> {html.escape(one.why)}</p></li>")
    body = SHEET.format(title=TITLE, questions="\n".join(asked), answers="\n".join(told))
    return shell.page(f"{TITLE}: the questions", "The questions of all lessons, for print.", body)


def _room(lesson: Lesson) -> str:
    """Where an answer is written."""
    if isinstance(lesson.answer, Choose):
        boxes = "".join(f"<li>{html.escape(words)}</li>" for words in lesson.answer.choices)
        return f'<ol class="co-choices" type="A">{boxes}</ol>'
    if isinstance(lesson.answer, Place):
        return "<p>Mark the place in the picture with a cross.</p>"
    if isinstance(lesson.answer, Draw):
        low, high = power_of_ten(lesson.answer.low), power_of_ten(lesson.answer.high)
        words = f"The loss, from {low} to {high}, over {lesson.steps} steps:"
        return f'<p>{words}</p><p class="co-axes"></p>'
    return '<p class="co-blank"></p>'


def answer(lesson: Lesson) -> str:
    """What is right, in words; nothing where that is no matter of words."""
    given = lesson.answer
    if isinstance(given, Choose):
        return f"{'ABCDE'[given.right - 1]}: {given.choices[given.right - 1]}."
    if isinstance(given, Place):
        x, y = runs_of(lesson.situation)[1][0].w[-1]
        return f"At step {lesson.steps} it is at {x:.2g}, {y:.2g}."
    if isinstance(given, Find):
        found = changed(lesson.situation, given.solution)
        return f"For one, {', '.join(_settings(found, given.settings))}."
    if isinstance(given, Draw):
        return f"Its shape: {given.shape}."
    return ""


def _settings(query: str, names: Sequence[str]) -> list[str]:
    """Settings of a situation, in words."""
    words = words_of(query)
    known = split(words.problem)[1] | split(words.rules[0])[1]
    known |= {"batch": words.batch_size or "", "schedule": words.schedule or ""}
    return [f"{SYMBOLS.get(name, name)} = {known[name]}" for name in names]
