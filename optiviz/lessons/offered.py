"""A lesson as the scripts of a page need it, with its situations as queries."""

from __future__ import annotations

from typing import Any

from optiviz.lessons.lesson import Choose, Draw, Find, Lesson
from optiviz.lessons.situation import changed


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
