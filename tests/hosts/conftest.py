"""Servers of other people's notebooks, each for all the tests of its file, and pages of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
READY = ".optiviz .ov-legend li"


def need(*modules: str) -> None:
    """Skip where a host is not installed; with OPTIVIZ_HOSTS=required in the environment fail."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        miss = pytest.fail if os.environ.get("OPTIVIZ_HOSTS") == "required" else pytest.skip
        miss(f"needs {missing[0]}: pip install '.[hosts]'")


def free() -> int:
    """A port that nobody has."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def serving(
    module: str, words: Callable[[int], list[str]], folder: Path, ask: str
) -> Iterator[str]:
    """A server that `python -m MODULE WORDS` is, and its address, once it answers what is asked."""
    port = free()
    # Nothing of a person's settings is read or changed.
    own = {
        name: str(folder / "config") for name in ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR")
    }
    own |= {"JUPYTERLAB_WORKSPACES_DIR": str(folder / "config"), "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        [sys.executable, "-m", module, *words(port)],
        cwd=folder,
        env=os.environ | own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(300):
            assert server.poll() is None, f"{module} ended"
            try:
                urllib.request.urlopen(address + ask, timeout=5).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(10)


@pytest.fixture(scope="module")
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages that no host but this machine answers; nothing of them may throw."""
    with ExitStack() as stack:
        thrown: list[str] = []

        def open_page(address: str, **how: Any) -> Any:
            context = chromium.new_context(**{"viewport": {"width": 1280, "height": 1200}} | how)
            stack.callback(context.close)
            context.route(
                lambda url: not url.startswith(("http://127.0.0.1", "file:", "data:", "blob:")),
                lambda route: route.abort(),
            )
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: thrown.append(str(error)))
            page.goto(address)
            return page

        yield open_page
        assert [words for words in thrown if "optiviz" in words or "player" in words] == []
