"""Trainings side by side, each in a thread, that can be stopped and continued to the same bits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from threadpoolctl import threadpool_limits

from optiviz.labs.server.data import mnist
from optiviz.problems.base import Array
from optiviz.training.outcome import End
from optiviz.training.recipe import Networks, Recipe
from optiviz.training.train import Checkpoint, Row, Training

Phase = Literal["waiting", "training", "stopped", "finished", "failed"]


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
        key: its number in the lab.
        total, step: updates asked for, and made.
        rows: the evaluations so far.
        pace: updates a second of training, without the evaluations.
        live: the mean batch loss since the last evaluation.
        w: the weights at the last evaluation.
        done: what the training has left behind, when it has.
        trouble: why it failed.
    """

    recipe: Recipe
    key: int
    total: int
    step: int = 0
    phase: Phase = "waiting"
    rows: list[Row] = field(default_factory=list)
    live: float | None = None
    pace: float = 0.0
    w: Array | None = None
    done: Training | None = None
    trouble: str = ""
    checkpoint: Checkpoint | None = None
    networks: Networks | None = None

    def prepare(self) -> Networks:
        """The network on both sets; made once."""
        if self.networks is None:
            self.networks = self.recipe.networks(mnist())
        return self.networks

    def run(self, stop: Callable[[], bool], changed: Callable[[], None]) -> None:
        """Train from the beginning, or from where the last call was stopped."""

        def progress(step: int, row: Row) -> None:
            self.step, self.live = step, row.get("train_loss")
            self.pace = step / row["seconds"] if row["seconds"] else 0.0
            changed()

        def keep(at: Checkpoint) -> None:
            self.checkpoint, self.rows, self.w = at, list(at.rows), at.w.copy()

        networks = self.prepare()
        self.phase = "training"
        changed()
        self.done = self.recipe.train(
            networks,
            on_progress=progress,
            on_checkpoint=keep,
            stop=stop,
            resume=self.checkpoint,
        )
        self.step, self.w, self.pace = self.done.steps, self.done.w, self.done.updates_per_second
        stopped = self.done.outcome.stopped is End.INTERRUPTED
        if not stopped:
            self.checkpoint = self.networks = None  # several copies of the weights, room to compute
        self.phase = "stopped" if stopped else "finished"


class Race:
    """Several trainings at once.

    Args:
        lanes: the trainings.
        changed: called from their threads whenever there is something new to show.
    """

    def __init__(self, lanes: list[Lane], changed: Callable[[], None]) -> None:
        self.lanes, self.changed = lanes, changed
        self._stop = threading.Event()
        self._begun = (0.0, 0)

    @property
    def running(self) -> bool:
        """Whether any training is under way."""
        return any(lane.phase in ("waiting", "training") for lane in self.lanes)

    def go(self) -> None:
        """Begin, or continue what was stopped."""
        self._stop.clear()
        self._begun = (time.perf_counter(), sum(lane.step for lane in self.lanes))
        ready = [lane for lane in self.lanes if lane.phase in ("waiting", "stopped")]
        for lane in ready:
            lane.phase = "waiting"
        for lane in ready:
            threading.Thread(target=self._run, args=(lane,), daemon=True).start()

    def stop(self) -> None:
        """End every training before its next update; see `go`."""
        self._stop.set()

    def _run(self, lane: Lane) -> None:
        try:
            with ONE_THREAD:
                lane.run(self._stop.is_set, self.changed)
        except Exception as error:  # a thread has no one else to tell
            lane.phase, lane.trouble = "failed", f"{type(error).__name__}: {error}"
        self.changed()

    def figures(self) -> dict[str, Any]:
        """The share that is done, the updates a second and the seconds left, of all together."""
        step = sum(lane.step for lane in self.lanes)
        total = sum(lane.total for lane in self.lanes) or 1
        began, before = self._begun
        pace = (step - before) / max(time.perf_counter() - began, 1e-3)
        left = (total - step) / pace if pace else None
        return {"share": min(step / total, 1.0), "pace": round(pace), "left": left}
