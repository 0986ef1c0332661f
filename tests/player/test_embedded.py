"""A page where no script runs, in a frame, and what its address asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from optiviz import race
from optiviz.views import Picture

STEPS = 40


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    Picture("valley", race("valley", ["sgd", "momentum"], steps=STEPS)).save(path)
    return path


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """A page of the browser's."""
    tab = chromium.new_page(viewport={"width": 1000, "height": 640})
    yield tab
    tab.close()


STEP = "document.querySelector('.ov-counter').textContent"


def test_without_scripts_there_is_the_picture(chromium: Any, path: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(path.as_uri())
    box = tab.locator("main svg").first.bounding_box()
    assert min(box["width"], box["height"]) > 300
    assert "Momentum" in tab.locator("main svg").first.text_content()
    context.close()


def test_it_is_drawn_before_the_page_has_loaded(tab: Any, path: Path) -> None:
    """A picture that is taken then, as by a program, is not empty."""
    tab.add_init_script(
        "addEventListener('load', () => { const c = document.querySelector('canvas');"
        "globalThis.drawn = c.width > 300 && c.getContext('2d').getImageData("
        "c.width / 2, c.height / 2, 1, 1).data[3]; })"
    )
    tab.goto(path.as_uri())
    assert tab.evaluate("drawn") == 255
    assert tab.locator("main > svg").count() == 0


def test_on_paper_what_is_pressed_is_seen(tab: Any, path: Path) -> None:
    tab.goto(path.as_uri())
    tab.emulate_media(media="print")
    style = "getComputedStyle(document.querySelector('.ov-primary')).printColorAdjust"
    assert tab.evaluate(style) == "exact"


@pytest.mark.parametrize(
    ("query", "step", "controls"),
    [
        ("", f"step {STEPS} / {STEPS}", True),
        ("?start=12", f"step 12 / {STEPS}", True),
        ("?start=999", f"step {STEPS} / {STEPS}", True),
        ("?start=x&controls=0", f"step {STEPS} / {STEPS}", False),
        ("?start=5&autoplay=0", f"step 5 / {STEPS}", True),
    ],
)
def test_what_an_address_asks_for(
    tab: Any, path: Path, query: str, step: str, controls: bool
) -> None:
    tab.goto(path.as_uri() + query)
    assert tab.evaluate(STEP) == step
    assert tab.locator("[data-do=play]").get_attribute("aria-label").startswith("Play")
    assert tab.locator(".ov-transport").is_visible() == controls


@pytest.mark.slow
def test_it_plays_when_it_is_seen(tab: Any, path: Path) -> None:
    frame = f'<div style="height: 2000px"></div><iframe src="{path.as_uri()}?start=8&autoplay=1" '
    outer = path.with_name("outer.html")
    outer.write_text(frame + 'style="width: 900px; height: 560px"></iframe>', encoding="utf-8")
    tab.goto(outer.as_uri())
    inside = tab.frame_locator("iframe")
    counter = inside.locator(".ov-counter")
    counter.wait_for(state="attached")
    tab.wait_for_timeout(300)
    assert counter.text_content() == f"step 8 / {STEPS}"
    tab.evaluate("scrollTo(0, 2000)")
    inside.locator(f".ov-counter:text-is('step {STEPS} / {STEPS}')").wait_for(timeout=8000)


def test_it_does_not_play_for_who_asked_for_less_motion(chromium: Any, path: Path) -> None:
    context = chromium.new_context(reduced_motion="reduce")
    tab = context.new_page()
    tab.goto(path.as_uri() + "?autoplay=1")
    tab.wait_for_timeout(300)
    assert tab.evaluate(STEP) == f"step {STEPS} / {STEPS}"
    context.close()
