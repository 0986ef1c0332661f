"""Tiles: several pictures side by side on one timeline."""

from __future__ import annotations

from pathlib import Path

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
        assert (image.size, image.n_frames) == ((480, 270), 13)


@pytest.mark.parametrize("columns", [0, -1])
def test_no_tiles_are_refused(tiles: Tiles, columns: int) -> None:
    with pytest.raises(UserError, match="at least one picture and one column"):
        Tiles("None", "", tiles.pictures, columns)
    with pytest.raises(UserError, match="at least one picture and one column"):
        Tiles("None", "", [])
