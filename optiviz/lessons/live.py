"""Lessons of a lab that trains: their runs are made when somebody has answered, and not before.

A file is read as any lesson's (see `reader`), but for its situation: `runs` are the links of the
trainings that answer, and `before` those that are seen with the question. What a lesson claims is
held by a test that trains, since that takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from optiviz.errors import UserError
from optiviz.lessons.lesson import Choose
from optiviz.lessons.measures import HAPPENS, least, only
from optiviz.lessons.reader import Fields, files_of, made

R = TypeVar("R")
MOST = 4  # runs of a lesson at once


@dataclass(frozen=True)
class Live:
    """One lesson.

    Attributes:
        name: its file's, by which a link opens it.
        look: what there is to see before the answer, where `before` has been run.
        runs: what answers, as links of the lab.
        pane: where the answer is seen best, if not where the lab shows it anyway.
        why: one sentence after it; then: what to try next, in words; link: as a link.
    """

    name: str
    title: str
    look: str
    question: str
    answer: Choose
    why: str
    then: str
    runs: tuple[str, ...]
    before: tuple[str, ...] = ()
    pane: str = ""
    link: str = ""

    def offered(self) -> dict[str, Any]:
        """The lesson as a page needs it."""
        names = ("name", "title", "look", "question", "why", "then", "link", "pane")
        words = {name: getattr(self, name) for name in names}
        answer = {"choices": self.answer.choices, "right": self.answer.right, "changes": []}
        return words | answer | {"runs": self.runs, "before": self.before}


@dataclass(frozen=True)
class Judge(Generic[R]):
    """What decides the lessons of a lab, of whatever its runs leave behind.

    Attributes:
        ranks: measures by which one of the runs is the least.
        conditions: what may be so of all the runs, for "what happens".
    """

    ranks: Mapping[str, Callable[[R], float]]
    conditions: Mapping[str, Callable[[Sequence[R]], bool]]

    def truth(self, answer: Choose, runs: Sequence[R]) -> int | None:
        """The number of the choice that the runs make right; None where none clearly is."""
        if answer.measure == HAPPENS:
            return only([self.conditions[name](runs) for name in answer.conditions])
        rank = self.ranks[answer.measure]
        return least([rank(run) for run in runs])


def read_live(
    folder: Path,
    judge: Judge[Any],
    notes: Callable[[str], Sequence[str]],
    panes: Collection[str] = (),
) -> tuple[Live, ...]:
    """The lessons of a folder, ordered by their files' names.

    Args:
        judge: what the lab can decide.
        notes: what the lab would put right in a link.
        panes: the names of the lab's panes.

    Raises:
        UserError: what a file has wrong.
    """

    def lesson(name: str, fields: Fields) -> Live:
        runs = _links(fields, "runs", notes)
        before = _links(fields, "before", notes) if "before" in fields.table else ()
        return Live(
            name=name,
            title=fields.text("title"),
            look=fields.text("look"),
            question=fields.text("question"),
            why=fields.text("why"),
            then=fields.text("next"),
            answer=_answer(fields.inner("choose"), judge, len(runs)),
            runs=runs,
            before=before,
            pane=fields.one_of("pane", panes) if "pane" in fields.table else "",
            link=_known(fields, "link", fields.text("link", ""), notes),
        )

    return tuple(made(path, lesson) for path in files_of(folder))


def _links(fields: Fields, name: str, notes: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    return tuple(_known(fields, name, link, notes) for link in fields.texts(name, 1, MOST))


def _known(fields: Fields, name: str, link: str, notes: Callable[[str], Sequence[str]]) -> str:
    """A link that the lab takes as it is."""
    if wrong := notes(link):
        raise UserError(f"{name}: {wrong[0]}")
    return link


def _answer(fields: Fields, judge: Judge[Any], runs: int) -> Choose:
    choices = fields.texts("choices", 2, 5)
    right = fields.number("right", 1, len(choices))
    measure = fields.one_of("measure", (*judge.ranks, HAPPENS))
    conditions: tuple[str, ...] = ()
    if measure == HAPPENS:
        many = len(choices)
        conditions = fields.some_of("conditions", many, many, judge.conditions)
    elif len(choices) != runs:
        raise fields.wrong("choices", f"must be {runs}, one for each of the runs.")
    fields.done()
    return Choose(choices, right, measure, conditions=conditions)
