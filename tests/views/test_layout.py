"""Where panels stand: nothing written beside one lies on another, whatever is asked for."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.transforms import Bbox

from optiviz import descend, optim
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.charts.tiles import Mosaic, Tiles
from optiviz.views.scene.figure import PANELS, Scene
from optiviz.views.style import THEMES

SIZES = [(960, 540), (720, 720), (540, 960)]
ADAM = ("bias", "effective", "accumulator")  # which momentum cannot fill
FEW = [
    ("velocity", "build", "memory"),
    ("path", "data", "loss", "speed", "velocity", "lr"),
    pytest.param(("path", "sum", "surface", "loss"), marks=pytest.mark.slow),
    ("data", "memory"),
]


def scene_of(panels: tuple[str, ...], size: tuple[int, int], theme: str) -> Scene:
    rules = ["momentum"] * any(name not in ADAM for name in panels) or ["adam"]
    if set(panels) & set(ADAM) and rules == ["momentum"]:
        rules += ["adam"]
    runs = race("regression", rules, steps=12, batch_size=8, seed=2)
    return Scene(Picture("regression", runs, panels, theme=theme, size=size))


def words_beside(panel) -> list[Bbox]:
    """The boxes of a panel's numbers, labels and title, as they are drawn."""
    ax, found = panel.ax, []
    if not ax.axison:
        return found
    texts = [ax.xaxis.label, ax.yaxis.label, *([panel.heading] if panel.heading else [])]
    for axis in (ax.xaxis, ax.yaxis):
        texts += [tick.label1 for tick in axis._update_ticks()]  # those that are drawn
    return [text.get_window_extent() for text in texts if text.get_visible() and text.get_text()]


def check(scene: Scene) -> None:
    """No words of a panel on those of another, on another's axes, or outside of the canvas."""
    scene.canvas.draw()
    canvas = scene.figure.bbox
    frames = [panel.ax.get_window_extent() for panel in scene.panels]
    words = [words_beside(panel) for panel in scene.panels]
    head = [text.get_window_extent() for text in scene.figure.texts if text.get_text()]
    for i, own in enumerate(words):
        assert frames[i].height > 8, "there is a panel"
        for box in own:
            assert canvas.x0 <= box.x0 < box.x1 <= canvas.x1
            assert canvas.y0 <= box.y0 < box.y1 <= canvas.y1
            others = [*head, *(b for j, boxes in enumerate(words) if j != i for b in boxes)]
            others += [frame for j, frame in enumerate(frames) if j != i]
            assert not [other for other in others if box.overlaps(other.padded(-1))], i
        title = scene.panels[i].heading
        if title:
            assert title.get_window_extent().width <= frames[i].width + 1, title.get_text()


@pytest.mark.parametrize("panels", FEW, ids=str)
def test_nothing_lies_on_another_panel(panels: tuple[str, ...]) -> None:
    check(scene_of(panels, (960, 540), "slides"))


# Of networks, on a slice or beside a twin, and of matrices.
TRAINED = ("truth", "network-loss", "accuracy", "rounding", "singular")


def covering() -> list[tuple[tuple[str, ...], tuple[int, int], str]]:
    """Every two panels together in some picture, each theme and size with each panel."""
    looks = [(size, theme) for size in SIZES for theme in THEMES]
    pairs = list(combinations([name for name in PANELS if name not in TRAINED], 2))
    rows, left = [], set(pairs)
    for n in range(len(pairs)):
        if not left:
            break
        first = min(left)
        panels = list(first)
        for name in PANELS:
            gain = sum(tuple(sorted((name, p), key=list(PANELS).index)) in left for p in panels)
            if name not in (*panels, *TRAINED) and gain >= 2 and len(panels) < 6:
                panels.append(name)
        left -= {p for p in pairs if set(p) <= set(panels)}
        rows.append((tuple(panels), *looks[n % len(looks)]))
    return rows


@pytest.mark.slow
@pytest.mark.parametrize(("panels", "size", "theme"), covering(), ids=str)
def test_nothing_lies_on_another_panel_in_any_picture(
    panels: tuple[str, ...], size: tuple[int, int], theme: str
) -> None:
    check(scene_of(panels, size, theme))


@pytest.mark.slow
def test_a_column_that_would_be_too_low_becomes_two() -> None:
    many = ("path", "data", "loss", "speed", "velocity", "build", "memory", "noise", "lr")
    scene = scene_of(many, (960, 540), "slides")
    lefts = {round(panel.ax.get_position().x0, 3) for panel in scene.panels[1:]}
    assert len(lefts) == 2
    check(scene)
    few = scene_of(("path", "loss", "speed"), (960, 540), "slides")
    assert len({round(panel.ax.get_position().x0, 3) for panel in few.panels[1:]}) == 1


def test_only_the_lowest_of_a_column_says_what_its_steps_are() -> None:
    scene = scene_of(("velocity", "build", "memory"), (960, 540), "light")
    assert [panel.ax.get_xlabel() for panel in scene.panels] == ["", "step", ""]
    shown = [
        [label.get_text() for label in panel.ax.get_xticklabels() if label.get_visible()]
        for panel in scene.panels
    ]
    assert not any(shown[0])
    assert all(any(labels) for labels in shown[1:])


@pytest.mark.parametrize("steps", [1, 13])
def test_steps_are_whole_numbers(steps: int) -> None:
    run = descend("bowl", optim.SGD(lr=0.1), steps=steps)
    (panel,) = Scene(Picture("bowl", run, ["loss"])).panels
    ticks = panel.ax.get_xticks()
    assert len(ticks) > 1
    assert (ticks == ticks.round()).all()


def test_numbers_along_axes_are_the_same_in_films_and_stills() -> None:
    """A film is drawn when the theme's settings are over: nothing may depend on them."""
    scene = scene_of(("velocity", "loss"), (960, 540), "slides")
    with scene.style():
        still = [
            axis.get_majorticklocs() for p in scene.panels for axis in (p.ax.xaxis, p.ax.yaxis)
        ]
    film = [axis.get_majorticklocs() for p in scene.panels for axis in (p.ax.xaxis, p.ax.yaxis)]
    for one, other in zip(still, film, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_constant_rate_takes_little_room_and_is_named() -> None:
    run = descend("valley", optim.Momentum(lr=0.012), steps=10)
    speed, rate = Scene(Picture("valley", run, ["speed", "lr"])).panels
    heights = [panel.ax.get_window_extent().height for panel in (speed, rate)]
    assert heights[1] < 0.4 * heights[0]
    assert [label.get_text() for label in rate.ax.get_yticklabels()] == ["0.012"]
    falling = race("valley", ["momentum:lr=0.012"], steps=10, schedule="linear")
    speed, rate = Scene(Picture("valley", falling, ["speed", "lr"])).panels
    heights = [panel.ax.get_window_extent().height for panel in (speed, rate)]
    assert heights[1] > 0.8 * heights[0]


def test_curves_end_where_they_leave() -> None:
    lost = race("saddle", ["momentum", "sgd:lr=1e-9"], steps=500)
    (loss,) = Scene(Picture("saddle", lost[0], ["loss"])).panels
    values = loss.lines[0][3]
    low, high = loss.ax.get_ylim()
    gone = int(np.flatnonzero((low <= values) & (values <= high))[-1])
    assert loss.until() == gone < len(values) - 1
    (loss,) = Scene(Picture("saddle", lost, ["loss"])).panels
    assert loss.ax.get_xlim() == (0, 500), "the other stays to the end"
    rest = race("bowl", ["sgd:lr=0.2"], steps=2000)
    (loss,) = Scene(Picture("bowl", rest, ["loss"])).panels
    assert loss.ax.get_xlim()[1] < 200, "it has reached the least value that the axis has"
    loss.show(1500)
    assert not loss.lines[0][1].get_visible(), "a dot beside the axes would be of no step"
    plain = race("valley", ["sgd"], steps=40)
    (loss,) = Scene(Picture("valley", plain, ["loss"])).panels
    assert loss.ax.get_xlim() == (0, 40)


@pytest.mark.slow
def test_wide_panels_share_a_row_and_stand_above_the_others_in_a_tall_picture() -> None:
    panels = scene_of(("path", "sum", "loss"), (960, 540), "light").panels
    boxes = [panel.ax.get_window_extent() for panel in panels]
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
    assert boxes[0].width == pytest.approx(boxes[1].width)
    tall = [
        p.ax.get_window_extent() for p in scene_of(("path", "loss"), (540, 960), "light").panels
    ]
    assert tall[0].y0 > tall[1].y1


def test_a_long_title_keeps_clear_of_the_counter() -> None:
    run = descend("valley", optim.SGD(lr=0.01), steps=12)
    for length in range(40, 120, 10):
        scene = Scene(Picture("valley", run, ["loss"], title=("long " * 30)[:length]))
        title = next(text for text in scene.figure.texts if text.get_text().startswith("long"))
        counter = [text for text in scene.figure.texts if text.get_fontfamily() == ["monospace"]]
        assert len(counter) == 3
        assert not any(title.get_window_extent().overlaps(c.get_window_extent()) for c in counter)


def test_a_long_title_of_tiles_keeps_clear_of_the_counter() -> None:
    run = descend("valley", optim.SGD(lr=0.01), steps=12)
    title = "The narrower the valley, the longer the zig-zag: 1 step or 10 900 or more"
    tiles = Tiles(title, "", [Picture("valley", run, theme="slides")], columns=1)
    first, counter = (
        next(t for t in Mosaic(tiles).figure.texts if t.get_text().startswith(words))
        for words in ("The", "step")
    )
    assert not first.get_window_extent().overlaps(counter.get_window_extent())
