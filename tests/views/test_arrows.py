"""The arrows at the heads of paths, their names, and how a step is added up."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from optiviz import descend, optim, surfaces
from optiviz.player import pack
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.scene import arrows
from optiviz.views.scene.figure import Scene
from optiviz.views.style import THEMES


def panel_of(rules: list[str], panel: str = "path", steps: int = 30, **options) -> tuple:
    drawn = Picture("valley", race("valley", rules, steps=steps), [panel], **options)
    scene = Scene(drawn)
    return scene, scene.panels[0]


def seen(panel) -> list[str]:
    return [text.get_text() for text in panel.key if text.get_visible()]


SLOW = [pytest.param(theme, marks=pytest.mark.slow) for theme in THEMES if theme != "slides"]


@pytest.mark.parametrize(("surface", "rule"), [("valley", "sgd"), ("rosenbrock", "momentum")])
def test_the_longest_arrow_is_about_15_percent_of_the_panel(surface: str, rule: str) -> None:
    (run,) = race(surface, [rule], steps=20)
    panel = Scene(Picture(surface, run, ["path"], size=(720, 540))).panels[0]
    low, high = np.array(surfaces[surface].bounds).T
    inside = ((run.w >= low) & (run.w <= high)).all(axis=1)
    longest = max(np.hypot(*v[inside].T).max() for _, _, v in panel.trails[0].arrows)
    low, high = np.array(panel.bounds).T
    assert 0.11 < longest / np.prod(high - low) ** 0.5 < 0.2


def test_where_nothing_is_carried_on_there_is_one_arrow_with_one_name() -> None:
    scene, panel = panel_of(["sgd"], steps=3)
    scene.show(1)
    run = scene.picture.runs[0]
    ((patch, _, _),) = panel.trails[0].arrows
    tip = (patch.get_xy()[3] - run.w[1]) / panel.factor
    np.testing.assert_allclose(tip, run.w[2] - run.w[1], err_msg="the step to come")
    assert [words.split(" ×")[0] for words in seen(panel)] == ["→ step = −ηg"]


def test_an_arrow_that_is_not_drawn_has_no_key() -> None:
    scene, panel = panel_of(["momentum"], steps=400)
    assert seen(panel) == [], "at rest in the minimum"
    scene.show(0)
    assert [words.split(" ×")[0] for words in seen(panel)] == ["→ −η · gradient"]
    scene.show(3)
    assert len(seen(panel)) == 2


def test_a_page_has_the_lengths_and_names_of_the_picture() -> None:
    for rules, plain in ((["sgd"], "step = −ηg"), (["momentum"], "")):
        scene, panel = panel_of(rules)
        packed = pack.paths(scene.picture)
        facts = json.loads(packed[4 : 4 + struct.unpack("<I", packed[:4])[0]])
        scene.show(2)
        assert facts["factor"] == panel.factor
        assert facts["plain"] == plain
        assert all(words.endswith(facts["times"]) for words in seen(panel))
        assert facts["times"] == f" ×{panel.factor:g}"


@pytest.mark.parametrize("theme", ["slides", *SLOW])
def test_keys_stand_on_an_opaque_plate_over_all_that_moves(theme: str) -> None:
    runs = race("regression", ["momentum"], steps=4, batch_size=8)
    scene = Scene(Picture("regression", runs, ["path"], theme=theme))
    scene.show(2)
    panel = scene.panels[0]
    assert len(panel.notes) == 4, "two arrows, and the two grounds"
    order = scene.moving
    for note in panel.notes:
        assert note.get_bbox_patch().get_alpha() is None
        assert order.index(note) > order.index(panel.batch.lines), "else contours strike it through"
        assert order.index(note) > order.index(panel.trails[0].line)


@pytest.mark.parametrize(
    "form", ["inside", pytest.param("outside", marks=pytest.mark.slow), "average"]
)
def test_the_sum_is_of_what_is_carried_and_what_is_pushed(form: str) -> None:
    run = descend("valley", optim.Momentum(lr=0.01, beta=0.8, form=form), steps=20)
    scene = Scene(Picture("valley", [run], panels=["sum"]))
    panel = scene.panels[0]
    share = 0.2 if form == "average" else 1.0
    scene.show(5)
    patches = [patch for patch, _, _ in panel.trails[0].arrows]
    reach = (np.array([patch.get_xy()[3] for patch in patches]) - run.w[5]) / panel.factor
    np.testing.assert_allclose(reach[0], 0.8 * run.velocity[5])
    np.testing.assert_allclose(reach[1], -0.01 * share * run.grad[5])
    np.testing.assert_allclose(reach[2], run.velocity[6])
    # In the magnifier they are the same, but for their length; and the dashed sides close them.
    glass = panel.glass
    tails = [(patch.get_xy()[0] + patch.get_xy()[6]) / 2 for patch in glass.arrows]
    tips = np.array([patch.get_xy()[3] for patch in glass.arrows]) - tails
    np.testing.assert_allclose(tips / tips[2, 0], reach / reach[2, 0], atol=1e-9)
    more = tips[2, 0] / reach[2, 0]
    assert glass.times.get_text() == f"arrows ×{more:.3g}"
    for sides, start in ((panel.sides[0], run.w[5]), (glass.sides, tails[0])):
        first, second = sides.get_segments()
        np.testing.assert_allclose(first[1], second[1])
        assert np.hypot(*(first[0] - start)) > 0
    names = [text.get_text() for text in glass.letters.texts]
    assert (
        names
        == {
            "inside": ["βv", "−ηg", "v"],
            "outside": ["−ηβv", "−ηg", "−ηv"],
            "average": ["−ηβv", "−η(1−β)g", "−ηv"],
        }[form]
    )


@pytest.mark.parametrize("theme", ["slides", *SLOW])
def test_letters_lie_in_the_magnifier_beside_each_other(theme: str) -> None:
    scene, panel = panel_of(["momentum"], "sum", theme=theme)
    plate = panel.glass.plate
    for t in range(0, 31, 5):
        scene.show(t)
        frame = plate.get_window_extent()
        texts = [text for text in panel.glass.letters.texts if text.get_visible()]
        assert texts, "there is a step at every point that is shown"
        boxes = [text.get_window_extent() for text in (*texts, panel.glass.times)]
        for i, box in enumerate(boxes):
            assert frame.x0 <= box.x0 < box.x1 <= frame.x1
            assert frame.y0 <= box.y0 < box.y1 <= frame.y1
            assert not [1 for other in boxes[:i] if box.overlaps(other)], (t, i)


def test_the_last_picture_shows_the_most_telling_step() -> None:
    scene, panel = panel_of(["momentum"], "sum", steps=40)
    run = scene.picture.runs[0]
    step = run.w[1:] - run.w[:-1]
    push = -run.lr[:, None] * run.grad[:-1]
    areas = np.abs(step[:, 0] * push[:, 1] - step[:, 1] * push[:, 0])
    at = int(areas.argmax())
    assert 0 < at < 40
    patch = panel.trails[0].arrows[2][0]
    np.testing.assert_allclose(patch.get_xy()[3], run.w[at] + panel.factor * step[at])
    assert f"at step {at}" in panel.when.get_text()
    scene.show(38.5)
    assert "step" not in panel.when.get_text()
    start = (patch.get_xy()[0] + patch.get_xy()[6]) / 2
    np.testing.assert_allclose(start, run.w[38:40].mean(axis=0), err_msg="at the head, on its way")


def test_the_sum_of_one_arrow_is_that_arrow() -> None:
    scene, panel = panel_of(["sgd"], "sum", steps=9)
    scene.show(4)
    assert [patch.get_visible() for patch, _, _ in panel.trails[0].arrows] == [False, True, False]
    assert [t.get_text() for t in panel.glass.letters.texts if t.get_visible()] == ["−ηg"]


def test_the_push_is_that_of_the_gradient_that_the_rule_meets() -> None:
    run = descend("valley", optim.SGD(lr=0.01, clip=2.0, weight_decay=0.5), steps=20)
    np.testing.assert_allclose(arrows.push(run)[:-1], np.diff(run.w, axis=0), atol=1e-12)
    np.testing.assert_allclose(arrows.carried(run), 0, atol=1e-12)
    plain = descend("valley", optim.SGD(lr=0.01), steps=20)
    assert np.array_equal(arrows.push(plain), -0.01 * plain.grad)


@pytest.mark.parametrize(
    ("rules", "words"), [(["sgd", "sgd:lr=0.01"], "step = −ηg"), (["sgd", "momentum"], "")]
)
def test_several_rules_that_carry_nothing_on_have_one_name_for_their_arrows_in_a_player(
    rules: list[str], words: str
) -> None:
    block = pack.paths(Picture("valley", race("valley", rules, steps=5)))
    (length,) = struct.unpack_from("<I", block)
    assert json.loads(block[4 : 4 + length])["plain"] == words
