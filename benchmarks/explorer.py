"""How soon a page with sliders answers one, and how soon such a page is there, in Chromium.

Slider to pixels is what Chromium itself traces of a key on a slider: from the key's arrival until
the frame with its new pixels is shown. That the plane's pixels are other ones in that very frame is
looked at after it. A frame begins every 16.7 ms, whatever a page does: what a key waits for that is
in the figures, and told beside them.

Needs the extra `test`, and Chromium. Nothing else should keep the machine busy meanwhile.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from optiviz.course.course import Course
from optiviz.explorer.explore import explore

SIZE = {"width": 1280, "height": 720}
CHANGES, OPENINGS = 60, 15
TRACED = ["input", "benchmark", "cc"]

# After a slider's input: how long until the next frame begins, and whether the pixels are others
# once that frame is handed over. What is asked for in the capture phase is called before the rest.
WATCH = """() => {
  const canvas = document.querySelector(".ov-plane canvas");
  const look = () => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i] + data[i + 1]) | 0;
    return sum;
  };
  window.seen = [];
  let before = look();
  document.addEventListener("input", () => requestAnimationFrame(() => {
    const began = performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const now = look();
      seen.push([began - done, now !== before]);
      before = now;
    };
    port2.postMessage(null);
  }), true);
  let done = 0;
  document.addEventListener("input", () => (done = performance.now()));
}"""

# When the page's picture was seen first, and when the player had drawn its own: after the frame in
# which its canvas has something in the middle.
OPENING = """() => new Promise((done) => {
  const drawn = () => {
    const canvas = document.querySelector(".ov-plane canvas");
    const { width, height } = canvas ?? {};
    return width && canvas.getContext("2d").getImageData(width >> 1, height >> 1, 1, 1).data[3];
  };
  const told = (own) => {
    const [first] = performance.getEntriesByName("first-contentful-paint"); // comes late
    if (first) done([first.startTime, own]);
    else setTimeout(told, 10, own);
  };
  const ended = () => told(performance.now());
  const poll = () => (drawn() ? setTimeout(ended) : requestAnimationFrame(poll));
  poll();
})"""


def told(times: Sequence[float]) -> str:
    """Median and p95 of some milliseconds."""
    ordered = sorted(times)
    late = ordered[int(0.95 * len(ordered))]
    return f"median {statistics.median(ordered):.1f} ms, p95 {late:.1f} ms"


def latencies(trace: bytes) -> list[float]:
    """Milliseconds from every pressed key that led to a frame until that was shown."""
    pressed: dict[str, float] = {}
    found = []
    for event in sorted(json.loads(trace)["traceEvents"], key=lambda one: one.get("ts", 0)):
        if event["name"] != "EventLatency":
            continue
        key = json.dumps([event["pid"], event.get("id2") or event.get("id")])
        facts = event.get("args", {}).get("event_latency", {})
        if event["ph"] == "b" and facts.get("event_type") == "KEY_PRESSED":
            pressed[key] = event["ts"]
        elif event["ph"] == "e" and key in pressed:
            found.append((event["ts"] - pressed.pop(key)) / 1000)
    return found


def answers(browser: Browser, page: Page) -> None:
    """Print how soon the first slider is answered."""
    page.evaluate(WATCH)
    page.locator("[data-choice='0']").focus()
    chance = random.Random(1)
    browser.start_tracing(page=page, categories=TRACED)
    for i in range(CHANGES):
        page.keyboard.press("ArrowRight" if i // 8 % 2 else "ArrowLeft")
        page.wait_for_timeout(chance.uniform(80, 160))  # at any moment of a frame
    times = latencies(browser.stop_tracing())
    seen = page.evaluate("seen")
    new = sum(changed for _, changed in seen)
    print(f"slider to pixels: {told(times)}, {len(times)} of {CHANGES} traced, new pixels in {new}")
    print(f"  of that, waiting for a frame to begin: {told([wait for wait, _ in seen])}")


def openings(browser: Browser, name: str, path: Path) -> None:
    """Print how soon a page is there, which no page before it has warmed."""
    found = []
    for _ in range(OPENINGS):
        page = browser.new_context(viewport=SIZE).new_page()
        page.goto(path.as_uri(), wait_until="commit")
        found.append(page.evaluate(OPENING))
        page.context.close()
    first, drawn = zip(*found, strict=True)
    print(f"{name}: first picture {told(first)}; the player's own {told(drawn)}")


def main() -> None:
    """Print the numbers."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        vary = {"lr": (0.001, 0.2), "beta": (0, 0.99)}
        path = explore("valley", "momentum", vary).save(Path(folder) / "page.html")
        course = Course(Path(folder) / "course")
        list(course.write())
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE)
        page.goto(path.as_uri())
        page.wait_for_selector(".ex-sliders")
        page.wait_for_timeout(1000)
        answers(browser, page)
        page.close()
        openings(browser, "explore page", path)
        for name in ("02-valley.html", "02-valley-try.html"):
            openings(browser, f"course page {name}", course.out / name)
        browser.close()


if __name__ == "__main__":
    main()
