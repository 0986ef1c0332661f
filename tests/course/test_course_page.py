"""A course in real browsers, opened from a disk with no network: from a question to its reveal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .. import firefox

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

DESK = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
REFUSED = (
    """Object.defineProperty(window, "localStorage", { get() { throw new Error("refused"); } })"""
)
Visit = Callable[..., "Page"]


@pytest.fixture
def visit(chromium: Browser, made: Path) -> Iterator[Visit]:
    """Opens a page of the course; nothing else may be asked for, and nothing may go wrong."""
    contexts, wrong, asked = [], [], []

    def go(name: str, refused: bool = False, **how: Any) -> Page:
        how = {"viewport": DESK, "reduced_motion": "reduce"} | how
        context = chromium.new_context(offline=True, **how)
        contexts.append(context)
        page = context.new_page()
        if refused:
            page.add_init_script(REFUSED)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{made.as_uri()}/{name}.html")
        return page

    yield go
    assert wrong == []
    home = made.as_uri()
    assert not [url for url in asked if not url.startswith((home, "data:", "blob:"))]
    for context in contexts:
        context.close()


def told(page: Page) -> str:
    page.get_by_text("Try next.").wait_for()
    return str(page.locator(".sl-said").inner_text())


def tab_to(page: Page, script: str) -> None:
    for _ in range(40):
        if page.evaluate(f"(({script}))(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {script}")


def press(page: Page, words: str) -> None:
    tab_to(page, f"(one) => one.innerText.replace(/\\s+/g, ' ').trim() === '{words}'")
    page.keyboard.press("Enter")


def seen(page: Page) -> str:
    """All that can be read, or heard."""
    tree = page.locator("body").aria_snapshot()
    return page.locator("body").inner_text() + tree


def test_the_whole_course_by_keys(visit: Visit) -> None:
    page = visit("index")
    press(page, "1 · Which <b>rate</b>? Which arrives first?")
    page.locator(".sl-asking .ov-legend li").first.wait_for()
    for words in ("SEALED", "converged", "Yes"):
        assert words not in seen(page)
    press(page, "That is my answer")
    page.get_by_text("Choose one first.").wait_for()
    tab_to(page, "(one) => one.type === 'radio'")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    press(page, "That is my answer")
    assert told(page).startswith("Yes, that is it.")
    assert "converged at step" in page.locator(".ov-legend").inner_text()
    press(page, "Next lesson")
    page.locator(".sl-asking .ov-legend li").first.wait_for()
    assert page.locator(".ov-counter").text_content() == "step 2 / 2"
    page.keyboard.press("Space")  # would play on
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    assert "Its start is" in told(page)
    assert "It is SEALED." in told(page)
    press(page, "Next lesson")
    page.locator("[data-setting='beta']").wait_for()
    press(page, "That is my answer")
    page.get_by_text("Not yet: ").wait_for()
    assert "SEALED" not in seen(page)
    press(page, "Try again")
    tab_to(page, "(one) => one.dataset.setting === 'beta'")
    for _ in range(16):
        page.keyboard.press("ArrowRight")
    assert page.locator(".lab-knob output").text_content() == "0.8"
    assert page.locator(".ov-label").text_content() == "Momentum  η = 0.02  β = 0.8"
    assert "arrived" not in seen(page)
    press(page, "That is my answer")
    assert told(page).startswith("Yes, that does it")
    press(page, "All lessons")
    page.get_by_text("3 of 3 done.").wait_for()


def test_who_gives_up_is_shown_one_and_told_why(visit: Visit) -> None:
    page = visit("3-find")
    page.get_by_role("button", name="That is my answer").click()
    page.get_by_role("button", name="Show one that does").click()
    assert "Memory is SEALED." in told(page)
    assert page.locator(".ov-label").text_content() == "Momentum  η = 0.02  β = 0.8"
    page.get_by_role("link", name="Try it").click()
    page.wait_for_selector(".ex-sliders")
    assert page.locator(".ov-label").text_content() == "Momentum  η = 0.02  β = 0.5"
    page = visit("3-find-try")  # without anything behind its address
    page.wait_for_selector(".ex-sliders")
    assert page.locator(".ov-label").text_content() == "Momentum  η = 0.02  β = 0.5"


def test_where_nothing_can_be_stored_links_keep_what_is_done(visit: Visit) -> None:
    page = visit("1-choose", refused=True)
    page.get_by_text("η = 0.02", exact=True).last.click()
    page.get_by_role("button", name="That is my answer").click()
    assert told(page).startswith("Not this one. It is: <i>η = 0.2</i>.")
    page.get_by_role("link", name="Next lesson").click()
    page.locator(".sl-asking .ov-legend li").first.wait_for()
    page.get_by_role("link", name="All lessons").click()
    page.get_by_text("1 of 3 done.").wait_for()


def test_on_paper_there_is_the_question_and_no_answer(visit: Visit, tmp_path: Path) -> None:
    page = visit("1-choose", color_scheme="dark", viewport={"width": 794, "height": 1123})
    page.locator(".sl-asking .ov-legend li").first.wait_for()
    assert not page.locator(".co-still svg").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".co-still svg").first.is_visible()
    assert not page.locator(".ov-plane").is_visible()
    words = page.locator(".co-still text").first
    assert words.evaluate("(one) => getComputedStyle(one).stroke") == "none"
    assert page.get_by_text("Which arrives first?").is_visible()
    page.goto(page.url.replace("1-choose", "questions"))
    answers = page.locator(".co-answers")
    assert answers.is_visible()
    assert answers.evaluate("(one) => getComputedStyle(one).breakBefore") == "page"
    page.emulate_media(media="screen")
    assert not answers.is_visible()
    page.get_by_label("Show the answers here").check()
    assert answers.is_visible()
    page.emulate_media(media="print")
    page.goto(page.url.replace("questions", "index"))
    row = page.locator(".co-list li").first
    assert row.evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"
    source = row.locator("img").evaluate("(one) => one.currentSrc")
    assert source.endswith("1-choose-light.svg")


def test_without_scripts_the_first_frame_and_the_question_are_there(visit: Visit) -> None:
    page = visit("2-place", java_script_enabled=False, color_scheme="dark")
    assert [one.is_visible() for one in page.locator(".co-still svg").all()] == [False, True]
    assert page.get_by_text("Where will it be?").is_visible()
    assert page.locator("noscript p").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_has_room(visit: Visit, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    options = {"resultTypes": ["violations"], "preload": False}
    others = ["3-find", "2-place-try", "questions"] if scheme == "light" else []
    for name in ["index", "1-choose", *others]:
        page = visit(name, color_scheme=scheme, viewport=PHONE)
        if name[0].isdigit():
            page.locator(".ov-legend li").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        found = axe.Axe().run(page, options=options).response
        broken = [(one["id"], [n["target"] for n in one["nodes"]]) for one in found["violations"]]
        assert broken == [], name


def test_firefox_does_a_lesson_and_keeps_that(made: Path, tmp_path: Path) -> None:
    with firefox.tab(tmp_path / "profile") as tab:
        tab.open(f"{made.as_uri()}/1-choose.html")
        tab.until("document.querySelector('.sl-asking .ov-legend li')")
        assert "SEALED" not in tab.value("document.body.innerText")
        tab.value("void document.querySelectorAll('[type=radio]')[1].click()")
        tab.value("void document.querySelector('.lab-primary').click()")
        tab.until("document.querySelector('.sl-said').innerText.startsWith('Yes')")
        tab.value("void [...document.links].find((one) => /All/.test(one.innerText)).click()")
        tab.until("document.querySelector('.co-count')?.textContent === '1 of 3 done.'")
        assert tab.trouble == []
        assert [url for url in tab.asked if not url.startswith(("file:", "data:", "blob:"))] == []
