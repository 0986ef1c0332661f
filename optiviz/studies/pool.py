"""Work shared out among processes of their own, which report how far they are."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Protocol, TypeVar

from optiviz.errors import UserError, at_least, at_most
from optiviz.training.interrupt import interruptible

Task = TypeVar("Task")
Result = TypeVar("Result")


class Report(Protocol):
    """Tell how far a task is, in units of its own, and in words what is seen of it."""

    def __call__(self, far: int, seen: str = "", /) -> None: ...


Stop = Callable[[], bool]  # whether it is to end now, in good order
Work = Callable[[Task, Report, Stop], Result]

MOST_JOBS, MOST_SEEDS = 256, 1000
WAIT = 0.1  # seconds between two looks at whether Ctrl-C was pressed
LOST = (
    "A working process was killed, perhaps for want of memory (try fewer --jobs), or could not "
    'start, as from a script without if __name__ == "__main__".'
)


def cores(jobs: int | None) -> int:
    """As many processes as there are cores for this one, if no one said how many."""
    if jobs is not None:
        at_least(1, jobs=jobs)
        at_most(MOST_JOBS, jobs=jobs)
        return jobs
    if hasattr(os, "sched_getaffinity"):  # on Linux, where a container may have fewer
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_out(
    work: Work[Task, Result],
    tasks: Sequence[Task],
    jobs: int = 1,
    on_progress: Callable[[int, int], object] | None = None,
    spare: int = 0,
    on_seen: Callable[[str], object] | None = None,
    begin: Callable[[], object] | None = None,
) -> Iterator[tuple[int, Result]]:
    """Do every task in one of `jobs` processes; yield its index and result as each is done.

    Ctrl-C, or closing the generator, lets the tasks that are under way end in good order, and then
    raises or returns; tasks that were not begun are dropped.

    Args:
        work: called in the process as `work(task, report, stop)`; importable by its name.
        tasks: anything that can be pickled.
        jobs: how many processes.
        on_progress: called with a task's index and what it last reported.
        spare: how many processes may be killed, one after another and with nothing done between;
            each is replaced, and its task begun again.
        on_seen: called with what a task says that is to be seen of it.
        begin: called in each process before all else; importable by its name.

    Raises:
        UserError: less than one process, an error of that kind from a task, or a killed process.

    >>> list(share_out(work=_halves, tasks=[4, 10], jobs=1))
    [(0, 2), (1, 5)]
    """
    at_least(1, jobs=jobs)
    at_most(MOST_JOBS, jobs=jobs)
    crew = _Crew(work, tasks, on_progress, spare, on_seen, begin)
    try:
        for _ in range(min(jobs, len(tasks))):
            crew.grow()
        with interruptible() as pressed:
            while crew.busy():
                yield from crew.look()
                if pressed:
                    raise KeyboardInterrupt
    finally:
        crew.end()


class _Crew:
    """The processes, and what they still have to do; see `share_out`."""

    def __init__(
        self,
        work: Work[Any, Any],
        tasks: Sequence[Any],
        on_progress: Callable[[int, int], object] | None,
        spare: int,
        on_seen: Callable[[str], object] | None,
        begin: Callable[[], object] | None,
    ) -> None:
        # Started anew: a copy of this process would inherit the locks of its BLAS threads.
        self.context = multiprocessing.get_context("spawn")
        self.work, self.stop, self.workers = work, self.context.Event(), list[_Worker]()
        self.tasks, self.waiting = tasks, deque(range(len(tasks)))
        self.on_progress, self.spare = on_progress, spare
        self.on_seen, self.begin = on_seen, begin
        self.far, self.killed = [0] * len(tasks), 0

    def grow(self) -> None:
        """Start a process, and give it a task."""
        # A pipe for each: one that is killed while it speaks must not hold a lock of the others.
        ours, theirs = self.context.Pipe()
        how = (theirs, self.work, self.stop, self.begin)
        process = self.context.Process(target=_serve, args=how)
        process.start()
        theirs.close()  # so that its end is noticed here
        self.workers.append(_Worker(process, ours))
        self._next(self.workers[-1])

    def _next(self, worker: _Worker) -> None:
        """Give a process its next task, if there is one."""
        worker.index = self.waiting.popleft() if self.waiting else None
        if worker.index is not None:
            with suppress(OSError):  # it is gone already, which `message` tells
                worker.calls.send((self.tasks[worker.index],))

    def busy(self) -> dict[Any, _Worker]:
        """The processes that have a task, by their pipes."""
        return {worker.calls: worker for worker in self.workers if worker.index is not None}

    def look(self) -> Iterator[tuple[int, Any]]:
        """Take in what the processes say, and yield what is done."""
        busy = self.busy()
        for calls in wait(list(busy), WAIT):
            worker = busy[calls]
            index, (kind, value) = worker.index or 0, worker.message()
            if kind == "report":
                self._hear(index, *value)
            elif kind == "done":
                self.killed = 0
                self._next(worker)
                yield index, value
            elif kind == "failed":
                raise value
            else:
                self._replace(worker, index)

    def _hear(self, index: int, far: int, seen: str) -> None:
        """Pass on what a task reports."""
        if far > self.far[index]:
            self.far[index], self.killed = far, 0
        if seen and self.on_seen:
            self.on_seen(seen)
        if self.on_progress:
            self.on_progress(index, far)

    def _replace(self, worker: _Worker, index: int) -> None:
        """Put another process in the place of one that is gone, to begin its task again."""
        self.workers.remove(worker)
        self.killed += 1
        worker.process.join()
        if self.killed > self.spare or worker.process.exitcode >= 0:  # no signal ended it
            raise UserError(LOST)
        self.waiting.appendleft(index)
        self.grow()

    def end(self) -> None:
        """Let all that is under way end in good order, whatever it still has to say."""
        self.stop.set()
        for worker in self.workers:
            with suppress(OSError):
                worker.calls.send(None)
            while worker.message()[0] != "gone":
                pass
            worker.process.join()


@dataclass(eq=False)
class _Worker:
    """A process that does one task after another, and the index of the one that it does."""

    process: Any
    calls: Any
    index: int | None = None

    def message(self) -> tuple[str, Any]:
        """What it says next: "report", "done" or "failed" with what belongs to it, or "gone"."""
        try:
            kind, value = self.calls.recv()
        except (EOFError, OSError):
            return "gone", None
        return kind, value


def _serve(
    calls: Any, work: Callable[..., Any], stop: Any, begin: Callable[[], object] | None
) -> None:
    """What a process does; Ctrl-C reaches it by way of the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()

    def report(far: int, seen: str = "") -> None:
        calls.send(("report", (far, seen)))

    if begin:
        begin()
    while (call := calls.recv()) is not None:
        try:
            answer = "done", work(*call, report, stop.is_set)
        except BaseException as error:
            if not isinstance(error, UserError):
                error.add_note(traceback.format_exc())  # which does not travel of itself
            answer = "failed", error
        calls.send(answer)


def _end_with(parent: Any) -> None:
    """End as soon as the process that started this one is gone, were it killed."""
    parent.join()
    os._exit(1)


def _halves(task: int, report: Report, stop: Stop) -> int:
    """What the example above does."""
    report(task)
    return task // 2
