"""The ground where it is undefined, endless or a pole: told apart in every kind of picture."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from optiviz.player import pack
from optiviz.problems import parse_problem
from optiviz.problems.base import Plane
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.charts.tiles import Mosaic, Tiles
from optiviz.views.scene.contour import ends, levels, sample
from optiviz.views.scene.figure import Scene
from optiviz.views.style import MINIMUM

HALF = "sqrt(x) + y**2"  # of which the left half is undefined


def pixels(scene: Scene | Mosaic, panel: int = 0) -> np.ndarray:
    """What a panel shows, its first row at the bottom."""
    scene.canvas.draw()
    image = np.asarray(scene.canvas.buffer_rgba())[::-1, :, :3].astype(int)
    box = scene.panels[panel].ax.get_window_extent()
    return image[int(box.y0) + 1 : int(box.y1), int(box.x0) + 1 : int(box.x1)]


def shares(image: np.ndarray, color: str) -> float:
    """How much of an image has a colour."""
    return float((np.abs(image - 255 * np.array(to_rgb(color))).max(axis=-1) < 2).mean())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_undefined_ground_is_hatched_and_high_ground_is_not(theme: str) -> None:
    problem = parse_problem(HALF)
    picture = Picture(problem, race(problem, ["sgd:lr=0.2"]), ["path"], theme=theme)
    look = picture.look
    for scene in (Scene(picture), Mosaic(Tiles("", "", [picture], columns=1))):
        image = pixels(scene)
        width, height = image.shape[1], image.shape[0]
        left = image[: height // 3, : int(0.45 * width)]
        right = image[: height // 3, int(0.55 * width) :]
        bands = [np.array(look.ramp(t)[:3]) for t in np.linspace(0, 1, 20)]
        assert 0.6 < shares(left, look.background) < 0.95, "hatched, not blank"
        assert shares(left, look.bands[-1]) < 0.01
        assert sum(shares(right, band) for band in bands) > 0.6
        assert shares(right, look.background) < 0.05
    words = [text.get_text() for text in Scene(picture).panels[0].ax.texts]
    assert "hatched: undefined" in words
    bowl = Picture("bowl", race("bowl", ["sgd"], steps=2), ["path"])
    assert not any("undefined" in text.get_text() for text in Scene(bowl).panels[0].ax.texts)


def test_the_edge_of_undefined_ground_lies_where_it_is() -> None:
    problem = parse_problem(HALF)
    scene = Scene(Picture(problem, race(problem, ["sgd:lr=0.2"], steps=2), ["path"]))
    row = pixels(scene)[20]
    (left, right), _ = scene.panels[0].bounds
    page = np.abs(row - 255).max(axis=-1) < 2
    edge = left + (right - left) * np.flatnonzero(page).max() / len(row)
    assert abs(edge) < 3 * (right - left) / 240


def test_a_relief_is_blank_where_it_is_undefined() -> None:
    for words, blank in ((HALF, True), ("x**2+y**2", False)):
        problem = parse_problem(words)
        panel = Scene(Picture(problem, race(problem, ["sgd:lr=0.1"], steps=2), ["surface"])).panels[
            0
        ]
        places, shown = panel.ground.points[:-1, :-1, 0], panel.ground.colors[..., 3] > 0
        assert shown[places > 0.05].all()
        assert shown[places < -0.05].any() != blank
        assert any("undefined" in text.get_text() for text in panel.ax.texts) == blank


def test_a_page_is_told_where_the_ground_is_undefined() -> None:
    def facts(problem: Plane) -> tuple[dict, bytes]:
        sent = pack.ground(problem)
        (length,) = struct.unpack("<I", sent[:4])
        return json.loads(sent[4 : 4 + length]), sent[4 + length :]

    told, arrays = facts(parse_problem(HALF))
    n = told["points"]
    assert [array["name"] for array in told["arrays"]] == ["heights", "nowhere"]
    nowhere = np.frombuffer(arrays[2 * n * n : 3 * n * n], np.uint8).reshape(n, n)
    x = np.linspace(*told["extent"][0], n)
    np.testing.assert_array_equal(nowhere, np.broadcast_to(x < 0, (n, n)))
    assert told["undefined"] == "hatched: undefined"
    assert "undefined" not in facts(parse_problem("x**2+y**2"))[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_local_minimum_is_a_hollow_star(theme: str) -> None:
    race_ = race("six-hump-camel", ["sgd"], steps=2)
    scene = Scene(Picture("six-hump-camel", race_, ["path", "surface"], theme=theme))
    for panel in scene.panels:
        stars = [line for line in panel.ax.lines if line.get_marker() == "*"]
        hollow = [star for star in stars if star.get_markerfacecolor() == scene.look.background]
        full = [star for star in stars if star.get_markerfacecolor() == MINIMUM]
        assert len(hollow) + len(full) == len(stars)
        if panel is scene.panels[0]:
            counts = [sum(len(star.get_xdata()) for star in kind) for kind in (full, hollow)]
            assert counts == [2, 4]
        edges = {line.get_markeredgecolor() for line in hollow}
        assert edges == {scene.look.text if theme == "light" else MINIMUM}, "seen on any ground"


def test_a_path_does_not_cover_a_minimum_and_its_head_does() -> None:
    runs = race("valley", ["momentum"], steps=200)
    panel = Scene(Picture("valley", runs, ["path"])).panels[0]
    (star,) = [line for line in panel.ax.lines if line.get_marker() == "*"]
    trail = panel.trails[0]
    assert star in panel.moving, "in a film, too"
    assert trail.line.zorder < trail.tail.zorder < star.zorder < trail.head.zorder


POLES = ["1/x + y**2", "1/(x**2+y**2)", "-1/(x**2+y**2)", "1/(x-y)", "tan(x)+y**2", "1/(x*y)"]


@pytest.mark.parametrize("words", POLES)
def test_a_pole_does_not_eat_the_level_lines(words: str) -> None:
    problem = parse_problem(words)
    _, _, values = sample(problem, problem.bounds)
    heights = levels(values)
    assert (np.diff(heights) > 0).all()
    few, most = np.quantile(values, (0.05, 0.95))
    assert ((heights > few) & (heights < most)).sum() >= 8, "of nineteen lines"
    told = pack.ground(problem)
    (length,) = struct.unpack("<I", told[:4])
    assert json.loads(told[4 : 4 + length])["levels"] <= 30


def test_a_narrow_pit_and_a_narrow_hill_keep_their_levels() -> None:
    for words in ("-exp(-200*(x**2+y**2))", "exp(-200*(x**2+y**2))", "exp(x**2+y**2)", "exp(5*x)"):
        problem = parse_problem(words)
        _, _, values = sample(problem, problem.bounds)
        assert ends(values) == (values.min(), values.max())


def test_minus_infinity_is_low_and_infinity_high() -> None:
    for sign, end in ((1, 0), (-1, -1)):
        problem = parse_problem(f"{sign}*log(x**2+y**2)")
        axis = np.linspace(-3, 3, 121)  # with a point at the very pole
        with np.errstate(all="ignore"):
            values = problem.on(axis, axis)
        assert values[60, 60] == -sign * np.inf
        heights = levels(np.clip(values, -1e200, 1e200))
        assert np.interp(np.clip(values[60, 60], -1e200, 1e200), heights, range(21)) == (
            0 if end == 0 else 20
        )
        few, most = np.quantile(values, (0.05, 0.95))
        assert ((heights > few) & (heights < most)).sum() >= 8
