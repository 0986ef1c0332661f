"""A visitor without a browser: what a page says to a lab's server, and what it hears."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PROTOCOL = "v1.kernel.websocket.jupyter.org"


def framed(*parts: bytes) -> bytes:
    """A message of the protocol: its parts behind the offsets of their ends."""
    start = 8 * (len(parts) + 2)
    offsets = accumulate(map(len, parts), initial=start)
    numbers = [len(parts) + 1, *offsets]
    return b"".join([*(number.to_bytes(8, "little") for number in numbers), *parts])


def message(kind: str, content: Any, channel: str = "shell", **metadata: Any) -> bytes:
    """A message of a page."""
    header = {"msg_id": uuid.uuid4().hex, "session": "s", "msg_type": kind, "username": ""}
    parts = (header | {"version": "5.2"}, {}, metadata, content)
    return framed(channel.encode(), *(json.dumps(part).encode() for part in parts))


def parts(heard: bytes) -> list[bytes]:
    """The parts of what a page hears."""
    words = [int.from_bytes(heard[8 * i : 8 * i + 8], "little") for i in range(heard[0] + 1)]
    return [heard[a:b] for a, b in pairwise(words[1:])]


async def end(socket: WebSocketClientConnection) -> None:
    """Close a socket, and wait until it is."""
    socket.close()
    with suppress(TimeoutError):
        while await asyncio.wait_for(socket.read_message(), 2) is not None:
            pass


@dataclass
class Visitor:
    """A socket of a page, the comms of the lab's widgets, and the traits last come as bytes."""

    socket: WebSocketClientConnection
    comms: dict[str, dict[str, Any]]
    arrays: dict[str, bytes] = field(default_factory=dict)

    @property
    def lab(self) -> str:
        """The comm of the lab."""
        return next(comm for comm, model in self.comms.items() if "_esm" in model["state"])

    async def say(self, kind: str, content: Any, channel: str = "shell", **metadata: Any) -> None:
        await self.socket.write_message(message(kind, content, channel, **metadata), binary=True)

    async def update(self, **state: Any) -> None:
        """Write traits of the lab."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        await self.say("comm_msg", {"comm_id": self.lab, "data": data})

    async def custom(self, content: Any) -> None:
        """Send the lab a message of its own."""
        data = {"method": "custom", "content": content}
        await self.say("comm_msg", {"comm_id": self.lab, "data": data})

    async def hear(self) -> tuple[str, Any]:
        """The next message: its kind and its content."""
        heard = await self.socket.read_message()
        if heard is None:
            raise ConnectionError(f"closed: {self.socket.close_code} {self.socket.close_reason}")
        _, header, _, _, content, *buffers = parts(heard)
        told = json.loads(content)
        paths = told.get("data", {}).get("buffer_paths", [])
        self.arrays = {path[-1]: beside for path, beside in zip(paths, buffers, strict=False)}
        return json.loads(header)["msg_type"], told


@asynccontextmanager
async def visiting(address: str, kernel: str, **headers: str) -> AsyncIterator[Visitor]:
    """A page that has found its lab."""
    url = f"{address}api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
    request = HTTPRequest(url.replace("http", "ws", 1), headers=headers, request_timeout=60)
    socket = await websocket_connect(request, subprotocols=[PROTOCOL], max_message_size=100_000_000)
    visitor = Visitor(socket, {})
    try:
        comm = uuid.uuid4().hex
        opened = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
        await visitor.say("comm_open", opened, version="1.0.0")
        await visitor.say("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        while not visitor.comms:
            kind, content = await visitor.hear()
            if kind == "comm_msg" and content["data"].get("method") == "update_states":
                visitor.comms = content["data"]["states"]
        yield visitor
    finally:
        await end(socket)
