"""The web labs in a real browser: how soon, how smoothly, and what a user costs.

    python benchmarks/apps.py [--users 20]

Needs `pip install -e '.[apps,test]'` and Chromium. Server and browser share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
READY = ".lab .lab-command code:not(:empty)"
# The milliseconds from what is typed, in turn wrong and right, to the words that Python sends back.
ANSWER = """async (typed) => {
    const field = document.querySelector("[data-setting=hidden]");
    const said = () => document.querySelector(".lab-note").textContent, before = said();
    const began = performance.now();
    field.value = typed;
    field.dispatchEvent(new Event("input"));
    while (said() === before) {
        if (performance.now() - began > 10000) throw "no answer";
        await new Promise((done) => setTimeout(done, 1));
    }
    return performance.now() - began;
}"""


@contextmanager
def served(name: str, users: int) -> Iterator[tuple[str, int]]:
    """The address of a lab, and the number of its server's process."""
    words = [sys.executable, "-c", "from optiviz.cli import main; main()", "app", name]
    words += ["--no-browser", "--max-users", str(users)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://\S+", process.stdout.readline()).group(), process.pid
    finally:
        process.terminate()
        process.wait()


def memory(pid: int, what: str = "Pss") -> float:
    """The memory of a process in MiB; what several share counts in parts (PSS)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(rf"^{what}: +(\d+)", text, re.M).group(1)) / 1024


def kernels() -> dict[str, int]:
    """The processes of all kernels."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            match = re.search(r"kernel-([0-9a-f-]{36})", path.read_text())
        except OSError:
            continue
        if match:
            found[match.group(1)] = int(path.parent.name)
    return found


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def ready(browser: Any, address: str, rounds: int) -> list[float]:
    """The seconds from asking for the page to controls that Python has answered."""
    found = []
    for _ in range(rounds):
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        page = context.new_page()
        began = time.perf_counter()
        page.goto(address)
        page.wait_for_selector(READY)
        found.append(time.perf_counter() - began)
        page.close()
        time.sleep(5)  # until the next kernel is ready
        context.close()
    return found


def training(browser: Any, address: str) -> tuple[list[float], list[float], str]:
    """Sliders' answers and stops in milliseconds while two optimisers train, and the memory."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(address)
    page.wait_for_selector(READY)
    page.locator("[data-setting=epochs]").press("End")
    page.click("[data-do=train]")
    page.wait_for_selector("tr[data-run='1'] td:has-text('%')")
    answers = []
    for turn in range(60):
        answers.append(page.evaluate(ANSWER, ("wrong", "64")[turn % 2]))
        page.wait_for_timeout(50)
    kernel = page.evaluate(
        "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
    )
    process = kernels()[kernel]
    cost = f"{memory(process, 'Pss_Anon'):.0f} + {memory(process, 'Pss_File'):.0f} MiB"
    stops = []
    for _ in range(5):
        page.wait_for_selector("[data-do=stop]:not([disabled])")
        page.wait_for_timeout(500)
        stops.append(
            page.evaluate("""() => new Promise((done) => {
            const go = document.querySelector("[data-do=continue]"), began = performance.now();
            const look = () => go.disabled ? setTimeout(look, 1) : done(performance.now() - began);
            document.querySelector("[data-do=stop]").click();
            look();
        })""")
        )
        page.click("[data-do=continue]")
    page.close(run_before_unload=True)
    return answers, stops, cost


async def visit(address: str) -> tuple[float, Any]:
    """Open the page as a light client; the seconds until its kernel answers, and the socket."""
    from tornado.httpclient import AsyncHTTPClient, HTTPRequest  # noqa: PLC0415  # of the extra
    from tornado.websocket import websocket_connect  # noqa: PLC0415

    began = time.perf_counter()
    answer = await AsyncHTTPClient().fetch(address, request_timeout=120)
    kernel = re.search(r'"kernelId": "([^"]+)"', answer.body.decode()).group(1)
    url = f"{address}api/kernels/{kernel}/channels?session_id=1".replace("http", "ws", 1)
    socket = await websocket_connect(HTTPRequest(url))
    header = {"msg_id": "1", "msg_type": "comm_info_request", "session": "s", "version": "5.3"}
    message = {"header": header, "parent_header": {}, "metadata": {}, "channel": "shell"}
    await socket.write_message(json.dumps(message | {"content": {}}))
    while True:
        reply = json.loads(await socket.read_message())
        if reply["header"]["msg_type"] == "comm_info_reply":
            assert reply["content"]["comms"], "the lab's widget is not there"
            return time.perf_counter() - began, (socket, kernel)


async def rush(address: str, users: int) -> tuple[list[float], list[float]]:
    """The seconds until each of many users is served, and the MiB of each one's kernel."""
    from tornado.httpclient import AsyncHTTPClient  # noqa: PLC0415  # of the extra

    AsyncHTTPClient.configure(None, max_clients=users)
    found = await asyncio.gather(*(visit(address) for _ in range(users)))
    await asyncio.sleep(3)
    processes = kernels()
    return [seconds for seconds, _ in found], [memory(processes[k]) for _, (_, k) in found]


def show(what: str, value: str, target: str) -> None:
    print(f"{what:56}{value:>26}   {target}", flush=True)


def main() -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # of the extra

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=20)
    users = parser.parse_args().users
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load before {load:.1f}; median (95th percentile)\n")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=QUIET)
        with served("mnist", users) as (address, _):
            time.sleep(6)
            seconds = ready(browser, address, 7)
            median = f"{statistics.median(seconds):.2f} s ({max(seconds):.2f})"
            show("MNIST lab: page ready, preheated", median, "≤ 2.5 s")
            answers, stops, cost = training(browser, address)
            p95 = percentile(answers, 0.95)
            median = f"{statistics.median(answers):.0f} ms ({p95:.0f})"
            show("  slider to Python's answer while two train", median, "p95 ≤ 150 ms")
            median = f"{statistics.median(stops):.0f} ms ({max(stops):.0f})"
            show("  Stop to stopped", median, "≤ 300 ms")
            show("  memory of one who trains two: own + files all share", cost, "")
        # The Surface lab's player: slider to pixels, frames a second.
        browser.close()
    with served("mnist", users) as (address, server):
        time.sleep(6)
        seconds, sizes = asyncio.run(rush(address, users))
        words = f"{statistics.median(seconds):.1f} s ({max(seconds):.1f})"
        show(f"{users} users at once: {len(seconds)} served after", words, "all")
        words = f"{statistics.mean(sizes):.0f} MiB ({max(sizes):.0f})"
        show("  memory of each (PSS)", words, "≤ 110 MiB")
        show("  memory of the server", f"{memory(server):.0f} MiB", "")


if __name__ == "__main__":
    main()
