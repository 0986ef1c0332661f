"""A lab served by a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

# The seconds that a dead and a forgotten kernel stay are longer than anyone wants to wait.
PROGRAM = (
    "from optiviz.labs.server import server; server.LOOK, server.LEFT = 1, {left};"
    "from optiviz.cli import main; main()"
)


@dataclass
class Served:
    """A server under way, and what it has said."""

    process: subprocess.Popen[str]
    said: str = ""
    errors: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

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

    def process_of(self, kernel: str) -> int:
        """The number of a kernel's process."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if kernel in path.read_text():
                    return int(path.parent.name)
            except OSError:  # it has just ended
                continue
        raise AssertionError("no such process")


def _begin(folder: Path, words: list[str], left: int, path: Path | None) -> Served:
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(left=left), "app", *words, "--no-browser"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = Served(process)
    served.reader = threading.Thread(target=lambda: served.errors.extend(process.stderr))
    served.reader.start()
    served.said = process.stdout.readline()
    if not served.said:
        _end(served)
    assert served.said, "".join(served.errors)
    return served


def _end(served: Served) -> None:
    served.process.terminate()
    served.process.wait(timeout=30)
    served.reader.join()
    served.process.stdout.close()
    served.process.stderr.close()


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Starts servers, which end with the module's tests."""
    pytest.importorskip("voila", reason="needs the extra apps")
    with ExitStack() as stack:

        def start(*words: str, left: int = 60, path: Path | None = None) -> Served:
            served = _begin(tmp_path_factory.mktemp("elsewhere"), list(words), left, path)
            stack.callback(_end, served)
            return served

        yield start
