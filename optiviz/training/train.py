"""Training a network: the loop, with evaluations, checkpoints and a stop in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from optiviz.errors import UserError, at_least
from optiviz.optim import Optimizer, name_of
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.runs.batches import feed_of
from optiviz.runs.loop import Point, steps
from optiviz.training.alive import alive
from optiviz.training.layers import Layers
from optiviz.training.outcome import SOME, End, Outcome, Signs, outcome_of

COLUMNS = (
    *("epoch", "step", "train_loss", "test_loss", "test_accuracy", "val_loss", "val_accuracy"),
    *("lr", "seconds"),
)
SHOWN = 0.1  # seconds between two reports of progress
NEVER_FORGETS = {"accumulator", "moment2_max"}  # slots of rules whose steps get smaller for good
MOST = 1e12  # a loss on its way to infinity
Row = dict[str, float]


@dataclass(frozen=True)
class Training:
    """What a training leaves behind.

    Attributes:
        optimizer: the rule's name; settings: its settings; problem: the network's name.
        seed, epochs, batch_size: as they were asked for.
        history: one number for each evaluation in every column: epoch (passes over the data),
            step, train_loss (the mean loss of the samples since the last evaluation), test_loss,
            test_accuracy, val_loss, val_accuracy (NaN if nothing was split off), lr, seconds (of
            training, without evaluations).
        w: `(P,)`, the weights at the end, or the mean of a rule that averages; with patience the
            best; after a divergence the last ones whose loss was finite at an evaluation.
        outcome: what became of the training, and why it ended, in types and in words.
        updates_per_second: the pace, without evaluations.
        steps: how many updates were made.
    """

    optimizer: str
    settings: dict[str, Any]
    problem: str
    seed: int
    epochs: int
    batch_size: int
    history: dict[str, Array]
    w: Array
    outcome: Outcome
    updates_per_second: float
    steps: int


@dataclass
class Checkpoint:
    """All that a training needs to go on to the same bits, after `step` updates.

    Attributes:
        w: `(P,)`; best: the weights with the least validation loss, or at the last evaluation.
        slots: the rule's arrays by name.
        rows: the evaluations so far.
        total, count: the sum of the batch losses since the last evaluation, each weighing its share
            of a full batch's samples, and their number.
        seconds: of training so far.
        stopped: why it ended before its time, if it did.
        layers: what saw every layer's steps, if anything did, and goes on to.
    """

    step: int
    w: Array
    best: Array
    slots: dict[str, Array]
    rows: list[Row]
    total: float = 0.0
    count: int = 0
    seconds: float = 0.0
    stopped: End = End.AS_ASKED
    layers: Layers | None = None


def train(
    network: MLP,
    test: MLP,
    optimizer: Optimizer,
    *,
    epochs: int,
    batch_size: int,
    seed: int = 0,
    validation: MLP | None = None,
    eval_every: int | None = None,
    patience: int | None = None,
    layers: Layers | None = None,
    start: ArrayLike | None = None,
    per_step: bool = False,
    shuffle: bool = True,
    threads: int = 1,
    on_progress: Callable[[int, Row], object] | None = None,
    on_checkpoint: Callable[[Checkpoint], object] | None = None,
    stop: Callable[[], bool] | None = None,
    resume: Checkpoint | None = None,
) -> Training:
    """Train a network on shuffled batches, evaluating it as it goes.

    Args:
        network: the network on its training set.
        test, validation: the same network on other data; see `MLP.on`.
        optimizer: the update rule; its schedules count epochs.
        epochs, batch_size: passes over the training set, and m samples an update.
        seed: what the first weights and the order of the samples come from.
        eval_every: updates from one evaluation to the next; by default an epoch of them.
        patience: evaluations without a smaller validation loss, after which the weights go back to
            those that had the smallest.
        layers: what is to see every layer's steps; by default, what `resume` has.
        start: `(P,)`, the first weights, instead of those of the seed.
        per_step: let schedules count steps.
        shuffle: False takes the samples in their own order, every epoch.
        threads: for BLAS. One is the quickest as soon as other programs want the cores, too.
        on_progress: called ten times a second with the step and the figures of the last evaluation.
        on_checkpoint: called after every evaluation, and when stopped.
        stop: asked before every update; True ends the training in good order.
        resume: where to go on, to the same bits as if there had been no break.

    Raises:
        UserError: a number out of range, or a patience without a validation set.

    >>> from optiviz import optim
    >>> net = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 8, 2))
    >>> done = train(net, net, optim.SGD(lr=0.5), epochs=100, batch_size=1, eval_every=50)
    >>> float(done.history["test_accuracy"][-1]), done.outcome.text
    (1.0, 'converged')
    """
    at_least(1, epochs=epochs, eval_every=eval_every, patience=patience, threads=threads)
    at_least(0, seed=seed)
    if patience is not None and validation is None:
        raise UserError("patience watches the validation loss: split off a validation set.")
    per_epoch = feed_of(network, batch_size, seed)[1]
    w = network.start(seed) if start is None else np.array(start, network.dtype)
    course = _Course(
        at=resume or Checkpoint(step=0, w=w, best=w.copy(), slots={}, rows=[]),
        start=w,
        network=network,
        test=test,
        validation=validation,
        optimizer=optimizer,
        per_epoch=per_epoch,
        ragged=network.n_samples / batch_size - (per_epoch - 1),
        n=epochs * per_epoch,
        every=eval_every or per_epoch,
        patience=patience,
        on_progress=on_progress,
        on_checkpoint=on_checkpoint,
        stop=stop,
    )
    with threadpool_limits(threads), np.errstate(all="ignore"):
        points = course.steps(batch_size, seed, per_step, shuffle)
        course.at.layers = layers = layers or course.at.layers
        if layers is not None:
            points = layers.follow(points, network, course.every, course.n)
        course.follow(points)
        return course.result(seed, epochs, batch_size)


@dataclass
class _Course:
    """A training under way: what `train` was given, and where it stands."""

    at: Checkpoint
    start: Array
    network: MLP
    test: MLP
    validation: MLP | None
    optimizer: Optimizer
    per_epoch: int
    ragged: float  # the samples in an epoch's last batch, as a share of a full one
    n: int
    every: int
    patience: int | None
    on_progress: Callable[[int, Row], object] | None
    on_checkpoint: Callable[[Checkpoint], object] | None
    stop: Callable[[], bool] | None

    def steps(self, batch_size: int, seed: int, per_step: bool, shuffle: bool) -> Iterator[Point]:
        """The steps that are still to be taken."""
        at = self.at
        how: Any = {"per_step": per_step, "shuffle": shuffle, "since": at.step, "state": at.slots}
        return steps(self.network, self.optimizer, at.w, self.n, batch_size, seed, **how)

    def follow(self, points: Iterator[Point]) -> None:
        """Take the steps; the clock stands still during evaluations and reports."""
        at, clock = self.at, time.perf_counter
        began, shown = clock(), 0.0
        at.stopped = End.AS_ASKED
        for point in points:
            t, loss = point.t, point.loss
            if not -MOST < loss < MOST:
                at.step, at.stopped = t, End.DIVERGED
                at.seconds += clock() - began
                break
            now = clock()
            due = (t % self.every == 0 or t == self.n) and t > self._evaluated()
            stopping = self.stop is not None and self.stop()
            if due or stopping or now - shown > SHOWN:
                at.seconds += now - began
                at.step = t
                if due:
                    self._evaluate(point)
                if stopping and t < self.n and not at.stopped:
                    at.stopped = End.INTERRUPTED
                if due or stopping:
                    self._keep(point)
                if self.on_progress:
                    self.on_progress(t, self._figures())
                if at.stopped:
                    break
                began = shown = clock()
            last = self.ragged < 1 and (t + 1) % self.per_epoch == 0
            at.total += loss * self.ragged if last else loss
            at.count += 1

    def _evaluated(self) -> int:
        """The step of the last evaluation; the start needs none."""
        return int(self.at.rows[-1]["step"]) if self.at.rows else 0

    def _evaluate(self, point: Point) -> None:
        """Add a row to the history, and see whether patience has run out."""
        at = self.at
        figures = dict.fromkeys(COLUMNS, np.nan)
        figures |= {"epoch": point.t / self.per_epoch, "step": point.t, "seconds": at.seconds}
        figures["train_loss"] = self._mean(point.t)
        at.total, at.count = 0.0, 0
        answer = point.state.get(self.optimizer.answer, point.w)
        figures["test_loss"], figures["test_accuracy"] = self.test.evaluate(answer)
        if self.validation is not None:
            both = self.validation.evaluate(answer)
            figures["val_loss"], figures["val_accuracy"] = both
        rates = point.schedules.get("lr")
        figures["lr"] = float(self.optimizer.lr if rates is None else rates[point.t - 1])
        at.rows.append({name: float(value) for name, value in figures.items()})
        best = int(np.argmin([row["val_loss"] for row in at.rows])) if self.patience else -1
        if best in (-1, len(at.rows) - 1):
            at.best[:] = answer
        elif len(at.rows) - 1 - best >= (self.patience or 0) and point.t < self.n:
            at.stopped = End.PATIENCE

    def _keep(self, point: Point) -> None:
        """Hand out what is needed to go on from here."""
        at = self.at
        at.w = point.w
        at.slots = {k: v for k, v in point.state.items() if k != "_scratch"}
        if self.on_checkpoint:
            self.on_checkpoint(at)

    def _mean(self, t: int) -> float:
        """The mean loss of the samples since the last evaluation, after t updates."""
        at = self.at
        ends = t // self.per_epoch - (t - at.count) // self.per_epoch
        return at.total / (at.count - ends * (1 - self.ragged))

    def _figures(self) -> Row:
        at = self.at
        figures = dict(at.rows[-1]) if at.rows else {}
        if at.count:
            figures["train_loss"] = self._mean(at.step)
        return figures | {"seconds": at.seconds}

    def _signs(self) -> Signs:
        """What the history does not tell of where the training stands."""
        w, rule, some = self.at.w, self.optimizer, slice(SOME)
        before, now = (self.test.value(one, some) for one in (self.start, w))
        gradient = self.network.value_and_grad(w, some)[1]
        met = self.at.slots.get("accumulator", gradient[:0]).sum()
        return Signs(
            *alive(self.network, w, self.test.x[some]),
            gain=1 - now / before,
            top=float(getattr(rule.lr, "base", rule.lr)),
            faded=float(self.at.step * np.square(gradient).sum() / met) if met else 1.0,
            ragged=self.ragged,
            trails=rule.answer in self.at.slots,
            decays=bool(getattr(rule, "weight_decay", 0)),
            restless=not (rule.rate == "gradient" or NEVER_FORGETS & self.at.slots.keys()),
        )

    def result(self, seed: int, epochs: int, batch_size: int) -> Training:
        """The training as its record."""
        at = self.at
        lost = at.stopped is End.DIVERGED
        w = at.best if lost or self.patience else at.slots.get(self.optimizer.answer, at.w)
        history = {name: np.array([row[name] for row in at.rows]) for name in COLUMNS}
        outcome = outcome_of(
            history,
            self.network.sizes[-1],
            step=at.step,
            stopped=at.stopped,
            signs=None if lost else self._signs(),
        )
        return Training(
            optimizer=name_of(self.optimizer),
            settings=self.optimizer.settings(),
            problem=self.network.name,
            seed=seed,
            epochs=epochs,
            batch_size=batch_size,
            history=history,
            w=w.copy(),
            outcome=outcome,
            updates_per_second=at.step / at.seconds if at.seconds else 0.0,
            steps=at.step,
        )
