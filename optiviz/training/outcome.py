"""What became of a training: of which kind it is, and one line that its numbers bear out.

The rules, in the order in which they are tried; the first that applies speaks. "Chance" is ln K,
the loss of a network that holds K classes for equally likely; L is the training loss at each
evaluation; its last third is compared with the third before. Either third is a whole epoch at
least, since L falls in stairs: the second time that a sample is seen, it is known.

1. diverged at step t: a batch loss there was infinite, no number, or beyond all measure.
2. collapsed: the network says the same of all but `FEW_IMAGES` of the images. (ReLUs that are all
   dead pass no gradient, so it never recovers.)
3. converged: the last L is below `FITTED` of chance.
4. stalled: too few evaluations for two thirds and no loss below chance, or the mean of the last
   third is above `NEAR_CHANCE` of chance and not `GAIN` below that of the third before.
5. oscillating: in the last half L goes up and down by `SWING` of its mean from one evaluation to
   the next, turning at every second of them, and comes no further than a third of its way.
6. still improving: the mean of the last third is `GAIN` below that of the third before, or there
   are too few evaluations to tell.
7. converged: L has ceased to fall.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optiviz.problems.base import Array

FITTED = 0.005  # of chance: a training loss of 0.0115 with ten classes
NEAR_CHANCE = 0.5  # of chance
GAIN = 0.02  # of the third before
SWING = 0.1  # of the mean
FEW = 3  # evaluations: fewer show no trend
SAME = 1e-6  # difference of probabilities between images
FEW_IMAGES = 0.01  # of the images


class Kind(StrEnum):
    """What a training did, in the word that begins its line."""

    DIVERGED = "diverged"
    COLLAPSED = "collapsed"
    CONVERGED = "converged"
    STALLED = "stalled"
    OSCILLATING = "oscillating"
    IMPROVING = "still improving"
    UNKNOWN = "stopped before the first evaluation"


class End(StrEnum):
    """Why a training ended before its time, if it did."""

    AS_ASKED = ""
    INTERRUPTED = "interrupted"
    PATIENCE = "patience"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class Outcome:
    """What became of a training.

    Attributes:
        kind: which of the rules above spoke.
        text: the same in one line, with its numbers.
        stopped: why it ended before its time.
    """

    kind: Kind
    text: str
    stopped: End = End.AS_ASKED

    @property
    def lost(self) -> bool:
        """Whether it left the finite numbers."""
        return self.stopped is End.DIVERGED


def constant(probabilities: Array) -> bool:
    """Whether a network says the same of (nearly) every image.

    Args:
        probabilities: `(N, classes)`, what it says of N images.

    >>> constant(np.full((5, 10), 0.1))
    True
    """
    away = np.abs(probabilities - np.median(probabilities, axis=0)).max(axis=1)
    return bool(np.mean(away > SAME) <= FEW_IMAGES)


def outcome_of(
    history: Mapping[str, Array],
    classes: int,
    *,
    step: int = 0,
    stopped: End = End.AS_ASKED,
    collapsed: bool = False,
) -> Outcome:
    """Say what became of a training.

    Args:
        history: the columns of a `Training`, of which train_loss, test_loss and test_accuracy are
            read; the epoch of each evaluation, too, where it is given.
        classes: K, the number of classes.
        step: the last one, which left the finite numbers if it was stopped for that.
        stopped: why it ended before its time.
        collapsed: whether the network's output is constant.

    >>> loss = np.array([0.4, 0.2, 0.12, 0.08, 0.06])
    >>> outcome_of({"train_loss": loss}, classes=10).text
    'still improving'
    """
    if stopped is End.DIVERGED:
        return Outcome(Kind.DIVERGED, f"{Kind.DIVERGED} at step {step}", stopped)
    if collapsed:
        return Outcome(Kind.COLLAPSED, _collapsed(history, classes), stopped)
    loss = history["train_loss"]
    if not len(loss):
        return Outcome(Kind.UNKNOWN, Kind.UNKNOWN.value, stopped)
    epoch = history.get("epoch", np.arange(len(loss)))
    an_epoch = int((epoch > epoch[-1] - 1 + 1e-9).sum())
    kind = _trend(loss, math.log(classes), an_epoch)
    return Outcome(kind, kind.value, stopped)


def _trend(loss: Array, chance: float, an_epoch: int) -> Kind:
    """Rules 3 to 7; an epoch has so many evaluations."""
    if loss[-1] < FITTED * chance:
        return Kind.CONVERGED
    third = max(len(loss) // 3, an_epoch)
    if len(loss) < max(FEW, 2 * third):
        return Kind.IMPROVING if loss[-1] < chance else Kind.STALLED
    now, before = loss[-third:].mean(), loss[-2 * third : -third].mean()
    falls = now < (1 - GAIN) * before
    if not falls and now > NEAR_CHANCE * chance:
        return Kind.STALLED
    if _oscillates(loss[len(loss) // 2 :]):
        return Kind.OSCILLATING
    return Kind.IMPROVING if falls else Kind.CONVERGED


def _collapsed(history: Mapping[str, Array], classes: int) -> str:
    words = f"{Kind.COLLAPSED}: the network's output is constant"
    if not len(history["test_loss"]):
        return words
    loss, accuracy = history["test_loss"][-1], history["test_accuracy"][-1]
    chance = math.log(classes)
    at_chance = abs(loss - chance) < 1e-3
    equal = f"ln {classes} = {chance:.3f}" if at_chance else f"{loss:.3f}"
    return f"{words}, loss {equal}, accuracy {accuracy:.3f}"


def _oscillates(loss: Array) -> bool:
    moves = np.diff(loss)
    turns = int((moves[1:] * moves[:-1] < 0).sum())
    way = float(np.abs(moves).sum())
    wide = way > SWING * loss.mean() * len(moves) and way > 3 * abs(loss[-1] - loss[0])
    return turns >= 2 and 2 * turns >= len(moves) - 1 and wide
