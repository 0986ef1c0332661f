"""The exported page in the other browser: Firefox draws what Chromium draws."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from optiviz import Picture, race

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZE = (1280, 720)


@pytest.fixture
def firefox() -> str:
    """Firefox's path; with OPTIVIZ_BROWSER=required a test fails where there is none."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        miss = pytest.fail if os.environ.get("OPTIVIZ_BROWSER") == "required" else pytest.skip
        miss("needs Firefox")
    return str(path)


def coarse(path: Path) -> np.ndarray:
    """A screenshot in blocks of ten pixels, which letters hardly change."""
    with Image.open(path) as image:
        assert image.size == SIZE
        small = image.convert("RGB").resize((SIZE[0] // 10, SIZE[1] // 10), Image.Resampling.BOX)
    return np.asarray(small, float)


def test_firefox_draws_what_chromium_draws(firefox: str, chromium: Browser, tmp_path: Path) -> None:
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
            firefox,
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
