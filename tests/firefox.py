"""Firefox driven over WebDriver BiDi: its own wire, with no driver between."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


def path() -> str:
    """Where Firefox is; with OPTIVIZ_BROWSER=required a test fails where there is none."""
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        miss = pytest.fail if os.environ.get("OPTIVIZ_BROWSER") == "required" else pytest.skip
        miss("needs Firefox: apt-get install firefox-esr")
    return str(found)


class Tab:
    """The one tab of a Firefox, and all that it said and asked for."""

    def __init__(self, socket: Any) -> None:
        self.socket, self.count = socket, 0
        self.asked: list[str] = []
        self.trouble: list[str] = []
        self.command("session.new", capabilities={})
        events = ["network.beforeRequestSent", "log.entryAdded"]
        self.command("session.subscribe", events=events)
        tree = self.command("browsingContext.getTree")
        self.context = tree["contexts"][0]["context"]

    def command(self, method: str, **params: Any) -> Any:
        """What Firefox answers; what it tells meanwhile is kept."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            heard = json.loads(self.socket.recv())
            if heard.get("id") == self.count:
                assert heard["type"] == "success", heard
                return heard["result"]
            self.hear(heard.get("method"), heard.get("params", {}))

    def hear(self, method: str | None, params: Any) -> None:
        if method == "network.beforeRequestSent":
            self.asked.append(params["request"]["url"])
        elif method == "log.entryAdded" and params["level"] == "error":
            self.trouble.append(params["text"])

    def open(self, address: str) -> None:
        self.command("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def value(self, script: str) -> Any:
        """What a script comes to, as JSON."""
        result = self.command(
            "script.evaluate",
            expression=f"Promise.resolve({script}).then(JSON.stringify)",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert result["type"] == "success", result
        return json.loads(result["result"].get("value", "null"))

    def until(self, script: str, seconds: float = 60) -> None:
        """Wait until it comes to something."""
        end = time.monotonic() + seconds
        while not self.value(f"Boolean({script})"):
            assert time.monotonic() < end, script
            time.sleep(0.1)

    def press(self, key: str) -> None:
        """A key, down and up."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keys", "actions": actions}
        self.command("input.performActions", context=self.context, actions=[source])


@contextmanager
def tab(profile: Path) -> Iterator[Tab]:
    """A Firefox of its own, which ends with the block."""
    websocket = pytest.importorskip("websocket", reason="needs websocket-client")
    profile.mkdir()
    words = ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(profile)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([path(), *words, "about:blank"], **quiet) as process:
        try:
            found = next(filter(None, map(LISTENS.search, process.stderr)))
            drain = threading.Thread(target=process.stderr.read)  # or it would fill
            drain.start()
            address = f"{found.group(1)}/session"
            connect = websocket.create_connection
            with closing(connect(address, timeout=120, suppress_origin=True)) as socket:
                yield Tab(socket)
        finally:
            process.terminate()
            process.wait(timeout=30)
        drain.join()


# What a page of a player says of the runs at the step that it shows.
NUMBERS = """[...document.querySelectorAll('.ov-counter, .ov-legend li, .ov-lines')]
    .map((part) => part.textContent).join('\\n')"""
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Whether time has passed.
PLAYED = "Number(document.querySelector('.ov-counter').textContent.split(' ')[1]) > 3"
