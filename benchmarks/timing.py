"""Timing two things in turn, so that a machine whose speed drifts is fair to both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any


def seconds(work: Callable[[], Any], calls: int = 1) -> float:
    """How long one call takes, as the mean of several in a row."""
    began = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - began) / calls


def in_turn(
    ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int, calls: int = 1
) -> tuple[float, ...]:
    """Median seconds of ours and of theirs, and the median of theirs / ours pair by pair.

    Each round makes several calls of the one, then as many of the other.
    """
    ours(), theirs()
    pairs = [(seconds(ours, calls), seconds(theirs, calls)) for _ in range(rounds)]
    ratios = [b / a for a, b in pairs]
    return (*(statistics.median(side) for side in zip(*pairs, strict=True)), median(ratios))


median = statistics.median
