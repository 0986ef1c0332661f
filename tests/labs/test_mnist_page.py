"""The MNIST lab in a real browser, served by a real server."""

from __future__ import annotations

import csv
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from optiviz.labs.mnist import form as mnist_form
from optiviz.optim import on_networks

from .conftest import READY, kernel_of

pytestmark = pytest.mark.slow  # a server and a browser: CI has the time
SIZES = [(1280, 720), (1920, 1080), (390, 844)]
PIXELS = "name => document.querySelector(`[data-chart=${name}]`).toDataURL()"
BEYOND = """() => [...document.querySelectorAll(".lab *")]
    .filter((node) => !node.closest(".lab-runs, .lab-command, .lab-spoken, svg"))
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5)
    .map((node) => node.outerHTML.slice(0, 80))"""
PLACES = "all => all.map((node) => [node.offsetLeft, node.offsetTop, node.offsetWidth])"


@pytest.fixture
def page(mnist_lab: Any, visit: Callable[..., Any]) -> Any:
    return visit(mnist_lab)


@pytest.fixture(scope="module")
def shared(mnist_lab: Any, stay: Callable[..., Any]) -> Any:
    """A page for the tests that only look."""
    return stay(mnist_lab)


def planned(page: Any, words: str) -> None:
    """Wait until the command of the first optimiser that is planned has these words."""
    page.locator(".lab-command code", has_text=words).wait_for()


def group(page: Any, optimiser: int) -> Any:
    """The controls of an optimiser, which are counted from 1."""
    return page.get_by_role("group", name=f"Optimiser {optimiser}", exact=True)


def choose(page: Any, **settings: Any) -> None:
    """Set controls that all optimisers share."""
    for name, value in settings.items():
        control = page.locator(f"[data-setting={name}]")
        if control.get_attribute("type") == "range":
            values = mnist_form.COMMON[name].values
            control.fill(str(values.index(value)))
        else:
            control.fill(value)


def test_every_control_changes_what_is_planned(page: Any) -> None:
    assert page.title() == "MNIST lab · optiviz"
    page.select_option("[data-setting=schedule]", "linear")
    planned(page, "--schedule linear:end=")
    group(page, 1).get_by_role("combobox").select_option("rmsprop")
    planned(page, "--optim rmsprop:beta=0.99")
    choose(page, hidden="64, 32", seed="7")
    planned(page, "--seed 7")
    planned(page, "--sizes 784,64,32,10")
    page.locator("[data-setting=hidden]").fill("64, x")
    page.get_by_text("Hidden layers are up to 5 widths").wait_for()
    choose(page, hidden="")
    page.wait_for_function("document.querySelector('.lab-note').textContent === ''")
    planned(page, "--sizes 784,10")
    for _ in range(2):
        page.get_by_text("+ optimiser").click()
    assert page.get_by_text("+ optimiser").count() == 0
    page.get_by_label("remove sgd").click()
    assert page.get_by_label("update rule").count() == 3


def test_every_slider_speaks_and_is_what_is_trained(page: Any) -> None:
    choose(page, hidden="16")
    page.select_option("[data-setting=schedule]", "linear")
    for _ in range(2):
        page.get_by_text("+ optimiser").click()
    sliders = page.locator("input[type=range]")
    places = sliders.evaluate_all(PLACES)
    rules = ("momentum", "adam", "sgd", "nesterov")
    own = sum(len(mnist_form.lane_knobs(rule)) for rule in rules)
    assert len(places) == own + len(mnist_form.COMMON) - 1  # the seed is typed
    for slider in sliders.all():
        for key in ("End", "Home", "End", "ArrowLeft"):
            before = slider.get_attribute("aria-valuetext")
            slider.press(key)
            spoken = slider.get_attribute("aria-valuetext")
            assert spoken != before
            assert spoken == slider.locator("xpath=../output").inner_text()
    assert sliders.evaluate_all(PLACES) == places  # nothing has moved
    page.click("[data-do=train]")
    rows = page.locator(".lab-runs tbody tr")
    rows.nth(3).wait_for()
    for i, row in enumerate(rows.all(), start=1):
        told = row.locator(".lab-settings").inner_text()
        for knob in group(page, i).locator(".lab-knob").all():
            name, value = knob.inner_text().split("\n")
            assert f"{name.split()[-1]} {value} ·" in told
        assert "m 500 · seed 0 · linear · patience 10 · 16" in told
        assert row.locator("td").nth(2).inner_text().endswith(" / 30")
    page.wait_for_selector("[data-do=stop]:not([disabled])")
    page.click("[data-do=stop]")
    command = page.locator(".lab-command code").inner_text()
    assert "--schedule linear:end=0.35 " in command  # half of the first optimiser's rate
    page.locator(".lab-figures", has_text="Stopped").wait_for()


def test_every_control_has_a_name(shared: Any) -> None:
    page = shared
    nameless = page.evaluate("""() => {
        const all = document.querySelectorAll(".lab :is(input, select, button, canvas)");
        const named = (node) => node.ariaLabel || node.ariaHidden || node.innerText?.trim();
        return [...all].filter((node) => !named(node)).map((node) => node.outerHTML.slice(0, 99));
    }""")
    assert nameless == []
    names = page.evaluate(
        "[...document.querySelectorAll('input[type=range]')].map((node) => node.ariaLabel)"
    )
    assert len(names) == len(set(names))
    assert names[0] == "momentum: learning rate η"
    options = group(page, 1).locator("option").all_inner_texts()
    assert options == on_networks()


def test_it_trains_stops_and_continues(page: Any, tmp_path: Path) -> None:
    choose(page, hidden="16", batch_size=50, epochs=50)
    planned(page, "--epochs 50")
    empty = {name: page.evaluate(PIXELS, name) for name in ("loss", "accuracy")}
    page.click("[data-do=train]")
    epoch = "parseFloat(document.querySelector('.lab-runs td.lab-number')?.textContent ?? 0)"
    page.wait_for_function(f"{epoch} > 0.3")
    for name, picture in empty.items():
        assert page.evaluate(PIXELS, name) != picture
    assert page.locator(".lab-panels .lab-bad").count() > 3
    choose(page, seed="5")  # while it trains

    stops = []
    for _ in range(3):
        reached = page.evaluate(epoch)
        page.wait_for_function(f"reached => {epoch} > reached", arg=reached)
        stops.append(stop(page))
        before = page.evaluate(epoch)
        page.wait_for_timeout(150)
        assert page.evaluate(epoch) == before
        page.click("[data-do=continue]")
    assert min(stops) < 300
    stop(page)

    choose(page, epochs=1, seed="0")
    page.click("[data-do=train]")  # at once: what is seen is what is trained
    page.wait_for_function("document.querySelectorAll('.lab-runs tbody tr[data-run]').length === 4")
    page.locator(".lab-figures", has_text="Finished").wait_for(timeout=60_000)
    _look(page)
    _take_away(page, tmp_path)


def stop(page: Any) -> float:
    """Press Stop; the milliseconds until the page says that it has."""
    page.wait_for_selector("[data-do=stop]:not([disabled])")
    return page.evaluate("""() => new Promise((done, fail) => {
        setTimeout(fail, 10000);
        const words = document.querySelector(".lab-transport .lab-figures");
        const began = performance.now(), stopped = () => words.textContent.startsWith("Stopped");
        const look = () => stopped() && done(performance.now() - began);
        new MutationObserver(look).observe(words, { childList: true });
        document.querySelector("[data-do=stop]").click();
    })""")


def _look(page: Any) -> None:
    """Overlay, remove, hover, look at another run, the other theme."""
    both = page.evaluate(PIXELS, "loss")
    box = page.get_by_label("show momentum, run 3, in the curves")
    box.uncheck()
    page.wait_for_function(f"before => ({PIXELS})('loss') !== before", arg=both)
    box.check()
    chart = page.locator("[data-chart=loss]").bounding_box()
    page.mouse.move(chart["x"] + 60, chart["y"] + 50)
    page.locator(".lab-runs.lab-at th", has_text="at epoch").wait_for()
    page.mouse.move(0, 0)
    page.locator(".lab-runs:not(.lab-at)").wait_for()
    digits = page.locator(".lab-panels .lab-digits").inner_text()
    page.locator("tr[data-run='4'] .lab-name").click()
    page.wait_for_function(
        "before => document.querySelector('.lab-panels .lab-digits').innerText !== before",
        arg=digits,
    )
    bad = page.locator(".lab-panels .lab-digit").evaluate_all(
        "all => all.map((digit) => digit.classList.contains('lab-bad'))"
    )
    assert bad == sorted(bad, reverse=True)
    assert bad[0]
    page.get_by_label("remove adam, run 2").click()
    page.wait_for_function("document.querySelectorAll('tr[data-run]').length === 3")
    light = page.evaluate(PIXELS, "loss")
    page.get_by_label("light or dark").click()
    page.wait_for_function(f"before => ({PIXELS})('loss') !== before", arg=light)
    page.get_by_label("light or dark").click()


def _take_away(page: Any, folder: Path) -> None:
    """The files open, and the command that is shown makes the same weights."""
    found = {}
    for name in ("csv", "png", "weights"):
        with page.expect_download() as download:
            page.click(f"[data-file={name}]")
        found[name] = folder / download.value.suggested_filename
        download.value.save_as(found[name])
    with found["csv"].open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["run"] for row in rows} == {"3", "4", "1"}
    assert len([row for row in rows if row["run"] == "4"]) == mnist_form.EVALUATIONS
    with Image.open(found["png"]) as picture:
        assert picture.size[0] == 2240
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 20
    command = page.get_by_label("the command that repeats this run").inner_text()
    assert "adam" in command
    assert "--epochs 1 --seed 0" in command
    words = [Path(sys.executable).with_name("optiviz"), *shlex.split(command)[1:], "--out", "run"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    with np.load(found["weights"]) as ours, np.load(folder / "run" / "weights.npz") as theirs:
        np.testing.assert_array_equal(ours["w"], theirs["w"])


def resize(page: Any, width: int, height: int) -> None:
    """Change the window, and wait until the page is laid out anew, in the end as it should be.

    What still stands beyond the window after some seconds is for the test to tell.
    """
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(
        "width => innerWidth === width && document.documentElement.clientWidth === width",
        arg=width,
    )
    end = time.monotonic() + 5
    while page.evaluate(BEYOND) and time.monotonic() < end:
        page.wait_for_timeout(50)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_window(shared: Any, scheme: str) -> None:
    page = shared
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(f"document.querySelector('.lab').dataset.theme === '{scheme}'")
    dark = scheme == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(15, 20, 27)" if dark else "rgb(255, 255, 255)"
    )
    for width, height in SIZES:
        resize(page, width, height)
        assert page.evaluate(BEYOND) == []
        box = page.get_by_text("No run yet").bounding_box()
        assert box["x"] + box["width"] <= width
        assert page.evaluate("document.querySelector('.lab').getBoundingClientRect().x") == 0
        tracks = page.locator("input[type=range]").evaluate_all(
            "all => all.map((node) => node.getBoundingClientRect().width)"
        )
        assert min(tracks) > 220


def test_a_kernel_ends_with_its_page(page: Any, mnist_lab: Any) -> None:
    kernel = kernel_of(page)
    page.click("[data-do=train]")  # a busy one
    page.wait_for_function("document.querySelector('[data-do=stop]').disabled === false")
    page.evaluate("window.onpagehide = null, document.body.dataset.kept = ''")  # nothing is kept
    page.reload()
    assert mnist_lab.gone(kernel, 30)
    page.wait_for_selector(READY)
    assert page.locator("#lost").is_hidden()


def test_a_page_tells_of_its_kernel(chromium: Any, mnist_lab: Any) -> None:
    page = chromium.new_page()  # the console complains, too, of a kernel that is lost
    page.goto(mnist_lab.address)
    page.wait_for_selector(READY)
    os.kill(mnist_lab.process_of(kernel_of(page)), signal.SIGKILL)
    banner = page.get_by_role("alert").filter(has_text=re.compile("lost the program behind it"))
    banner.wait_for(timeout=20_000)
    banner.get_by_role("button", name="Reload").click()
    page.wait_for_selector(READY)
    assert page.locator("#lost").is_hidden()
    kernel = kernel_of(page)
    page.close()
    assert mnist_lab.gone(kernel, 30)
