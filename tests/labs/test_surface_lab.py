"""The surface lab: its model alone, then the page as Voilà serves it to a browser."""

from __future__ import annotations

import io
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

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("anywidget")
pytest.importorskip("voila")

from optiviz.errors import UserError
from optiviz.labs.surface.lab import FILES, SurfaceLab, map_pack, picture_file
from optiviz.labs.surface.state import from_query
from optiviz.maps import rate_map

from ..player.test_player import unpack

ROOT = Path(__file__).parents[2]


# ---- the model alone


def test_a_slider_runs_again_and_keeps_the_ground() -> None:
    lab = SurfaceLab()
    ground, paths = lab.ground, lab.paths
    controls = lab.reply["state"]
    controls["lanes"][0]["lr"] = 0.02
    lab.sent = {"serial": 1, "controls": controls}
    assert lab.reply["serial"] == 1
    assert lab.reply["state"]["lanes"][0]["lr"] == 0.02
    assert lab.ground is ground
    assert lab.paths != paths
    lab.sent = {"serial": 2, "query": "?problem=beale"}
    assert lab.ground != ground
    assert lab.reply["query"].startswith("problem=beale&")


@pytest.mark.parametrize("sent", [{}, {"controls": None}, {"query": "?%%%"}, {"controls": "x"}])
def test_nonsense_from_the_page(sent: dict[str, Any]) -> None:
    lab = SurfaceLab()
    lab.sent = sent | {"serial": 9}
    assert lab.reply["serial"] == 9
    assert lab.reply["state"]["problem"] == "valley"


@pytest.mark.parametrize("ending", FILES)
def test_every_file_opens(ending: str) -> None:
    state, _ = from_query("optim=sgd&steps=6")
    block = picture_file(state, ending, "dark")
    if ending in (".gif", ".png"):
        with Image.open(io.BytesIO(block)) as image:
            assert image.size == (960, 540)
    else:
        marks = {".mp4": b"ftyp", ".svg": b"<svg", ".html": b"<!doctype html>"}
        assert marks[ending] in block[:1000]


def test_the_map_is_that_of_the_lane() -> None:
    state, _ = from_query("optim=sgd&optim=momentum:lr=0.05&steps=300")
    facts = unpack(map_pack(state, 1))
    axes = [(name, facts[key].astype(float)) for name, key in (("lr", "xs"), ("beta", "ys"))]
    found = rate_map(state.plane(), "momentum", *axes, steps=300)
    taken = facts["taken"].reshape(found.loss.shape)
    assert ((taken < 0) == found.diverged).mean() > 0.99
    np.testing.assert_allclose(taken[taken > 0], found.steps_to_converge[taken > 0], atol=2)
    with pytest.raises(UserError, match="sgd has no β to map"):
        map_pack(state, 0)


# ---- the page, through Voilà


PLAY = """from optiviz import descend, optim, play, surfaces
play([descend(surfaces["valley"], rule, steps=60) for rule in (optim.Momentum(), optim.Adam(0.1))])
"""


@pytest.fixture(scope="module")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of two notebooks: the lab, and a player in an ordinary one."""
    folder = tmp_path_factory.mktemp("notebooks")
    notebook = json.loads((ROOT / "apps" / "surfaces.ipynb").read_text(encoding="utf-8"))
    (folder / "surfaces.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    notebook["cells"][0]["source"] = PLAY
    (folder / "play.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", "--Voila.port_retries=0"]
    server = subprocess.Popen(
        [sys.executable, "-m", "voila", str(folder), *options],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{address}static/", timeout=2)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.2)
        yield f"{address}voila/render/"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def served(voila: str) -> str:
    """The address of the lab."""
    return f"{voila}surfaces.ipynb"


class Lab:
    """The lab in a page of its own."""

    ready = ".surface-lab[data-ready]"

    def __init__(self, chromium: Any, address: str, query: str = "", **context: Any) -> None:
        options = {"viewport": {"width": 1280, "height": 720}, "accept_downloads": True}
        self.context = chromium.new_context(**options | context)
        host = address.partition("voila/")[0]
        self.context.route(lambda url: not url.startswith(host), lambda route: route.abort())
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address + query)
        self.page.wait_for_selector(self.ready, timeout=60_000)

    def get(self, expression: str) -> Any:
        """The value of an expression about the lab and its player p."""
        return self.page.evaluate(
            "expression => new Promise(done => requestAnimationFrame(() => requestAnimationFrame("
            "() => { const lab = document.querySelector('.surface-lab').lab;"
            "done(new Function('lab', 'p', 'return ' + expression)(lab, lab.player)) })))",
            expression,
        )

    def settle(self) -> None:
        """Wait until Python has answered the last change."""
        self.page.wait_for_function(
            "document.querySelector('.surface-lab').lab.reply.serial === "
            "document.querySelector('.surface-lab').lab.serial"
        )

    def pixels(self) -> str:
        return str(self.get("p.canvas.toDataURL()"))

    def slide(self, setting: str, keys: str = "ArrowRight") -> None:
        slider = self.page.locator(f"[data-setting={setting}]")
        slider.focus()
        self.page.keyboard.press(keys)
        self.settle()


@pytest.fixture(scope="module")
def lab(chromium: Any, served: str) -> Iterator[Lab]:
    shown = Lab(chromium, served)
    yield shown
    assert shown.errors == []
    shown.page.close()
    shown.context.close()


@pytest.fixture
def fresh(lab: Lab) -> Lab:
    """The same page in a known state, with a batch to set."""
    lab.get(
        "lab.model.set('sent', {serial: ++lab.serial, query: 'problem=regression&optim=momentum"
        "&optim=adam&batch-size=8&schedule=linear&steps=60'}) && lab.model.save_changes()"
    )
    lab.settle()
    return lab


@pytest.mark.parametrize(
    "setting",
    [
        "shape-noise",
        "lane-0-lr",
        "lane-0-beta",
        "lane-1-lr",
        "lane-1-beta1",
        "lane-1-beta2",
        "decay-end",
        "steps",
        "batch",
        "seed",
    ],
)
def test_every_slider_moves_the_picture_and_speaks(fresh: Lab, setting: str) -> None:
    before, sent = fresh.pixels(), fresh.get("p.facts.runs.map(run => [...run.x].join()).join()")
    slider = fresh.page.locator(f"[data-setting={setting}]")
    said = slider.get_attribute("aria-valuetext")
    fresh.slide(setting)
    assert fresh.get("p.facts.runs.map(run => [...run.x].join()).join()") != sent
    assert fresh.pixels() != before
    assert slider.get_attribute("aria-label")
    assert slider.get_attribute("aria-valuetext") != said
    shown = slider.locator("xpath=preceding-sibling::output").inner_text()
    assert slider.get_attribute("aria-valuetext") == shown


def test_choices_and_lanes(fresh: Lab) -> None:
    page = fresh.page
    for label, value, words in (
        ("optimiser 1", "nesterov", "--optim=nesterov"),
        ("decay schedule of η", "cosine", "--schedule=cosine"),
        ("loss surface", "beale", "--problem=beale"),
    ):
        before = fresh.pixels()
        page.get_by_label(label, exact=True).select_option(value)
        fresh.settle()
        assert fresh.pixels() != before
        assert words in fresh.get("lab.commandCode.textContent")
    page.get_by_text("+ optimiser").click()
    fresh.settle()
    assert fresh.get("p.runs.length") == 3
    page.get_by_label("remove adam").click()
    fresh.settle()
    assert "adam" not in fresh.get("p.runs.map(run => run.name).join()")


def test_the_start_by_click_and_by_number(fresh: Lab) -> None:
    box = fresh.page.locator(".ov-plane canvas").bounding_box()
    fresh.page.mouse.click(box["x"] + 200, box["y"] + 150)
    fresh.settle()
    expected = fresh.get("p.plane.at(200, 150)")
    assert fresh.get("[p.runs[0].x[0], p.runs[0].y[0]]") == pytest.approx(expected, abs=0.02)
    field = fresh.page.locator("[data-setting=start-0]")
    field.fill("2.5")
    field.press("Enter")
    fresh.settle()
    assert fresh.get("p.runs[0].x[0]") == 2.5
    assert fresh.get("p.earlier.length") == 2
    fresh.page.get_by_label("the usual start").click()
    fresh.settle()
    assert fresh.get("lab.state.start") is None


def test_situations_play(fresh: Lab) -> None:
    choose = fresh.page.get_by_label("Situations from the lecture")
    choose.select_option(label="Too large a step")
    fresh.page.wait_for_function(
        "(({ player }) => player.runs.length === 3 && player.step > 2)"
        "(document.querySelector('.surface-lab').lab)"
    )
    assert "diverg" in fresh.page.locator(".ov-legend").inner_text()
    assert "2/λ" in fresh.page.locator(".sl-note").inner_text()
    fresh.get("p.pause()")


def test_a_cell_of_the_map_is_played(fresh: Lab) -> None:
    fresh.page.locator("[data-tab=map]").click()
    fresh.page.wait_for_function("document.querySelector('.surface-lab').lab.map.facts")
    before = fresh.get("lab.state.lanes[0]")
    canvas = fresh.page.locator(".sl-map canvas")
    canvas.click(position={"x": 150, "y": 120})
    fresh.settle()
    after = fresh.get("lab.state.lanes[0]")
    assert (after["lr"], after["beta"]) != (before["lr"], before["beta"])
    fresh.page.wait_for_function(
        "(({ player }) => player.playing || player.step > 0)"
        "(document.querySelector('.surface-lab').lab)"
    )
    canvas.focus()
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        fresh.page.keyboard.press(key)
    fresh.settle()
    assert fresh.get("lab.state.lanes[0].lr") > after["lr"]
    fresh.page.locator("[data-tab=curves]").click()
    fresh.get("p.pause()")


def test_files_and_words_to_take_away(fresh: Lab, tmp_path: Path) -> None:
    page = fresh.page
    page.get_by_text("Take away", exact=True).first.click()
    for ending in (".png", ".gif"):
        with page.expect_download() as download:
            page.locator(f"[data-file='{ending}']").click()
        download.value.save_as(tmp_path / f"a{ending}")
        with Image.open(tmp_path / f"a{ending}") as image:
            assert image.size == (960, 540)
            assert getattr(image, "n_frames", 1) == (61 if ending == ".gif" else 1)
    assert fresh.get("lab.commandCode.textContent").startswith("optiviz animate --problem=regr")
    assert "race(" in fresh.get("lab.pythonCode.textContent")
    page.get_by_label("close").click()


def test_the_link_restores_the_state(fresh: Lab, chromium: Any, served: str) -> None:
    fresh.slide("lane-0-lr")
    fresh.get("p.goTo(17)")
    link = fresh.get("lab.link()")
    assert link.startswith(served)
    dark = link.removeprefix(served).replace("look=light", "look=dark")
    other = Lab(chromium, served, dark)
    assert other.get("lab.state") == fresh.get("lab.state")
    assert other.get("p.step") == 17
    assert other.get("p.look.isDark")
    assert other.errors == []
    other.page.close()
    other.context.close()


def test_a_bad_link_on_a_phone(chromium: Any, served: str) -> None:
    """It says what it changed; everything fits, the picture first."""
    query = "?problem=bowl&optim=momentum:beta=7&optim=zzz"
    phone = Lab(chromium, served, query, viewport={"width": 390, "height": 844}, has_touch=True)
    said = phone.page.locator(".sl-note").inner_text()
    assert "momentum β must be at most 0.999, so 7 became 0.999." in said
    assert "no optimiser 'zzz'" in said
    assert phone.get("document.documentElement.scrollWidth") <= 390
    parts = (".ov-plane", ".ov-transport", ".lab-controls", ".ov-side")
    tops = [phone.page.locator(part).bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)
    box = phone.page.locator(".ov-plane canvas").bounding_box()
    before = phone.pixels()
    phone.page.touchscreen.tap(box["x"] + 120, box["y"] + 90)
    phone.page.wait_for_function("document.querySelector('.surface-lab').lab.state.start")
    phone.settle()
    assert phone.pixels() != before
    assert phone.errors == []
    phone.page.close()
    phone.context.close()


def test_dark(fresh: Lab) -> None:
    fresh.page.get_by_label("light or dark", exact=True).click()
    assert fresh.get("p.look.isDark")
    shot = Image.open(io.BytesIO(fresh.page.screenshot())).convert("L")
    assert np.asarray(shot).mean() < 80
    fresh.page.get_by_label("light or dark", exact=True).click()
    assert not fresh.get("p.look.isDark")


class Notebook(Lab):
    """An ordinary notebook with a player in its output."""

    ready = ".optiviz .ov-plane canvas"

    def pixels(self) -> str:
        return str(self.page.evaluate("document.querySelector('.ov-plane canvas').toDataURL()"))


def test_a_player_in_a_notebook(chromium: Any, voila: str) -> None:
    shown = Notebook(chromium, f"{voila}play.ipynb")
    assert "momentum" in shown.page.locator(".ov-legend").inner_text()
    box = shown.page.locator(".ov-plane canvas").bounding_box()
    ghost = shown.page.locator("[data-do=ghost]")
    assert ghost.is_hidden()
    shown.page.mouse.move(box["x"] + 150, box["y"] + 60)
    assert shown.page.locator(".ov-tip").is_hidden(), "no path is there yet"
    shown.page.mouse.click(box["x"] + 150, box["y"] + 60)
    ghost.wait_for(state="visible")
    shown.page.mouse.move(box["x"] + 151, box["y"] + 60)
    assert "step 0" in shown.page.locator(".ov-tip").inner_text()
    with_ghost = shown.pixels()
    ghost.click()
    shown.page.wait_for_function(
        "old => document.querySelector('.ov-plane canvas').toDataURL() !== old", arg=with_ghost
    )
    assert shown.errors == []
    shown.page.close()
    shown.context.close()
