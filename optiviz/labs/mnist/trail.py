"""The way of a training's weights, in as few of them as a picture of the way needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from optiviz.problems.base import Array

FEW, MOST = 4, 16  # points
BYTES = 20_000_000  # of all points of a run
RUNS = 6  # the newest ones that keep their trails


@dataclass
class Trail:
    """Weights at some of the evaluations, evenly apart.

    When there are too many, every second one goes, and of those to come every second one is passed
    over. The last one is always there.

    Attributes:
        steps: the update of each point; points: the weights, `(P,)` each.
        every: how many evaluations are between two points.
    """

    steps: list[int] = field(default_factory=list)
    points: list[Array] = field(default_factory=list)
    every: int = 1
    seen: int = 0

    def add(self, step: int, w: Array) -> None:
        """Take the weights of an evaluation, which nobody changes any more."""
        if self.steps and step <= self.steps[-1]:
            return
        if self.seen % self.every:  # the last one was no point of the way, but its end
            del self.steps[-1], self.points[-1]
        self.steps.append(step)
        self.points.append(w)
        self.seen += 1
        if len(self.steps) >= max(min(MOST, BYTES // w.nbytes), FEW) and not self.seen % self.every:
            self.steps, self.points = self.steps[1::2], self.points[1::2]
            self.every *= 2

    def clear(self) -> None:
        """Forget all of it."""
        self.steps, self.points = [], []
