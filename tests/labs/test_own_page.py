"""A surface of one's own, numbers that are typed, and eigen-directions, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from .test_surface_page import Lab

pytestmark = pytest.mark.slow  # a server of its own, and pages of its own


def type_into(lab: Lab, setting: str, text: str) -> str:
    """Type into a field, and what it says then."""
    field = lab.page.locator(f"[data-setting={setting}]")
    field.fill(text)
    field.press("Enter")
    lab.settle()
    return str(field.input_value())


def wrong(lab: Lab) -> list[str]:
    """The words that are shown about what was typed."""
    return [said for said in lab.page.locator(".sl-wrong").all_inner_texts() if said]


def test_a_formula_is_the_surface(visit: Callable[..., Any], surface_lab: Any) -> None:
    lab = Lab(visit(surface_lab, "?problem=valley&optim=sgd&steps=30"))
    page, before = lab.page, lab.picture()
    page.get_by_label("loss surface", exact=True).select_option(label="a formula in x and y …")
    page.locator("[data-setting=formula]").wait_for()
    lab.settle()
    assert lab.picture() != before
    assert "--problem='x**2 + 10*y**2'" in lab.command
    held, command = lab.picture(), lab.command
    assert type_into(lab, "formula", "x**2 + floor(y)") == "x**2 + floor(y)"
    assert "at column 8: floor is none of the functions" in wrong(lab)[0]
    assert (lab.picture(), lab.command) == (held, command)  # the old surface stays
    page.get_by_label("Undo").click()  # to the valley, which has no formula
    page.locator("[data-setting=shape-condition]").wait_for()
    page.get_by_label("Redo").click()
    page.locator("[data-setting=formula]").wait_for()
    lab.settle()
    type_into(lab, "formula", "x**2 + 3*y**2 + sin(3*x)")
    assert type_into(lab, "shape-left", "9") == "2.999"
    assert wrong(lab) == ["At most 2.999."]
    assert type_into(lab, "shape-left", "-5") == "-5"
    assert wrong(lab) == []
    page.wait_for_function("location.search.includes('left=-5')")
    shown, said = lab.picture(), lab.command
    page.reload()
    page.locator("[data-setting=formula]").wait_for(timeout=60_000)
    lab.settle()
    assert (lab.command, lab.picture()) == (said, shown)
    assert page.locator("[data-setting=formula]").input_value() == "x**2 + 3*y**2 + sin(3*x)"
    assert page.locator("[data-setting=shape-left]").input_value() == "-5"
    ends = page.locator(".lab-controls .lab-group > *").evaluate_all(
        "rows => rows.map((row) => row.getBoundingClientRect().right)"
    )
    assert len(set(ends)) == 1  # the rows of every group are as wide


def test_every_number_can_be_typed(visit: Callable[..., Any], surface_lab: Any) -> None:
    query = "?problem=regression&optim=momentum&batch-size=8&schedule=step&steps=60"
    lab = Lab(visit(surface_lab, query))
    page = lab.page
    sliders = page.locator(".lab-controls input[type=range]").evaluate_all(
        "all => all.map(({ dataset }) => dataset.setting)"
    )
    assert len(sliders) == 8
    for setting in sliders:
        field = page.locator(f"[data-setting={setting}-typed]")
        assert float(field.input_value()) == float(lab.value(setting))
        assert field.get_attribute("aria-label")
    for setting, text, then, words in (
        ("lane-0-lr", "0.0123", "0.0123", []),
        ("lane-0-lr", "1e3", "10", ["At most 10."]),
        ("lane-0-beta", "no", "0.9", ["At most 10.", "That is no number."]),
        ("lane-0-lr", "0,05", "0.05", ["That is no number."]),
        ("steps", "61.6", "62", ["That is no number.", "A whole number."]),
    ):
        assert type_into(lab, f"{setting}-typed", text) == then
        assert wrong(lab) == words
    assert "--optim=momentum:lr=0.05,beta=0.9" in lab.command
    assert "--steps=62" in lab.command
    assert type_into(lab, "start-0", "-99") == "-1.1"
    assert type_into(lab, "start-1", "0.5") == "0.5"
    assert "--start=-1.1,0.5" in lab.command
    page.get_by_title("Type a step").click()
    page.get_by_label("go to step").fill("17")
    page.keyboard.press("Enter")
    assert lab.step == 17
    page.keyboard.press("Enter")
    page.get_by_label("go to step").fill("1000")
    page.keyboard.press("Enter")
    assert lab.step == 62


def test_eigen_directions(visit: Callable[..., Any], surface_lab: Any) -> None:
    lab = Lab(visit(surface_lab, "?problem=valley&optim=sgd:lr=0.09&optim=adam&steps=60"))
    page, plain = lab.page, lab.picture()
    page.get_by_role("button", name="Eigen-directions").click()
    rows = page.get_by_label("The axes of the curvature").locator("li")
    rows.first.wait_for()
    assert rows.all_inner_texts() == [
        "λ 20 · ηλ 1.8 · ×0.8 a step · stable, η < 0.1",
        "λ 1 · ηλ 0.09 · ×0.91 a step · stable, η < 2",
        *(f"λ {curvature} · no fixed factor a step is known" for curvature in (20, 1)),
    ]
    assert lab.picture() != plain  # the axes lie on it
    assert page.get_by_role("img", name=re.compile("^Loss against")).is_hidden()
    type_into(lab, "lane-0-lr-typed", "0.103")
    assert rows.first.inner_text() == "λ 20 · ηλ 2.06 · ×1.06 a step · unstable, η > 0.1"
    page.get_by_label("loss surface", exact=True).select_option("saddle")
    page.get_by_text("Saddle has no axes of curvature to show").wait_for()
    page.get_by_role("button", name="Curves").click()
    assert page.get_by_text("Saddle has no axes").is_hidden()
    assert page.get_by_role("img", name=re.compile("^Loss against")).is_visible()
