"""The MNIST lab's panes, pins, lessons and whole screen in a browser, and what axe says of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from .test_accessible import found

pytestmark = pytest.mark.slow  # a server and a browser: CI has the time

LINK = "?optim=momentum:lr=0.1&optim=adam:lr=0.001&optim=sgd:lr=0.1&hidden=16&epochs=1"
TABS = ["Curves", "Layers", "Confusion", "Loss surface", "Formula"]
COLORS = """canvas => {
    const { width, height } = canvas, context = canvas.getContext("2d");
    return new Set(new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)).size;
}"""


@pytest.fixture(scope="module")
def page(mnist_lab: Any, stay: Callable[..., Any]) -> Any:
    """A page with three networks that are trained."""
    page = stay(mnist_lab, LINK, color_scheme="light")
    page.click("[data-do=train]")
    page.locator(".lab-figures", has_text="Finished").wait_for(timeout=120_000)
    return page


def pane(page: Any, name: str) -> Any:
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name)


def colors(canvas: Any) -> int:
    """How many colours are on a canvas."""
    return canvas.evaluate(COLORS)


def cleared(page: Any) -> None:
    """Axe finds nothing, light and dark."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"document.querySelector('.lab').dataset.theme === '{scheme}'")
        assert found(page) == [], scheme


def test_the_curves_go_over_seconds(page: Any) -> None:
    curves = pane(page, "Curves")
    chart = curves.locator("[data-chart=loss]")
    epochs = chart.evaluate("canvas => canvas.toDataURL()")
    page.click("[data-do=seconds]")
    page.wait_for_function(
        "before => document.querySelector('[data-chart=loss]').toDataURL() !== before", arg=epochs
    )
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    page.locator(".lab-runs.lab-at th", has_text="at second").wait_for()
    page.mouse.move(0, 0)
    page.click("[data-do=seconds]")
    cleared(page)


def test_the_layers_are_two_charts_with_a_line_each(page: Any) -> None:
    layers = pane(page, "Layers")
    layers.get_by_text("layer 1 sees the pixels").wait_for()
    for name in ("ratio", "gradient"):
        canvas = layers.locator(f"[data-layers={name}]")
        said = canvas.get_attribute("aria-label")
        assert said.count("layer 1 ") == said.count("layer 2 ") == 1
        assert colors(canvas) > 10
    cleared(page)


def test_a_cell_of_the_confusion_leads_to_a_digit_and_its_probabilities(page: Any) -> None:
    confusion = pane(page, "Confusion")
    cells = confusion.locator("table button")
    cells.nth(99).wait_for()
    counts = np.array([int(words.replace("·", "0")) for words in cells.all_inner_texts()])
    assert counts.sum() == 10_000
    mistakes = np.where(np.eye(10, dtype=bool).ravel(), 0, counts)
    place = int(mistakes.argmax())
    truth, guess = divmod(place, 10)
    cells.nth(place).click()
    digits = confusion.locator(".ml-cell .lab-digit")
    digits.first.wait_for()
    assert digits.count() == min(mistakes.max(), 40)
    cleared(page)
    digits.first.click()
    large = page.get_by_role("dialog")
    shares = [float(w.split()[0]) for w in large.locator(".ml-bars li b").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=0.5)
    assert int(np.argmax(shares)) == guess
    assert large.locator(".ml-is").inner_text().startswith(str(truth))
    assert colors(large.locator("canvas")) > 5
    cleared(page)
    page.keyboard.press("Escape")


def test_the_formula_is_in_numbers_that_add_up(page: Any) -> None:
    page.locator("tr[data-run='3'] .lab-name").click()  # plain gradient descent
    formula = pane(page, "Formula")
    formula.get_by_text("sgd η 0.1: one step.").wait_for()
    numbers = formula.locator(".ml-formula .lab-muted").inner_text().replace("−", "-")
    left, _, right = numbers.partition(" ← ")[2].partition(" = ")
    w, _, push = left.partition(" - 0.1")
    expected = float(w) - 0.1 * float(push.strip("·() "))
    assert float(right) == pytest.approx(expected, rel=2e-3)
    cleared(page)


def test_the_surface_is_laid_through_the_finished_runs(page: Any) -> None:
    surface = pane(page, "Loss surface")
    surface.get_by_role("button", name="Draw the surface").click()
    surface.get_by_text("each colour is a step").wait_for(timeout=60_000)
    words = surface.get_by_role("status").inner_text()
    for name in ("momentum η 0.1", "adam η 0.001", "sgd η 0.1"):
        assert f"{name} ends at " in words
    assert colors(surface.locator("canvas")) > 100
    cleared(page)


@pytest.mark.parametrize(("width", "height", "room"), [(390, 844, 390), (844, 390, 473)])
def test_the_last_tab_is_reached_on_a_phone(page: Any, width: int, height: int, room: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(f"document.querySelector('.lab').clientWidth === {width}")
    for name in TABS:
        tab = page.get_by_role("tab", name=name)
        box = tab.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= room
        assert box["height"] >= 30
        tab.click()
        assert page.get_by_role("tabpanel", name=name).is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert found(page) == []
    page.set_viewport_size({"width": 1280, "height": 720})
    pane(page, "Curves")


def first(page: Any) -> str:
    return page.locator("tr[data-run]").first.get_attribute("data-run")


def test_what_is_pinned_stands_first_and_is_so_after_a_reload(page: Any) -> None:
    before = page.locator("[data-chart=loss]").evaluate("canvas => canvas.toDataURL()")
    page.get_by_label("pin sgd, run 3").click()
    page.get_by_label("pin adam, run 2").click()
    assert first(page) == "3"
    page.wait_for_function(
        "before => document.querySelector('[data-chart=loss]').toDataURL() !== before", arg=before
    )
    cleared(page)
    page.wait_for_timeout(700)  # until it is kept
    page.evaluate("document.body.dataset.kept = 'keep'")  # and nothing is asked
    page.reload()
    page.locator("tr[data-run]").nth(2).wait_for(timeout=60_000)
    pinned = page.locator(".lab-runs [aria-pressed=true]")
    pinned.nth(1).wait_for()
    assert pinned.all_inner_texts() == ["A", "B"]
    assert first(page) == "3"
    for _ in range(2):
        pinned.first.click()
    page.get_by_label("Undo").click()
    assert pinned.all_inner_texts() == ["B"]
    pinned.first.click()
    assert pinned.count() == 0


def taught(page: Any) -> None:
    """Open the last lesson, where none is."""
    if page.locator(".sl-lessons").is_hidden():
        page.get_by_role("button", name="Lessons", exact=True).click()
        page.locator("[data-lesson='04-fair']").click()


def test_a_lesson_asks_before_it_trains(page: Any) -> None:
    taught(page)
    sure = page.get_by_role("button", name="That is my answer")
    page.locator(".lab-runs tr[data-run]").nth(1).wait_for()
    page.wait_for_function("!document.querySelector('.sl-lessons form > button').disabled")
    assert page.locator("tr[data-run]").count() == 2
    assert page.url.endswith("?lesson=04-fair")
    cleared(page)
    page.get_by_label("Gradient descent, by more than two points").check()
    sure.click()
    page.get_by_text("Try next.").wait_for(timeout=60_000)
    assert page.locator("tr[data-run]").count() == 4
    assert page.locator(".sl-said b").inner_text().startswith("Not this one. It is: Neither")
    cleared(page)


def test_presenting_shows_a_pane_in_large_words_and_turns_on(page: Any) -> None:
    taught(page)
    title = page.locator(".lab-charts h2").first
    high = title.bounding_box()["height"]
    page.keyboard.press("p")
    page.wait_for_function("document.fullscreenElement !== null")
    assert title.bounding_box()["height"] == pytest.approx(1.6 * high, rel=0.02)
    assert page.locator(".lab-header").is_hidden()
    assert page.get_by_role("heading", name="A fair comparison").is_visible()
    assert found(page) == []
    page.keyboard.press("ArrowLeft")
    page.get_by_role("heading", name="η = 0.1 and batches of one").wait_for()
    page.get_by_label("close the lessons").click()
    chart = page.locator("[data-chart=loss]")
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 50)
    page.locator(".lab-runs.lab-at").wait_for()
    page.mouse.move(2, 2)
    page.wait_for_selector(".ov-still")
    tabs = page.locator(".ml-tabs")
    assert tabs.evaluate("node => getComputedStyle(node).opacity") == "0"
    page.keyboard.press("ArrowRight")
    page.get_by_role("tabpanel", name="Layers").wait_for()
    page.keyboard.press("p")
    page.wait_for_function("document.fullscreenElement === null")
    assert page.locator(".lab-header").is_visible()
