"""Tables of many trainings: means and deviations over seeds, as numbers and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from optiviz.problems.base import Array

Row = dict[str, Any]
Numbers = Sequence[float] | Array
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def mean(values: Numbers) -> float | None:
    """The mean of some numbers; None if there are none.

    >>> mean([1.0, 2.0]), mean([])
    (1.5, None)
    """
    return float(np.mean(values)) if len(values) else None


def seen(words: str, at: Mapping[str, float]) -> str:
    """What a training under way has come to, on the samples that were split off if there are any.

    The number comes first, since a narrow terminal cuts off the end.

    >>> seen("adam", {"epoch": 0.25, "test_accuracy": 0.9324, "val_accuracy": float("nan")})
    'accuracy=93.2 % by adam at epoch 0.25'
    """
    test = np.isnan(at["val_accuracy"])
    what, name = ("", "test_accuracy") if test else ("validation ", "val_accuracy")
    return f"{what}accuracy={100 * at[name]:.1f} % by {words} at epoch {at['epoch']:.3g}"


def deviation(values: Numbers) -> float | None:
    """The standard deviation of several numbers, with n - 1; None if there are not two.

    >>> deviation([1.0, 2.0, 3.0]), deviation([0.1, 0.1, 0.1]), deviation([1.0])
    (1.0, 0.0, None)
    """
    if len(values) < 2:
        return None
    if np.ptp(values) == 0:
        return 0.0  # which rounding might miss
    return float(np.std(values, ddof=1))


def spread(columns: Mapping[str, Numbers]) -> Row:
    """For every column its mean, and its deviation as `name_sd`.

    >>> spread({"loss": [1.0, 3.0]})
    {'loss': 2.0, 'loss_sd': 1.4142135623730951}
    """
    return {
        key: value
        for name, values in columns.items()
        for key, value in ((name, mean(values)), (f"{name}_sd", deviation(values)))
    }


def each_once(verdicts: Iterable[str]) -> str:
    """What became of several trainings, every verdict once; numbers that differ are a range.

    >>> each_once(["overfits since epoch 4", "", "stalled", "overfits since epoch 3"])
    'overfits since epoch 3–4; stalled'
    """
    alike: dict[str, list[str]] = {}
    for verdict in filter(None, verdicts):
        alike.setdefault(NUMBER.sub("", verdict), []).append(verdict)
    return "; ".join(map(_ranges, alike.values()))


def _ranges(alike: Sequence[str]) -> str:
    """Sentences that differ in their numbers, as one."""
    columns = zip(*map(NUMBER.findall, alike), strict=True)
    ends = ([min(column, key=float), max(column, key=float)] for column in columns)
    return NUMBER.sub(lambda _: "–".join(dict.fromkeys(next(ends))), alike[0])


def markdown(rows: Sequence[Sequence[str]], padded: bool = True) -> list[str]:
    """The lines of a table in Markdown.

    Args:
        rows: heads first.
        padded: whether columns are as wide as what stands in them, to be read as they are.

    >>> print(*markdown([("rule", "loss"), ("sgd", "0.1")]), sep="\\n")
    | rule | loss |
    |------|------|
    | sgd  | 0.1  |
    >>> markdown([("rule", "loss"), ("sgd", "0.1")], padded=False)[1:]
    ['| --- | --- |', '| sgd | 0.1 |']
    """
    widths = [max(map(len, column)) if padded else 0 for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    between = ["-" * (width + 2) if padded else " --- " for width in widths]
    return [lines[0], f"|{'|'.join(between)}|", *lines[1:]]
