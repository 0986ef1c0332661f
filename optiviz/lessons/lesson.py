"""A lesson: a situation, a question, a way to answer, and why; what it claims, the runs must do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optiviz.errors import UserError
from optiviz.lessons import measures
from optiviz.lessons.shapes import SHAPES, above
from optiviz.lessons.situation import changed, runs_of, steps_of
from optiviz.problems import Plane
from optiviz.runs import Run

# What a person may set to find something: settings of the rule, or of the whole run.
FINDABLE = ("lr", "beta", "beta1", "beta2", "rho", "batch", "schedule", "condition")


@dataclass(frozen=True)
class Choose:
    """Choices in words, one of which is right.

    Attributes:
        choices: one for each optimiser of the situation, unless another field says what they are.
        right: the number of the right one, from 1.
        measure: what makes it so (see `MEASURES`).
        changes: what each choice changes in the situation, as queries.
        conditions: what each choice says of the run, for "what happens".
        values: the number that each choice says, for "fastest at step".
    """

    choices: tuple[str, ...]
    right: int
    measure: str
    changes: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    values: tuple[float, ...] = ()

    def truth(self, situation: str) -> int | None:
        """The number of the choice that the runs make right; None where none clearly is."""
        problem, runs = runs_of(situation)
        if self.measure == measures.HAPPENS:
            held = [measures.fulfils(runs[0], problem, name) for name in self.conditions]
            return measures.only(held)
        if self.measure == measures.FASTEST:
            return measures.nearest(self.values, measures.fastest(runs[0]))
        if self.changes:
            runs = [runs_of(changed(situation, change))[1][0] for change in self.changes]
        rank = measures.RANKED[self.measure]
        return measures.least([rank(run, problem) for run in runs])


@dataclass(frozen=True)
class Place:
    """A click where the head will be at the last step; the run alone knows."""


@dataclass(frozen=True)
class Find:
    """Settings with which the first run meets a condition.

    Attributes:
        settings: those that may be changed (see `FINDABLE`).
        condition: what is to be met (see `CONDITIONS`); within: the latest step for it.
        solution: a change of the situation that meets it.
    """

    settings: tuple[str, ...]
    condition: str
    solution: str
    within: int | None = None

    def met(self, query: str) -> bool:
        """Whether a situation meets it."""
        problem, runs = runs_of(query)
        return self.holds(runs[0], problem)

    def holds(self, run: Run, problem: Plane) -> bool:
        """Whether a run meets it."""
        return measures.fulfils(run, problem, self.condition, self.within)


@dataclass(frozen=True)
class Draw:
    """The loss curve, drawn before it is there, on a logarithmic axis.

    Attributes:
        shape: what the curve is, as the words say it (see `SHAPES`).
        low, high: the powers of ten at the axis' ends.
    """

    shape: str
    low: int
    high: int

    def wrong(self, situation: str) -> str | None:
        """What of it is not so, if something is."""
        problem, (run,) = runs_of(situation)
        if problem.floor() is None:
            return "the surface has no known minimum to measure the loss from."
        curve = above(run, problem)
        if not (np.isfinite(curve).all() and self.low < curve.min() and curve.max() < self.high):
            ends = f"{curve.max():.2g} to {curve.min():.2g}"
            return f"the curve goes from {ends}, beyond low or high."
        return None if SHAPES[self.shape](curve) else f"by its run the curve is not {self.shape!r}."


Answer = Choose | Place | Find | Draw


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        name: its file's, by which a link opens it.
        look: what there is to see before the answer.
        shown: the steps that are shown before it.
        why: one sentence after it; then: what to try next, in words; link: as a query.
        vary: what a page with sliders lets one vary of it, as words such as lr=0.09:0.11.
        trial: what to try there, in words, where that is other than in the lab.
    """

    name: str
    title: str
    look: str
    situation: str
    question: str
    answer: Answer
    why: str
    then: str
    link: str = ""
    shown: int = 0
    vary: tuple[str, ...] = ()
    trial: str = ""

    @property
    def steps(self) -> int:
        """How many there are."""
        return steps_of(self.situation)


def check(lesson: Lesson) -> None:
    """Compare what a lesson says with what the runs do.

    Raises:
        UserError: what it claims that is not so.
    """
    answer, situation = lesson.answer, lesson.situation
    runs_of(situation)
    if isinstance(answer, Choose):
        truth = answer.truth(situation)
        found = "no choice clearly is" if truth is None else f"by the runs it is {truth}"
        if truth != answer.right:
            raise UserError(f"right is {answer.right}, but {found} ({answer.measure!r}).")
    if isinstance(answer, Find):
        if answer.met(situation):
            raise UserError("find: the situation meets the condition already.")
        if not answer.met(changed(situation, answer.solution)):
            raise UserError(f"find.solution does not meet the condition {answer.condition!r}.")
    if isinstance(answer, Draw) and (wrong := answer.wrong(situation)):
        raise UserError(f"draw: {wrong}")
