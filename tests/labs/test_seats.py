"""What an administrator relies on: places, health, the log, the port, the address, the end."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from optiviz import __version__
from optiviz.errors import UserError
from optiviz.labs.server.address import path_of

from .conftest import kernel_of

LINE = re.compile(
    r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} 127.0.0.1 "(.*)" (\d{3}) \d+\.\d{3} s\n'
)

pytestmark = pytest.mark.slow  # a server of its own, and many who call


@pytest.fixture(scope="module")
def odd(serve: Callable[..., Any]) -> Any:
    """A lab with two places, under an address with everything that an address may have."""
    base = "/courses/j%C3%B6rg@uni~x/a.b-c_1/"
    return serve("surfaces", "--max-users", "2", "--base-url", base)


def health(lab: Any) -> Any:
    return json.loads(lab.get("health")[1])


def taken(lab: Any, wanted: int, seconds: float) -> bool:
    """Whether so many places are taken in time."""
    end = time.monotonic() + seconds
    while health(lab)["seats"]["taken"] != wanted and time.monotonic() < end:
        time.sleep(0.1)
    return health(lab)["seats"]["taken"] == wanted


def leave(lab: Any, *kernels: str) -> None:
    """What pages send as they are closed."""
    origin = "http://" + urlsplit(lab.address).netloc
    for kernel in kernels:
        assert lab.get(f"voila/api/shutdown/{kernel}", data=b"", Origin=origin)[0] == 204


def ask(lab: Any, path: str = "") -> socket.socket:
    """A request whose answer is not waited for."""
    place = urlsplit(lab.address)
    asking = socket.create_connection((place.hostname, place.port))
    asking.sendall(f"GET {place.path}{path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    return asking


def test_health_tells_version_places_and_memory(odd: Any) -> None:
    said = health(odd)
    assert said["version"] == __version__
    assert said["seats"] == {"taken": 0, "total": 2}
    assert 20e6 < said["memory_bytes"] < 2e9
    asked = urllib.request.Request(odd.address + "health", method="HEAD")
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.read() == b""


def test_an_odd_address_is_served_where_it_says(odd: Any, visit: Callable[..., Any]) -> None:
    assert odd.address.endswith("/courses/j%C3%B6rg@uni~x/a.b-c_1/")
    page = visit(odd)  # which has reached its kernel
    assert odd.alive(kernel_of(page))
    assert health(odd)["seats"]["taken"] == 1


def test_who_hangs_up_gives_the_place_back(odd: Any) -> None:
    asked = [ask(odd), ask(odd)]
    assert taken(odd, 2, 10)
    for asking in asked:
        asking.close()
    assert taken(odd, 0, 20)


def test_a_page_that_nobody_opens_gives_the_place_back(odd: Any) -> None:
    unread, opened = (re.search(r'"kernelId": "([^"]+)"', odd.get()[1]).group(1) for _ in "ab")
    assert odd.alive(opened)  # what an open page asks
    assert taken(odd, 1, 30)
    assert odd.gone(unread, 10)
    assert odd.alive(opened)
    leave(odd, opened)


def test_a_kernel_is_not_ended_while_its_page_is_made(serve: Callable[..., Any]) -> None:
    lab = serve("surfaces", left=0)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: lab.get(), range(8)))
    assert [status for status, _ in answers] == [200] * 8
    assert all("</html>" in page and "kernelId" in page for _, page in answers)
    told = re.compile(r"<script>document.getElementById\(.loading_text.\).textContent = .*\n")
    waited = [page for _, page in answers if "Before you: " in page]
    assert waited or (os.cpu_count() or 1) > 4  # more start at a time than there are left
    heads = {told.sub("", page).partition('<div id="rendered_cells"')[0] for _, page in answers}
    assert len(heads) == 1
    assert taken(lab, 0, 30)


def test_who_finds_the_lab_full_is_told_when_to_come_again(odd: Any) -> None:
    kernels = [odd.open(), odd.open()]
    with pytest.raises(urllib.error.HTTPError) as full:
        urllib.request.urlopen(odd.address)
    with full.value as answer:
        assert answer.code == 503
        assert answer.headers["Retry-After"] == answer.headers["Refresh"] == "10"
    assert health(odd)["seats"] == {"taken": 2, "total": 2}
    leave(odd, *kernels)


def test_every_request_is_one_line_with_its_time_and_without_its_query(odd: Any) -> None:
    ask(odd, "nothing/\x1b[31m?token=secret").close()
    for path in ("health?token=secret", "nothing?token=secret"):
        odd.get(path)
    base = urlsplit(odd.address).path
    wanted = {(f"GET {base}health", "200"), (f"GET {base}nothing", "404")}
    end = time.monotonic() + 5  # another thread reads it
    while True:
        found = [LINE.fullmatch(line) for line in list(odd.errors)]
        if wanted <= {line.groups() for line in found if line} or time.monotonic() > end:
            break
        time.sleep(0.05)
    assert wanted <= {line.groups() for line in found if line}
    assert "secret" not in "".join(odd.errors)
    assert "\x1b" not in "".join(odd.errors)


def test_a_terminal_is_not_filled_with_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    log = pytest.importorskip("optiviz.labs.server.log", reason="needs the extra apps")
    for terminal, count in ((True, 0), (False, 1)):
        stderr = io.StringIO()
        monkeypatch.setattr(stderr, "isatty", lambda terminal=terminal: terminal)
        monkeypatch.setattr("sys.stderr", stderr)
        monkeypatch.setattr(log, "_access", log.logging.Logger("here"))
        log.open_log()
        log._access.info("a request")
        assert stderr.getvalue().count("\n") == count


def test_the_port_that_was_asked_for_or_none(port: int) -> None:
    pytest.importorskip("voila", reason="needs the extra apps")
    program = [sys.executable, "-c", "from optiviz.cli import main; main()"]
    words = ["app", "--no-browser", "--port", str(port), "--strict-port"]
    done = subprocess.run([*program, *words], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    sentence = f"Port {port} is busy: end what has it, or choose another --port."
    assert (done.stdout, done.stderr) == ("", f"optiviz: {sentence}\n")


LETTERS = r"between its slashes may stand letters, digits and -\._~@"


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        ("(", LETTERS),
        ("/a b/", LETTERS),
        ("/a\n/", LETTERS),
        ("'x'", LETTERS),
        ('"', LETTERS),
        ("<script>", LETTERS),
        ("/x?y", LETTERS),
        ("/x#y", LETTERS),
        ("a\\b", LETTERS),
        ("[a-z]*", LETTERS),
        ("{x}", LETTERS),
        ("a+b", LETTERS),
        ("$", LETTERS),
        ("/%2e%2e/", LETTERS),
        ("/a%2Fb/", LETTERS),
        ("/%zz/", LETTERS),
        ("/%c3%b6/", LETTERS),
        ("/%C3/", LETTERS),
        ("\udcff", LETTERS),
        ("/jörg/", r"others as browsers send them: j%C3%B6rg\."),
        ("..", "browsers resolve '..'"),
        ("/a/./b", "browsers resolve '.'"),
        ("//x", "it has two slashes side by side"),
        ("/a//b/", "it has two slashes side by side"),
        ("http://host/lab", LETTERS),
        ("a" * 201, "may have up to 200 characters, got 201"),
        ("ö(" * 100_000, "may have up to 200 characters, got 200000"),
    ],
)
def test_an_address_that_cannot_be_served_is_refused(base: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason) as refused:
        path_of(base)
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("", "/"),
        ("/", "/"),
        ("lab", "/lab/"),
        ("/a/b", "/a/b/"),
        ("/a%C3%B6@~.-_/", "/a%C3%B6@~.-_/"),
    ],
)
def test_an_address_begins_and_ends_with_a_slash(base: str, path: str) -> None:
    assert path_of(base) == path


def test_an_odd_address_is_refused_before_anything_starts(optiviz: Callable[..., Any]) -> None:
    done = optiviz("app --no-browser --base-url '('")
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(f"optiviz: Cannot serve under --base-url '\\(': {LETTERS}.\n", done.stderr)


def test_the_server_ends_at_once_with_pages_open(serve: Callable[..., Any]) -> None:
    from tornado.httpclient import HTTPRequest  # noqa: PLC0415  # of the extra
    from tornado.websocket import websocket_connect  # noqa: PLC0415

    lab = serve("surfaces")

    def opened(_: int) -> str:
        kernel = lab.open()
        assert lab.alive(kernel)  # what an open page asks
        return kernel

    with ThreadPoolExecutor(10) as pool:
        kernels = list(pool.map(opened, range(10)))
    processes = [lab.process_of(kernel) for kernel in kernels]

    async def stay() -> float:
        sockets = []
        for kernel in kernels:
            url = f"{lab.address}api/kernels/{kernel}/channels".replace("http", "ws", 1)
            protocols = ["v1.kernel.websocket.jupyter.org"]
            sockets.append(await websocket_connect(HTTPRequest(url), subprotocols=protocols))
        began = time.monotonic()
        lab.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(lab.process.wait, 60)
        seconds = time.monotonic() - began
        for each in sockets:
            each.close()
        return seconds

    with ThreadPoolExecutor(1) as pool:  # in this thread a browser may have its loop
        seconds = pool.submit(asyncio.run, stay()).result()
    assert seconds < 2
    assert lab.process.returncode == 0
    assert [number for number in processes if Path(f"/proc/{number}").exists()] == []
