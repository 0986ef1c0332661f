"""A training's history in windows that do not depend on how often it was evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optiviz.problems.base import Array

FEW = 3  # windows: fewer show no trend


@dataclass(frozen=True)
class Course:
    """The course of a training, window by window.

    A window is an epoch, so that every one has met the same samples, or as many as there are from
    one evaluation to the next. Less than `FEW` epochs are cut finer.

    Attributes:
        loss: L, the mean training loss of each window.
        held: H, the held-out loss at the end of each: of the validation set, else of the test set.
        rate: η there; epoch: the epoch there.
        size: the updates in a window.
    """

    loss: Array
    held: Array
    rate: Array
    epoch: Array
    size: float

    @classmethod
    def of(cls, history: Mapping[str, Array]) -> Course:
        """The windows of a history that has an evaluation, counted back from the last one.

        >>> names = ("train_loss", "test_loss", "val_loss", "lr")
        >>> history = dict.fromkeys(names, np.array([6.0, 4.0, 3.0, 3.0, 1.0, 2.0]))
        >>> history |= {"step": np.arange(5, 31, 5), "epoch": np.arange(0.5, 3.1, 0.5)}
        >>> Course.of(history).loss
        array([5. , 3. , 1.5])
        """
        step, epoch = history["step"], history["epoch"]
        every = np.diff(step, prepend=0)
        size = step[-1] / epoch[-1]
        size *= max(np.ceil(every.max() / size - 1e-9), 1)
        if step[-1] < (FEW - 1e-9) * size:
            size = max(step[-1] / FEW, every.max())
        n = max(int(step[-1] / size + 1e-9), 1)
        edges = step[-1] - size * np.arange(n, -1, -1)
        total = np.cumsum(np.append(0.0, history["train_loss"] * every))
        known = np.interp(edges, np.append(0.0, step), total)
        ends = np.searchsorted(step, edges[1:] + 1e-6, side="right") - 1
        ends = np.maximum(ends, 0)
        validated = not np.isnan(history["val_loss"]).any()
        held = history["val_loss" if validated else "test_loss"][ends]
        return cls(
            loss=np.diff(known) / np.diff(edges),
            held=np.where(np.isfinite(held), held, np.inf),
            rate=history["lr"][ends],
            epoch=epoch[ends],
            size=float(size),
        )
