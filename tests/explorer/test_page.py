"""A page with sliders in real browsers, opened from a disk, with no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from optiviz.explorer.explore import explore
from optiviz.labs.controls import knobs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZE = {"width": 1280, "height": 720}
KINDS = ("input", "output")
# Everything that is written on canvases.
SAID = """
window.said = [];
const { fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (words, ...place) {
  window.said.push(words);
  return fillText.call(this, words, ...place);
};
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    vary = {"lr": (0.001, 0.2), "beta": (0, 0.99)}
    made = explore("valley", "momentum", vary, points=(7, 5), steps=60)
    return made.save(tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture
def page(file: Path, chromium: Browser) -> Iterator[Page]:
    """The page in a Chromium that refuses every request but that for the file itself."""
    context = chromium.new_context(viewport=SIZE, offline=True)
    tab = context.new_page()
    tab.add_init_script(SAID)
    asked: list[str] = []
    wrong: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(file.as_uri())
    tab.wait_for_selector(".ex-sliders")
    yield tab
    assert {url for url in asked if not url.startswith("data:")} == {file.as_uri()}
    assert not wrong
    context.close()


def pixels(page: Page) -> bytes:
    """The picture, once it has been drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.locator(".ov-plane canvas").screenshot()


def label(page: Page) -> str:
    return str(page.locator(".ov-label").text_content())


def test_a_slider_moves_the_path(page: Page) -> None:
    before, shown = pixels(page), page.locator(".ov-verdict").text_content()
    assert label(page) == "Momentum  η = 0.0141  β = 0.99"
    page.locator("[data-choice='1']").focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    assert label(page) == "Momentum  η = 0.0141  β = 0"
    assert page.locator("[data-choice='1']").get_attribute("aria-valuetext") == "0"
    assert pixels(page) != before
    assert page.locator(".ov-verdict").text_content() != shown
    page.wait_for_function("location.hash === '#3,0'")
    command = page.locator(".ex-made code").first.text_content() or ""
    assert "--optim momentum:lr=0.0141,beta=0 --surface valley" in command


def test_a_click_on_the_map_chooses_what_it_tells(page: Page) -> None:
    box = page.locator(".ex-map canvas").bounding_box()
    assert box
    # The last η and the least β: low on the right.
    at = (box["x"] + box["width"] - 14, box["y"] + box["height"] - 44)
    page.mouse.move(*at)
    told, claim = page.locator(".ex-told span").all_text_contents()
    assert told.startswith("η 0.2, β 0: diverged at step")
    assert claim == "Click to see this run."
    page.mouse.click(*at)
    assert label(page) == "Momentum  η = 0.2  β = 0"
    assert told.endswith(page.locator(".ov-verdict").text_content() or "-")
    chosen, claim = page.locator(".ex-told span").all_text_contents()
    assert chosen == told
    assert claim.startswith("at that step the loss passed 10¹² times the first")
    page.locator(".ex-map canvas").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.wait_for_function("location.hash === '#5,1'")
    # The pointer still rests where it was: the words are of the run that is shown.
    chosen = page.locator(".ex-told span").first.text_content() or ""
    assert chosen != told
    assert chosen.endswith(page.locator(".ov-verdict").text_content() or "-")


def test_what_letters_mean_is_said(page: Page) -> None:
    """Beside the sliders as in the labs, below the formula, and on the map, with its scale."""
    names = page.locator(".ex-name").all_text_contents()
    assert names == ["learning rate η", "momentum β"]
    assert names == [knob.label for knob in knobs("momentum", (0.1,), {}).values()]
    letters = "v the velocity, w the parameters, g the gradient of the loss L"
    assert page.locator(".ex-letters").all_text_contents() == [letters]
    pixels(page)
    assert {"learning rate η (logarithmic)", "momentum β"} <= {*page.evaluate("window.said")}
    words = page.locator(".ex-key").inner_text()
    assert re.search(r"\(converged\), step [1-9]\d*–60\n", words)


@pytest.mark.slow
def test_an_address_opens_what_was_chosen(page: Page, file: Path) -> None:
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}#2,1")
    page.wait_for_selector(".ex-sliders")
    assert label(page) == "Momentum  η = 0.00585  β = 0.247"
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}#2,99")  # what is not there is left as it was
    page.wait_for_selector(".ex-sliders")
    assert label(page) == "Momentum  η = 0.00585  β = 0.99"


def test_it_goes_no_nearer_than_is_known(page: Page) -> None:
    """At the greatest zoom a pixel is a level and a half: a third of it is the error of a path."""
    for _ in range(40):
        page.keyboard.press("+")
    before = pixels(page)
    page.keyboard.press("+")
    assert pixels(page) == before
    page.keyboard.press("-")
    assert pixels(page) != before


def test_it_follows_the_system_until_a_key_says_otherwise(page: Page) -> None:
    theme = "document.querySelector('#player').dataset.theme"
    assert page.evaluate(theme) == "light"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{theme} === 'dark'")
    page.keyboard.press("d")
    page.emulate_media(color_scheme="light")
    page.emulate_media(color_scheme="dark")
    pixels(page)
    assert page.evaluate(theme) == "light"


def test_it_is_presented_and_goes_dark(page: Page) -> None:
    page.keyboard.press("d")
    assert page.locator("#player").get_attribute("data-theme") == "dark"
    page.keyboard.press("p")
    page.wait_for_selector(".ov-presents")
    slider, value = (page.locator(f".ex-row {kind}").first.bounding_box() for kind in KINDS)
    assert slider
    assert value
    beside = slider["x"] + slider["width"] <= value["x"]
    assert beside or slider["y"] >= value["y"] + value["height"]  # with large words it is below
    assert page.locator("[data-choice='0']").is_visible()
    assert page.locator(".ex-map").is_visible()
    assert not page.locator(".ex-made").is_visible()
    page.keyboard.press("Escape")


def test_small_numbers_are_powers_of_ten(chromium: Browser, tmp_path: Path) -> None:
    made = explore("valley", "sgd", {"lr": [0.00004, 0.0004, 0.004]}, steps=3)
    tab = chromium.new_page(viewport=SIZE)
    tab.add_init_script(SAID)
    tab.goto(f"{made.save(tmp_path / 'page.html').as_uri()}#0")
    tab.wait_for_selector(".ex-sliders")
    pixels(tab)
    assert tab.locator(".ex-value").text_content() == "4·10⁻⁵"
    assert label(tab) == "SGD  η = 4·10⁻⁵"
    assert (tab.locator(".ex-told").text_content() or "").startswith("η 4·10⁻⁵: ")
    said = {*tab.evaluate("window.said")}
    assert {"4·10⁻⁵", "0.0004", "0.004"} <= said
    assert not {words for words in said if "e-" in words or "-" in words}
    tab.close()


def test_a_phone_has_the_sliders_below_the_picture(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    plane = page.locator(".ov-plane").bounding_box()
    slider = page.locator("[data-choice='0']").bounding_box()
    assert plane is not None
    assert slider is not None
    assert plane["y"] + plane["height"] <= slider["y"] < 500
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_paper_the_picture_keeps_its_shape(page: Page) -> None:
    """Though a sheet is upright, and the canvas as it was drawn for the screen."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    box = page.locator(".ov-plane canvas").bounding_box()
    assert box
    assert box["width"] / box["height"] == pytest.approx(4 / 3, abs=0.02)
    fit = "(canvas) => getComputedStyle(canvas).objectFit"
    canvases = page.locator(".optiviz canvas").all()
    assert {canvas.evaluate(fit) for canvas in canvases} == {"contain"}
    below = [page.locator(f"[data-panel={name}] canvas") for name in ("loss", "velocity")]
    assert all(canvas.is_visible() for canvas in below)  # as on the screen
    for canvas in below:
        place = canvas.bounding_box()
        assert place
        assert place["y"] >= box["y"] + box["height"]
        drawn = canvas.evaluate("(canvas) => canvas.width / canvas.height")
        assert place["width"] / place["height"] == pytest.approx(drawn, rel=0.05)


def test_where_rules_are_many_nothing_covers_what_is_below(
    chromium: Browser, tmp_path: Path
) -> None:
    """Neither below a map of one setting, nor the formula below its rules' names."""
    rules = ["adam", "momentum", "nesterov", "rmsprop"]
    made = explore("bowl", rules, {"lr": None}, points=(3, 2), steps=3)
    tab = chromium.new_page(viewport={"width": 1280, "height": 600})
    tab.goto(made.save(tmp_path / "page.html").as_uri())
    tab.wait_for_selector(".ex-sliders")
    for names in ((".ex-map canvas", ".ex-told", ".ex-key"), (".ov-chips", ".ov-lines")):
        boxes = [tab.locator(name).bounding_box() for name in names]
        ends = [(box["y"], box["y"] + box["height"]) for box in boxes if box]
        assert len(ends) == len(names)
        assert all(above[1] <= below[0] + 0.5 for above, below in pairwise(ends)), names
    tab.close()


def test_without_scripts_there_is_the_first_frame(file: Path, chromium: Browser) -> None:
    context = chromium.new_context(viewport=SIZE, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(file.as_uri())
    picture = tab.locator("svg")
    assert picture.is_visible()
    words = picture.text_content() or ""
    assert "Valley, condition number 20" in words
    assert "Momentum  η = 0.0141  β = 0.99  up and down" in words.replace("\N{NO-BREAK SPACE}", " ")
    tab.screenshot(path=file.with_name("off.png"))
    context.close()
    with Image.open(file.with_name("off.png")) as image:
        assert len(image.convert("RGB").getcolors(1 << 24) or ()) > 100


class Late(BaseHTTPRequestHandler):
    """Answers late: a page that waits for it is not looked at before."""

    def do_GET(self) -> None:
        time.sleep(4)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def slow() -> Iterator[int]:
    """The port of a server that answers late."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Late) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.slow
def test_firefox_draws_what_chromium_draws(
    file: Path, chromium: Browser, tmp_path: Path, slow: int
) -> None:
    """At the choice that the address names: the data were read there, too."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None:
        miss = pytest.fail if os.environ.get("OPTIVIZ_BROWSER") == "required" else pytest.skip
        miss("needs Firefox")
    address = f"{file.as_uri()}#4,1"
    tab = chromium.new_page(viewport=SIZE)
    tab.goto(address)
    tab.wait_for_selector(".ex-sliders")
    pixels(tab)
    tab.screenshot(path=tmp_path / "chromium.png")
    tab.close()
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe src="{address}" style="position:fixed;inset:0;width:100%;height:100%;border:0">'
        f'</iframe><img src="http://127.0.0.1:{slow}/">'
    )
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "user.js").write_text(
        'user_pref("network.proxy.type", 1); user_pref("network.proxy.http", "127.0.0.1");'
        'user_pref("network.proxy.http_port", 9); user_pref("network.proxy.ssl", "127.0.0.1");'
        'user_pref("network.proxy.ssl_port", 9);'
    )
    words = [str(firefox), "--headless", "--no-remote", "--profile", str(tmp_path / "profile")]
    words += [f"--window-size={SIZE['width']},{SIZE['height']}"]
    words += [f"--screenshot={tmp_path / 'firefox.png'}", frame.as_uri()]
    subprocess.run(words, capture_output=True, timeout=120, check=True)
    here, there = (coarse(tmp_path / f"{name}.png") for name in ("chromium", "firefox"))
    assert there.std() > 15  # a page that failed is blank
    assert np.abs(here - there).mean() < 3


def coarse(path: Path) -> np.ndarray:
    """A screenshot in blocks of ten pixels, which letters hardly change."""
    with Image.open(path) as image:
        small = image.convert("RGB").resize((128, 72), Image.Resampling.BOX)
    return np.asarray(small, float)
