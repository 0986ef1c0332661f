"""The exported page in the other browser: Firefox draws what Chromium draws."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from optiviz import Picture, race

from .. import firefox

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZE = (1280, 720)


def coarse(path: Path) -> np.ndarray:
    """A screenshot in blocks of ten pixels, which letters hardly change."""
    with Image.open(path) as image:
        assert image.size == SIZE
        small = image.convert("RGB").resize((SIZE[0] // 10, SIZE[1] // 10), Image.Resampling.BOX)
    return np.asarray(small, float)


@pytest.mark.slow
def test_firefox_draws_what_chromium_draws(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    Picture("valley", race("valley", ["sgd", "momentum"], steps=60)).save(page)
    tab = chromium.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
    tab.goto(page.as_uri())
    tab.wait_for_selector("canvas")
    tab.screenshot(path=tmp_path / "chromium.png")
    tab.close()
    shot = tmp_path / "firefox.png"
    words = ["--headless", "--no-remote", "--profile", str(tmp_path / "profile")]
    (tmp_path / "profile").mkdir()
    subprocess.run(
        [
            firefox.path(),
            *words,
            f"--window-size={SIZE[0]},{SIZE[1]}",
            f"--screenshot={shot}",
            page.as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    here, there = coarse(tmp_path / "chromium.png"), coarse(shot)
    assert there.std() > 15  # a page that failed is blank
    assert np.abs(here - there).mean() < 3


@pytest.mark.slow
def test_firefox_plays_and_tells_the_same_numbers(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    runs = race("valley", ["sgd", "momentum"], steps=60)
    Picture("valley", runs, ["path", "loss", "formula"]).save(page)
    tab = chromium.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
    tab.goto(page.as_uri())
    tab.wait_for_selector(".ov-legend li")
    with firefox.tab(tmp_path / "profile") as other:
        other.open(page.as_uri())
        other.until("document.querySelector('.ov-legend li')")
        for key in (",", "ArrowLeft", "Home"):  # a mark, a step before it, the start
            tab.keyboard.press(key)
            other.press({"ArrowLeft": "\ue012", "Home": "\ue011"}.get(key, key))
            tab.evaluate(firefox.DRAWN)
            other.value(firefox.DRAWN)
            assert other.value(firefox.NUMBERS) == tab.evaluate(firefox.NUMBERS)
            assert "loss" in other.value(firefox.NUMBERS)
        other.press(" ")
        other.until(firefox.PLAYED)
        assert [one for one in other.asked if not one.startswith(("file:", "data:"))] == []
        assert other.trouble == []
    tab.close()
