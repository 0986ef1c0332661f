"""What sentences are held to: quantities of a run, and relations between them.

A quantity is a figure of a run by its name, or one of `CURVES`, which read its history. A number
that is none bears nothing out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from optiviz.problems.base import Array
from optiviz.studies.published.score import tolerance

Result = dict[str, Any]
Values = Sequence[float]
T = TypeVar("T")
EPOCH = 1e-9  # by which an epoch may be off


@dataclass(frozen=True)
class Check:
    """One thing that a sentence is held to.

    Attributes:
        of: a quantity: a figure's name, or one of `CURVES`.
        relation: one of `RELATIONS`.
        limit: the number that it is held to; printed: the same with its digits.
        since, until: epochs between which a curve is looked at; at: an epoch between them.
    """

    of: str
    relation: str
    limit: float = math.nan
    printed: Decimal = Decimal("nan")
    since: float = 0.0
    until: float = math.inf
    at: float = math.nan

    @property
    def label(self) -> str:
        """The quantity, and where it is looked at.

        >>> Check("accuracy at", "above", 0.9, at=0.5).label, Check("swing", "less", since=1).label
        ('accuracy at epoch 0.5', 'swing from epoch 1')
        """
        if not math.isnan(self.at):
            return f"{self.of} epoch {self.at:g}"
        ends = [f" from epoch {self.since:g}"] if self.since else []
        ends += [f" until epoch {self.until:g}"] if math.isfinite(self.until) else []
        return self.of.replace("_", " ") + "".join(ends)

    def __str__(self) -> str:
        """What it asks, in words.

        >>> str(Check("swing", "less", since=1)), str(Check("x", "prints", printed=Decimal("0.98")))
        ('swing from epoch 1: less', 'x: prints 0.98')
        """
        limit = "" if math.isnan(self.limit) else f" {self.limit:g}"
        limit += "" if self.printed.is_nan() else f" {self.printed}"
        return f"{self.label}: {self.relation}{limit}"

    def value(self, result: Result) -> float:
        """The quantity of one run; NaN where it has none."""
        if self.of not in CURVES:
            found = result["figures"].get(self.of)
            return math.nan if found is None else float(found)
        columns = {
            name: np.array([math.nan if v is None else v for v in values], float)
            for name, values in result["history"].items()
        }
        if not len(columns.get("epoch", ())):
            return math.nan
        return float(CURVES[self.of](self, columns))

    def holds(self, values: Values, against: Values) -> bool:
        """Whether the relation holds for every run, each against its own or all against one."""
        pairs = list(paired(values, against)) if against else [(v, math.nan) for v in values]
        return all(RELATIONS[self.relation](self, *pair) for pair in pairs)


def paired(values: Sequence[T], against: Sequence[T]) -> list[tuple[T, T]]:
    """Each beside its own; one stands beside all others.

    >>> paired([1.0], [2.0, 3.0])
    [(1.0, 2.0), (1.0, 3.0)]
    """
    most = max(len(values), len(against))
    both = ([*v] * (most if len(v) == 1 else 1) for v in (values, against))
    return list(zip(*both, strict=True))


# --- quantities of a curve; accuracies are of the test images ---


def _window(check: Check, columns: dict[str, Array], name: str) -> Array:
    epoch = columns["epoch"]
    inside = (epoch >= check.since - EPOCH) & (epoch <= check.until + EPOCH)
    return columns[name][inside]


def _at(check: Check, columns: dict[str, Array], name: str) -> float:
    """The value at the evaluation of an epoch; NaN where none was made."""
    found = columns[name][np.abs(columns["epoch"] - check.at) < EPOCH]
    return float(found[0]) if len(found) else math.nan


def swing(accuracy: Array) -> float:
    """How far a curve goes back and forth, an evaluation: its way less what it gains by it.

    >>> swing(np.array([0.90, 0.94, 0.96])), round(swing(np.array([0.9, 0.92, 0.9])), 9)
    (0.0, 0.02)
    """
    moves = np.diff(accuracy)
    return round(float((np.abs(moves).sum() - abs(moves.sum())) / len(moves)), 9)


def _swing(check: Check, columns: dict[str, Array]) -> float:
    found = _window(check, columns, "test_accuracy")
    return swing(found) if len(found) > 2 else math.nan


def _swing_later(check: Check, columns: dict[str, Array]) -> float:
    """By how much more a curve swings from `at` on than before."""
    epoch, accuracy = columns["epoch"], columns["test_accuracy"]
    early = accuracy[(epoch >= check.since - EPOCH) & (epoch <= check.at + EPOCH)]
    late = accuracy[epoch >= check.at - EPOCH]
    return swing(late) - swing(early) if min(len(early), len(late)) > 2 else math.nan


def _gain(check: Check, columns: dict[str, Array]) -> float:
    """What the accuracy gains after `at`."""
    return float(columns["test_accuracy"][-1]) - _at(check, columns, "test_accuracy")


def _falls(check: Check, columns: dict[str, Array]) -> float:
    """How often the accuracy is less at the end of an epoch than at that of the one before."""
    whole = np.abs(columns["epoch"] - np.round(columns["epoch"])) < EPOCH
    return float((np.diff(columns["test_accuracy"][whole]) < 0).sum())


def _rises(_: Check, columns: dict[str, Array]) -> float:
    """How often the mean loss of an epoch is above that of the one before.

    Parts of an epoch in which samples keep their order are of other samples, not comparable.
    """
    of = np.ceil(columns["epoch"] - EPOCH)
    means = np.array([columns["train_loss"][of == epoch].mean() for epoch in np.unique(of)])
    return float((np.diff(means) > 0).sum())


CURVES: dict[str, Callable[[Check, dict[str, Array]], float]] = {
    "accuracy at": lambda check, columns: _at(check, columns, "test_accuracy"),
    "loss at": lambda check, columns: _at(check, columns, "train_loss"),
    "least accuracy": lambda check, columns: _window(check, columns, "test_accuracy").min(),
    "greatest accuracy": lambda check, columns: _window(check, columns, "test_accuracy").max(),
    "rises of the loss": _rises,
    "falls of the accuracy": _falls,
    "gain after": _gain,
    "swing": _swing,
    "growth of the swing after": _swing_later,
}


# --- relations: a check, a value, and the one that it stands against ---

RELATIONS: dict[str, Callable[[Check, float, float], bool]] = {
    "above": lambda check, value, _: value >= check.limit,
    "below": lambda check, value, _: value <= check.limit,
    "more": lambda _, value, other: value > other,
    "less": lambda _, value, other: value < other,
    "alike": lambda check, value, other: round(abs(value - other), 9) <= check.limit,
    "share": lambda check, value, other: abs(value / other - check.limit) <= 0.15,
    "prints": lambda check, value, _: (
        round(abs(value - float(check.printed)), 9) <= tolerance("arithmetic", check.printed)
    ),
}
