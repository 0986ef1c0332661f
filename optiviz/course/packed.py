"""What the script of a lesson's page reads: what is seen at once, and what comes with the answer.

Both are deflated, so that whoever reads the page's source meets no answer there by chance.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

from optiviz.course.trial import at_of, labels, met, sought, words_of
from optiviz.errors import UserError
from optiviz.explorer import coding
from optiviz.explorer.page import data, filled
from optiviz.lessons.lesson import Find, Lesson
from optiviz.lessons.offered import offered
from optiviz.lessons.situation import runs_of
from optiviz.player.pack import Arrays, ground_of, pack, paths
from optiviz.problems import Plane
from optiviz.views.picture import Picture

PANELS = ("path", "loss", "velocity")
SEALED = ("right", "why", "then", "trial", "solution", "link", "changes", "after")


def text(facts: dict[str, Any], arrays: Arrays) -> str:
    """A pack as the text that stands in a page."""
    return base64.b64encode(zlib.compress(pack(facts, arrays), 9)).decode()


def picture(query: str, theme: str = "light") -> Picture:
    """The runs of a situation."""
    problem, runs = runs_of(query)
    panels = [*PANELS, "lr"] if any(run.steps and np.ptp(run.lr) for run in runs) else PANELS
    return Picture(problem, runs, panels, theme)


def parts(lesson: Lesson) -> dict[str, str]:
    """The texts of a lesson's page: `open`, `sealed`, and `book`, among whose runs one finds.

    Raises:
        UserError: what a page without a server cannot do of it, with its name.
    """
    try:
        facts = offered(lesson)
        made = {"open": _open(lesson, facts), "sealed": _sealed(lesson, facts)}
        if isinstance(lesson.answer, Find):
            made["book"] = _book(lesson, lesson.answer, facts)
        return made
    except UserError as error:
        raise UserError(f"{lesson.name}.toml: {error}") from None


def _open(lesson: Lesson, facts: dict[str, Any]) -> str:
    """The ground, the first frame, and the lesson but for its answer."""
    shown = picture(facts["before"])
    ground, arrays = _ground(shown.problem)
    told = {name: value for name, value in facts.items() if name not in SEALED}
    mine = [(0, name, array) for _, name, array in arrays]
    return text({"lesson": told, "runs": [ground, {}]}, [*mine, _bytes(1, paths(shown))])


def _ground(problem: Plane) -> tuple[dict[str, Any], Arrays]:
    """What stands still, as pages with sliders have it."""
    facts, arrays = ground_of(problem)
    return facts | {"fine": coding.FINE}, coding.ground(arrays, facts)


def _sealed(lesson: Lesson, facts: dict[str, Any]) -> str:
    """What is told afterwards, and every run that is shown then, by its query."""
    told = {name: facts[name] for name in SEALED if name in facts}
    told["then"] = lesson.trial or lesson.then
    queries = [] if isinstance(lesson.answer, Find) else [facts["after"], *facts.get("changes", ())]
    queries = list(dict.fromkeys(queries))
    shown = [_bytes(i, paths(picture(query))) for i, query in enumerate(queries)]
    return text({"lesson": told, "queries": queries, "runs": [{} for _ in queries]}, shown)


def _book(lesson: Lesson, answer: Find, facts: dict[str, Any]) -> str:
    """Every run that can be set, as on a page with sliders, and which of them do."""
    made = sought(lesson.situation, answer, facts["solution"])
    held = data(made, *filled(made, "light"))
    known = {
        "labels": labels(lesson.situation, answer),
        "solution": at_of(made, facts["solution"]),
        "lanes": len(words_of(lesson.situation).rules),
        "runs": [{}],
    }
    return text(known, [_bytes(0, held), (0, "met", met(made, answer).astype("u1"))])


def _bytes(into: int, block: bytes) -> tuple[int, str, Any]:
    """A pack within another."""
    return into, "bytes", np.frombuffer(block, "u1")
