"""`optiviz app` as a process of its own: who gets a place, and when a kernel ends."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from optiviz.errors import UserError
from optiviz.labs.server import serve as serving

from .conftest import PRIVATE, ROOT
from .visitor import PROTOCOL, message


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (
            {"name": "mnits"},
            r"Unknown app 'mnits'. Did you mean 'mnist'\? Choose",
        ),
        ({"name": "mnist", "port": 0}, "port must be from 1 to 65535, got 0."),
        ({"name": "mnist", "max_users": 0}, "max_users must be at least 1, got 0."),
    ],
)
def test_a_mistake_is_one_sentence(how: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        serving.serve(**how)


def test_without_the_extra_the_command_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r'pip install .*"anywidget>=.* '):
        serving.serve("mnist")


@pytest.fixture
def server() -> Any:
    """The module of the server, in this process."""
    with warnings.catch_warnings(action="ignore"):  # those of what it stands on are not ours
        return pytest.importorskip("optiviz.labs.server.server", reason="needs the extra apps")


@pytest.mark.parametrize("base_url", ["course/lab", "/course/lab", "course/lab/", "/course/lab/"])
def test_a_path_is_served_with_and_without_its_slashes(
    server: Any, monkeypatch: pytest.MonkeyPatch, base_url: str
) -> None:
    served: list[Any] = []
    monkeypatch.setattr(server, "run", lambda *how: served.extend(how))
    serving.serve("mnist", base_url=base_url, max_users=3, browser=False)
    assert served[1:5] == ["MNIST lab", 8866, False, "127.0.0.1"]
    assert served[5:8] == ["/course/lab/", 3, False]


@pytest.mark.parametrize(
    ("ip", "host"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]")],
)
def test_the_address_that_is_said_can_be_opened(server: Any, ip: str, host: str) -> None:
    assert server._host(ip) == host


def test_a_full_lab_and_a_missing_page_have_their_status(server: Any) -> None:
    page = SimpleNamespace(base_url="/lab/", status=200, headers={})
    page.kernel_manager = SimpleNamespace(most=7, seats=None)
    page.get_cookie = lambda name: None
    page.kernel_manager.seats = SimpleNamespace(
        take=lambda: None, again=lambda kernel: "", forsaken=""
    )
    page.set_status = partial(setattr, page, "status")
    page.set_header = page.headers.__setitem__
    with pytest.raises(StopIteration) as said:
        server.Page.get_generator(page, None).__anext__().send(None)
    assert (page.status, page.headers) == (503, {"Retry-After": "10", "Refresh": "10"})
    assert "All 7 places are taken." in said.value.value
    with pytest.raises(server.HTTPError, match="404"):
        server.Page.get_generator(page, "nothing").__anext__().send(None)


def test_a_server_can_end_while_a_kernel_starts(server: Any) -> None:
    """What starts it has stopped with the server's loop; the end has a loop of its own."""

    async def start() -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()

    with ThreadPoolExecutor(1) as pool:  # in this thread a browser may have its loop
        starting = pool.submit(asyncio.run, start()).result()
        kernels = SimpleNamespace(_pools={}, _kernels={}, _pending_kernels={"a": starting})
        pool.submit(asyncio.run, server.Kernels.shutdown_all(kernels)).result()
    assert kernels.ending


def test_help_loads_no_server() -> None:
    code = (
        "import sys, optiviz.cli, optiviz.labs.server.serve;"
        "print(*{'voila', 'tornado', 'anywidget', 'matplotlib', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.fixture(scope="module")
def lab(mnist_lab: Any) -> Any:
    """A lab with three places."""
    return mnist_lab


@pytest.fixture(scope="module")
def hasty(serve: Callable[..., Any]) -> Any:
    """A lab that soon ends a kernel without a page."""
    return serve("mnist", left=4)


def leave(lab: Any, kernel: str, **headers: str) -> int:
    """What a page sends as it is closed."""
    return lab.get(f"voila/api/shutdown/{kernel}", data=b"", **headers)[0]


def own(lab: Any) -> str:
    """The origin of the lab's own page."""
    return re.match(r"http://[^/]+", lab.address).group()


@pytest.mark.slow
def test_a_busy_port_is_passed_over(lab: Any, port: int) -> None:
    found = re.fullmatch(r"MNIST lab: http://127.0.0.1:(\d+)/course/lab/ .*\n", lab.said)
    assert found
    assert port < int(found.group(1)) < port + 50
    sentence = f"optiviz: port {port} is busy, so port {found.group(1)} is used.\n"
    end = time.monotonic() + 30  # another thread reads it
    while sentence not in lab.errors and time.monotonic() < end:
        time.sleep(0.05)
    assert sentence in lab.errors


FILES = ["mnist.ipynb", *PRIVATE]
FOLDERS = ["", "files/", "voila/files/", "static/", "voila/static/"]
UP = [
    f"{up}{name}"
    for up in ("../", "%2e%2e/", "..%2f", "x/../")
    for name in ("notes.txt", "apps/notes.txt")
]
OTHERS = """
    nothing tree lab edit/notes.txt nbconvert/html/mnist.ipynb files//etc/passwd
    voila/tree voila/render/mnist.ipynb voila/render/notes.txt voila/files//etc/passwd
    api/contents api/contents/notes.txt api/sessions api/terminals api/config/x
"""


@pytest.mark.parametrize(
    "path",
    [f"{folder}{name}" for folder in FOLDERS for name in FILES]
    + [f"{folder}{name}" for folder in FOLDERS[1:] for name in UP]
    + OTHERS.split(),
)
def test_there_is_nothing_but_the_page(lab: Any, path: str) -> None:
    status, answer = lab.get(path)
    assert status in (403, 404)
    for word in ("a secret", "root:", "cdn", "MnistLab", "Traceback"):
        assert word not in answer


@pytest.mark.parametrize("path", ["api/kernels", "api/sessions", "api/contents/mnist.ipynb"])
def test_nothing_can_be_begun_or_written_but_by_the_page(lab: Any, path: str) -> None:
    status, _ = lab.get(path, data=b"{}", Origin=own(lab))
    assert status in (403, 404, 405)


@pytest.mark.slow
def test_the_page_asks_no_other_host(lab: Any) -> None:
    for query in ("", "?template=lab", "?theme=dark"):
        _, page = lab.get(query)
        assert "jsdelivr" not in page
        kernel = re.search(r'"kernelId": "([^"]+)"', page).group(1)
        assert "MnistLab()" not in page  # the source
        assert leave(lab, kernel, Origin=own(lab)) == 204


@pytest.mark.slow
def test_places_are_counted_when_all_come_at_once(lab: Any) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: lab.get(), range(6)))
    assert sorted(status for status, _ in answers) == [200, 200, 200, 503, 503, 503]
    full = next(page for status, page in answers if status == 503)
    assert "The lab is full at the moment" in full
    assert "All 3 places are taken." in full
    kernels = [re.search(r'"kernelId": "([^"]+)"', p).group(1) for s, p in answers if s == 200]

    assert leave(lab, kernels[0], Origin="http://evil.example") in (403, 404)
    assert lab.alive(kernels[0])
    assert leave(lab, kernels[0], Origin=own(lab)) == 204
    assert lab.gone(kernels[0], 10)
    assert lab.alive(kernels[1])
    another = lab.open()  # at once, since a place was left
    assert lab.get()[0] == 503
    for kernel in (*kernels[1:], another):
        assert leave(lab, kernel, Origin=own(lab)) == 204


@pytest.mark.slow
def test_a_page_that_never_came_is_forgotten(hasty: Any) -> None:
    assert hasty.gone(hasty.open(), 40)


def test_a_kernel_that_died_is_no_longer_there(lab: Any) -> None:
    kernel = lab.open()
    os.kill(lab.process_of(kernel), signal.SIGKILL)
    assert lab.gone(kernel, 30)


@pytest.mark.slow
def test_a_page_that_is_open_keeps_its_kernel_and_may_not_run_code(hasty: Any) -> None:
    from tornado.httpclient import HTTPRequest  # noqa: PLC0415  # of the extra
    from tornado.websocket import websocket_connect  # noqa: PLC0415

    async def visit(kernel: str) -> None:
        url = f"{hasty.address}api/kernels/{kernel}/channels?session_id=1".replace("http", "ws", 1)
        socket = await websocket_connect(HTTPRequest(url), subprotocols=[PROTOCOL])
        content = {"code": "open('owned', 'w')", "silent": False}
        await socket.write_message(message("execute_request", content), binary=True)
        await asyncio.sleep(9)  # twice as long as a kernel lives without a page
        assert hasty.alive(kernel)
        socket.close()

    kernel = hasty.open()
    with ThreadPoolExecutor(1) as pool:  # in this thread a browser may have its loop
        pool.submit(asyncio.run, visit(kernel)).result()
    assert not list(hasty.folder.rglob("owned"))
    assert hasty.gone(kernel, 40)


@pytest.mark.slow
def test_nothing_is_left_when_it_ends(serve: Callable[..., Any]) -> None:
    ending = serve("mnist")
    process = ending.process_of(ending.open())
    said = len(ending.errors)
    ending.process.send_signal(signal.SIGINT)
    assert ending.process.wait(timeout=60) == 0
    assert not Path(f"/proc/{process}").exists()
    ending.reader.join()
    requests = re.compile(r"\S+ 127\.0\.0\.1 .*\n")
    assert requests.sub("", "".join(ending.errors[said:])).strip() == ""


@pytest.mark.slow
def test_the_wheel_has_the_gallery_and_serves_its_notebooks(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    pip = [sys.executable, "-m", "pip"]
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    subprocess.run([*pip, "install", "-q", "--no-deps", "-t", installed, wheel], check=True)
    assert (installed / "optiviz" / "gallery" / "plots" / "plot_momentum.py").is_file()
    for name in serving.APPS:
        assert (installed / "optiviz" / "labs" / "apps" / f"{name}.ipynb").is_file()
        lab = serve(name, path=installed)
        kernel = lab.open()
        assert leave(lab, kernel, Origin=own(lab)) == 204
