"""`/health`: how the server is, for whoever watches it; and the memory that it takes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import psutil  # type: ignore[import-untyped]  # of ipykernel
from tornado.ioloop import IOLoop
from tornado.web import RequestHandler

from optiviz.version import __version__


def memory(processes: Iterable[int]) -> int:
    """The bytes that processes take, of what they share each its part where the system tells it.

    >>> memory([os.getpid()]) > 1_000_000
    True
    """
    total = 0
    for number in processes:
        try:
            found = psutil.Process(number).memory_full_info()
        except psutil.Error:  # it has just ended, or is not ours
            continue
        total += getattr(found, "pss", found.uss)
    return total


class Health(RequestHandler):
    """The version, the places and the memory as JSON; it takes no place."""

    free = True  # of a token

    def initialize(self, kernels: Any) -> None:
        """Take the kernels of the server."""
        self.kernels = kernels

    async def get(self) -> None:
        """Answer; the memory is measured beside the loop, since it takes a while."""
        running = [kernel.provisioner for kernel in self.kernels._kernels.values()]
        processes = [os.getpid(), *(one.pid for one in running if one is not None and one.pid)]
        used = await IOLoop.current().run_in_executor(None, memory, processes)
        seats = {"taken": self.kernels.seats.taken, "total": self.kernels.seats.most}
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps({"version": __version__, "seats": seats, "memory_bytes": used}))

    head = get
