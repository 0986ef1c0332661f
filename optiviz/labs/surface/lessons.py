"""The lessons as the surface lab offers them: those that came with it, or a lecturer's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from optiviz.errors import UserError
from optiviz.labs.surface.state import from_query
from optiviz.lessons.lesson import Choose, Draw, Find, Lesson
from optiviz.lessons.reader import HERE, read_folder
from optiviz.lessons.situation import changed

FOLDER = "OPTIVIZ_LESSONS"  # where the command line tells the page's process of a folder


def lessons(folder: Path | None = None) -> list[Lesson]:
    """The lessons of a folder, all of whose settings the lab has.

    Args:
        folder: by default the one that the command line was given, or else the lab's own.

    Raises:
        UserError: what is wrong in which file.
    """
    folder = folder or Path(os.environ.get(FOLDER) or HERE)
    found = list(read_folder(folder))
    for lesson in found:
        for name, query in _queries(lesson).items():
            if notes := from_query(query)[1]:
                raise UserError(f"{folder / lesson.name}.toml: {name}: {notes[0]}")
    return found


def _queries(lesson: Lesson) -> dict[str, str]:
    """Whatever a lesson may set the lab's controls to, by its key."""
    answer = lesson.answer
    queries = {"situation": lesson.situation, "link": lesson.link or lesson.situation}
    if isinstance(answer, Find):
        queries["find.solution"] = changed(lesson.situation, answer.solution)
    if isinstance(answer, Choose):
        for i, change in enumerate(answer.changes):
            queries[f"choose.changes {i + 1}"] = changed(lesson.situation, change)
    return queries


def offered(lesson: Lesson) -> dict[str, Any]:
    """A lesson as the page needs it. Before the answer, the page has no later steps at all."""
    before = changed(lesson.situation, f"steps={max(lesson.shown, 1)}")
    names = ("name", "title", "look", "question", "why", "then", "link", "shown", "steps")
    facts = {name: getattr(lesson, name) for name in names}
    return facts | {"before": before, "after": lesson.situation} | _way(lesson)


def _way(lesson: Lesson) -> dict[str, Any]:
    answer = lesson.answer
    if isinstance(answer, Choose):
        changes = [changed(lesson.situation, change) for change in answer.changes]
        lanes = not (answer.changes or answer.conditions or answer.values)
        facts = {"choices": answer.choices, "right": answer.right}
        return {"way": "choose", "changes": changes, "lanes": lanes} | facts
    if isinstance(answer, Find):
        solution = changed(lesson.situation, answer.solution)
        return {"way": "find", "settings": answer.settings, "solution": solution}
    if isinstance(answer, Draw):
        return {"way": "draw", "low": 10.0**answer.low, "high": 10.0**answer.high}
    return {"way": "place"}
