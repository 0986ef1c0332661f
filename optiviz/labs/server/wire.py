"""The socket between a page and its kernel: what a page may say through it, and how fast.

Whatever comes is read, checked and written anew, so that nothing else reaches the kernel; of what
comes back, a page hears of its widgets and never what Python prints.
"""

from __future__ import annotations

import json
import re
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from weakref import WeakKeyDictionary

from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from tornado import gen
from tornado.web import HTTPError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

# In the older protocol the length of a list stands in a message's first four bytes and is believed
# (jupyter_server/services/kernels/connection/base.py:67), and Voilà reads what it sends in that
# protocol as if it were the newer one (voila/tornado/kernel_websocket_handler.py:16).
PROTOCOL = "v1.kernel.websocket.jupyter.org"
PARTS = 5  # channel, header, parent header, metadata, content
START = 8 * (1 + PARTS + 1)  # of the parts, behind their number and the offsets of their ends
LARGEST = 64 * 1024  # bytes; a page's form is 600
DEEPEST = 16
SESSION = re.compile(r"[\w-]{0,64}", re.ASCII)
SOCKETS = 6  # of one kernel; a page has one, and for a while those that it has lost
# The seconds of a page's time that things cost; so many seconds it may run ahead.
AHEAD = 5.0
SOCKET, MESSAGE, BYTE_IN, BYTE_OUT = 0.5, 1 / 40, 1 / 64_000, 1 / 2_000_000
PING = 10_000  # milliseconds
UNSENT = 32_000_000  # bytes that wait for a page that does not read
HEARD = {
    "status",
    "comm_open",
    "comm_msg",
    "comm_close",
    "kernel_info_reply",
    "comm_info_reply",
}
Content = dict[str, Any]


class RefusedError(Exception):
    """A message that no page of ours sends."""


def _word(value: Any) -> str:
    """A short word."""
    if not (isinstance(value, str) and len(value) <= 128 and value.isascii()):
        raise RefusedError
    return value


def _data(content: Content) -> Content:
    found = content.get("data")
    if not isinstance(found, dict):
        raise RefusedError
    return found


def _update(content: Content) -> Content | None:
    """A message to a widget: new values of its traits, or what it is asked for."""
    data = _data(content)
    comm = {"comm_id": _word(content.get("comm_id"))}
    method = data.get("method")
    if method == "request_states":
        return comm | {"data": {"method": method}}
    key = {"update": "state", "custom": "content"}.get(str(method))
    if key is None or not isinstance(data.get(key), dict):
        return None
    return comm | {"data": {"method": method, key: data[key]}}


def _open(content: Content) -> Content | None:
    """A question for all widgets; opening any other comm would make a widget."""
    if content.get("target_name") != "jupyter.widget.control":
        return None
    comm = _word(content.get("comm_id"))
    return {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}


# What a page may say, and how it is said anew; None: not at all.
SAID: dict[str, Callable[[Content], Content | None]] = {
    "kernel_info_request": lambda _: {},
    "comm_info_request": lambda _: {"target_name": "jupyter.widget"},
    "comm_open": _open,
    "comm_msg": _update,
    "comm_close": lambda content: {"comm_id": _word(content.get("comm_id")), "data": {}},
}


def split(message: bytes) -> list[bytes]:
    """The parts of a message of the protocol.

    Upstream believes the number of offsets that stands in the first eight bytes, and loops over it
    before it looks at one (jupyter_server/services/kernels/connection/base.py:105-107; the same in
    voila/tornado/kernel_websocket_handler.py:17-21).

    Raises:
        RefusedError: there are not as many parts as a page sends, or they do not fill the message.
    """
    if len(message) < START:
        raise RefusedError
    count, *offsets = struct.unpack_from(f"<{PARTS + 2}Q", message)
    if count != len(offsets) or offsets != sorted(offsets):
        raise RefusedError
    if offsets[0] != START or offsets[-1] != len(message):
        raise RefusedError
    return [message[begin:end] for begin, end in pairwise(offsets)]


def _depth(value: Any) -> int:
    """How deep lists and dictionaries are nested."""
    inside = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inside), default=0) if isinstance(value, dict | list) else 0


def _read(part: bytes) -> Content:
    try:
        found = json.loads(part)
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
        if isinstance(found, dict) and _depth(found) <= DEEPEST:
            return found
    except (ValueError, RecursionError):
        pass
    raise RefusedError


def said(message: bytes | str) -> bytes | None:
    """What reaches the kernel of a page's message: nothing, or its meaning in our own words.

    Raises:
        RefusedError: it is none that a page of ours would send.
    """
    if not isinstance(message, bytes):
        raise RefusedError
    channel, *parts = split(message)
    header, _, metadata, content = map(_read, parts)
    kind = _word(header.get("msg_type"))
    if channel != b"shell" or kind not in SAID or (new := SAID[kind](content)) is None:
        return None
    own = {name: _word(header.get(name)) for name in ("msg_id", "session")}
    own |= {"msg_type": kind, "username": "", "version": "5.3"}
    version = {"version": _word(metadata["version"])} if "version" in metadata else {}
    return bytes(
        serialize_msg_to_ws_v1(  # type: ignore[no-untyped-call]
            [json.dumps(part).encode() for part in (own, {}, version, new)], "shell"
        )
    )


@dataclass
class Share:
    """What a kernel's sockets have used of the server: how many, and until when their time."""

    sockets: int = 0
    spent: float = 0.0

    def spend(self, seconds: float) -> None:
        """Book what something costs."""
        self.spent = max(self.spent, time.monotonic()) + seconds

    async def wait(self) -> None:
        """Wait until no more is spent than a page may run ahead."""
        while (early := self.spent - time.monotonic() - AHEAD) > 0:
            await gen.sleep(early)


_shares: WeakKeyDictionary[Any, Share] = WeakKeyDictionary()


class Socket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """A page's socket, which waits while the page is too fast and ends when it misbehaves."""

    connection: Any = None
    share: Share | None = None
    unsent = 0

    @property
    def ping_timeout(self) -> int:
        """How many milliseconds a page may leave a ping unanswered.

        Tornado asks as it opens the socket, and takes no more than the interval. With that, the
        first ping ends it: nothing was heard for as long (jupyter_server/base/websocket.py:141).
        """
        return PING if self.ws_connection is None else 2 * PING + PING // 2

    async def get(self, kernel_id: str) -> None:
        """Open the socket, if what asks for it speaks the protocol."""
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "").split(",")
        session = self.get_argument("session_id", "")
        if PROTOCOL not in map(str.strip, offered) or not SESSION.fullmatch(session):
            raise HTTPError(400)
        if kernel_id not in self.kernel_manager:
            raise HTTPError(404)
        share = _shares.setdefault(self.kernel_manager.get_kernel(kernel_id), Share())
        if share.sockets >= SOCKETS:
            raise HTTPError(429)
        self.share = share
        share.sockets += 1
        share.spend(SOCKET)
        await share.wait()
        if self.share is not None:  # it is still there
            await super().get(kernel_id)

    def on_finish(self) -> None:
        """Give back the place of a socket that could not be opened."""
        if self.get_status() != 101:
            self._leave()
        super().on_finish()

    def on_connection_close(self) -> None:
        """Give back the socket's place as the connection ends."""
        self._leave()
        super().on_connection_close()

    def on_close(self) -> None:
        """Leave the kernel, if it was reached."""
        if self.connection is not None:
            super().on_close()

    def _leave(self) -> None:
        if self.share is not None:
            self.share.sockets -= 1
            self.share = None

    async def on_message(self, message: bytes | str) -> None:
        """Pass on what a page may say; the next message is read when this one is done."""
        share = self.share
        if self.ws_connection is None or share is None:  # it is ending
            return
        self.on_pong(b"")  # who speaks is there; an answer to a ping may wait behind what is said
        try:
            new = said(message)
        except RefusedError:
            self.close(1008, "not a message of the lab's page")
            return
        share.spend(MESSAGE + len(message) * BYTE_IN)
        await share.wait()
        if new is not None and self.ws_connection is not None and self.connection is not None:
            super().on_message(new)

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Let a page hear of its widgets; end one that does not listen."""
        if self.ws_connection is None:  # it is ending, and upstream takes it for an old one
            return None
        offsets = struct.unpack_from("<4Q", message)
        if json.loads(message[offsets[2] : offsets[3]])["msg_type"] not in HEARD:
            return None
        if self.share is not None:
            self.share.spend(len(message) * BYTE_OUT)
        if self.unsent > UNSENT:
            self.close(1008, "not read")
            return None
        self.unsent += len(message)
        done = super().write_message(message, binary)
        done.add_done_callback(lambda future: self._written(len(message), future))
        return done

    def _written(self, size: int, future: Any) -> None:
        self.unsent -= size
        future.cancelled() or future.exception()  # seen, or it is logged when who left is cut off
