"""Every lesson from its question to the reveal, by the keyboard alone and by touch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.labs.controls import MEMORY
from optiviz.labs.surface.lessons import lessons
from optiviz.labs.surface.state import from_query
from optiviz.lessons.lesson import Choose, Draw, Find, Lesson
from optiviz.lessons.situation import changed

from .test_surface_page import Lab

pytestmark = pytest.mark.slow

ALL = lessons()
ANSWER = "That is my answer"
SEEN = """node => {
    const {x, y, height} = node.getBoundingClientRect();
    return node.contains(document.elementFromPoint(x + 9, y + height / 2));
}"""


def solution(lesson: Lesson) -> tuple[str, float]:
    """The slider that a lesson asks to set, and a value that is right."""
    assert isinstance(lesson.answer, Find)
    (name,) = lesson.answer.settings
    state, _ = from_query(changed(lesson.situation, lesson.answer.solution))
    return f"lane-0-{name}", state.lanes[0][1][name]


class Hand:
    """Does a lesson in one way."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.page = lab, lab.page

    def take(self, lesson: Lesson) -> None:
        """Answer the lesson that is open, rightly where it can be."""
        page = self.page
        page.locator(".sl-lessons h2").get_by_text(lesson.title).wait_for()
        page.locator(".sl-asking").wait_for()
        self.lab.settle()
        assert page.locator(".sl-lessons h2").evaluate(SEEN), "the picture lies over it"
        answer = lesson.answer
        if isinstance(answer, Choose):
            self.choose(answer.right)
        elif isinstance(answer, Find):
            self.find(*solution(lesson))
        elif isinstance(answer, Draw):
            self.draw()
        else:
            self.place()
        page.get_by_text("Try next.").wait_for()
        self.lab.settle()
        assert self.lab.step == lesson.steps
        words = page.locator(".sl-said").inner_text()
        assert lesson.why in words
        assert words.startswith("Yes") or not isinstance(answer, Choose | Find), words


class Keys(Hand):
    """The keyboard alone."""

    def tab_to(self, script: str) -> None:
        """Go on from what has the focus until it is what a script says of the element."""
        for _ in range(60):
            if self.page.evaluate(f"(({script}))(document.activeElement)"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no key leads to {script}")

    def press(self, words: str) -> None:
        self.tab_to(f"(one) => one.tagName === 'BUTTON' && one.textContent === '{words}'")
        self.page.keyboard.press("Enter")

    def choose(self, right: int) -> None:
        self.tab_to("(one) => one.type === 'radio'")
        self.page.keyboard.press("Space")
        for _ in range(right - 1):
            self.page.keyboard.press("ArrowDown")
        self.press(ANSWER)

    def place(self) -> None:
        self.page.keyboard.press("Shift+ArrowRight")
        self.page.keyboard.press("Enter")

    def draw(self) -> None:
        self.tab_to("(one) => one.role === 'application' && one.closest('[data-panel=loss]')")
        for _ in range(12):
            self.page.keyboard.press("ArrowRight")
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")

    def find(self, setting: str, value: float) -> None:
        self.tab_to(f"(one) => one.dataset.setting === '{setting}'")
        for _ in MEMORY:
            if self.lab.value(setting) == f"{value:g}":
                break
            self.page.keyboard.press("ArrowRight")
            self.lab.settle()
        self.press(ANSWER)


class Fingers(Hand):
    """Taps alone."""

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).tap()

    def choose(self, right: int) -> None:
        self.page.locator(".sl-choices label").nth(right - 1).tap()
        self.press(ANSWER)

    def place(self) -> None:
        self.page.locator(".ov-plane canvas").tap(position={"x": 150, "y": 100})
        self.press(ANSWER)

    def draw(self) -> None:
        chart = self.page.locator("[data-panel=loss] canvas")
        width = chart.bounding_box()["width"]
        for x in (60, 150, width - 8):  # a finger may lift: what it leaves out is a straight line
            chart.tap(position={"x": x, "y": 60 + x / 4})
        self.press(ANSWER)

    def find(self, setting: str, value: float) -> None:
        slider = self.page.locator(f"[data-setting={setting}]")
        box, share = slider.bounding_box(), MEMORY.index(value) / (len(MEMORY) - 1)
        assert box["height"] >= 40
        slider.tap(position={"x": 12 + share * (box["width"] - 24), "y": box["height"] / 2})
        self.lab.settle()
        assert self.lab.value(setting) == f"{value:g}"
        self.press(ANSWER)


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize(("kind", "how"), [(Keys, {}), (Fingers, PHONE)], ids=["keys", "touch"])
def test_every_lesson_from_question_to_reveal(
    visit: Callable[..., Any], surface_lab: Any, kind: type[Any], how: dict[str, Any]
) -> None:
    page = visit(surface_lab, "", reduced_motion="reduce", **how)
    hand = kind(Lab(page))
    page.locator("[data-setting=steps]").scroll_into_view_if_needed()
    for button in ("Lessons", ALL[0].title):
        hand.press(button)
    for i, lesson in enumerate(ALL):
        hand.take(lesson)
        hand.press("Next lesson" if i + 1 < len(ALL) else "All lessons")
    page.get_by_text(f"{len(ALL)} of {len(ALL)} done.").wait_for()
