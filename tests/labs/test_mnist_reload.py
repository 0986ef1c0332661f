"""What one did in the MNIST lab outlives a reload, a lost program and a slip of the hand."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import READY, kernel_of

pytestmark = pytest.mark.slow  # a server and a browser: CI has the time

LINK = "?optim=momentum:lr=0.1&optim=sgd:lr=1&hidden=16&epochs=50"
EPOCH = "parseFloat(document.querySelector('tr[data-run] td[data-part=epoch]')?.textContent ?? 0)"


@pytest.fixture(scope="module")
def lab(serve: Callable[..., Any]) -> Any:
    return serve("mnist", "--max-users", "1")


@pytest.fixture(scope="module")
def page(chromium: Any, lab: Any) -> Iterator[Any]:
    """A page that answers yes to whatever is asked."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.asked = []
    page.on("dialog", lambda asked: (page.asked.append(asked.type), asked.accept()))
    page.goto(lab.address + LINK)
    page.wait_for_selector(READY, timeout=60_000)
    yield page
    kernel = kernel_of(page)
    page.close()
    context.close()
    assert lab.gone(kernel, 30)


def rows(page: Any) -> Any:
    return page.locator("tr[data-run]")


def test_a_reload_in_mid_training_loses_nothing(page: Any) -> None:
    page.click("[data-do=train]")
    page.wait_for_function(f"{EPOCH} > 0.3")
    kernel, before = kernel_of(page), page.evaluate(EPOCH)
    page.reload()
    rows(page).nth(1).wait_for(timeout=60_000)
    assert page.asked == ["beforeunload"]
    assert kernel_of(page) == kernel
    page.wait_for_function(f"{EPOCH} > {before}")  # and it goes on
    assert "optim=sgd:lr=1.0&epochs=50&hidden=16" in page.url
    assert page.get_by_label("sgd: learning rate η").get_attribute("aria-valuetext") == "1"
    page.click("[data-do=stop]")
    page.get_by_label("Continue momentum, run 1").wait_for()
    page.locator("[data-setting=epochs]").press("Home")
    page.click("[data-do=train]")
    rows(page).nth(3).wait_for()
    assert page.get_by_label("Continue momentum, run 1").is_visible()  # in its own row
    page.locator(".lab-figures", has_text="Finished").wait_for(timeout=60_000)
    page.click("[data-do=train]")
    page.locator(".lab-told", has_text="are trained already: change their settings").wait_for()
    assert rows(page).count() == 4


def test_what_is_removed_comes_back_and_so_does_what_was_set(page: Any) -> None:
    page.get_by_label("remove sgd, run 2").click()
    page.wait_for_function("document.querySelectorAll('tr[data-run]').length === 3")
    page.keyboard.press("Control+z")
    page.locator("tr[data-run='2']").wait_for()
    slider = page.get_by_label("momentum: learning rate η")
    before = slider.get_attribute("aria-valuetext")
    slider.press("End")
    page.wait_for_function("location.search.includes('momentum:lr=1.0')")
    page.wait_for_timeout(700)
    page.get_by_label("Undo").click()
    page.wait_for_function("location.search.includes('momentum:lr=0.1,')")
    assert page.get_by_label("momentum: learning rate η").get_attribute("aria-valuetext") == before
    page.locator("[data-setting=hidden]").fill("99999,abc")
    page.locator("[data-setting=hidden]").press("Tab")
    page.wait_for_function("document.querySelector('[data-setting=hidden]').value[0] === '3'")
    assert page.get_by_text("Hidden layers are up to 5 widths").is_visible()
    page.locator("[data-setting=hidden]").fill("16")


def test_a_session_is_a_file_that_opens_again(page: Any, tmp_path: Path) -> None:
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save", exact=True).click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    held = json.loads(path.read_text(encoding="utf-8"))
    assert len(held["runs"]) == 4
    assert all(len(run["sum"]) == 16 for run in held["runs"])
    page.get_by_label("remove all runs").click()
    page.get_by_text("No run yet").wait_for()
    assert page.asked[-1] == "confirm"
    page.set_input_files("input[type=file]", path)
    rows(page).nth(3).wait_for()
    page.get_by_label("Train again sgd, run 7").click()
    told = page.locator("tr[data-run='7'] td[data-part=verdict]")
    told.filter(has_text="the weights that were kept, to the bit").wait_for(timeout=60_000)


def test_runs_outlive_the_program_behind_the_page(page: Any, lab: Any) -> None:
    os.kill(lab.process_of(kernel_of(page)), signal.SIGKILL)
    banner = page.get_by_role("alert").filter(has_text=re.compile("lost the program behind it"))
    banner.wait_for(timeout=20_000)
    banner.get_by_role("button", name="Reload").click()
    page.locator("td[data-part=verdict]", has_text="kept: the curves").nth(3).wait_for(
        timeout=60_000
    )
    assert page.evaluate("document.querySelectorAll('tr[data-run]').length") == 4
