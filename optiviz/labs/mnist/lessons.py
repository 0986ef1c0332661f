"""The lessons of the MNIST lab, and what decides them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.labs.mnist import address, closer
from optiviz.labs.mnist import form as mnist_form
from optiviz.labs.mnist.facts import sizes_of
from optiviz.labs.mnist.race import Lane
from optiviz.lessons.live import Judge, Live, read_live
from optiviz.lessons.reader import HERE
from optiviz.training.recipe import Recipe

FOLDER = HERE / "mnist"
PANES = ("curves", "seconds", "layers", "confusion", "surface", "formula")
GOOD, POOR = 0.9, 0.5  # of the test images
LEVEL, AHEAD = 0.01, 0.02  # of them, between two runs
NEARLY_ALL = 0.95  # of them, that are taken for the same digit by a network that has died


def lessons() -> tuple[Live, ...]:
    """The lessons, all of whose settings the lab has."""
    return read_live(FOLDER, JUDGE, lambda link: address.from_query(link)[1], PANES)


def offered(lesson: Live) -> dict[str, Any]:
    """A lesson as the page needs it, which knows its runs by their commands."""
    told = {part: [recipe.command() for recipe, _ in jobs(lesson, part)] for part in PARTS}
    return lesson.offered() | told


PARTS = ("before", "runs")


def jobs(lesson: Live, part: Any) -> list[tuple[Recipe, str]]:
    """The trainings of a lesson's part, each with the link that restores its settings.

    Raises:
        UserError: a lesson has no such part.
    """
    if part not in PARTS:
        raise UserError("A lesson has no such part.")
    states = [address.from_query(link)[0] for link in getattr(lesson, part)]
    return [(mnist_form.recipes(state)[0], address.query(state)) for state in states]


def accuracy(lane: Lane) -> float:
    """Of the last evaluation."""
    return lane.rows[-1]["test_accuracy"]


def _gives_one_answer(lanes: Sequence[Lane]) -> bool:
    """Whether the first network takes nearly all test images for the same digit."""
    lane = lanes[0]
    if lane.w is None:
        return False
    counts = np.array(closer.confusion(closer.Held(lane.w, sizes_of(lane)))["counts"])
    given = counts.sum(axis=0)
    return bool(given.max() >= NEARLY_ALL * given.sum())


def _between(low: float, high: float) -> Callable[[Sequence[Lane]], bool]:
    return lambda lanes: low <= accuracy(lanes[0]) < high


def _ahead(first: int, other: int) -> Callable[[Sequence[Lane]], bool]:
    return lambda lanes: accuracy(lanes[first]) - accuracy(lanes[other]) > AHEAD


def _level(lanes: Sequence[Lane]) -> bool:
    return abs(accuracy(lanes[0]) - accuracy(lanes[1])) <= LEVEL


JUDGE: Judge[Lane] = Judge(
    ranks={
        "fewest mistakes": lambda lane: 1 - accuracy(lane),
        "lowest loss": lambda lane: lane.rows[-1]["test_loss"],
    },
    conditions={
        "learns": _between(GOOD, 1.1),
        "learns half": _between(POOR, GOOD),
        "gives one answer": _gives_one_answer,
        "first leads": _ahead(0, 1),
        "level": _level,
        "second leads": _ahead(1, 0),
    },
)
