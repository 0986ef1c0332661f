"""A network's training in a thread of its own, measured on the way, that can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from optiviz.labs.server.data import mnist
from optiviz.labs.twin.form import IMAGES, SIZES, State
from optiviz.problems.network.mlp import MLP
from optiviz.training.twinning import Growing

LOOKS = 34  # at the curvature: of a hundred updates every third

Phase = Literal["ready", "training", "stopped", "finished", "diverged"]


@cache
def network() -> MLP:
    """The small network; it keeps nothing of its own between two calls but room to compute in."""
    data = mnist()
    x, y = np.array(data.x_train[:IMAGES]), np.array(data.y_train[:IMAGES])
    return MLP(x, y, SIZES, compiled=False)


class Trial:
    """A training as the controls ask for it, which stands at its start until it goes.

    Args:
        state: the controls.
        changed: called from its thread whenever there is something new to see.

    Attributes:
        growing: what there is of it.
        phase: how far it is.
    """

    def __init__(self, state: State, changed: Callable[[], None]) -> None:
        self.state, self.changed = state, changed
        # A copy, since two trainings may overlap while one of them is stopped.
        net = network()
        self.growing = Growing(
            net.on(net.x, net.y), state.rule(), state.updates, state.batch_size, state.seed, LOOKS
        )
        self._updates = self.growing.grow()
        self._stop = threading.Event()
        self.thread: threading.Thread | None = None
        self.phase: Phase = "ready"
        self.done = next(self._updates)

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self.phase == "training"

    def go(self) -> None:
        """Begin, or continue where it was stopped."""
        if self.phase not in ("ready", "stopped"):
            return
        if self.thread is not None:
            self.thread.join()  # it may be on its last update still
        if self.phase not in ("ready", "stopped"):
            return
        self.phase = "training"
        self._stop.clear()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """End it before its next update, and say so at once: a look at the curvature takes long."""
        self._stop.set()
        if self.running:
            self.phase = "stopped"

    def _run(self) -> None:
        try:
            with threadpool_limits(1), np.errstate(all="ignore"):
                for update in self._updates:
                    self.done = update
                    if self._stop.is_set():
                        break
                    self.changed()
        finally:
            self.phase = self._ended()
            self.changed()

    def _ended(self) -> Phase:
        if self.growing.diverged is not None:
            return "diverged"
        return "finished" if self.done == self.growing.updates else "stopped"
