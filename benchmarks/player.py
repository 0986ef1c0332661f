"""How soon the surface lab answers a slider, and how smoothly the player plays, in Chromium.

Needs the extra `test`, and Chromium. Nothing else should keep the machine busy meanwhile.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from optiviz import surfaces
from optiviz.player.panels import USUAL
from optiviz.runs import race
from optiviz.views import Picture, animate

ROOT = Path(__file__).parents[1]
RULES = ("sgd", "momentum", "adam", "nesterov")
CHANGES = 50

FRAMES = """async () => {
  const [p, draw] = [kept, kept.frame];
  let frames = 0;
  p.frame = (now) => { frames++; draw.call(p, now); };
  p.setSpeed(4); p.goTo(0); p.play();
  await new Promise(done => setTimeout(done, 300));
  const [before, began] = [frames, performance.now()];
  await new Promise(done => setTimeout(done, 3000));
  return (frames - before) / (performance.now() - began) * 1000;
}"""

# From a key on a slider until the canvas holds other pixels, looked at once a frame: when Chromium
# has drawn the frame and handed it over, which is what a message sent at its beginning waits for.
WATCH = """() => {
  const canvas = document.querySelector(".ov-plane canvas");
  const look = () => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 41) sum = (sum * 31 + data[i]) | 0;
    return sum;
  };
  window.times = [];
  addEventListener("keydown", () => {
    const [began, before] = [performance.now(), look()];
    const { port1, port2 } = new MessageChannel();
    const poll = () => requestAnimationFrame(() => port2.postMessage(null));
    port1.onmessage = () => {
      const now = performance.now();
      if (look() !== before) times.push(now - began);
      else if (now - began < 2000) poll();
    };
    poll();
  }, true);
}"""


def playback(browser: Browser, dense: int) -> float:
    """Frames a second of four optimisers of 500 steps with three panels."""
    problem = surfaces["rosenbrock"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figure.html"
        animate(Picture(problem, race(problem, RULES, steps=500), USUAL), path)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\nmount(", "\nglobalThis.kept = mount("), encoding="utf-8")
        page = browser.new_page(viewport={"width": 1280, "height": 720}, device_scale_factor=dense)
        page.goto(path.as_uri())
        return float(page.evaluate(FRAMES))


def answers(browser: Browser, address: str, query: str) -> list[float]:
    """Milliseconds from a slider's key to changed pixels, in ascending order."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(address + query)
    page.wait_for_selector(".surface-lab:not([aria-busy]) .ov-legend li", timeout=60_000)
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)
    page.locator("[data-setting=lane-0-lr]").focus()
    for _ in range(CHANGES):
        page.keyboard.press("ArrowLeft")  # to a value that was not there before
        page.wait_for_timeout(150)
    times: Any = page.evaluate("times")
    page.close()
    return sorted(times)


def serve(port: int) -> subprocess.Popen[bytes]:
    """Voilà with the lab, once it answers."""
    notebook = str(ROOT / "apps" / "surfaces.ipynb")
    options = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    server = subprocess.Popen(
        [sys.executable, "-m", "voila", notebook, *options],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    for _ in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/static/", timeout=2)
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.2)
    return server


def main() -> None:
    """Print the numbers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = serve(port)
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            for dense in (1, 2):
                print(
                    f"4 optimisers x 500 steps, density {dense}: {playback(browser, dense):.1f}/s"
                )
            four = "?problem=rosenbrock&steps=500" + "".join(f"&optim={rule}" for rule in RULES)
            for name, query in (("the usual start", ""), ("4 optimisers x 500 steps", four)):
                times = answers(browser, f"http://127.0.0.1:{port}/", query)
                print(
                    f"slider to pixels, {name}: median {statistics.median(times):.0f} ms, "
                    f"p95 {times[int(0.95 * len(times))]:.0f} ms, {len(times)} of {CHANGES} seen"
                )
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
