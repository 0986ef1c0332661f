"""A player in an ordinary notebook, which any Voilà serves."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import need_voila

ROOT = Path(__file__).parents[2]
PLAY = """from optiviz import descend, optim, play, surfaces
play([descend(surfaces["valley"], rule, steps=60) for rule in (optim.Momentum(), optim.Adam(0.1))])
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where the notebook is served."""
    need_voila()
    notebook = json.loads((ROOT / "apps" / "surfaces.ipynb").read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = PLAY
    (tmp_path / "play.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", "--Voila.port_retries=0"]
    server = subprocess.Popen(
        [sys.executable, "-m", "voila", str(tmp_path / "play.ipynb"), *options],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}static/", timeout=2)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.slow
def test_a_player_in_a_notebook(chromium: Any, address: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.route(lambda url: not url.startswith(address), lambda route: route.abort())
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    plane = page.locator(".optiviz .ov-plane canvas")
    plane.wait_for(timeout=60_000)
    assert "Momentum" in page.locator(".ov-legend").inner_text()
    box = plane.bounding_box()
    ghost = page.locator("[data-do=ghost]")
    assert ghost.is_disabled()
    page.mouse.move(box["x"] + 150, box["y"] + 60)
    assert page.locator(".ov-tip").is_hidden(), "no path is there yet"
    page.mouse.click(box["x"] + 150, box["y"] + 60)
    page.wait_for_selector("[data-do=ghost]:enabled")
    page.mouse.move(box["x"] + 151, box["y"] + 60)
    assert "step 0" in page.locator(".ov-tip").inner_text()
    pixels = "document.querySelector('.ov-plane canvas').toDataURL()"
    with_ghost = page.evaluate(pixels)
    ghost.click()
    page.wait_for_function(f"old => {pixels} !== old", arg=with_ghost)
    assert errors == []
    page.close()
    context.close()
