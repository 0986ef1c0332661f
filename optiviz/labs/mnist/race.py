"""Trainings side by side, each in a thread, that can be stopped and continued to the same bits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
from threadpoolctl import threadpool_limits

from optiviz.labs.mnist.session import Kept, checksum, steps_of
from optiviz.labs.mnist.trail import Trail
from optiviz.labs.server.data import mnist
from optiviz.problems.base import Array
from optiviz.training.layers import Layers
from optiviz.training.outcome import End, Kind
from optiviz.training.recipe import Networks, Recipe
from optiviz.training.train import Checkpoint, Row, Training

Phase = Literal["waiting", "training", "stopped", "finished", "failed", "kept"]
UNDER_WAY = ("waiting", "training")
LOST = (Kind.DIVERGED, Kind.COLLAPSED)


class OneThread:
    """One thread of BLAS for as long as any training is under way.

    The limit holds for the whole process: one that each training set and lifted for itself would
    end with the first of them, and with other threads the sums of the others have other bits.
    """

    def __init__(self) -> None:
        self._lock, self._users = threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                self._limits = threadpool_limits(1)
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                self._limits.restore_original_limits()


ONE_THREAD = OneThread()


@dataclass(eq=False)
class Lane:
    """One training: what was asked for, and how far it has come.

    The thread of the training replaces whole values; whoever shows them only reads.

    Attributes:
        recipe: what was asked for.
        key: its number in the lab; link: what restores its settings.
        total, step: updates asked for, and made.
        first: the evaluation of the first weights; rows: those after updates, so far.
        pace: updates a second of training, without the evaluations.
        live: the mean batch loss since the last evaluation.
        w: the weights at the last evaluation, and their sum.
        done: what the training has left behind, when it has.
        trouble: why it failed.
        kept: what is known of it from a session; same: whether its weights are those again.
        layers: what was seen of its layers; trail: the way of its weights.
        halt: set to end it before its next update.
    """

    recipe: Recipe
    key: int
    total: int = 0
    link: str = ""
    step: int = 0
    phase: Phase = "waiting"
    first: Row | None = None
    rows: list[Row] = field(default_factory=list)
    live: float | None = None
    pace: float = 0.0
    w: Array | None = None
    done: Training | None = None
    trouble: str = ""
    checkpoint: Checkpoint | None = None
    networks: Networks | None = None
    sum: str = ""
    kept: Kept | None = None
    same: bool | None = None
    layers: Layers = field(default_factory=Layers)
    trail: Trail = field(default_factory=Trail)
    halt: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.total = self.total or steps_of(self.recipe)

    @property
    def fate(self) -> str:
        """How it ended, where that was badly."""
        if self.phase == "kept" and self.kept:
            return self.kept.fate
        if self.done and self.done.outcome.kind in LOST:
            return self.done.outcome.kind.value
        return "failed" if self.trouble else ""

    @property
    def verdict(self) -> str:
        """What became of it, in words."""
        if self.phase == "kept" and self.kept:
            return self.kept.words
        return self.trouble or (self.done.outcome.text if self.done else "")

    def take(self, kept: Kept) -> None:
        """Be a run that was kept: its curves are here, its weights are not."""
        first = kept.rows[0] if kept.rows and kept.rows[0]["step"] == 0 else None
        self.kept, self.phase, self.step, self.sum = kept, "kept", kept.step, kept.sum
        self.first, self.rows = first, kept.rows[1:] if first else kept.rows

    def prepare(self) -> Networks:
        """The network on both sets; made once."""
        if self.networks is None:
            self.networks = self.recipe.networks(mnist())
            network = self.networks[0]
            # Compiled loops are loaded now, or the first run's clock would count that.
            network.value_and_grad(
                network.start(self.recipe.seed), np.arange(self.recipe.batch_size)
            )
        return self.networks

    def run(self, changed: Callable[[], None]) -> None:
        """Train from the beginning, or from where the last call was stopped."""

        def progress(step: int, row: Row) -> None:
            self.step, self.live = step, row.get("train_loss")
            self.pace = step / row["seconds"] if row["seconds"] else 0.0
            changed()

        def keep(at: Checkpoint) -> None:
            self.checkpoint, self.rows = at, list(at.rows)
            self._weigh(at.w.copy())
            self.trail.add(at.step, cast("Array", self.w))

        networks = self.prepare()
        self.phase = "training"
        changed()
        self.first = self.first or _untrained(networks, self.recipe.seed)
        self.done = self.recipe.train(
            networks,
            layers=self.layers,
            on_progress=progress,
            on_checkpoint=keep,
            stop=self.halt.is_set,
            resume=self.checkpoint,
        )
        self.step, self.pace = self.done.steps, self.done.updates_per_second
        stopped = self.done.outcome.stopped is End.INTERRUPTED
        if not stopped:
            self._weigh(self.done.w)
            self.checkpoint = self.networks = None  # several copies of the weights, room to compute
        self.phase = "stopped" if stopped else "finished"

    def _weigh(self, w: Array) -> None:
        """Take new weights, and compare them with those that were kept of the same moment."""
        self.w, self.sum = w, checksum(w)
        kept = self.kept
        last = kept.rows[-1:] if kept and kept.sum else []
        if kept and [row["step"] for row in self.rows[-1:]] == [row["step"] for row in last] != []:
            self.same = self.sum == kept.sum


def _untrained(networks: Networks, seed: int) -> Row:
    """The evaluation of the first weights; a training needs none."""
    network, test, _ = networks
    loss, accuracy = test.evaluate(network.start(seed))
    return {"epoch": 0.0, "step": 0.0, "test_loss": loss, "test_accuracy": accuracy}


class Race:
    """Several trainings at once.

    Args:
        lanes: the trainings.
        changed: called from their threads whenever there is something new to show.
    """

    def __init__(self, lanes: list[Lane], changed: Callable[[], None]) -> None:
        self.lanes, self.changed = lanes, changed
        self._begun = (0.0, 0)

    @property
    def running(self) -> bool:
        """Whether any training is under way."""
        return any(lane.phase in UNDER_WAY for lane in self.lanes)

    def go(self, lanes: list[Lane] | None = None) -> None:
        """Begin, or continue what was stopped; what was kept begins anew.

        Args:
            lanes: those that go on, which join the others; all of the race, if none are given.
        """
        chosen = self.lanes if lanes is None else lanes
        ready = [lane for lane in chosen if lane.phase in ("waiting", "stopped", "kept")]
        self.lanes = list(dict.fromkeys([*self.lanes, *ready]))
        for lane in ready:
            if lane.phase == "kept":
                lane.step, lane.rows = 0, []
            lane.phase = "waiting"
            lane.halt.clear()
        self._begun = (time.perf_counter(), sum(lane.step for lane in self.lanes))
        for lane in ready:
            threading.Thread(target=self._run, args=(lane,), daemon=True).start()

    def stop(self) -> None:
        """End every training before its next update; see `go`."""
        for lane in self.lanes:
            lane.halt.set()

    def _run(self, lane: Lane) -> None:
        try:
            with ONE_THREAD:
                lane.run(self.changed)
        except Exception as error:  # a thread has no one else to tell
            lane.phase, lane.trouble = "failed", f"{type(error).__name__}: {error}"
        self.changed()

    def figures(self) -> dict[str, Any]:
        """The share that is done, the updates a second and the seconds left, of all together.

        What has ended is done, also where it diverged at once.
        """
        ended = [lane.phase in ("finished", "failed") for lane in self.lanes]
        step = sum(lane.step for lane in self.lanes)
        total = sum(lane.total for lane in self.lanes) or 1
        pairs = zip(self.lanes, ended, strict=True)
        left = sum(0 if done else lane.total - lane.step for lane, done in pairs)
        began, before = self._begun
        pace = (step - before) / max(time.perf_counter() - began, 1e-3)
        seconds = left / pace if pace else None
        return {"share": min(1 - left / total, 1.0), "pace": round(pace), "left": seconds}
