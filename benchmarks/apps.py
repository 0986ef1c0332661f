"""The web labs in a real browser: how soon, how smoothly, and what a user costs.

    python benchmarks/apps.py [--users 60]

Needs `pip install -e '.[apps,test]'` and Chromium. Server and browsers share the machine. The many
users are sockets without a browser: they ask for all that a browser with an empty cache asked for,
and what their own machines would do then, about a second, is not counted.
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "labs"))  # whose visitor says what a page says

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
READY = ".lab .lab-command code:not(:empty)"
MOVES = 5  # of a slider, by each of many users
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


def asked(browser: Any, address: str) -> list[str]:
    """What a browser with an empty cache asks the server for, beside the page itself."""
    page = browser.new_page()
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url.removeprefix(address)))
    page.goto(address)
    page.wait_for_selector(READY)
    page.close(run_before_unload=True)
    return [path for path in found if "/static/" in path]


def load(address: str, parts: list[str]) -> str:
    """Ask for the page and all that it needs; its kernel."""
    place = urlsplit(address)
    connection = HTTPConnection(place.hostname, place.port, timeout=300)

    def got(path: str) -> str:
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer.read().decode()

    kernel = re.search(r'"kernelId": "([^"]+)"', got("")).group(1)
    for path in (f"api/kernels/{kernel}", *parts):  # first the page says that it is open
        got(path)
    connection.close()
    return kernel


async def visit(stack: AsyncExitStack, address: str, parts: list[str]) -> tuple[float, str, Any]:
    """Open the surface lab; the seconds until its first runs are there, its kernel, its socket."""
    from visitor import visiting  # noqa: PLC0415  # which needs the extra

    began = time.perf_counter()
    kernel = await asyncio.to_thread(load, address, parts)
    visitor = await stack.enter_async_context(visiting(address, kernel))
    assert visitor.arrays["paths"], "the first runs are not there"
    return time.perf_counter() - began, kernel, visitor


async def moved(visitor: Any) -> list[float]:
    """The seconds until the runs of a moved slider are there, for each of some moves."""
    found = []
    for serial in range(1, MOVES + 1):
        began = time.perf_counter()
        lanes = [{"rule": "momentum", "lr": 0.01 + 1e-4 * serial}, {"rule": "adam", "lr": 0.1}]
        await visitor.update(sent={"serial": serial, "controls": {"lanes": lanes}})
        state: dict[str, Any] = {}
        while state.get("reply", {}).get("serial") != serial:
            _, content = await visitor.hear()
            state = content.get("data", {}).get("state", {})
        assert visitor.arrays["paths"], "an answer without its runs"
        found.append(time.perf_counter() - began)
        await asyncio.sleep(1)
    return found


async def rush(
    address: str, users: int, parts: list[str]
) -> tuple[list[float], list[float], list[float], float]:
    """Many users who come at once: the seconds until the first runs and until a slider's, and the
    MiB of each one's kernel and of the whole server."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(users))
    async with AsyncExitStack() as stack:
        found = await asyncio.gather(*(visit(stack, address, parts) for _ in range(users)))
        moves = await asyncio.gather(*(moved(visitor) for _, _, visitor in found))
        processes = kernels()
        each = [memory(processes[kernel]) for _, kernel, _ in found]
        health = await asyncio.to_thread(urlopen, f"{address}health")
    whole = json.load(health)["memory_bytes"] / 2**20
    first, later = [seconds for seconds, _, _ in found], [one for some in moves for one in some]
    return first, later, each, whole


def four(seconds: list[float]) -> str:
    """The least of them, their median, 95th percentile and worst."""
    found = min(seconds), statistics.median(seconds), percentile(seconds, 0.95), max(seconds)
    return "{:.2f} s, {:.2f} ({:.2f}), {:.2f}".format(*found)


def show(what: str, value: str, target: str) -> None:
    print(f"{what:56}{value:>30}   {target}", flush=True)


def main() -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # of the extra

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=60)
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
            parts = asked(browser, address)
        browser.close()
    with served("surfaces", users) as (address, _):
        time.sleep(6)
        first, moves, sizes, whole = asyncio.run(rush(address, users, parts))
    print(f"{users} users at once: least, median (95th percentile), worst")
    show("  the first runs are there after", four(first), "")
    show("  after a slider was moved, when all are there", four(moves), "")
    cost = f"{statistics.mean(sizes):.0f} MiB ({max(sizes):.0f})"
    show("  memory of each page, used: mean (most), PSS", cost, "≤ 110 MiB")
    show("  memory of the whole server", f"{whole:.0f} MiB", "")


if __name__ == "__main__":
    main()
