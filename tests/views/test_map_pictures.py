"""Pictures of maps: all on the page, in every theme and shape; and the colours are the map."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from legible import faults
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_rgb
from PIL import Image

from optiviz import surfaces
from optiviz.errors import UserError
from optiviz.maps import BasinMap, RateMap, Sensitivity, basin_map, rate_map, sensitivity
from optiviz.views.charts.basins import PALEST, _percent, colors_of_minima
from optiviz.views.charts.maps import draw, lightness, plot_map, ramp
from optiviz.views.charts.rows import draw_row
from optiviz.views.charts.sensitivity import in_words
from optiviz.views.charts.sheet import Sheet
from optiviz.views.files.animate import STILL
from optiviz.views.style import THEMES, blend

RULES = ["sgd", "momentum", "adam"]
MAPS = {
    "rates of momentum": lambda: rate_map(surfaces["valley"], "momentum", steps=200),
    "turned": lambda: rate_map(surfaces["bowl"], "momentum", "beta", "lr", steps=50),
    "without theory": lambda: rate_map(surfaces["rosenbrock"], "adam", steps=50),
    "basins": lambda: basin_map(surfaces["himmelblau"], "adam", points=60),
    "basins missed": lambda: basin_map(surfaces["rosenbrock"], "sgd", points=30, steps=5),
    "one": lambda: sensitivity(surfaces["bowl"], ["sgd"], np.linspace(0, 3, 50)),
    "several": lambda: sensitivity(surfaces["rosenbrock"], RULES),
    "many": lambda: sensitivity(
        surfaces["valley"], [*RULES, *RULES, "nesterov", "lion", "adagrad"]
    ),
}
SIZES = [(240, 180), (960, 540), (1280, 720), (540, 960)]


@cache
def made(name: str) -> BasinMap | RateMap | Sensitivity:
    """A map, computed by the first test that asks for it."""
    return MAPS[name]()


def drawn(name: str, theme: str, size: tuple[int, int]) -> Sheet:
    sheet = Sheet(theme, size)
    draw(sheet, made(name))
    with sheet.style():
        sheet.canvas.draw()
    return sheet


# The largest letters want the most room; the other themes are tried where there is time.
SMALLER = [pytest.param(name, marks=pytest.mark.slow) for name in THEMES if name != "slides"]


@pytest.mark.parametrize("theme", ["slides", *SMALLER])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name in {"turned", "many", "one"} else name
        for name in MAPS
    ],
)
def test_nothing_is_cut_off_or_crowded(name: str, theme: str) -> None:
    for size in SIZES:
        sheet = drawn(name, theme, size)
        image = np.asarray(sheet.figure.canvas.buffer_rgba())[..., :3]
        assert image.shape == (size[1], size[0], 3)
        edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert (edge == np.round(np.array(to_rgb(THEMES[theme].background)) * 255)).all(), size
        for ax in sheet.figure.axes:
            check_numbers(ax)


def check_numbers(ax: Axes) -> None:
    """The numbers along the lower axis do not touch."""
    low, high = sorted(ax.get_xlim())
    shown = [t for t in ax.xaxis.get_majorticklabels() if t.get_text()]
    boxes = [t.get_window_extent() for t in shown if low <= t.get_position()[0] <= high]
    for left, right in pairwise(boxes):
        assert left.x1 < right.x0, [t.get_text() for t in shown]


def test_the_colours_are_the_map() -> None:
    found, look = made("rates of momentum"), THEMES["light"]
    sheet = drawn("rates of momentum", "light", (960, 540))
    mesh = next(c for c in sheet.figure.axes[0].collections if c.get_array() is not None)
    colors = np.asarray(mesh.get_array()).reshape(*found.loss.shape, 4)
    bright = lightness(colors[..., :3])
    there = np.isfinite(found.steps_to_converge)
    order = np.argsort(found.steps_to_converge[there])
    assert (np.diff(bright[there][order]) > -0.6).all(), "slower is paler"
    np.testing.assert_array_equal(colors[found.diverged][0, :3], to_rgb(look.background))
    lost = ~there & ~found.diverged
    np.testing.assert_allclose(colors[lost][0, :3], to_rgb(look.grid))


@pytest.mark.parametrize("name", MAPS)
def test_maps_stand_upright(name: str) -> None:
    """More is further right and higher up; and what a cell says is drawn where it is."""
    sheet, found = drawn(name, "light", (960, 540)), made(name)
    axes = sheet.figure.axes
    for ax in axes[:1] if isinstance(found, BasinMap) else axes:  # the others are keys
        for low, high in (ax.get_xlim(), ax.get_ylim()):
            assert low < high
    ax = axes[0]
    if isinstance(found, BasinMap):
        pixels = np.asarray(sheet.canvas.buffer_rgba())[::-1, :, :3] / 255
        ends = [
            [np.array(to_rgb(color)), np.array(to_rgb(blend(color, sheet.look.background, PALEST)))]
            for color in colors_of_minima(found, sheet.look)
        ]
        right = []
        for i, j in np.ndindex(found.index.shape):
            x, y = ax.transData.transform((found.x[j], found.y[i]))
            seen = pixels[int(y), int(x)]
            away = [np.abs(np.cross(seen - full, pale - full)).sum() for full, pale in ends]
            right.append(found.index[i, j] in (-1, np.argmin(away)))
        assert np.mean(right) > 0.9
    elif isinstance(found, RateMap):
        (mesh,) = (c for c in ax.collections if isinstance(c, QuadMesh))
        places = mesh.get_coordinates()
        assert (np.diff(places[0, :, 0]) > 0).all()
        assert (np.diff(places[:, 0, 1]) > 0).all()
        colors = np.asarray(mesh.get_array()).reshape(*found.loss.shape, 4)
        white = (colors[..., :3] == to_rgb(sheet.look.background)).all(axis=-1)
        np.testing.assert_array_equal(white, found.diverged)


@pytest.mark.parametrize("theme", THEMES)
def test_the_ramp_is_even(theme: str) -> None:
    heights = lightness(ramp(THEMES[theme])(np.linspace(0, 1, 17))[:, :3])
    stairs = np.diff(heights) * (-1 if theme == "dark" else 1)
    assert stairs.min() > 0.6 * stairs.mean()
    assert stairs.max() < 1.4 * stairs.mean()


def test_the_theory_is_drawn_where_it_holds() -> None:
    def words(name: str) -> str:
        figure = drawn(name, "light", (960, 540)).figure
        keys = [t.get_text() for legend in figure.legends for t in legend.get_texts()]
        return " ".join([*keys, *(t.get_text() for t in figure.axes[0].texts)])

    assert "limit η = 2(1+β)/λₘₐₓ" in words("rates of momentum")
    assert "best in theory: η* = 0.134, β* = 0.403" in words("rates of momentum")
    assert "theory of a quadratic: best β" in words("turned")
    assert "λ" not in words("without theory")
    assert "theory" not in words("without theory")


@pytest.mark.parametrize("name", ["rates of momentum", "turned"])
def test_the_star_stands_at_the_best_in_theory(name: str) -> None:
    ax, found = drawn(name, "light", (960, 540)).figure.axes[0], made(name)
    (star,) = (line for line in ax.lines if line.get_marker() == "*")
    best = dict(zip(("lr", "beta"), found.theory.best, strict=True))
    assert star.get_xdata() == best[found.x.name]
    assert star.get_ydata() == best[found.y.name]


def test_the_basins_have_their_letters() -> None:
    sheet = drawn("basins", "light", (960, 540))
    found = made("basins")
    written = {text.get_text() for text in sheet.figure.axes[0].texts}
    assert written == {f"{'ABCD'[i]}  {100 * found.share(i):.0f} %" for i in range(4)}
    assert sheet.figure.texts[0].get_text() == "Where you start decides where you end"
    rows = [text.get_text() for text in sheet.figure.texts]
    assert "A  (3, 2)" in rows
    assert "D  (3.58, −1.85)" in rows
    missed = [text.get_text() for text in drawn("basins missed", "dark", (960, 540)).figure.texts]
    assert "none of them" in missed


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.004, "<1 %"), (0.25, "25 %"), (0.996, ">99 %"), (1, "100 %")],
)
def test_a_share_is_not_rounded_to_nothing_or_to_all(share: float, words: str) -> None:
    assert _percent(share) == words


def test_every_stretch_of_rates_that_work_is_said_and_drawn() -> None:
    found = sensitivity(surfaces["bowl"], ["sgd"], [0.01, 0.1, 0.2, 0.3, 0.5])
    converged = np.array([False, True, True, False, True])
    curve = replace(found.curves[0], converged=converged)
    found = replace(found, curves=(curve,))
    assert in_words(found) == ["works for η from 0.1 to 0.2 and from 0.5"]
    sheet = Sheet("light", (640, 360))
    draw(sheet, found)
    (below,) = (ax for ax in sheet.figure.axes if ax.get_xlabel())
    thick = [line.get_xdata() for line in below.lines if line.get_lw() > 5]
    for x, (low, high) in zip(thick, [(0.1, 0.2), (0.5, 0.5)], strict=True):
        assert x[0] < low <= high < x[-1]
    assert "0.1 – 0.2, ≥ 0.5" in [text.get_text() for text in below.texts]


def test_what_works_is_said() -> None:
    found = sensitivity(surfaces["bowl"], ["sgd", "sgd", "sgd"], [[0.1, 1], [1e-5, 2e-5], [1, 9]])
    assert in_words(found) == [
        "works for η from 0.1 or less to 1 or more",
        "works for no η tried",
        "works for η from 1 or less to 1",
    ]


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        *(("rates of momentum", ending) for ending in STILL),
        ("basins", ".png"),
        pytest.param("basins", ".svg", marks=pytest.mark.slow),
        pytest.param("basins", ".pdf", marks=pytest.mark.slow),
        *(pytest.param("several", ending, marks=pytest.mark.slow) for ending in STILL),
    ],
)
def test_the_same_map_makes_the_same_file(tmp_path: Path, name: str, ending: str) -> None:
    files = [tmp_path / f"{n}{ending}" for n in "ab"]
    for file in files:
        plot_map(made(name), file, "dark", (640, 360))
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size < 1_000_000
    if ending == ".png":
        with Image.open(files[0]) as image:
            assert image.size == (640, 360)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": (10, 10)}, "size must be from 240x180 to 3840x2160, got 10x10."),
        ({"theme": "drak"}, "Unknown theme 'drak'. Did you mean 'dark'?"),
        ({"path": "a.gif"}, "the ending must be .png, .svg, .pdf"),
    ],
)
def test_mistakes_leave_no_file(tmp_path: Path, options: dict, message: str) -> None:
    path = tmp_path / options.pop("path", "a.png")
    with pytest.raises(UserError, match=message):
        plot_map(made("one"), path, **options)
    assert not list(tmp_path.iterdir())


def row(theme: str = "light", size: tuple[int, int] = (960, 540)) -> Sheet:
    """Three rules beside each other."""
    x, y = ("lr", np.geomspace(0.002, 0.5, 24)), ("beta", np.linspace(0, 0.99, 12))
    maps = [rate_map(surfaces["valley"], rule, x, y, 200) for rule in ("momentum", "rmsprop")]
    sheet = Sheet(theme, size)
    draw_row(sheet, maps)
    return sheet


def test_maps_in_a_row_share_axes_and_colours() -> None:
    sheet = row()
    first, second, key = sheet.figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()
    assert first.get_position().y0 == second.get_position().y0
    assert not any(words.get_text() for words in second.get_yticklabels())
    least, most = np.round(key.get_ylim())
    x, y = ("lr", np.geomspace(0.002, 0.5, 24)), ("beta", np.linspace(0, 0.99, 12))
    taken = [
        rate_map(surfaces["valley"], rule, x, y, 200).steps_to_converge
        for rule in ("momentum", "rmsprop")
    ]
    assert least == min(np.nanmin(one) for one in taken) < np.nanmin(taken[1])
    assert most == max(np.nanmax(one) for one in taken)
    for ax, one in zip((first, second), taken, strict=True):  # one number, one colour everywhere
        (mesh,) = (artist for artist in ax.collections if isinstance(artist, QuadMesh))
        colors, there = np.asarray(mesh.get_array()), np.isfinite(one)
        shades = ramp(sheet.look)(np.log(one[there] / least) / np.log(most / least))
        np.testing.assert_allclose(colors[there], shades, atol=1e-6)
    best = [int(np.nanmin(one)) for one in taken]
    words = sheet.figure.texts[0].get_text()
    assert words == f"Steps at their best: Momentum {best[0]}, RMSProp {best[1]}"


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(960, 540), (540, 960)])
def test_a_row_of_maps_can_be_read(theme: str, size: tuple[int, int]) -> None:
    assert not faults(row(theme, size).figure)


def test_maps_with_other_axes_make_no_row() -> None:
    valley = surfaces["valley"]
    one, two = (rate_map(valley, "momentum", ("lr", [0.01, high]), steps=5) for high in (0.1, 0.2))
    with pytest.raises(UserError, match="same values"):
        draw_row(Sheet("light", (960, 540)), [one, two])
    with pytest.raises(UserError, match="From 2 to 4"):
        draw_row(Sheet("light", (960, 540)), [one])
