"""What a picture shows, read back from its artists and its pixels."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image, ImageColor

from optiviz import descend, optim, surface, surfaces
from optiviz.errors import UserError
from optiviz.optim import OPTIMIZERS
from optiviz.problems import PROBLEMS, SURFACES, parse_problem
from optiviz.runs import race
from optiviz.views import Picture, animate, plot
from optiviz.views.charts.tiles import Mosaic, Tiles
from optiviz.views.files import gif
from optiviz.views.files.gif import strong
from optiviz.views.scene.contour import BANDS, fit, levels, minimum, sample
from optiviz.views.scene.figure import Scene
from optiviz.views.scene.trail import TAIL, leaves, tame
from optiviz.views.style import MARKS, MINIMUM, THEMES, mark

# Each theme is drawn alike; all of them are tried where there is time.
DARKER = [pytest.param(name, marks=pytest.mark.slow) for name in THEMES if name != "light"]
# Two surfaces in every theme, and every other one in one of them.
SEEN = [(name, theme) for name in ("beale", "valley") for theme in THEMES] + [
    pytest.param(name, list(THEMES)[nth % len(THEMES)], marks=pytest.mark.slow)
    for nth, name in enumerate(SURFACES)
    if name not in {"beale", "valley"}
]


def picture(surface: str = "valley", rules: tuple[str, ...] = ("momentum",), **options) -> Picture:
    problem = surfaces[surface]
    steps = options.pop("steps", 30)
    return Picture(problem, race(problem, rules, steps=steps), **options)


def pixels(scene: Scene) -> np.ndarray:
    scene.canvas.draw()
    return np.asarray(scene.canvas.buffer_rgba())[..., :3].copy()


@pytest.mark.parametrize(("surface", "theme"), SEEN)
def test_every_surface_in_every_theme(surface: str, theme: str) -> None:
    panels = ["path", "surface", "loss", "speed", "velocity", "lr"]
    scene = Scene(picture(surface, ("sgd", "adam"), theme=theme, panels=panels))
    image = pixels(scene)
    assert image.shape == (540, 960, 3)
    background = np.round(np.array(to_rgb(THEMES[theme].background)) * 255)
    assert (image[0] == background).all(), "nothing touches the edge"
    assert (image[:, 0] == background).all()
    assert (image[:, -1] == background).all()


def test_the_words_of_an_svg_have_a_family_that_everybody_has(tmp_path: Path) -> None:
    plot(picture(), tmp_path / "a.svg")
    drawing = re.sub("@font-face {[^}]*}", "", (tmp_path / "a.svg").read_text(encoding="utf-8"))
    families = re.findall("font-family: ([^;]*)", drawing)
    assert families
    assert all(family.endswith(("sans-serif", "monospace")) for family in families)


def test_an_svg_keeps_the_spaces_between_words(tmp_path: Path) -> None:
    plot(picture(), tmp_path / "a.svg")
    words = re.findall("<text[^>]*>([^<]*)</text>", (tmp_path / "a.svg").read_text("utf-8"))
    hard = "\N{NO-BREAK SPACE}"
    assert f"step{hard}" in words
    assert f"Momentum{2 * hard}η = 0.012{2 * hard}β = 0.9" in words
    assert not [word for word in words if word != word.strip(" ") or "  " in word]


@pytest.mark.parametrize("size", [(240, 180), (540, 960), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("panels", [["path"], ["loss"], ["path", "loss", "speed"], ["surface"]])
def test_nothing_is_cut_off_at_any_size(size: tuple[int, int], panels: list[str]) -> None:
    scene = Scene(picture(panels=panels, size=size))
    image = pixels(scene)
    assert image.shape == (size[1], size[0], 3)
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    assert (edge == 255).all()


def test_the_moving_parts_are_the_run() -> None:
    drawn = picture(panels=("path", "loss", "speed", "velocity", "lr"))
    run = drawn.runs[0]
    scene = Scene(drawn)
    path, loss, speed, velocity, rate = scene.panels
    for t in (0, 1, 17, 30):
        scene.show(t)
        trail = path.trails[0]
        np.testing.assert_array_equal(np.array(trail.line.get_data()).T, run.w[: t + 1])
        np.testing.assert_array_equal(np.array(trail.head.get_data()).T, run.w[t : t + 1])
        arrow, _, _ = trail.arrows[0]
        if arrow.get_visible():
            tip = arrow.get_xy()[3] - run.w[t]
            np.testing.assert_allclose(tip, path.factor * run.velocity[t])
        assert path.key[0].get_visible() == arrow.get_visible(), "no key without an arrow"
        length = path.factor * np.hypot(*run.velocity[t])
        assert arrow.get_visible() == (length > trail.thickness)
        np.testing.assert_array_equal(loss.lines[0][0].get_ydata(), run.loss[: t + 1])
        np.testing.assert_array_equal(
            speed.lines[0][0].get_ydata(), np.hypot(*run.velocity[1 : t + 1].T)
        )
        for axis in (0, 1):
            shown = velocity.lines[axis][0].get_ydata()
            np.testing.assert_array_equal(shown, run.velocity[1 : t + 1, axis])
        assert (rate.lines[0][0].get_ydata() == run.lr[0]).all()
        assert scene.counter.get_text() == str(t)


def test_what_begins_at_step_1_is_drawn_from_step_1() -> None:
    scene = Scene(picture(rules=("adam",), panels=["effective"]))
    (panel,) = scene.panels
    for t, steps in ((0, []), (1, [1]), (4, [1, 2, 3, 4])):
        scene.show(t)
        for line, *_ in panel.lines:
            assert line.get_xdata().tolist() == steps


def test_a_path_on_a_landscape_tells_the_loss_at_the_end() -> None:
    run = descend("valley", "sgd", steps=2)
    run = replace(run, slots={"true_loss": np.array([3.0, 2.0, 1.5])})
    assert "loss 1.50" in words_of(Scene(Picture("valley", run)))


def test_the_gradient_arrow_is_the_push_of_the_gradient() -> None:
    drawn = picture()
    scene, run = Scene(drawn), drawn.runs[0]
    scene.show(0)
    arrow, _, _ = scene.panels[0].trails[0].arrows[1]
    push = -run.lr[0] * run.grad[0]
    assert arrow.get_visible()
    np.testing.assert_allclose(arrow.get_xy()[3] - run.w[0], scene.panels[0].factor * push)


def words_of(scene: Scene) -> list[str]:
    """Every text that can be seen in a figure."""
    texts = [text for text in scene.figure.findobj(Text) if text.get_visible()]
    return [text.get_text() for text in texts if text.get_text()]


ENDINGS = [
    ("valley", "sgd:lr=0.3", "diverged at step"),
    ("sqrt(x)+y**2", "sgd:lr=0.2", "left the domain at step"),
    ("saddle", "momentum:lr=0.05", "falls without end"),
    ("sqrt(x**2+y**2)", "sgd:lr=0.25", "no slope is defined there"),
]


@pytest.mark.parametrize(("words", "rule", "said"), ENDINGS, ids=lambda x: x)
def test_an_end_has_one_verdict_in_one_place_when_it_is_time(
    words: str, rule: str, said: str
) -> None:
    problem = parse_problem(words)
    start = (1.0, 0.0) if "slope" in said else None
    (lost,) = race(problem, [rule], steps=120, start=start)
    (other,) = race(problem, ["adam:lr=0.01"], steps=120, start=start)
    drawn = Picture(problem, [lost, other])
    scene, at = Scene(drawn), int(lost.diverged_at)
    tiles = Mosaic(Tiles("", "", [Picture(problem, run, "path") for run in (lost, other)]))
    cross = scene.panels[0].trails[0].end.cross
    for t, ended in ((drawn.said[0] - 2, False), (at, True), (drawn.steps, True)):
        scene.show(t)
        tiles.show(t)
        for shown in (scene, tiles):
            texts = [" ".join(text.split()) for text in words_of(shown)]  # which may wrap
            assert sum(said in text for text in texts) == ended
            assert not any("diverged" in text for text in texts if said not in text)
        assert cross.get_visible() is (t >= at)
    box, frame = cross.get_window_extent(), scene.panels[0].ax.get_window_extent()
    assert frame.x0 <= box.x0 < box.x1 <= frame.x1
    assert frame.y0 <= box.y0 < box.y1 <= frame.y1


def test_a_path_that_diverges_alone_says_so_at_its_end() -> None:
    drawn = Picture("bowl", race("bowl", ["sgd:lr=3"], steps=40), panels=["path"])
    assert Scene(drawn).panels[0].trails[0].end.cross.get_visible()


def test_the_tail_is_as_long_as_said_and_fades_backwards_by_width_alone() -> None:
    drawn = picture(steps=70)
    scene, run = Scene(drawn), drawn.runs[0]
    trail = scene.panels[0].trails[0]
    color = to_rgb(drawn.marks[0].color)
    assert to_rgb(trail.line.get_color()) == color, "nothing fades into the ground"
    for t in (3, TAIL, 60):
        scene.show(t)
        segments = np.array(trail.tail.get_segments())
        length = min(t, TAIL)
        np.testing.assert_array_equal(segments[:, 0], run.w[t - length : t])
        np.testing.assert_array_equal(segments[:, 1], run.w[t - length + 1 : t + 1])
        np.testing.assert_allclose(trail.tail.get_color()[:, :3], [color])
        widths = np.array(trail.tail.get_linewidths())
        assert len(widths) == length
        rest = trail.line.get_linewidth()
        faded = (widths[-1] - widths) / (widths[-1] - rest)
        np.testing.assert_allclose(faded, 1 - np.arange(TAIL - length + 1, TAIL + 1) / TAIL)
        assert widths[-1] > 1.5 * rest


@pytest.mark.parametrize("surface", ["valley", "rosenbrock", "himmelblau", "saddle"])
def test_arrows_point_downhill_and_to_where_the_path_goes(surface: str) -> None:
    problem = surfaces[surface]
    run = descend(problem, optim.Momentum(lr=0.001), steps=20)
    scene = Scene(Picture(problem, run, ["path", "sum"]))
    path, total = (panel.trails[0] for panel in scene.panels)
    for t in (1, 7, 19):
        scene.show(t)
        velocity, gradient = (tails_vectors(arrow, t) for arrow in path.arrows)
        assert gradient @ run.grad[t] < 0, "downhill"
        assert velocity @ (run.w[t] - run.w[t - 1]) > 0, "onwards"
        carried, push, step = (vectors[t] for _, _, vectors in total.arrows)
        assert push @ run.grad[t] < 0
        assert step @ (run.w[t + 1] - run.w[t]) > 0
        np.testing.assert_allclose(carried + push, step)


def tails_vectors(arrow: tuple, t: int) -> np.ndarray:
    """The vector that is drawn at step t, from the patch where it can be seen."""
    patch, tails, vectors = arrow
    if patch.get_visible():
        np.testing.assert_allclose(patch.get_xy()[3], tails[t] + vectors[t])
    return vectors[t]


def test_axes_are_the_right_way_up() -> None:
    """More is higher up and further right, in every panel; and the ground lies as the path does."""
    problem = PROBLEMS["regression"]
    runs = race(problem, ["momentum"], steps=12, batch_size=8)
    panels = ["path", "sum", "data", "loss", "speed", "velocity", "lr", "build", "memory", "noise"]
    scene = Scene(Picture(problem, runs, panels, size=(960, 1600)))
    adam = Picture("bowl", race("bowl", ["adam"], steps=5), ["surface", "bias", "effective"])
    for panel in (*scene.panels, *Scene(adam).panels):
        for low, high in (panel.ax.get_xlim(), panel.ax.get_ylim()):
            assert low < high, type(panel)
    relief = Scene(adam).panels[0]
    assert (np.diff(relief._height(np.linspace(*relief.heights[[0, -1]], 9))) > 0).all()


def test_the_ground_lies_as_the_path_does() -> None:
    problem = surface(lambda x, y: x + 3 * y)  # dark at the upper right, light at the lower left
    scene = Scene(Picture(problem, race(problem, ["sgd"], steps=2), ["path"]))
    image, ax = pixels(scene).astype(int).sum(axis=-1), scene.panels[0].ax
    box = ax.get_window_extent()

    def at(x: float, y: float) -> int:
        return image[540 - int(box.y0 + y * box.height), int(box.x0 + x * box.width)]

    assert at(0.06, 0.06) > at(0.9, 0.06) > at(0.06, 0.8) > at(0.9, 0.8)


@given(st.integers(0, 2**32 - 1))
def test_levels_bend_at_the_lowest_of_the_ground(seed: int) -> None:
    """Linear up to the height below which 6 % of the ground lies, and logarithmic above."""
    values = np.random.default_rng(seed).exponential(size=(30, 30)) ** 3 - 5
    heights = levels(values)
    bend = np.quantile(values, 0.06) - values.min()
    bend = max(bend, 1e-4 * np.ptp(heights))
    steps = np.diff(np.log1p((heights - values.min()) / bend))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


def test_a_valley_has_lines_along_its_floor() -> None:
    problem = surfaces["valley"]
    _, _, values = sample(problem, problem.bounds)
    heights = levels(values)
    assert (heights < np.quantile(values, 0.06)).sum() >= 4
    assert (heights < np.quantile(values, 0.5)).sum() >= 11


@cache
def small(theme: str) -> tuple[Picture, set[tuple[int, ...]]]:
    """A small picture and the colours of its last frame."""
    drawn = picture("himmelblau", ("adam", "lion"), steps=4, theme=theme, size=(320, 240))
    return drawn, {tuple(color) for color in drawn.frame().reshape(-1, 3).tolist()}


@pytest.mark.parametrize("theme", ["light", *DARKER])
@pytest.mark.parametrize("ending", [".gif", ".apng", ".webp"])
def test_the_colours_that_carry_the_meaning_are_exact(
    tmp_path: Path, ending: str, theme: str
) -> None:
    drawn, exact = small(theme)
    drawn.save(tmp_path / f"a{ending}")
    wanted = {tuple(strong([color])[0].tolist()) for color in (*colors_of(drawn), MINIMUM)}
    assert len(wanted & exact) >= 3, "the picture has them"
    with Image.open(tmp_path / f"a{ending}") as film:
        film.seek(film.n_frames - 1)
        written = {tuple(c) for c in np.asarray(film.convert("RGB")).reshape(-1, 3).tolist()}
    assert wanted & exact <= written


def colors_of(drawn: Picture) -> list[str]:
    return [drawn.look.text, *(own.color for own in drawn.marks)]


def test_colours_that_few_pixels_have_are_kept() -> None:
    """Of a thousand colours that fill a frame, one pixel's is exact if it is asked for."""
    rng = np.random.default_rng(1)
    frame = rng.integers(0, 256, (40, 40, 4), dtype=np.uint8)
    frame[3, 4, :3] = rare = [12, 200, 77]
    palette = gif.Palette([frame], np.array([rare], np.uint8))
    assert palette.colors[palette(gif.packed(frame))[3, 4]].tolist() == rare


def test_a_cell_has_its_most_frequent_colour() -> None:
    """A white page stays white beside a few pixels that are nearly so."""
    frame = np.full((40, 40, 4), 255, np.uint8)
    frame[0, :8, :3] = 252
    frame[20:, :, :3] = 100, 150, 200
    frame[20, :9, :3] = 102, 151, 201
    palette = gif.Palette([frame, frame], np.zeros((0, 3), np.uint8))
    drawn = palette.colors[palette(gif.packed(frame))]
    assert (drawn[:20] == 255).all()
    assert (drawn[20:] == (100, 150, 200)).all()


def test_a_colour_to_be_kept_has_its_cell() -> None:
    """The page stays white, though far more pixels are nearly so, and come first."""
    frame = np.full((40, 40, 4), 252, np.uint8)
    frame[30:, 30:, :3] = 255
    palette = gif.Palette([frame], np.array([[255, 255, 255]], np.uint8))
    assert (palette.colors[palette(gif.packed(frame))[30:, 30:]] == 255).all()


@pytest.mark.parametrize("ending", [".gif", ".apng", ".webp"])
@pytest.mark.parametrize("theme", ["light", "dark", "slides"])
def test_the_page_has_the_colour_of_its_theme(tmp_path: Path, ending: str, theme: str) -> None:
    drawn = picture(size=(320, 240), steps=3, theme=theme)
    animate(drawn, tmp_path / f"a{ending}")
    with Image.open(tmp_path / f"a{ending}") as film:
        assert film.convert("RGB").getpixel((2, 2)) == ImageColor.getrgb(drawn.look.background)


@pytest.mark.parametrize("surface", SURFACES)
def test_levels_show_a_valley_and_a_basin(surface: str) -> None:
    problem = surfaces[surface]
    _, _, values = sample(problem, problem.bounds)
    heights = levels(values)
    assert (np.diff(heights) > 0).all()
    assert heights[0] == pytest.approx(values.min())
    assert heights[-1] == pytest.approx(values.max())
    shares = np.histogram(values, heights)[0] / values.size
    # Four fifths of the plateau are flat by its nature.
    assert shares.max() < (0.85 if surface == "plateau" else 0.65), "no band swallows the picture"
    assert (shares > 0.001).sum() > BANDS / 2


def test_a_flat_problem_has_levels() -> None:
    assert (np.diff(levels(np.zeros((4, 4)))) > 0).all()


@given(st.floats(0.2, 5), st.floats(0.3, 4))
def test_fit_keeps_the_scale_and_the_middle(width: float, aspect: float) -> None:
    (left, right), (bottom, top) = fit(((0, width), (0, 1)), aspect)
    assert (right - left) / (top - bottom) == pytest.approx(aspect)
    assert left <= 0
    assert right >= width
    assert bottom <= 0
    assert top >= 1
    assert left + right == pytest.approx(width)


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_far_points_keep_their_direction(x: float, y: float) -> None:
    bounds = ((-1.0, 1.0), (-1.0, 1.0))
    w = np.array([[0.5, 0.5], [x, y]])
    (near, far) = tame(w, bounds)
    assert (near == w[0]).all()
    assert np.hypot(*far) <= 40.001
    assert np.abs(leaves(np.array([near, far]), bounds)).max() <= 0.951


def test_every_rule_has_a_look_of_its_own() -> None:
    for theme in THEMES.values():
        looks = [mark(name, theme) for name in OPTIMIZERS]
        assert len({(look.color, str(look.dash)) for look in looks}) == len(looks)
        twins = [mark("adam", theme, nth) for nth in range(4)]
        assert len({(look.color, str(look.dash)) for look in twins}) == 4
    assert set(MARKS) <= set(OPTIMIZERS)


def test_only_the_dark_theme_is_dark() -> None:
    assert [name for name, theme in THEMES.items() if theme.dark] == ["dark"]
    for theme in THEMES.values():
        edge = minimum(theme)["markeredgecolor"]
        assert sum(to_rgb(edge)) < 1, "a star's edge is dark, on a dark page as on a light one"


def test_a_rule_without_a_look_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, "mine", optim.SGD)
    assert mark("mine", THEMES["light"]).color.startswith("#")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"theme": "noir"}, "Unknown theme 'noir'"),
        ({"size": (100, 100)}, "size must be from 240x180 to 3840x2160"),
        ({"panels": ["depth"]}, "Unknown panel 'depth'"),
    ],
)
def test_a_bad_picture_is_refused(options: dict, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=sentence):
        plot(picture(**options), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_a_stack_is_no_picture() -> None:
    problem = surfaces["bowl"]
    run = descend(problem, optim.SGD(lr=np.array([[0.1], [0.2]])), steps=3)
    each = descend("bowl", optim.SGD(lr=np.array([0.1, 0.2])), steps=2)
    with pytest.raises(UserError, match="sgd has one for each parameter"):
        Picture("bowl", each)
    with pytest.raises(UserError, match="not a stack"):
        Picture(problem, [run])
    with pytest.raises(UserError, match="at least one run"):
        Picture(problem, [])
