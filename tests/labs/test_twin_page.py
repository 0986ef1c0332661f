"""The twin lab in a browser: what one does there, and what is seen of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from optiviz.labs.twin.form import RATES

from .conftest import kernel_of
from .test_accessible import found

pytestmark = pytest.mark.slow

FORCED = {"forced_colors": "active", "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def twin_lab(serve: Callable[..., Any]) -> Any:
    return serve("twin")


@pytest.fixture(scope="module")
def page(twin_lab: Any, stay: Callable[..., Any]) -> Any:
    """One page, whose tests go on from one another; it asks no other host and complains of
    nothing, or the fixture says so."""
    return stay(twin_lab, "?updates=25&lr=1&look=dark")


def figures(page: Any, words: str) -> None:
    page.locator(".lab-figures").filter(has_text=words).wait_for(timeout=60_000)


def said(page: Any, name: str) -> str:
    return str(page.locator(f"[data-said={name}]").inner_text())


def valley_of(page: Any) -> str:
    return re.search(r"valley of update (\d+)", said(page, "toy")).group(1)


def limit_of(page: Any, name: str) -> float:
    """What is written beside a mark's key."""
    words = page.locator(f".tw-limit:has(.tw-{name})").inner_text()
    return float(re.search(r"[\d.]+$", words).group())


def reached(page: Any) -> int:
    """The update that the training is at."""
    return int(re.search(r"update (\d+)", page.locator(".lab-figures").inner_text()).group(1))


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.dataset.do ?? ''"))


def test_a_link_is_trained_and_told_of_and_its_address_trains_again(page: Any) -> None:
    figures(page, "Ready")
    assert page.locator("[data-setting=updates]").get_attribute("aria-valuetext") == "25"
    assert "beyond its limit 2/λ" in said(page, "toy")
    assert "train, and see" in said(page, "both")
    assert page.locator(".tw-mark:visible").count() == 1  # there is no other λ yet
    assert found(page) == []
    page.get_by_role("button", name="Train").click()
    figures(page, "Training: update")
    assert "trained=1" in page.url  # a page that is loaded again by now trains again
    figures(page, "Trained: update 25 of 25")
    assert "first rose at update" in said(page, "network")
    assert "lr=1&updates=25" in page.url
    ends = re.search(r"to ([\d.]+)", said(page, "network")).group(1)
    losses = page.locator(".ov-legend .ov-loss:visible")
    losses.filter(has_text=f"loss {ends}").wait_for()
    assert losses.count() == 1  # the toy's is no number to set beside it
    page.get_by_role("button", name="Light or dark").click()
    assert found(page) == []


def test_both_limits_stand_on_the_slider_where_theory_says(page: Any) -> None:
    track = page.locator("[data-setting=lr]").bounding_box()
    thumb = 8  # half of it: the ends of its way
    for name in ("start", "now"):
        limit = limit_of(page, name)
        above = next(i for i, rate in enumerate(RATES) if rate >= limit)
        low, high = RATES[above - 1], RATES[above]
        place = above - 1 + math.log(limit / low) / math.log(high / low)
        way = place / (len(RATES) - 1) * (track["width"] - 2 * thumb)
        mark = page.locator(f".tw-mark.tw-{name}").bounding_box()
        assert mark["x"] + 1 == pytest.approx(track["x"] + thumb + way, abs=1.5)
    assert limit_of(page, "start") < 1 < float(RATES[-1])  # as it was said of the toy


def test_by_keys_the_toy_moves_to_another_valley_and_another_rate(page: Any) -> None:
    settled = valley_of(page)
    page.locator("[data-setting=at]").first.focus()
    page.keyboard.press("Home")
    page.locator("[data-said=toy]").filter(has_text="The valley of update 0 ").wait_for()
    assert "no longer since update" in said(page, "both")
    page.get_by_role("button", name="where λ has settled").click()
    page.locator("[data-said=toy]").filter(has_text=f"The valley of update {settled} ").wait_for()
    page.locator("[data-setting=lr]").focus()
    page.keyboard.press("ArrowLeft")
    stale = page.locator("[data-said=both]").filter(has_text="was trained with η = 1,")
    stale.wait_for()
    page.keyboard.press("ArrowRight")
    stale.wait_for(state="detached")


def test_it_is_trained_stopped_and_continued_by_keys_alone(page: Any) -> None:
    page.locator("[data-setting=updates]").focus()
    page.keyboard.press("End")
    page.locator("[data-said=both]").filter(has_text="was trained with").wait_for()
    page.locator(".twin-lab").focus()
    for _ in range(10):
        page.keyboard.press("Tab")
        if focused(page) == "train":
            break
    page.keyboard.press("Enter")
    figures(page, "Training: update")
    assert focused(page) == "stop"  # the focus is not lost with the button
    page.keyboard.press("Enter")
    figures(page, "Stopped: update")
    assert focused(page) == "train"
    stopped = reached(page)
    assert page.locator("[data-do=train]").inner_text() == "Continue"
    page.keyboard.press("Enter")
    figures(page, "Training: update")
    assert reached(page) >= stopped  # it goes on, and does not begin again


def test_a_reload_in_mid_training_loses_nothing(page: Any) -> None:
    figures(page, "Training: update")
    kernel, before = kernel_of(page), reached(page)
    page.reload(timeout=60_000)
    figures(page, "update")
    assert kernel_of(page) == kernel
    assert reached(page) >= before
    assert page.locator("[data-setting=updates]").get_attribute("aria-valuetext") == "400"
    figures(page, "Trained: update 400 of 400")  # it went on meanwhile


def test_another_rate_is_trained_from_its_start(page: Any) -> None:
    page.locator("[data-setting=updates]").focus()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Train").click()
    figures(page, "Trained: update 2 of 2")


def test_a_lesson_asks_before_it_trains(page: Any) -> None:
    page.get_by_role("button", name="Lessons", exact=True).click()
    page.locator("[data-lesson='01-promise']").click()
    page.locator(".twin-lab.sl-asking").wait_for()
    page.locator("[data-said=toy]").filter(has_text="diverged").wait_for()
    page.wait_for_function("location.search.includes('lesson=01-promise')")
    assert found(page) == []
    for hidden in (".ov-side", "[data-said=network]", "[data-said=both]", ".tw-buttons"):
        assert page.locator(hidden).is_hidden(), hidden
    page.locator(".sl-choices input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text("Yes, that is it.").wait_for(timeout=60_000)
    assert page.evaluate("document.activeElement.className") == "sl-said"
    figures(page, "Trained: update 25 of 25")
    assert found(page) == []
    page.get_by_role("button", name="Show me").click()
    page.locator("[data-said=toy]").filter(has_text="valley of update 0 ").wait_for(
        state="detached"
    )
    assert page.locator(".sl-lessons").is_hidden()


def test_a_lesson_opened_again_hides_its_answer_again(page: Any) -> None:
    figures(page, "Trained: update 25 of 25")
    page.get_by_role("button", name="Lessons", exact=True).click()
    page.locator("[data-lesson='01-promise']").click()
    page.locator(".twin-lab.sl-asking").wait_for()
    page.locator(".lab-figures", has_text="Ready").wait_for(state="attached")
    page.get_by_role("button", name="close the lessons").click()
    figures(page, "Ready")  # nor is it there to be uncovered


def test_on_a_phone_nothing_is_wider_than_the_page(page: Any) -> None:
    for width, height in [(390, 844), (844, 390)]:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
        assert found(page) == []
    track = page.locator("[data-setting=lr]").bounding_box()
    assert track["height"] >= 32


def test_colours_of_the_system_s_own(visit: Callable[..., Any], twin_lab: Any) -> None:
    page = visit(twin_lab, "?updates=2&trained=1", **FORCED)
    figures(page, "Trained: update 2")
    assert found(page) == []
    colors = page.evaluate(
        """() => {
          const { color, backgroundColor } =
            getComputedStyle(document.querySelector(".tw-left .ov-chip[aria-pressed=true]"));
          return [color, backgroundColor];
        }"""
    )
    assert colors[0] != colors[1]
    page.keyboard.press("p")
    page.locator(".ov-presents [data-said=both]").wait_for()
    assert page.locator(".tw-left").is_hidden()
    bottom = page.locator(".ov-plane").bounding_box()
    assert bottom["y"] + bottom["height"] <= 720  # the picture is whole
    assert found(page) == []
