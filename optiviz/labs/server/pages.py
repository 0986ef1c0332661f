"""What the server answers to who opens the lab's page, and to who leaves it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler

from optiviz.labs.server import seats as places
from optiviz.labs.server.notice import notice
from optiviz.labs.server.seats import Seat, Visit, look

KEPT = "optiviz-kernel"  # the cookie by which a page that is reloaded finds its kernel again
TICK = 0.5  # seconds between two looks at how it goes on
HEAD_ENDS = "<!-- the kernel's -->"  # what stands before it in our template is the same for all


class Page(Visit, TornadoVoilaHandler):  # type: ignore[misc]
    """The lab's page, or one that says that all places are taken."""

    starts = True

    async def get_generator(self, path: str | None = None) -> AsyncIterator[str]:
        """The page piece by piece."""
        if path:  # no other page, no file: the lab's own parts have handlers of their own
            raise HTTPError(404)
        kernels = self.kernel_manager
        if page := kernels.seats.again(self.get_cookie(KEPT)):
            self.set_header("Cache-Control", "no-store")
            yield page
            return
        if forsaken := kernels.seats.forsaken:
            kernels.seats.give_back(forsaken)
            await kernels.shutdown_kernel(forsaken)
        if (seat := kernels.seats.take()) is None:
            self.set_status(503)
            self.set_header("Retry-After", "10")  # to programs
            self.set_header("Refresh", "10")  # to browsers
            yield notice("Full", self.base_url, kernels.most)
            return
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")  # a proxy is to pass on what is said meanwhile
        self.seat, self.turn = seat, kernels.turns.join()
        try:
            async for html in self._opening(seat):
                yield html
        finally:
            kernels.turns.leave(self.turn)
            RequestInfoSocketHandler._cache.clear()  # kept for ever for what nobody asks
            if not seat.kernel:  # it could not be started
                kernels.seats.free(seat)

    async def _opening(self, seat: Seat) -> AsyncIterator[str]:
        """The page's head while others are before it, and the rest as its kernel makes it."""
        begun = False
        async for html in self._waiting():
            begun = True
            yield html
        if self.gone:
            return
        try:
            async for html in self._made(seat, begun):
                begun = True
                yield html
        except Exception:
            if not begun:
                raise
            self.log_exception(*sys.exc_info())
            yield said("The lab could not be opened. Please load this page again.")

    async def _waiting(self) -> AsyncIterator[str]:
        kernels, head = self.kernel_manager, ""
        while not self.turn.done():
            await asyncio.wait([self.turn], timeout=TICK)
            if self.gone or not (head or kernels.head):
                continue
            if not head:
                yield (head := kernels.head)
            before = "" if self.turn.done() else f" Before you: {kernels.turns.before(self.turn)}"
            yield said(f"Opening the lab …{before}")

    async def _made(self, seat: Seat, begun: bool) -> AsyncIterator[str]:
        """The page, or what is behind the head that was sent."""
        kernels, headed = self.kernel_manager, False
        async with aclosing(ticking(super().get_generator())) as pieces:
            async for html in pieces:
                if seat.kernel and self.gone:
                    return
                if not html and seat.kernel and not await kernels.is_alive(seat.kernel):
                    raise HTTPError(500, "the kernel died while the page was made")
                seat.page += html
                if headed:
                    yield html
                elif HEAD_ENDS in seat.page:
                    headed = True
                    kernels.head = seat.page.partition(HEAD_ENDS)[0]
                    yield seat.page.removeprefix(kernels.head) if begun else seat.page

    def should_use_rendered_notebook(self, *how: Any) -> bool:
        """Whether to take the kernel that is heated: not to wait for one where others wait, too."""
        kernels = self.kernel_manager
        alone = len(kernels.turns) == 1
        return (alone or kernels.heated) and bool(super().should_use_rendered_notebook(*how))


async def ticking(pieces: AsyncIterator[str]) -> AsyncGenerator[str]:
    """Pieces as they come, and an empty one whenever none has come for a while."""
    step = asyncio.ensure_future(anext(pieces, None))
    try:
        while True:
            if not (await asyncio.wait([step], timeout=TICK))[0]:
                yield ""
            elif (piece := step.result()) is None:
                return
            else:
                yield piece
                step = asyncio.ensure_future(anext(pieces, None))
    finally:
        step.cancel()


def said(words: str) -> str:
    """What makes an open page say how it goes on."""
    where = 'document.getElementById("loading_text")'
    text = json.dumps(words)
    return f"<script>{where}.textContent = {text}; document.currentScript.remove()</script>\n"


class Leave(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """What a page calls as it is closed.

    Voilà's pages never get the cookie that the usual check against forged requests looks for. The
    `Origin` header does as well here: `prepare` refuses a request from another site's page.
    """

    def check_xsrf_cookie(self) -> None:
        """Pass: see the class."""

    async def post(self, kernel_id: str) -> None:
        """End the kernel; its place is free at once, so that a page can be reloaded.

        A page with something worth to be kept asks for that: it may be one that is reloaded.
        """
        kernels = self.kernel_manager
        if self.get_query_argument("keep", None) is not None:
            if (seat := kernels.seats.leave(kernel_id)) is not None:
                IOLoop.current().call_later(places.KEPT, look, kernels, seat, again=True)
        elif kernels.seats.give_back(kernel_id):
            await kernels.shutdown_kernel(kernel_id)
        self.set_status(204)
