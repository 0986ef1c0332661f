"""The lessons as the surface lab offers them: those that came with it, or a lecturer's own."""

from __future__ import annotations

import os
from pathlib import Path

from optiviz.errors import UserError
from optiviz.labs.surface.state import from_query
from optiviz.lessons.lesson import Choose, Find, Lesson
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
