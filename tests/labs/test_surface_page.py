"""The surface lab in a real browser, served by a real server."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

# With a batch to set, and two rules that keep memory.
QUERY = "?problem=regression&optim=momentum&optim=adam&batch-size=8&schedule=linear&steps=60"
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PLANE = "document.querySelector('.ov-plane canvas').toDataURL()"


# The controls on which no finger can be laid: what of them is seen is lower than it should be.
SMALL = """[...document.querySelectorAll('.lab button, .lab select, .lab input, .lab summary')]
    .filter((one) => one.checkVisibility({visibilityProperty: true}))
    .filter((one) => one.getBoundingClientRect().height < 40)
    .map((one) => one.outerHTML.slice(0, 80))"""


class Lab:
    """What a person sees of a page of the lab, and does there."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def settle(self) -> None:
        """Wait until Python has answered the last change, and it is drawn."""
        self.page.wait_for_selector(".surface-lab:not([aria-busy])")
        self.page.evaluate(DRAWN)

    def picture(self) -> str:
        self.page.evaluate(DRAWN)
        return str(self.page.evaluate(PLANE))

    @property
    def legend(self) -> str:
        return str(self.page.locator(".ov-legend").inner_text())

    @property
    def command(self) -> str:
        return str(self.page.get_by_label("The command that makes it again").text_content())

    @property
    def step(self) -> int:
        said = self.page.locator(".ov-counter").inner_text()
        return int(re.fullmatch(r"step (\d+) / \d+", said).group(1))

    def until_step(self, step: int) -> None:
        """Wait until it has been played so far."""
        counter = "document.querySelector('.ov-counter').textContent"
        self.page.wait_for_function(f"step => Number({counter}.split(' ')[1]) > step", arg=step)

    def value(self, setting: str) -> str:
        """What a slider says."""
        return str(self.page.locator(f"[data-setting={setting}]").get_attribute("aria-valuetext"))

    def slide(self, setting: str, key: str = "ArrowRight") -> None:
        slider = self.page.locator(f"[data-setting={setting}]")
        if slider.is_hidden():  # among what is folded
            self.page.locator("details", has=slider).locator("summary").click()
        slider.press(key)
        self.settle()

    def click_plane(self, x: float, y: float) -> None:
        box = self.page.locator(".ov-plane canvas").bounding_box()
        self.page.mouse.click(box["x"] + x, box["y"] + y)
        self.settle()

    def brightness(self) -> float:
        shot = Image.open(io.BytesIO(self.page.screenshot())).convert("L")
        return float(np.asarray(shot).mean())


@pytest.fixture(scope="module")
def shared(stay: Callable[..., Any], surface_lab: Any) -> Lab:
    """A page for the tests that change nothing but numbers and colours."""
    return Lab(stay(surface_lab, QUERY))


@pytest.fixture
def fresh(visit: Callable[..., Any], surface_lab: Any) -> Lab:
    """A page of one's own."""
    return Lab(visit(surface_lab, QUERY))


SLIDERS = """
    shape-noise lane-0-lr lane-0-beta lane-1-lr lane-1-beta1 lane-1-beta2 decay-end steps batch seed
"""


@pytest.mark.parametrize("setting", SLIDERS.split())
def test_every_slider_moves_the_picture_and_speaks(shared: Lab, setting: str) -> None:
    before = (shared.picture(), shared.legend, shared.value(setting))
    # A step of these is next to nothing.
    far = {"decay-end": "End", "lane-1-beta2": "Home"}
    shared.slide(setting, far.get(setting, "ArrowRight"))
    after = (shared.picture(), shared.legend, shared.value(setting))
    assert [old == new for old, new in zip(before, after, strict=True)] == [False] * 3
    slider = shared.page.locator(f"[data-setting={setting}]")
    assert slider.get_attribute("aria-label")
    assert slider.locator("xpath=preceding-sibling::input").input_value() == shared.value(setting)


@pytest.mark.slow
def test_files_and_words_to_take_away(shared: Lab, tmp_path: Path) -> None:
    page = shared.page
    page.get_by_role("button", name="Take away").click()
    for ending, fewest in ((".png", 1), (".gif", int(shared.value("steps")) + 1)):
        with page.expect_download() as download:
            page.locator(f"[data-file='{ending}']").click()
        download.value.save_as(tmp_path / f"a{ending}")
        with Image.open(tmp_path / f"a{ending}") as image:
            assert image.size == (960, 540)
            assert getattr(image, "n_frames", 1) >= fewest
    said = page.locator(".sl-dialog").get_by_role("status")
    assert said.inner_text() == "momentum-adam-regression.gif is in your downloads."
    assert shared.command.startswith("optiviz animate --problem=regression")
    assert "race(" in page.get_by_label("The Python that makes it again").inner_text()
    page.get_by_label("close").click()


@pytest.mark.slow
def test_the_link_restores_the_state(
    shared: Lab, visit: Callable[..., Any], surface_lab: Any
) -> None:
    shared.slide("lane-0-lr")
    shared.page.get_by_label("Step", exact=True).fill("17")
    shared.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = shared.page.get_by_role("button", name="Copy link")
    button.click()
    shared.page.get_by_role("button", name="Copied").wait_for()
    link = shared.page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(surface_lab.address)
    button.wait_for()  # its own words are back
    dark = link.removeprefix(surface_lab.address).replace("look=light", "look=dark")
    other = Lab(visit(surface_lab, dark))
    assert other.command == f"{shared.command} --theme=dark"
    assert other.legend == shared.legend
    assert other.step == 17
    assert other.brightness() < 80


@pytest.mark.slow
def test_every_change_can_be_undone_and_done_again(fresh: Lab) -> None:
    page = fresh.page
    seen = [page.url]

    def until(n: int) -> None:
        page.wait_for_function("url => location.href === url", arg=seen[n])
        page.wait_for_function("!document.querySelector('.lab').hasAttribute('aria-busy')")
        assert (page.get_by_label("Undo").is_disabled(), fresh.command) == (n == 0, commands[n])

    commands = [fresh.command]
    for setting in ("lane-0-lr", "steps"):
        fresh.slide(setting)
        page.wait_for_function("url => location.href !== url", arg=seen[-1])
        seen.append(page.url)
        commands.append(fresh.command)
    assert len({*commands}) == 3
    assert page.get_by_label("Redo").is_disabled()
    page.get_by_label("Undo").click()
    until(1)
    page.keyboard.press("Control+z")
    until(0)
    page.keyboard.press("Control+z")  # before it there is nothing, not even another page
    until(0)
    page.go_forward()
    until(1)
    page.keyboard.press("Control+Shift+z")
    until(2)


@pytest.mark.slow
def test_a_surface_has_its_own_steps_and_keeps_what_one_set_there(fresh: Lab) -> None:
    choose = fresh.page.locator("[data-setting=problem]")
    fresh.slide("lane-0-lr", "End")
    rate = fresh.value("lane-0-lr")
    choose.select_option("rosenbrock")
    fresh.settle()
    assert fresh.value("steps") == "800"
    assert fresh.value("lane-0-lr") != rate
    choose.select_option("regression")
    fresh.settle()
    assert fresh.value("lane-0-lr") == rate


def test_dark_and_light(shared: Lab) -> None:
    turn = shared.page.get_by_label("light or dark", exact=True)
    turn.click()
    assert shared.brightness() < 80
    assert (
        shared.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 20, 27)"
    )
    assert shared.command.endswith(" --theme=dark")
    turn.click()
    assert shared.brightness() > 160
    assert "--theme" not in shared.command


@pytest.mark.slow
def test_choices_and_optimisers(fresh: Lab) -> None:
    for label, value, words in (
        ("optimiser 1", "nesterov", "--optim=nesterov"),
        ("decay schedule of η", "cosine", "--schedule=cosine"),
        ("loss surface", "beale", "--problem=beale"),
    ):
        before = fresh.picture()
        fresh.page.get_by_label(label, exact=True).select_option(value)
        fresh.settle()
        assert fresh.picture() != before
        assert words in fresh.command
    fresh.page.get_by_text("+ optimiser").click()
    fresh.settle()
    assert fresh.page.locator(".ov-legend li").count() == 3
    fresh.page.get_by_label("remove adam").click()
    fresh.settle()
    assert "adam" not in fresh.legend
    assert "adam" not in fresh.command


@pytest.mark.slow
def test_the_start_by_click_and_by_number(fresh: Lab) -> None:
    fields = [fresh.page.get_by_label(f"start, {axis}") for axis in ("w", "b")]
    usual = [field.input_value() for field in fields]
    before = fresh.page.get_by_role("button", name="before")
    assert before.is_disabled()
    fresh.click_plane(200, 150)
    chosen = [field.input_value() for field in fields]
    assert f"--start={','.join(chosen)}" in fresh.command
    assert before.is_enabled()
    box = fresh.page.locator(".ov-plane canvas").bounding_box()
    fresh.page.mouse.move(box["x"] + 201, box["y"] + 150)
    assert "step 0" in fresh.page.locator(".ov-tip").inner_text()  # there it begins
    fields[0].fill("2.5")
    fields[0].press("Enter")
    fresh.settle()
    assert f"--start=2.5,{chosen[1]}" in fresh.command
    fresh.page.get_by_label("the usual start").click()
    fresh.settle()
    assert "--start" not in fresh.command
    assert [field.input_value() for field in fields] == usual


@pytest.mark.slow
def test_situations_play(fresh: Lab) -> None:
    choose = fresh.page.get_by_label("Situations from the lecture")
    top = fresh.page.locator(".ov-plane").bounding_box()["y"]
    choose.select_option(label="Too large a step")
    fresh.settle()
    fresh.until_step(2)
    assert fresh.page.get_by_role("button", name="Pause (space)").is_visible()
    assert fresh.page.locator(".ov-legend li").count() == 3
    fresh.page.get_by_label("To the end (End)").click()  # a verdict is told when it is time
    fresh.settle()
    assert "diverg" in fresh.legend
    assert "2/λ" in fresh.page.locator(".sl-note").inner_text()
    assert fresh.page.locator(".ov-plane").bounding_box()["y"] == top, "a note moves the picture"
    assert choose.input_value() == "-1"  # the next one can be chosen, and this one again


@pytest.mark.slow
def test_a_cell_of_the_map_is_played(fresh: Lab) -> None:
    page = fresh.page
    page.get_by_role("button", name="Map of η and β").click()
    words = page.locator(".sl-map-words")
    words.filter(has_text="fastest").wait_for()
    canvas = page.locator(".sl-map canvas")

    def told() -> list[str]:
        """The η and the β of the words below the map."""
        return re.match(r"η (\S+), β (\S+): ", words.inner_text()).groups()

    canvas.hover(position={"x": 150, "y": 120})
    pointed = told()
    canvas.click(position={"x": 150, "y": 120})
    fresh.settle()
    assert (fresh.value("lane-0-lr"), fresh.value("lane-0-beta")) == pointed
    fresh.until_step(0)
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    further = told()
    assert float(further[0]) > float(pointed[0])
    assert float(further[1]) > float(pointed[1])
    page.keyboard.press("Enter")
    fresh.settle()
    assert (fresh.value("lane-0-lr"), fresh.value("lane-0-beta")) == further


@pytest.mark.slow
def test_a_bad_link_on_a_phone(visit: Callable[..., Any], surface_lab: Any) -> None:
    """It says what it changed; everything fits, the picture first."""
    query = "?problem=bowl&optim=momentum:beta=7&optim=zzz"
    phone = Lab(visit(surface_lab, query, viewport={"width": 390, "height": 844}, has_touch=True))
    page = phone.page
    said = page.locator(".sl-note").inner_text()
    assert "Momentum β must be at most 0.999, so 7 became 0.999." in said
    assert "no optimiser 'zzz'" in said
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    parts = (".ov-plane", ".ov-transport", ".lab-controls", ".ov-side")
    tops = [page.locator(part).bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)
    assert page.evaluate(SMALL) == []
    page.locator("[data-setting=lane-1-lr]").scroll_into_view_if_needed()
    page.locator(".ov-side").scroll_into_view_if_needed()  # past all controls
    box = page.locator(".ov-plane canvas").bounding_box()
    assert box["y"] >= 0
    assert box["height"] > 250  # the picture is still there
    box = page.locator(".ov-plane canvas").bounding_box()
    before = phone.picture()
    page.touchscreen.tap(box["x"] + 120, box["y"] + 90)
    page.wait_for_function(f"before => {PLANE} !== before", arg=before)
    phone.settle()
    assert "--start=" in phone.command


@pytest.mark.slow
def test_lessons_from_question_to_reveal_by_keys_alone(
    visit: Callable[..., Any], surface_lab: Any
) -> None:
    lab = Lab(visit(surface_lab, "?lesson=01-rate", reduced_motion="reduce"))
    page, press = lab.page, lab.page.keyboard.press
    said, onwards = page.locator(".sl-said"), page.locator(".sl-after button")
    page.locator(".sl-asking").wait_for()
    for hidden in (".ov-side", ".ov-transport", ".sl-tabs", ".lab-controls"):
        assert page.locator(hidden).is_hidden()
    assert "converged" not in page.locator("body").text_content()
    lab.settle()  # a run with what is asked for would be there by now, seen or not
    assert page.locator(".ov-counter").text_content() == "step 0 / 1"
    for key in ("End", "Tab", "Space", "ArrowDown", "Tab", "Enter"):  # the second choice
        press(key)
    onwards.first.wait_for()
    assert said.inner_text().startswith("Not this one. It is: η = 0.09.")
    assert lab.step == 120
    assert "converged at step 32" in lab.legend
    for key in ("Tab", "Tab", "Enter"):  # on to the next lesson
        press(key)
    page.get_by_text("Where will it be after step 30?").wait_for()
    lab.settle()
    before = lab.picture()
    for key in ("Shift+ArrowRight", "Shift+ArrowDown", "ArrowUp"):
        press(key)
    assert page.locator(".sl-aim").inner_text() == "Your guess: −1.52, −0.71."
    assert lab.picture() != before
    press("Enter")
    onwards.first.wait_for()
    assert re.match(r"Near: it is at −1.33, −0.62, and your ring is 0.2\d* from", said.inner_text())
    assert lab.step == 30
    page.get_by_role("button", name="all lessons", exact=True).press("Enter")
    assert page.get_by_text("2 of 18 done.").is_visible()
    page.locator("[data-lesson='05-memory']").press("Enter")
    lab.settle()
    lab.slide("lane-0-beta", "PageUp")
    page.keyboard.press("Enter")  # on the slider, which keeps the focus
    onwards.first.wait_for()
    assert said.inner_text().startswith("Not yet: ")
    page.get_by_role("button", name="Try again").press("Enter")
    lab.settle()
    page.get_by_label("close the lessons").press("Enter")
    lab.settle()
    assert page.locator(".lab-controls").is_visible()
    assert "--steps=150" in lab.command  # what was asked about, as a run like any other
