"""Sweeps: a training for every setting and seed, or for those that a search proposes.

All that processes share is the storage; each takes a trial that nobody has, until all are done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from optiviz.errors import at_least
from optiviz.problems.data.kept import sharing
from optiviz.studies.pool import Report, Stop, share_out
from optiviz.studies.sweep.claims import Claims
from optiviz.studies.sweep.plan import OBJECTIVES, Cell, Plan, Settings
from optiviz.studies.sweep.trial import Searched, Trial

LOOK = 0.5  # seconds between two looks at what others do
SPARE = 4  # processes killed one after another with nothing done between; then something is wrong


class Sweep:
    """A plan and the storage in which it is carried out, as one process sees them.

    Args:
        plan: what to do.
        where: a file, or an Optuna storage.
        runs: a folder for the curves of the trainings that are done here, if they are to be kept.
    """

    def __init__(self, plan: Plan, where: str | Path, runs: Path | None = None) -> None:
        self.plan, self.folder = plan, runs
        self.runs = Claims(where, plan.name)
        self.searches = {
            text: Claims(where, f"{plan.name} {text}", OBJECTIVES[plan.objective])
            for text in (plan.optimizers if plan.tune else ())
        }

    def finished(self) -> int:
        """How many trainings are done, by anybody."""
        return sum(len(claims.done()) for claims in (self.runs, *self.searches.values()))

    def results(self) -> list[dict[str, Any]]:
        """What is kept of every training that was to be done, in the order of the plan."""
        done = self.runs.done()
        return [done[c.key].user_attrs["result"] for c in self._cells() if c.key in done]

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

    def work(self, report: Report, stop: Stop) -> None:
        """Do trials until all are done or `stop` says so; wait for those that others have."""
        while not stop():
            report(far := self.finished())
            claims, keys = self._next()
            if claims is None:
                return
            claimed = claims.claim(keys) if keys else None
            if claimed is None:
                time.sleep(0 if keys else LOOK)
                continue
            key, own = claimed
            try:
                trial = self._trial(claims, key, own)
                trial.on_sign = lambda: report(self.finished())
                trial.on_seen = partial(report, far)
                trial.run(stop)
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
        cells = self._cells()
        if not cells:  # the searches ended between two looks
            return self.runs, []
        keys, busy = self.runs.open(cell.key for cell in cells)
        return (self.runs, keys) if keys or busy else (None, [])

    def _cells(self) -> list[Cell]:
        """The trainings to do, beside those of a search; none before it has ended."""
        if not self.plan.tune:
            return self.plan.cells()
        best = self.best()
        return [] if best is None else self.plan.finals(best)

    def _trial(self, claims: Claims, key: str, own: int) -> Trial:
        if claims is self.runs:
            trial = Trial(next(cell for cell in self._cells() if cell.key == key), claims, own)
            trial.runs = self.folder
            return trial
        text = next(text for text, held in self.searches.items() if held is claims)
        return Searched.proposed(self.plan, text, claims, own)


def sweep(
    plan: Plan,
    where: str | Path,
    *,
    runs: Path | None = None,
    jobs: int = 1,
    on_progress: Callable[[int, int], object] | None = None,
    on_seen: Callable[[str], object] | None = None,
) -> Sweep:
    """Carry out a plan, together with whoever else works on it in the same storage.

    A plan that was stopped or killed goes on where it stood. Each process trains with one BLAS
    thread; one that is killed is replaced, and its trial done again.

    Args:
        plan: what to do.
        where: a file, or an Optuna storage such as "postgresql://host/name".
        runs: see `Sweep`.
        jobs: how many processes to start here.
        on_progress: called with the trainings that are done, by anybody, and all of them.
        on_seen: called with what the last evaluation of a training here was, in words.

    Raises:
        UserError: a plan or a storage that cannot be used, or a training that fails.
    """
    at_least(1, jobs=jobs)
    plan.check()
    here = Sweep(plan, where)
    done = here.finished()

    def told(_worker: int, finished: int) -> None:
        nonlocal done
        done = max(done, finished)
        if on_progress:
            on_progress(done, plan.total)

    told(0, done)
    tasks = [(plan, where, runs)] * min(jobs, plan.total - done)
    with sharing(plan.recipe.dataset, plan.recipe.data_dir) as begin:
        for _ in share_out(_work, tasks, jobs, told, SPARE, on_seen, begin):
            pass
    told(0, here.finished())
    return here


def _work(task: tuple[Plan, str | Path, Path | None], report: Report, stop: Stop) -> None:
    """What a process does."""
    os.environ["OMP_NUM_THREADS"] = "1"  # of a framework that is still to be loaded
    Sweep(*task).work(report, stop)
