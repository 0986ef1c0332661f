"""Labs that are served by processes of their own, and pages of them in a browser."""

from __future__ import annotations

import gc
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# The seconds that a dead, a forgotten and a left kernel stay are longer than anyone wants to wait,
# and so are those that a page which is too fast must wait where all that it says is tried. The
# notebooks are served from another place, with files beside them that are nobody's business. And
# what a shell starts in the background does not hear Ctrl-C, so that a test that is started
# there would wait in vain.
PROGRAM = """
import pathlib, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from optiviz.labs.server import seats, serve, server, wire
wire.AHEAD = {ahead}
server.LOOK, server.LEFT, seats.UNHEARD = 1, {left}, min({left}, 10)
seats.KEPT = {kept}
serve.HERE = {here}
from optiviz.cli import main
main()
"""
PRIVATE = {"notes.txt": "a secret", "results.csv": "a secret", "lab.py": "print('a secret')"}


def need_voila() -> None:
    """Skip where there is no Voilà; to import it takes seconds, and only servers do."""
    if find_spec("voila") is None:
        pytest.skip("needs the extra apps")


@dataclass
class Served:
    """A server under way, and what it has said."""

    process: subprocess.Popen[str]
    folder: Path
    said: str = ""
    errors: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None
    kernel: str = ""  # of a page that tests share

    @property
    def address(self) -> str:
        return re.search(r"http://\S+", self.said).group()

    def get(self, path: str = "", data: bytes | None = None, **headers: str) -> tuple[int, str]:
        """The status and the body of an answer."""
        request = urllib.request.Request(self.address + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def open(self) -> str:
        """Ask for the page, and tell its kernel."""
        status, page = self.get()
        assert status == 200
        return re.search(r'"kernelId": "([^"]+)"', page).group(1)

    def alive(self, kernel: str) -> bool:
        return self.get(f"api/kernels/{kernel}")[0] == 200

    def gone(self, kernel: str, seconds: float) -> bool:
        """Whether a kernel ends in time."""
        end = time.monotonic() + seconds
        while self.alive(kernel) and time.monotonic() < end:
            time.sleep(0.05)
        return not self.alive(kernel)

    def process_of(self, kernel: str) -> int:
        """The number of a kernel's process."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if kernel in path.read_text():
                    return int(path.parent.name)
            except OSError:  # it has just ended
                continue
        raise AssertionError("no such process")


def _begin(folder: Path, words: list[str], path: Path | None, **how: Any) -> Served:
    shutil.copytree(ROOT / "apps", folder / "apps", ignore=shutil.ignore_patterns(".*"))
    for name, text in PRIVATE.items():
        (folder / "apps" / name).write_text(text, encoding="utf-8")
    here = "serve.HERE" if path else f"pathlib.Path({str(folder / 'server')!r})"
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    program = [sys.executable, "-c", PROGRAM.format(here=here, **how)]
    process = subprocess.Popen(
        [*program, "app", *words, "--no-browser"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = Served(process, folder)
    served.reader = threading.Thread(target=lambda: served.errors.extend(process.stderr))
    served.reader.start()
    served.said = process.stdout.readline()
    if not served.said:
        _end(served)
    assert served.said, "".join(served.errors)
    return served


def _end(served: Served) -> None:
    served.process.terminate()
    served.process.wait(timeout=60)
    served.reader.join()
    served.process.stdout.close()
    served.process.stderr.close()


@pytest.fixture(scope="module", autouse=True)
def let_go() -> Iterator[None]:
    """Sockets that a server cut off are forgotten with their file; no other hears of them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@contextmanager
def _serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    need_voila()
    with ExitStack() as stack:

        def start(
            *words: str, left: int = 60, ahead: float = 5, kept: int = 10, path: Path | None = None
        ) -> Served:
            where = [] if "--port" in words else ["--port", str(_free())]
            folder = tmp_path_factory.mktemp("elsewhere")
            served = _begin(folder, [*words, *where], path, left=left, ahead=ahead, kept=kept)
            stack.callback(_end, served)
            return served

        yield start


def _free() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Starts servers, which end with the last test of a file."""
    with _serving(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def serve_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Starts servers for many files."""
    with _serving(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """A port that someone else has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture(scope="session")
def mnist_lab(serve_all: Callable[..., Served], port: int) -> Served:
    """The MNIST lab with three places, asked to listen where someone else does."""
    return serve_all("mnist", "--port", str(port), "--max-users", "3", "--base-url", "course/lab")


@pytest.fixture(scope="session")
def surface_lab(serve_all: Callable[..., Served]) -> Served:
    """The surface lab."""
    return serve_all("surfaces")


# What a page shows once Python has answered.
READY = (
    ".lab .lab-command code:not(:empty), "
    ":is(.surface-lab, .twin-lab):not([aria-busy]) .ov-legend li"
)


def kernel_of(page: Any) -> str:
    """The number of the kernel behind a page."""
    return page.evaluate(
        "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
    )


@contextmanager
def visiting(chromium: Any, lab: Served, query: str = "", **how: Any) -> Iterator[Any]:
    """A page of a lab in a browser window of its own."""
    trouble: list[str] = []

    def ask(request: Any) -> None:
        if not request.url.startswith((lab.address, "data:", "blob:")):
            trouble.append(request.url)

    def complain(said: Any) -> None:
        # Voilà and the widgets' manager were built for two versions of JupyterLab, and say so.
        versions = said.type == "warning" and "shared" in said.text
        if said.type in ("error", "warning") and not versions:
            trouble.append(said.text)

    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 720}} | how)
    page = context.new_page()
    page.on("request", ask)
    page.on("console", complain)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(lab.address + query, timeout=60_000)
    page.wait_for_selector(READY, timeout=60_000)
    yield page
    kernel = kernel_of(page)
    page.close()  # before its context, or the server is not told
    context.close()
    assert trouble == []
    assert lab.gone(kernel, 30)


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages of a lab; they may ask no other host, and have nothing to complain of."""
    with ExitStack() as stack:
        yield lambda lab, query="", **how: stack.enter_context(
            visiting(chromium, lab, query, **how)
        )


@pytest.fixture(scope="module")
def stay(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages as `visit` does, which several tests share."""
    with ExitStack() as stack:
        yield lambda lab, query="", **how: stack.enter_context(
            visiting(chromium, lab, query, **how)
        )
