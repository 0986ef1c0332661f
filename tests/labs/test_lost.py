"""What a page says behind a proxy whose server is gone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from .conftest import READY, kernel_of

pytestmark = pytest.mark.slow  # a server of its own, and many who call

GONE = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Hands bytes on to a server, until it says of every request that the server is gone."""

    def __init__(self, port: int) -> None:
        self.behind, self.gone = port, False
        self.open: list[asyncio.StreamWriter] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.server = self.do(asyncio.start_server(self.meet, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self.loop).result()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            if self.gone:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(GONE)
            else:
                there, back = await asyncio.open_connection("127.0.0.1", self.behind)
                self.open.append(back)
                await asyncio.gather(hand_on(reader, back), hand_on(there, writer))
        writer.close()

    async def switch(self, gone: bool) -> None:
        """Lose the server, with all connections, or find it again."""
        self.gone = gone
        for writer in self.open:
            writer.transport.abort()
        self.open.clear()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)
        self.do(self.switch(gone=True))
        self.do(asyncio.sleep(0.1))  # what was handed on has ended
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
def proxy(mnist_lab: Any) -> Iterator[Proxy]:
    proxy = Proxy(urlsplit(mnist_lab.address).port)
    yield proxy
    proxy.close()


def test_a_page_tells_that_the_server_behind_its_proxy_is_gone(
    chromium: Any, mnist_lab: Any, proxy: Proxy
) -> None:
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{proxy.port}{urlsplit(mnist_lab.address).path}")
    page.wait_for_selector(READY, timeout=60_000)
    banner = page.get_by_role("alert").filter(has_text="The server does not answer.")
    assert banner.is_hidden()
    proxy.do(proxy.switch(gone=True))
    banner.wait_for(timeout=20_000)
    proxy.do(proxy.switch(gone=False))
    banner.wait_for(timeout=20_000, state="hidden")
    kernel = kernel_of(page)
    page.close()
    assert mnist_lab.gone(kernel, 20)
