"""The pages of one lesson: what it asks, and what there is to try afterwards."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence

from optiviz.course.packed import parts, picture
from optiviz.course.shell import Shell
from optiviz.course.trial import trial
from optiviz.errors import UserError
from optiviz.explorer.choices import wanted
from optiviz.explorer.page import data, filled
from optiviz.lessons.lesson import Choose, Lesson
from optiviz.lessons.offered import offered
from optiviz.player.still import opening, still

QUESTIONS = "questions.html"

LESSON = """<div class="lab course" data-page="lesson" data-all="{names}"{data}>
<header class="co-head"><a data-carries href="index.html">‹ All lessons</a>
<span class="lab-muted">{number} of {count}</span><span class="lab-space"></span></header>
<main class="co-main">
<div class="co-words"><h1>{number} · {title}</h1>
<p>{look}</p></div>
<div class="co-picture"><figure class="co-still">{stills}</figure></div>
<div class="co-ask">
<p class="sl-question">{question}</p>
{choices}
<noscript><p class="lab-muted">To answer here, and to see what comes of it, a browser needs scripts;
the <a href="{questions}">questions for print</a> have their answers at the end.</p></noscript>
</div>
</main>
<template class="co-further">{links}</template>
</div>"""

TRIAL = """<div class="lab course co-trial" data-page="trial" data-all="{names}" data-open="{data}">
<header class="co-head"><a data-carries href="{lesson}.html">‹ {title}</a>
<span class="lab-space"></span></header>
<main>
<h1 class="lab-spoken">Try next: {title}</h1>
<p class="co-then"><b>Try next.</b> {then}</p>
<div class="co-sheet">{still}</div>
</main>
</div>"""

link = '<a class="lab-outlined{more}" data-carries href="{to}">{words}</a>'


def file_of(lesson: Lesson) -> str:
    """The name of a lesson's page; of what there is to try, `trial_of`."""
    return f"{lesson.name}.html"


def trial_of(lesson: Lesson) -> str:
    """The name of the page with sliders."""
    return f"{lesson.name}-try.html"


def pictured(lesson: Lesson, theme: str) -> str:
    """The first frame of a lesson, in which nothing is told of its answer."""
    shown = picture(offered(lesson)["before"], theme)
    return opening(shown, lesson.shown, theme, seen(lesson))


def seen(lesson: Lesson) -> str:
    """What the first frame shows, in words."""
    shown = picture(offered(lesson)["before"])
    x, y = shown.runs[0].w[lesson.shown]
    lows = " and ".join(f"{u:.3g}, {v:.3g}" for u, v in shown.problem.minima)
    lowest = f"; the lowest point is at {lows}" if lows else ""
    where = f"at step {lesson.shown} the ball is at {x:.3g}, {y:.3g}{lowest}"
    return f"{shown.problem.title}, {', '.join(shown.labels)}: {where}."


def page(shell: Shell, lessons: Sequence[Lesson], index: int, stills: str) -> str:
    """A lesson's page; `stills` is its first frame, light and dark.

    Raises:
        UserError: what a page without a server cannot do of it.
    """
    lesson = lessons[index]
    packed = "".join(f' data-{name}="{text}"' for name, text in parts(lesson).items())
    body = LESSON.format(
        names=names(lessons),
        data=packed,
        number=index + 1,
        count=len(lessons),
        stills=stills,
        choices=_choices(lesson),
        links=_links(lessons, index),
        questions=QUESTIONS,
        **_escaped(title=lesson.title, look=lesson.look, question=lesson.question),
    )
    return shell.page(lesson.title, lesson.question, body)


def _escaped(**texts: str) -> dict[str, str]:
    """What a lesson holds is text."""
    return {name: html.escape(text) for name, text in texts.items()}


def names(lessons: Sequence[Lesson]) -> str:
    """The names of all, as an attribute."""
    return html.escape(json.dumps([one.name for one in lessons]))


def _choices(lesson: Lesson) -> str:
    if not isinstance(lesson.answer, Choose):
        return ""
    rows = "".join(f"<li>{html.escape(words)}</li>" for words in lesson.answer.choices)
    return f'<ol class="co-choices" type="A">{rows}</ol>'


def _links(lessons: Sequence[Lesson], index: int) -> str:
    """Where to go on to."""
    after = lessons[index + 1 : index + 2]
    onward = (file_of(after[0]), "Next lesson") if after else ("index.html", "All lessons")
    return link.format(more="", to=trial_of(lessons[index]), words="Try it") + link.format(
        more=" lab-primary", to=onward[0], words=onward[1]
    )


def trial_page(shell: Shell, lessons: Sequence[Lesson], index: int) -> str:
    """The page with sliders for what a lesson says to try next.

    Raises:
        UserError: what it wants varied cannot be.
    """
    lesson = lessons[index]
    try:
        vary = wanted(lesson.vary, "explore.vary")
        made = trial(lesson.link or lesson.situation, vary)
        blocks, pictures = filled(made, "light")
    except UserError as error:
        raise UserError(f"{lesson.name}.toml: {error}") from None
    first = pictures[next((one.at for one in made.choices if one.world), 0)]
    body = TRIAL.format(
        names=names(lessons),
        data=base64.b64encode(data(made, blocks, pictures)).decode(),
        lesson=lesson.name,
        still=still(first),
        **_escaped(title=lesson.title, then=lesson.trial or lesson.then),
    )
    return shell.page(f"Try next: {lesson.title}", lesson.trial or lesson.then, body)
