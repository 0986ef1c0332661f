"""Work shared out among processes of their own, which report how far they are."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from optiviz.errors import UserError
from optiviz.training.interrupt import interruptible

Task = TypeVar("Task")
Result = TypeVar("Result")
Report = Callable[[int], None]  # how far a task is, in units of its own
Stop = Callable[[], bool]  # whether it is to end now, in good order
Work = Callable[[Task, Report, Stop], Result]

WAIT = 0.1  # seconds between two looks at what the processes report
_here: dict[str, Any] = {}  # in a worker: the queue of reports, and the event that ends all


def share_out(
    work: Work[Task, Result],
    tasks: Sequence[Task],
    jobs: int = 1,
    on_progress: Callable[[int, int], object] | None = None,
) -> Iterator[tuple[int, Result]]:
    """Do every task in one of `jobs` processes; yield its index and result as each is done.

    Ctrl-C, or closing the generator, lets the tasks that are under way end in good order, and then
    raises or returns; tasks that were not begun are dropped.

    Args:
        work: called in the process as `work(task, report, stop)`; importable by its name.
        tasks: anything that can be pickled.
        jobs: how many processes.
        on_progress: called with a task's index and what it last reported.

    Raises:
        UserError: less than one recipe, an error of that kind from a task, or a killed process.

    >>> list(share_out(work=_halves, tasks=[4, 10], jobs=1))
    [(0, 2), (1, 5)]
    """
    if jobs < 1:
        raise UserError(f"jobs must be at least 1, got {jobs}.")
    # Processes are started anew: a copy of this one would inherit the locks of its BLAS threads.
    context = multiprocessing.get_context("spawn")
    reports, stop = context.Queue(), context.Event()
    pool = ProcessPoolExecutor(min(jobs, len(tasks) or 1), context, begin, (reports, stop))
    try:
        waiting = {pool.submit(_do, work, i, task): i for i, task in enumerate(tasks)}
        with interruptible() as pressed:
            while waiting:
                done = wait(waiting, WAIT, FIRST_COMPLETED).done
                while on_progress and not reports.empty():
                    on_progress(*reports.get())
                for future in sorted(done, key=waiting.__getitem__):
                    yield waiting.pop(future), future.result()
                if pressed:
                    raise KeyboardInterrupt
    except BrokenProcessPool:
        message = (
            "A working process was killed, perhaps for want of memory (try fewer --jobs), or could "
            'not start, as from a script without if __name__ == "__main__".'
        )
        raise UserError(message) from None
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
        reports.close()


def begin(reports: Any, stop: Any) -> None:
    """Set up a worker; Ctrl-C reaches it by way of the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _here.update(reports=reports, stop=stop)
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    """End as soon as the process that started this one is gone, were it killed."""
    parent.join()
    os._exit(1)


def _do(work: Work[Task, Result], index: int, task: Task) -> Result:
    reports, stop = _here["reports"], _here["stop"]
    return work(task, lambda amount: reports.put((index, amount)), stop.is_set)


def _halves(task: int, report: Report, stop: Stop) -> int:
    """What the example above does."""
    report(task)
    return task // 2
