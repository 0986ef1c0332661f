"""What axe finds in the surface lab: nothing, whatever is open, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .test_surface_page import Lab

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs axe-playwright-python"
)

pytestmark = pytest.mark.slow

THEMES = ["light", "dark"]


def found(page: Any) -> list[tuple[str, Any]]:
    """The rules that a page breaks, and where."""
    broken = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in broken]


@pytest.fixture(scope="module", params=THEMES)
def lab(request: Any, stay: Callable[..., Any], surface_lab: Any) -> Lab:
    """A page with several rules and a batch."""
    query = "?problem=regression&optim=momentum&optim=adam&batch-size=8&schedule=linear&steps=60"
    return Lab(stay(surface_lab, query, color_scheme=request.param))


def help_open(page: Any) -> None:
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Help").wait_for()


def taking_away(page: Any) -> None:
    page.get_by_role("button", name="Take away").click()


def mapped(page: Any) -> None:
    page.get_by_role("button", name="Map of η and β").click()
    page.locator(".sl-map-words").filter(has_text="fastest").wait_for()


def in_a_lesson(page: Any) -> None:
    page.get_by_role("button", name="Lessons", exact=True).click()
    page.locator("[data-lesson='01-rate']").click()
    page.locator(".sl-asking").wait_for()


def drawing(page: Any) -> None:
    page.get_by_role("button", name="all lessons", exact=True).click()
    page.locator("[data-lesson='13-knee']").click()
    page.locator(".sl-asking.sl-drawing").wait_for()
    page.keyboard.press("ArrowRight")


def drawn(page: Any) -> None:
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("Try next.").wait_for()


def split_along_the_axes(page: Any) -> None:
    page.get_by_role("button", name="Eigen-directions").click()


def compared(page: Any) -> None:
    page.get_by_role("button", name="Curves").click()
    page.get_by_role("button", name="Pin", exact=True).click()
    page.locator(".sl-pin").wait_for()
    page.get_by_role("button", name="Family", exact=True).click()
    page.locator(".sl-strip button").first.wait_for()


def own_formula(page: Any) -> None:
    surface = page.get_by_label("loss surface", exact=True)
    surface.select_option(label="a formula in x and y …")
    page.locator("[data-setting=formula]").wait_for()


def own_formula_wrong(page: Any) -> None:
    page.locator("[data-setting=formula]").fill("x**2 + floor(y)")
    page.keyboard.press("Enter")
    page.locator("#sl-formula-wrong").filter(has_text="column 8").wait_for()


def typed_wrong(page: Any) -> None:
    page.locator(".sl-typed").first.fill("much")
    page.keyboard.press("Tab")


def presenting(page: Any) -> None:
    page.keyboard.press("p")
    page.locator(".ov-presents").wait_for()
    cut = "node => node.scrollWidth > node.clientWidth"
    assert not page.locator(".ov-lines").evaluate(cut), "a number without its end is another"


def on_the_stage(page: Any) -> None:
    page.get_by_role("button", name="all lessons", exact=True).click()
    page.locator("[data-lesson='04-velocity']").click()
    page.keyboard.press("p")
    page.locator(".ov-presents").wait_for()
    page.keyboard.press("PageDown")
    page.locator(".sl-lessons h2").get_by_text("What β remembers").wait_for()
    page.locator("[data-setting=lane-0-beta]").wait_for()  # the answer is set with it


def as_it_is(page: Any) -> None:
    page.locator(".lab-controls").wait_for()


# Each opens what it looks at, and these keys close it again.
STATES = [
    (as_it_is, []),
    (help_open, ["Escape"]),
    (taking_away, ["Escape"]),
    (mapped, []),
    (split_along_the_axes, []),
    (compared, []),
    (presenting, ["p"]),
    (own_formula, []),
    (own_formula_wrong, []),
    (typed_wrong, []),
    (in_a_lesson, []),
    (on_the_stage, ["p"]),
    (drawing, []),
    (drawn, []),
]


def test_the_help_gives_the_focus_back_and_keeps_its_keys(lab: Lab) -> None:
    page, step = lab.page, str(lab.step)
    page.evaluate("document.querySelector('[data-do=help]').focus()")
    page.keyboard.press("Enter")
    help_ = page.get_by_role("dialog", name="Help")
    help_.wait_for()
    page.keyboard.press("Home")  # which is the help's now
    page.keyboard.press("Escape")
    assert help_.count() == 0
    assert page.evaluate("document.activeElement.dataset.do") == "help"
    assert page.evaluate("document.querySelector('.ov-scrub').value") == step


def test_axe_finds_nothing(lab: Lab) -> None:
    for state, closes in STATES:
        state(lab.page)
        lab.settle()
        assert found(lab.page) == [], state.__name__
        for key in closes:
            lab.page.keyboard.press(key)
        lab.settle()
