"""Places in a lab: who has one, and when it is free again."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.ioloop import IOLoop

from optiviz.labs.server.turns import Turn

UNHEARD = 20  # seconds in which a page that was sent has to be heard of
KEPT = 30  # seconds in which a page that was left can be opened again with all that it had


class Seat:
    """A place in the lab: taken when a page is asked for, free again when its kernel has ended."""

    kernel = ""  # not known yet
    sent = False  # whether its page is made
    heard = False  # whether the page has told that somebody opened it
    left = False  # whether it was, with something worth to be kept
    page = ""  # what was sent, to be sent again


_seat: ContextVar[Seat] = ContextVar("seat")  # of the request that is being answered


class Seats:
    """All places of a lab, of which each has one kernel.

    Args:
        most: how many there are.
        running: whether a kernel of a name runs.
    """

    def __init__(self, most: int, running: Callable[[str], bool]) -> None:
        self.most = most
        self._running = running
        self._seats: list[Seat] = []

    @property
    def taken(self) -> int:
        """How many are taken."""
        self._seats = [s for s in self._seats if not s.kernel or self._running(s.kernel)]
        return len(self._seats)

    def take(self) -> Seat | None:
        """Take a place for the request that is being answered, if there is one."""
        if self.taken >= self.most:
            return None
        seat = Seat()
        _seat.set(seat)
        self._seats.append(seat)
        return seat

    def fill(self, kernel: str) -> None:
        """Say which kernel the request's place has got."""
        _seat.get(Seat()).kernel = kernel

    def hear(self, kernel: str) -> None:
        """Say that the page of a kernel is open."""
        for seat in self._seats:
            if seat.kernel == kernel:
                seat.heard, seat.left = True, False

    def leave(self, kernel: str) -> Seat | None:
        """Say that the page of a kernel is left, and may be opened again."""
        seat = next((seat for seat in self._seats if seat.kernel == kernel), None)
        if seat is not None:
            seat.left = True
        return seat

    def again(self, kernel: str | None) -> str:
        """The page of a kernel that runs, made once more; nothing where there is none."""
        known = (seat.page for seat in self._seats if seat.sent and seat.kernel == kernel)
        return next(known, "") if kernel and self._running(kernel) else ""

    @property
    def forsaken(self) -> str:
        """The kernel whose place can be had, if all are taken."""
        full = self.taken >= self.most
        return next((seat.kernel for seat in self._seats if seat.left), "") if full else ""

    def making(self, kernel: str) -> bool:
        """Whether the page of a kernel is still being made."""
        return any(seat.kernel == kernel and not seat.sent for seat in self._seats)

    def free(self, seat: Seat) -> None:
        """Free a place that got no kernel."""
        self._seats.remove(seat)

    def give_back(self, kernel: str) -> bool:
        """Free the place of a kernel, if it has one."""
        kept = [seat for seat in self._seats if seat.kernel != kernel]
        found = len(kept) < len(self._seats)
        self._seats = kept
        return found


class Visit:
    """What the handler of a page does about its place: nobody keeps one who does not look at it."""

    kernel_manager: Any
    seat: Seat | None = None
    turn: Turn
    gone = False

    def on_connection_close(self) -> None:
        """Note that who asked has hung up; the place is free when its kernel has ended."""
        self.gone = True
        if self.seat is not None:
            self.kernel_manager.turns.leave(self.turn)

    def on_finish(self) -> None:
        """Look whether the page that was sent is opened."""
        if self.seat is not None:
            self.seat.sent = True
            wait = 0 if self.gone else UNHEARD
            IOLoop.current().call_later(wait, look, self.kernel_manager, self.seat, self.gone)


async def look(kernels: Any, seat: Seat, gone: bool = False, again: bool = False) -> None:
    """End a kernel whose page nobody looks at, and free its place.

    Args:
        gone: who asked for the page has hung up.
        again: the page was left: only one that has reached the kernel since then counts.
    """
    if seat.kernel not in kernels:
        return
    heard = seat.heard and not again
    seen = heard or kernels._kernel_connections.get(seat.kernel, 0) > 0
    if (gone or not seen) and kernels.seats.give_back(seat.kernel):
        await kernels.shutdown_kernel(seat.kernel)


class Alive(KernelHandler):
    """What an open page asks every few seconds: whether its kernel is there."""

    SUPPORTED_METHODS = ("GET",)  # it is ended in another way

    async def get(self, kernel_id: str) -> None:
        """Tell it, and note that the page is open."""
        await super().get(kernel_id)  # type: ignore[misc]
        seats: Seats = self.kernel_manager.seats  # type: ignore[attr-defined]
        seats.hear(kernel_id)
