"""Tiles: several pictures side by side on one timeline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from optiviz import surfaces
from optiviz.errors import UserError
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.charts.tiles import Mosaic, Tiles, animate_tiles, plot_tiles


@pytest.fixture
def tiles() -> Tiles:
    """A long and a short run."""
    pictures = [
        Picture(surfaces["bowl"], race(surfaces["bowl"], ["sgd"], steps), ["path"], size=(480, 270))
        for steps in (5, 12)
    ]
    return Tiles("Two", "A note", pictures)


def test_the_tiles_share_one_timeline(tiles: Tiles) -> None:
    mosaic = Mosaic(tiles)
    for t, points in ((3, [4, 4]), (9, [6, 10]), (12, [6, 13])):
        mosaic.show(t)
        assert [len(panel.trails[0].line.get_xdata()) for panel in mosaic.panels] == points
        assert mosaic.counter.get_text() == f"step {t:>2} / 12"
        assert [ending.get_visible() for ending in mosaic.endings] == [t >= 5, t >= 12]


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_still_is_the_same_twice(tiles: Tiles, tmp_path: Path, ending: str) -> None:
    one, two = (tmp_path / f"{name}{ending}" for name in "ab")
    plot_tiles(tiles, one)
    plot_tiles(tiles, two)
    assert one.read_bytes() == two.read_bytes()


def test_a_gif_has_a_frame_for_every_step(tiles: Tiles, tmp_path: Path) -> None:
    animate_tiles(tiles, tmp_path / "tiles.gif")
    with Image.open(tmp_path / "tiles.gif") as image:
        assert image.size == (480, 270)
        assert image.n_frames >= 13


@pytest.mark.parametrize("columns", [0, -1])
def test_no_tiles_are_refused(tiles: Tiles, columns: int) -> None:
    with pytest.raises(UserError, match="at least one picture and one column"):
        Tiles("None", "", tiles.pictures, columns)
    with pytest.raises(UserError, match="at least one picture and one column"):
        Tiles("None", "", [])


@pytest.mark.parametrize(("size", "beside"), [((480, 270), True), ((400, 300), False)])
def test_a_verdict_stands_beside_its_heading_or_in_the_tile_where_that_is_narrow(
    tiles: Tiles, size: tuple[int, int], beside: bool
) -> None:
    words = ["long"] if beside else ["a heading so long that no other words fit beside it"]
    pictures = [replace(picture, size=size, labels=words) for picture in tiles.pictures]
    scene = Mosaic(replace(tiles, pictures=pictures))
    for panel, ending, picture in zip(scene.panels, scene.endings, pictures, strict=True):
        assert ending.get_text() == picture.verdicts[0]
        place, box = ending.get_window_extent(), panel.ax.bbox
        assert (place.y0 > box.y1) == beside
        assert box.x0 <= place.x0
        assert place.x1 <= box.x1 + 1


def test_a_verdict_without_room_is_cut_to_its_first_words(tiles: Tiles) -> None:
    first = tiles.pictures[0]
    for words, told in (
        ("swings, " + 9 * "and so on ", "swings"),
        ("swings, down", "swings, down"),
    ):
        picture = replace(first)
        object.__setattr__(picture, "verdicts", (words,))
        (ending,) = Mosaic(replace(tiles, pictures=[picture])).endings
        assert ending.get_text() == told


def test_the_same_surface_has_the_same_ground_in_every_tile() -> None:
    def ground(*sizes: int | None) -> list[np.ndarray]:
        runs = [race("regression", ["sgd"], steps=5, batch_size=size) for size in sizes]
        tiles = Tiles("a", "", [Picture("regression", run, ["path"]) for run in runs])
        return [panel.ax.collections[0].get_facecolor() for panel in Mosaic(tiles).panels]

    pale, beside = ground(10, None)
    np.testing.assert_array_equal(pale, beside)
    (alone,) = ground(None)
    assert (alone != pale).any(), "where no batch lies over it, it is not pale"


@pytest.mark.parametrize("theme", ["dark", "slides"])
def test_the_words_of_the_axes_are_on_the_canvas(theme: str) -> None:
    runs = race("himmelblau", ["sgd"], steps=2)
    one = Picture("himmelblau", runs, ["path"], theme=theme, size=(480, 270))
    mosaic = Mosaic(Tiles("Two", "A note", [one, one]))
    boxes = [ax.get_tightbbox(mosaic.canvas.get_renderer()) for ax in mosaic.figure.axes]
    assert len(boxes) == len(mosaic.panels) == len(mosaic.endings) == 2
    assert min(min(box.x0, box.y0) for box in boxes) >= 0
