"""Pinned runs, the family and sessions as files, as a person meets them in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_surface_page import Lab

pytestmark = pytest.mark.slow  # pages of their own, each with a process of its own

QUERY = "?problem=valley&optim=momentum:lr=0.012,beta=0.9&optim=adam:lr=0.1&steps=80"


class Compared(Lab):
    """What is beside the runs that are set."""

    @property
    def pins(self) -> list[str]:
        return [str(pin).strip() for pin in self.page.locator(".sl-pin > span").all_inner_texts()]

    @property
    def said(self) -> str:
        return str(self.page.locator(".sl-note").inner_text())

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.settle()

    def until_address(self, part: str, there: bool = True) -> None:
        """Wait until the address holds some words, or does not."""
        self.page.wait_for_function(
            "([part, there]) => location.search.includes(part) === there", arg=[part, there]
        )

    def until_counter(self, words: str) -> None:
        """Wait until the counter says some words, and they are drawn."""
        self.page.locator(".ov-counter").get_by_text(words, exact=True).wait_for()
        self.settle()

    def until_pins(self, *names: str) -> None:
        self.page.wait_for_function(
            "names => JSON.stringify([...document.querySelectorAll('.sl-pin > span')]"
            ".map((pin) => pin.textContent)) === JSON.stringify(names)",
            arg=[*names],
        )
        self.settle()


@pytest.fixture
def open_lab(visit: Callable[..., Any], surface_lab: Any) -> Callable[..., Compared]:
    return lambda query=QUERY, **how: Compared(visit(surface_lab, query, **how))


def test_pins_stay_are_named_and_survive(open_lab: Callable[..., Compared]) -> None:
    lab = open_lab()
    page = lab.page
    page.locator("[data-setting=lane-0-beta]").focus()
    bare = lab.picture()
    lab.press("k")  # with the slider in hand
    assert lab.pins == ["A"]
    assert lab.picture() != bare
    lab.press("PageDown")
    value = lab.value("lane-0-beta")
    before = page.get_by_role("button", name="before")
    assert before.is_enabled()
    page.wait_for_timeout(900)  # a drag is over
    lab.press("k")
    assert lab.pins == ["A: β = 0.9", "B"]
    assert before.is_enabled()
    with_ghost = lab.picture()
    before.click()
    assert lab.picture() != with_ghost  # the setting before the drag is still there
    before.click()
    assert page.locator(".ov-legend li").count() == 2  # pins are none of the runs that are set
    page.get_by_role("button", name="Pin", exact=True).click()
    lab.settle()
    lab.press("k")
    assert lab.said == "A, B and C are pinned: unpin one of them first."
    lab.until_address("pin-C")
    page.get_by_label("unpin B").click()
    lab.until_pins("A: β = 0.9", "C")
    lab.until_address("pin-B", there=False)
    assert page.get_by_role("button", name="Pin", exact=True).evaluate(
        "node => node === document.activeElement"  # the button that was pressed is gone
    )
    lab.press("Control+z")
    lab.until_pins("A: β = 0.9", "B", "C")
    lab.press("Control+y")
    lab.until_pins("A: β = 0.9", "C")
    page.get_by_label("Step", exact=True).fill("37")
    lab.until_address("&t=37")
    address = page.url
    page.reload()
    lab.until_pins("A: β = 0.9", "C")
    lab.until_counter("step 37 / 80")
    assert lab.value("lane-0-beta") == value
    page.wait_for_selector("[data-do=ghost]:disabled")
    page.wait_for_timeout(600)  # so long it takes to write the address
    assert page.url == address
    other = open_lab("?" + address.partition("?")[2])
    other.until_counter("step 37 / 80")
    assert (other.pins, other.legend) == (lab.pins, lab.legend)
    page.locator("[data-setting=problem]").select_option("bowl")
    lab.until_pins()


def test_a_family_is_shown_while_it_plays_and_one_is_taken(
    open_lab: Callable[..., Compared],
) -> None:
    lab = open_lab()
    page = lab.page
    alone = lab.picture()
    page.get_by_label("To the start (Home)").click()
    page.get_by_label("Play (space)").click()
    page.keyboard.press("f")
    patches = page.locator(".sl-strip button")
    patches.first.wait_for()
    lab.until_step(5)
    page.keyboard.press("End")
    lab.settle()
    names = [patch.get_attribute("aria-label") for patch in patches.all()]
    assert len(names) == 21
    assert (names[0], names[-1]) == ("β = 0", "β = 0.999")
    colors = {patch.evaluate("p => getComputedStyle(p).backgroundColor") for patch in patches.all()}
    assert len(colors) == 21
    assert lab.picture() != alone
    box = page.locator(".ov-plane canvas").bounding_box()
    middle = box["y"] + 0.3 * box["height"]
    for share in range(30, 95):  # along a line that runs cross, as a hand would
        page.mouse.move(box["x"] + share / 100 * box["width"], middle)
        if page.evaluate("document.querySelector('.ov-plane canvas').style.cursor") == "pointer":
            break
    else:
        raise AssertionError("no line is met")
    page.mouse.down()
    page.mouse.up()
    lab.settle()
    taken = page.locator(".sl-strip [aria-pressed=true]")
    assert taken.get_attribute("aria-label") == f"β = {lab.value('lane-0-beta')}"
    assert lab.value("lane-0-beta") != "0.9"
    assert "--start" not in lab.command  # it was no click for a start
    assert page.locator(".sl-strip [tabindex='0']").count() == 1
    taken.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    lab.settle()
    assert names[1] == f"β = {lab.value('lane-0-beta')}"
    page.get_by_label("family of").select_option("0 lr")
    page.locator(".sl-strip button[aria-label='η = 0.012']").click()
    lab.settle()
    page.get_by_role("button", name="Family").click()
    assert page.locator(".sl-family").is_hidden()


def test_no_family_tells_a_lessons_answer(open_lab: Callable[..., Compared]) -> None:
    lab = open_lab()
    page = lab.page
    lab.press("f")
    page.locator(".sl-strip button").first.wait_for()
    page.get_by_role("button", name="Lessons").click()
    page.locator("[data-lesson='05-memory']").click()
    lab.settle()
    assert page.locator(".sl-family").is_hidden()  # or it would tell the answer
    page.keyboard.press("f")
    lab.settle()
    assert page.locator(".sl-family").is_hidden()


def test_a_session_is_saved_and_opened(open_lab: Callable[..., Compared], tmp_path: Path) -> None:
    lab = open_lab(f"{QUERY}&pin-B=optim=momentum:lr=0.012,beta=0.5&t=21")
    page = lab.page
    with page.expect_download() as download:
        page.get_by_role("button", name="Save").press("Enter")
    file = tmp_path / "session.json"
    download.value.save_as(file)
    held = json.loads(file.read_text(encoding="utf-8"))
    assert held["version"] == 1
    assert "pin-B=optim=momentum:lr=0.012,beta=0.5" in held["link"]
    other = open_lab("?problem=bowl&optim=sgd")
    bad = tmp_path / "bad.json"
    bad.write_text("<script>document.title = 'owned'</script>" * 900, encoding="utf-8")
    for path in (bad, file):
        with other.page.expect_file_chooser() as chooser:
            other.page.get_by_role("button", name="Open").press("Enter")
        chooser.value.set_files(path)
        if path is bad:
            other.page.locator(".sl-note:not(.sl-usual)").wait_for()
            other.settle()
            assert other.said == "This file is too large to be a session of the surface lab."
            assert "--problem=bowl" in other.command
    other.until_pins("B: β = 0.5")
    other.until_counter("step 21 / 80")
    assert (other.command, other.legend) == (lab.command, lab.legend)
    assert other.page.locator(".sl-note.sl-usual").count() == 1
    assert other.page.title() != "owned"
    other.until_address("&t=21")
    other.press("Control+z")
    other.until_pins()
    assert "--problem=bowl" in other.command


def test_on_a_phone_nothing_hangs_out(open_lab: Callable[..., Compared]) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    lab = open_lab(f"{QUERY}&pin-A=optim=adagrad:lr=0.5;start=-1.25,0.75&pin-C=optim=sgd", **phone)
    page = lab.page
    page.get_by_role("button", name="Family").tap()
    page.locator(".sl-strip button").first.wait_for()
    assert len(lab.pins) == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in (".sl-strip", ".sl-pin", ".sl-family select"):
        for box in (found.bounding_box() for found in page.locator(part).all()):
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
