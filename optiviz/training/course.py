"""A training's history in windows that do not depend on how often it was evaluated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optiviz.problems.base import Array


@dataclass(frozen=True)
class Course:
    """The course of a training, window by window.

    A window is an epoch, so that every one has met the same samples, or as many as there are from
    one evaluation to the next; the whole training if it is shorter.

    Attributes:
        loss: L, the mean training loss of each window.
        held: H, the held-out loss at the end of each: of the validation set, else of the test set.
        rate: η there; epoch: the epoch there.
        best: the lowest held-out loss at any evaluation.
        size: the updates in a window; updates: in the whole training.
    """

    loss: Array
    held: Array
    rate: Array
    epoch: Array
    best: float
    size: float
    updates: int

    @classmethod
    def of(cls, history: Mapping[str, Array], ragged: float = 1.0) -> Course:
        """The windows of a history that has an evaluation, counted back from the last one.

        Args:
            history: the columns of a `Training`.
            ragged: the samples in an epoch's last batch, as a share of a full one.

        >>> names = ("train_loss", "test_loss", "val_loss", "lr")
        >>> history = dict.fromkeys(names, np.array([6.0, 4.0, 3.0, 3.0, 1.0, 2.0]))
        >>> history |= {"step": np.arange(5, 31, 5), "epoch": np.arange(0.5, 3.1, 0.5)}
        >>> Course.of(history).loss
        array([5. , 3. , 1.5])
        """
        step, epoch = history["step"], history["epoch"]
        size = step[-1] / epoch[-1]
        size *= max(np.ceil(np.diff(step, prepend=0).max() / size - 1e-9), 1)
        n = max(int(step[-1] / size + 1e-9), 1)
        edges = np.maximum(step[-1] - size * np.arange(n, -1, -1), 0)
        ends = np.maximum(np.searchsorted(step, edges[1:] + 1e-6, side="right") - 1, 0)
        validated = not np.isnan(history["val_loss"]).any()
        held = history["val_loss" if validated else "test_loss"]
        held = np.where(np.isfinite(held), held, np.inf)
        return cls(
            loss=losses(history, edges, ragged),
            held=held[ends],
            rate=history["lr"][ends],
            epoch=epoch[ends],
            best=float(held.min()),
            size=float(size),
            updates=int(step[-1]),
        )


class Trend:
    """A course's numbers; where it goes is seen from its last third and the third before."""

    def __init__(self, course: Course) -> None:
        self.loss, self.held, self.rate = course.loss, course.held, course.rate
        self.epoch, self.course = course.epoch, course
        self.n = len(self.loss)
        self.third = max(self.n // 3, 1)
        self.now, self.drop, self.noise = self._of(self.loss)
        _, self.held_drop, self.held_noise = self._of(self.held)

    def _of(self, values: Array) -> tuple[float, float, float]:
        """The mean of the last third, its drop, and the noise, both as shares of it."""
        parts = values[-2 * self.third : -self.third], values[-self.third :]
        before, now = (float(part.mean()) if len(part) else math.inf for part in parts)
        bends = np.abs(np.diff(values[-max(2 * self.third + 1, 4) :], 2))
        noise = float(bends.mean()) / 2 / max(now, 1e-300) if len(bends) else 0.0
        return now, 1 - now / before if 0 < before < math.inf else 0.0, noise

    @property
    def fell(self) -> Array:
        """By how much L fell over the third before the last, and over the last."""
        ends = self.loss[[-2 * self.third - 1, -self.third - 1, -1]]
        return -np.diff(ends)


def losses(history: Mapping[str, Array], edges: Array, ragged: float = 1.0) -> Array:
    """The mean training loss over the samples from each edge to the next.

    Args:
        history: see `Course.of`; ragged: see there.
        edges: in updates.
    """
    step = np.append(0.0, history["step"])
    ends = np.floor(np.append(0.0, history["epoch"]) + 1e-9)
    samples = step - (1 - ragged) * ends  # in full batches
    total = np.cumsum(np.append(0.0, history["train_loss"] * np.diff(samples)))
    mean: Array = np.diff(np.interp(edges, step, total)) / np.diff(np.interp(edges, step, samples))
    return mean


def early(history: Mapping[str, Array]) -> str:
    """That patience has ended a training and when, and which weights it has gone back to.

    >>> early({"epoch": np.array([1.0, 2.0, 2.5]), "val_loss": np.array([0.3, 0.2, 0.4])})
    '; stopped early at epoch 2.5, with the weights of epoch 2'
    """
    best = history["epoch"][int(np.argmin(history["val_loss"]))]
    at, best = (float(f"{epoch:.3g}") for epoch in (history["epoch"][-1], best))
    return f"; stopped early at epoch {at:g}, with the weights of epoch {best:g}"
