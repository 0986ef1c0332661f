"""Sweeps: a training for every setting and seed, or for those that a search proposes.

All that processes share is the storage; each takes a trial that nobody has, until all are done.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from typing import Any

from optiviz.errors import UserError
from optiviz.studies import pool
from optiviz.studies.sweep.claims import Claims
from optiviz.studies.sweep.plan import OBJECTIVES, Cell, Plan, Settings
from optiviz.studies.sweep.trial import Searched, Trial
from optiviz.training.interrupt import interruptible

LOOK = 0.5  # seconds between two looks at what others do
KILLED = 5  # processes killed one after another with nothing done between: something is wrong


class Sweep:
    """A plan and the storage in which it is carried out, as one process sees them."""

    def __init__(self, plan: Plan, url: str) -> None:
        self.plan = plan
        self.runs = Claims(url, plan.name)
        self.searches = {
            text: Claims(url, f"{plan.name} {text}", OBJECTIVES[plan.objective])
            for text in (plan.optimizers if plan.tune else ())
        }

    def finished(self) -> int:
        """How many trainings are done, by anybody."""
        return sum(len(claims.done()) for claims in (self.runs, *self.searches.values()))

    def results(self) -> list[dict[str, Any]]:
        """What is kept of every training that was to be done, in the order of the plan."""
        done, best = self.runs.done(), self.best() if self.plan.tune else {}
        cells = self.plan.finals(best or {}) if self.plan.tune else self.plan.cells()
        return [done[cell.key].user_attrs["result"] for cell in cells if cell.key in done]

    def searched(self) -> list[dict[str, Any]]:
        """The same of every trial of the searches, with the objective's value."""
        return [
            trial.user_attrs["result"] | {"trial": trial.number, "state": trial.state.name.lower()}
            for claims in self.searches.values()
            for trial in claims.done().values()
        ]

    def best(self) -> dict[str, Settings] | None:
        """The best settings that the searches found; None before they have all ended."""
        best = {}
        for text, claims in self.searches.items():
            done = claims.done()
            if len(done) < self.plan.tune:
                return None
            sign = 1 if OBJECTIVES[self.plan.objective] == "minimize" else -1
            complete = [t for t in done.values() if t.state.name == "COMPLETE"]
            first = min(complete or done.values(), key=lambda t: (sign * t.value, t.number))
            best[text] = first.user_attrs["result"]["settings"]
        return best

    def work(self, stop: Callable[[], bool]) -> None:
        """Do trials until all are done or `stop` says so; wait for those that others have."""
        while not stop():
            claims, keys = self._next()
            if claims is None:
                return
            claimed = claims.claim(keys) if keys else None
            if claimed is None:
                time.sleep(0 if keys else LOOK)
                continue
            key, own = claimed
            try:
                self._run(claims, key, own, stop)
            except BaseException:
                claims.release(own)
                raise

    def _next(self) -> tuple[Claims | None, list[str]]:
        """Where there is something to claim: the searches first, then the runs."""
        waiting = None
        for claims in self.searches.values():
            keys, busy = claims.open(map(str, range(self.plan.tune)))
            if keys:
                return claims, keys
            waiting = claims if busy else waiting
        if waiting is not None:
            return waiting, []
        best = self.best() if self.plan.tune else {}
        if best is None:  # finished between two looks
            return self.runs, []
        cells = self.plan.finals(best) if self.plan.tune else self.plan.cells()
        keys, busy = self.runs.open(cell.key for cell in cells)
        return (self.runs, keys) if keys or busy else (None, [])

    def _run(self, claims: Claims, key: str, own: int, stop: Callable[[], bool]) -> None:
        if claims is self.runs:
            text, words, seed = json.loads(key)
            settings = {k: words[k] for k in sorted(words, key=lambda name: (name != "lr", name))}
            Trial(self.plan, Cell(text, settings, seed), claims, own).run(stop)
        else:
            text = next(text for text, held in self.searches.items() if held is claims)
            Searched(self.plan, text, claims, own).run(stop)


def sweep(
    plan: Plan,
    url: str,
    *,
    jobs: int = 1,
    on_progress: Callable[[int, int], object] | None = None,
) -> Sweep:
    """Carry out a plan, together with whoever else works on it in the same storage.

    A plan that was stopped or killed goes on where it stood. Each process trains with one BLAS
    thread; one that is killed is replaced, and its trial done again.

    Args:
        plan: what to do.
        url: an Optuna storage, such as "sqlite:///sweep.db" or "postgresql://host/name".
        jobs: how many processes to start here.
        on_progress: called with the trainings that are done, by anybody, and all of them.

    Raises:
        UserError: a plan or a storage that cannot be used, or a training that fails.
    """
    if jobs < 1:
        raise UserError(f"jobs must be at least 1, got {jobs}.")
    plan.check()
    here = Sweep(plan, url)
    # Processes are started anew: a copy of this one would inherit the locks of its BLAS threads.
    context = multiprocessing.get_context("spawn")
    stop, errors = context.Event(), context.SimpleQueue()

    def start() -> Any:
        process = context.Process(target=_work, args=(plan, url, stop, errors))
        process.start()
        return process

    done = here.finished()
    workers = [start() for _ in range(min(jobs, plan.total - done))]
    try:
        killed = 0
        with interruptible() as pressed:
            while workers:
                time.sleep(LOOK / 2)
                if pressed:
                    raise KeyboardInterrupt
                done, before = here.finished(), done
                killed = killed if done == before else 0
                if on_progress:
                    on_progress(done, plan.total)
                lost = _lost(workers, errors)
                killed += lost
                if killed >= KILLED:
                    raise UserError("Processes are killed, perhaps for want of memory.")
                workers += [start() for _ in range(lost)]
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    if on_progress:
        on_progress(here.finished(), plan.total)
    return here


def _lost(workers: list[Any], errors: Any) -> int:
    """Take away the processes that have ended; how many of them were killed.

    Raises:
        UserError: one of them failed.
    """
    ended = [worker for worker in workers if not worker.is_alive()]
    for worker in ended:
        workers.remove(worker)
        if worker.exitcode > 0:
            raise UserError(errors.get() if not errors.empty() else "A process failed.")
    return sum(worker.exitcode < 0 for worker in ended)


def _work(plan: Plan, url: str, stop: Any, errors: Any) -> None:
    """What a process does."""
    os.environ["OMP_NUM_THREADS"] = "1"  # of a framework that is still to be loaded
    pool.begin(None, stop)
    try:
        Sweep(plan, url).work(stop.is_set)
    except UserError as error:
        errors.put(str(error))
        raise SystemExit(1) from None
