"""A hostile visitor with a socket: nothing runs, nothing is said of the insides, nothing stops."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("voila", reason="needs the extra apps")

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from optiviz.labs.server import wire

from .conftest import ROOT
from .hostile import DEEP, VALUES
from .visitor import PROTOCOL, Visitor, end, framed, visiting

pytestmark = pytest.mark.slow  # a server of its own, and many who call

# What the server may say, also of a kernel that was asked for when it had been given up.
PATIENT = 1e9  # seconds that a page may run ahead; a test below is of a clock that is stopped
QUIET = re.compile(r"\d{4}-\d\d-\d\dT|Got events for closed stream|404 GET /api/kernels/")
INSIDES = ("Traceback", "site-packages", str(ROOT), "/usr/lib", "\\u001b[0;31m", '"ename"')


def run(visit: Coroutine[Any, Any, None], seconds: float = 120) -> None:
    with ThreadPoolExecutor(1) as pool:  # in this thread a browser may have its loop
        pool.submit(asyncio.run, asyncio.wait_for(visit, seconds)).result()


@pytest.fixture(scope="module")
def lab(serve: Callable[..., Any]) -> Any:
    """The surface lab."""
    return serve("surfaces", ahead=PATIENT)


@pytest.fixture
def kernel(lab: Any) -> str:
    """The kernel of a page; another one where it was given up, since nobody asked for it."""
    if not (lab.kernel and lab.alive(lab.kernel)):
        lab.kernel = lab.open()
        assert lab.alive(lab.kernel)  # which says that the page is open
    return lab.kernel


@pytest.fixture(autouse=True)
def in_order(lab: Any) -> Any:
    """The server answers after every test, and has nothing to complain of."""
    said = len(lab.errors)
    yield
    begun = time.monotonic()
    assert lab.get("nothing")[0] == 404
    assert time.monotonic() - begun < 30  # and not for ever
    trouble = [line for line in lab.errors[said:] if not QUIET.match(line)]
    assert "".join(trouble) == ""


def url(lab: Any, kernel: str, session: str = "1") -> str:
    address = f"{lab.address}api/kernels/{kernel}/channels?session_id={session}"
    return address.replace("http", "ws", 1)


async def refused(lab: Any, kernel: str, message: bytes | str) -> int | None:
    """How a socket ends after a message."""
    socket = await websocket_connect(url(lab, kernel), subprotocols=[PROTOCOL])
    try:
        await socket.write_message(message, binary=isinstance(message, bytes))
        while await socket.read_message() is not None:
            pass
        return socket.close_code
    finally:
        socket.close()


@pytest.mark.parametrize("offered", [None, ["v0"], ["v2.kernel.websocket.jupyter.org", "x"]])
def test_a_socket_of_the_old_protocol_is_refused(lab: Any, kernel: str, offered: Any) -> None:
    async def visit() -> None:
        with pytest.raises(HTTPClientError, match="400"):
            await websocket_connect(url(lab, kernel), subprotocols=offered)

    run(visit())


def header(**facts: Any) -> bytes:
    return json.dumps({"msg_id": "1", "session": "s", "msg_type": "comm_msg"} | facts).encode()


def content(text: str) -> bytes:
    data = f'{{"comm_id": "x", "data": {{"method": "custom", "content": {text}}}}}'
    return framed(b"shell", header(), b"{}", b"{}", data.encode())


GOOD = content("{}")
MALFORMED: dict[str, bytes | str] = {
    "a number of offsets without end": b"\xff" * 8,
    "the same, and as many bytes as a message has": b"\xff" * 600,
    "more offsets than there are bytes": (10**6).to_bytes(8, "little") + GOOD[8:],
    "no offsets": (0).to_bytes(8, "little") + GOOD[8:],
    "fewer offsets": (3).to_bytes(8, "little") + GOOD[8:],
    "nothing": b"",
    "a byte": b"\x06",
    "half a message": GOOD[:70],
    "more than its parts": GOOD + b"x",
    "offsets that go back": GOOD[:16] + GOOD[8:16] + GOOD[24:],
    "an offset far out": GOOD[:48] + b"\xff" * 8 + GOOD[56:],
    "an offset into the offsets": GOOD[:8] + bytes(8) + GOOD[16:],
    "buffers": framed(b"shell", header(), b"{}", b"{}", b"{}", b"buffer"),
    "text": json.dumps({"header": {"msg_type": "execute_request"}, "channel": "shell"}),
    "text that is a list": "[]",
    "no JSON": framed(b"shell", b"x", b"{}", b"{}", b"{}"),
    "a list for a header": framed(b"shell", b"[]", b"{}", b"{}", b"{}"),
    "no kind": framed(b"shell", b"{}", b"{}", b"{}", b"{}"),
    "a kind that is a list": framed(b"shell", header(msg_type=[]), b"{}", b"{}", b"{}"),
    "no number": framed(b"shell", b'{"msg_type": "comm_msg"}', b"{}", b"{}", GOOD[-64:]),
    "a long name": framed(b"shell", header(msg_id="x" * 9999), b"{}", b"{}", b'{"data": {}}'),
    "deep lists": content('{"x": ' + "[" * 20 + "]" * 20 + "}"),
    "deeper lists": content("[" * 30_000 + "]" * 30_000),
    "no number at all": content('{"x": NaN}'),
    "no end": content('{"x": Infinity}'),
    "a number that is too large": content('{"x": 1e999}'),
    "a number that is too long": content('{"x": ' + "9" * 5000 + "}"),
    "half a letter": content(r'{"x": "\ud800"}'),
    "bytes that are no text": content('{"x": "\xff"}').replace("\xff".encode(), b"\xff"),
    "much too much": b"\x00" * 1_000_000,
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_message_that_is_none_ends_its_socket(lab: Any, kernel: str, what: str) -> None:
    async def visit() -> None:
        assert await refused(lab, kernel, MALFORMED[what]) in (1008, 1009, None)

    run(visit())


async def heard_until_answer(visitor: Visitor) -> list[str]:
    """The kinds of what is heard until a question of ours is answered."""
    await visitor.say("kernel_info_request", {})
    kinds = []
    while not kinds or kinds[-1] != "kernel_info_reply":
        kind, heard = await visitor.hear()
        kinds.append(kind)
        if kind != "kernel_info_reply":
            assert not [word for word in INSIDES if word in json.dumps(heard)]
    return kinds


REQUESTS: dict[str, Any] = {
    "execute_request": {"code": "open('owned', 'w')", "silent": False, "store_history": True},
    "complete_request": {"code": "import os; os.", "cursor_pos": 14},
    "inspect_request": {"code": "open", "cursor_pos": 4, "detail_level": 1},
    "history_request": {"output": True, "raw": True, "hist_access_type": "tail", "n": 9},
    "is_complete_request": {"code": "x"},
    "input_reply": {"value": "x"},
    "debug_request": {"type": "request", "command": "initialize", "seq": 1, "arguments": {}},
    "shutdown_request": {"restart": False},
    "interrupt_request": {},
    "create_subshell_request": {},
    "usage_request": {},
    "apply_request": {"code": "x"},
    "stream": {"name": "stdout", "text": "x"},
    "nothing": {},
}


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub", "hb", ""])
def test_nothing_is_run_asked_or_ended(lab: Any, kernel: str, channel: str) -> None:
    async def visit() -> None:
        async with visiting(lab.address, kernel) as visitor:
            await heard_until_answer(visitor)
            for kind, content in REQUESTS.items():
                await visitor.say(kind, content, channel)
            kinds = await heard_until_answer(visitor)
            assert set(kinds) <= {"kernel_info_reply", "status"}
            assert kinds.count("status") <= 4  # busy and idle, and once more of the first
            assert lab.alive(kernel)

    run(visit())
    assert not list(lab.folder.rglob("owned"))


MODELS = [
    ("@jupyter-widgets/base", "2.0.0", "LayoutModel", "LayoutView"),
    ("@jupyter-widgets/controls", "2.0.0", "FileUploadModel", "FileUploadView"),
    ("@jupyter-widgets/controls", "2.0.0", "HTMLModel", "HTMLView"),
    ("@jupyter-widgets/output", "1.0.0", "OutputModel", "OutputView"),
    ("anywidget", "~0.11.*", "AnyModel", "AnyView"),
]


def test_no_widget_is_made(lab: Any, kernel: str) -> None:
    async def visit() -> None:
        async with visiting(lab.address, kernel) as visitor:
            before = set(visitor.comms)
            assert visitor.arrays["paths"]  # the picture is there, as benchmarks count on
            for module, version, model, view in MODELS:
                state = {"_model_module": module, "_model_name": model, "_view_name": view}
                state |= {"_model_module_version": version, "_view_module_version": version}
                state |= {"_view_module": module, "value": "x" * 1000, "msg_id": "1"}
                for target in ("jupyter.widget", "jupyter.widget.version", "matplotlib", ""):
                    what = {"comm_id": f"{model}{target}", "target_name": target}
                    what |= {"target_module": "this", "data": {"state": state}}
                    await visitor.say("comm_open", what, version="2.1.0")
            await heard_until_answer(visitor)
        async with visiting(lab.address, kernel) as again:
            assert set(again.comms) == before

    run(visit())


def sendable(value: Any) -> bool:
    """Whether the socket lets it through."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return False
    return len(text) < wire.LARGEST - 1000 and value is not DEEP


def messages(visitor: Visitor, kinds: list[str]) -> list[Any]:
    """All that is hostile, said to every widget."""
    told = []
    for value in filter(sendable, VALUES):
        for comm, model in visitor.comms.items():
            state = dict.fromkeys(list(model["state"])[:9], value)  # with all it may be too long
            told += [(comm, {"method": "update", "state": state})]
            told += [
                (comm, {"method": "custom", "content": {"type": k, "about": value}}) for k in kinds
            ]
        written = {"sent": value, "form": value}
        told += [(visitor.lab, {"method": "update", "state": written})]
        told += [(visitor.lab, {"method": "custom", "content": value}), (visitor.lab, value)]
        told += [(visitor.lab, {"method": value, "state": {}})]
    return [{"comm_id": comm, "data": data} for comm, data in told]


async def answer(visitor: Visitor, words: str) -> None:
    """Hear all there is to hear, until the lab itself says some words."""
    said = ""
    while words not in said or '"echo_update"' in said:
        said = json.dumps((await visitor.hear())[1])
        assert not [word for word in INSIDES if word in said]


@pytest.mark.parametrize(
    ("name", "kinds", "change"),
    [
        ("surfaces", ["x", "map"], {"sent": {"serial": 7, "controls": {}}}),
        ("mnist", ["train", "stop", "remove"], {"form": {"hidden": "16"}}),
        ("twin", ["train", "stop"], {"sent": {"serial": 7, "controls": {"updates": 2}}}),
    ],
)
def test_a_lab_takes_whatever_comes(
    serve: Callable[..., Any], name: str, kinds: list[str], change: dict[str, Any]
) -> None:
    lab = serve(name, ahead=PATIENT)
    kernel = lab.open()
    answers = {"surfaces": '"serial": 7', "mnist": '"hidden": "16"', "twin": '"serial": 7'}

    async def visit() -> None:
        async with visiting(lab.address, kernel) as visitor:
            todo = messages(visitor, kinds)
            assert len(todo) > 500
            answered = asyncio.ensure_future(answer(visitor, answers[name]))
            for what in todo:
                if len(json.dumps(what)) < wire.LARGEST - 500 and isinstance(what["data"], dict):
                    await visitor.say("comm_msg", what)
            await visitor.update(**change)
            await answered

    run(visit(), 400)
    assert lab.alive(kernel)
    assert "".join(line for line in lab.errors if not QUIET.match(line)) == ""


def test_a_kernel_has_few_sockets(lab: Any, kernel: str) -> None:
    async def visit() -> None:
        async def another(session: str) -> Any:
            return await websocket_connect(url(lab, kernel, session), subprotocols=[PROTOCOL])

        sockets = [await another(f"s{i}") for i in range(wire.SOCKETS)]
        with pytest.raises(HTTPClientError, match="429"):
            await another("more")
        for socket in sockets:
            await end(socket)
        await end(await another("again"))

    run(visit())


@pytest.mark.parametrize("session", ["x" * 300, "%CE%B7", "a%0Ab", "../x"])
def test_a_session_is_a_short_word(lab: Any, kernel: str, session: str) -> None:
    async def visit() -> None:
        with pytest.raises(HTTPClientError, match="400"):
            await websocket_connect(url(lab, kernel, session), subprotocols=[PROTOCOL])

    run(visit())


def test_a_kernel_that_is_not_there_has_no_socket(lab: Any) -> None:
    async def visit() -> None:
        with pytest.raises(HTTPClientError, match="404"):
            await websocket_connect(url(lab, "1-2-3-4-5"), subprotocols=[PROTOCOL])

    run(visit())


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_another_site_has_no_socket(lab: Any, kernel: str, headers: dict[str, str]) -> None:
    async def visit() -> None:
        request = HTTPRequest(url(lab, kernel), headers=headers)
        with pytest.raises(HTTPClientError, match="403"):
            await websocket_connect(request, subprotocols=[PROTOCOL])

    run(visit())


def test_who_does_not_read_is_cut_off(lab: Any, kernel: str) -> None:
    async def visit() -> None:
        async with visiting(lab.address, kernel) as visitor:
            comm = {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}}
            await visitor.say("comm_open", comm, version="1.0.0")
            for _ in range(400):
                asked = {"comm_id": "c", "data": {"method": "request_states"}}
                await visitor.say("comm_msg", asked)
            while lab.get(f"api/kernels/{kernel}")[1].count('"connections": 0') == 0:
                await asyncio.sleep(0.1)
            while await visitor.socket.read_message() is not None:
                pass

    run(visit())


def test_a_page_that_is_too_fast_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [100.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("tornado.gen.sleep", sleep)

    async def visit() -> None:
        share = wire.Share()
        for _ in range(1000):  # at once; a page moves a slider 30 times a second
            share.spend(wire.MESSAGE + 600 * wire.BYTE_IN)
            await share.wait()
        assert 25 < sum(slept) < 35
        slept.clear()
        now[0] += 60
        for _ in range(600):
            now[0] += 1 / 30
            share.spend(wire.MESSAGE + 600 * wire.BYTE_IN)
            await share.wait()
        assert slept == []

    run(visit())
