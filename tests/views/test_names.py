"""The names of runs where they are: nothing lies on them, and no film shakes them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from optiviz.errors import UserError
from optiviz.runs import finish, race, ranking
from optiviz.views import Picture
from optiviz.views.charts.tiles import Mosaic, Tiles
from optiviz.views.scene.figure import Scene
from optiviz.views.scene.names import FEW
from optiviz.views.scene.place import Ground, around, crossed, glide, overlap, spread
from optiviz.views.style import MARKS, THEMES, contrast, halo, ladder, mark, marks, words

SEVEN = [
    "sgd:lr=0.001",
    "momentum:lr=0.001",
    "nesterov:lr=0.001",
    "adagrad:lr=0.8",
    "rmsprop:lr=0.03",
    "adam:lr=0.35",
    "lion:lr=0.012",
]
# A race, runs that leave, a ladder that ends in a heap, and one that is lost at once.
CASES = [
    ("rosenbrock", SEVEN, 400),
    ("saddle", ["sgd", "momentum", "rmsprop", "adam"], 100),
    ("valley", [f"momentum:beta={beta}" for beta in (0.5, 0.8, 0.9, 0.95)], 80),
    ("valley", ["sgd:lr=0.3", "adam"], 60),
]
SLIDES = pytest.param("slides", (1280, 720), marks=pytest.mark.slow)
SLOW = [pytest.param(*case, marks=pytest.mark.slow) for case in CASES[1:]]


def boxes(scene: Scene) -> dict[str, list]:
    """The boxes of all that may not lie on each other, in pixels, by what it is."""
    panel, ends = scene.panels[0], scene.ends[0]
    seen = panel.ax.get_window_extent()
    found: dict[str, list] = {"word": [], "head": [], "note": []}
    for each in panel.names.words:
        texts = [text for text in (each.name, each.verdict) if text.get_visible()]
        found["word"] += [text.get_window_extent() for text in texts]
    found["word"] += [each.name.get_window_extent() for each in ends.words]
    found["head"] = [
        box
        for box in (trail.head.get_window_extent() for trail in panel.trails)
        if seen.x0 < box.x0 and box.x1 < seen.x1 and seen.y0 < box.y0 and box.y1 < seen.y1
    ]
    found["note"] = [text.get_window_extent() for text in panel.notes]
    return {name: [(b.x0, b.y0, b.x1, b.y1) for b in all_] for name, all_ in found.items()}


@pytest.mark.parametrize(("theme", "size"), [("light", (960, 540)), SLIDES])
@pytest.mark.parametrize(("problem", "rules", "steps"), [CASES[0], *SLOW])
def test_nothing_lies_on_a_name(
    problem: str, rules: list[str], steps: int, theme: str, size: tuple[int, int]
) -> None:
    runs = race(problem, rules, steps, start=(-1.5, 2.0) if problem == "rosenbrock" else None)
    scene = Scene(Picture(problem, runs, theme=theme, size=size))
    for t in (0, steps // 3, steps):
        scene.show(t)
        found = boxes(scene)
        names, page = found["word"], scene.figure.bbox
        for one, other in combinations(names, 2):
            assert overlap(one, other) == 0, t
        for word in names:
            assert not any(overlap(word, box) for box in found["head"] + found["note"]), t
            assert 0 < word[0] < word[2] < page.width, t
            assert 0 < word[1] < word[3] < page.height, t


def test_names_say_what_differs_and_the_verdict_joins_when_it_happens() -> None:
    runs = race("valley", ["momentum:beta=0.5", "momentum:beta=0.8"], 80)
    picture = Picture("valley", runs)
    scene = Scene(picture)
    told = [each.name.get_text() for each in scene.panels[0].names.words]
    assert told == ["β = 0.5", "β = 0.8"]
    assert picture.settings == "Momentum  η = 0.012"
    assert picture.settings in [text.get_text() for text in scene.figure.texts]
    second = scene.panels[0].names.words[1]
    for t in (0, picture.said[1] - 1, picture.said[1], 80):
        scene.show(t)
        assert second.verdict.get_visible() == (t >= picture.said[1])
    assert second.verdict.get_text() == picture.verdicts[1] != ""
    assert Picture("valley", runs, labels=["a", "b"]).names == ("a", "b")
    assert Picture("valley", runs, labels=["a", "b"]).settings == ""


@pytest.mark.parametrize(("count", "told"), [(FEW, True), (FEW + 1, False)])
def test_verdicts_of_many_stand_at_no_head(count: int, told: bool) -> None:
    scene = Scene(Picture("valley", race("valley", ["sgd"] * count, 4)))
    assert [each.verdict.get_visible() for each in scene.panels[0].names.words] == [told] * count


@pytest.mark.slow
def test_in_a_film_names_ride_smoothly_and_end_as_the_still_picture() -> None:
    runs = race("valley", ["momentum:beta=0.5", "momentum:beta=0.95", "adam"], 80)
    picture = Picture("valley", runs)
    still, film = Scene(picture), Scene(picture, film=True)
    for one, other in zip(still.panels[0].names.words, film.panels[0].names.words, strict=True):
        np.testing.assert_allclose(one.name.get_position(), other.name.get_position())
    for one, other in zip(still.ends[0].words, film.ends[0].words, strict=True):
        np.testing.assert_allclose(one.name.get_position(), other.name.get_position())
    places = []
    for t in range(81):
        film.show(t)
        found = boxes(film)
        assert not any(overlap(*pair) for pair in combinations(found["word"], 2)), t
        assert not any(overlap(word, head) for word in found["word"] for head in found["head"]), t
        places.append([each.name.get_position() for each in film.panels[0].names.words])
    box = film.panels[0].box
    moved = np.hypot(*(np.diff(places, axis=0) * (box.width, box.height)).T)
    assert np.quantile(moved, 0.95) < 25, "pixels a step"
    # A head itself goes 66 pixels in one of the first steps, and a name may change sides then.
    assert moved.max() < 0.25 * box.width, "no name jumps across the picture"


def test_too_many_runs_stand_in_a_legend_and_a_small_picture_has_one_row() -> None:
    runs = race("valley", [f"sgd:lr={lr}" for lr in np.linspace(0.01, 0.08, 8)], 5)
    scene = Scene(Picture("valley", runs))
    assert scene.panels[0].names is None
    assert not scene.ends
    assert set(scene.picture.labels) <= {text.get_text() for text in scene.figure.texts}
    small = Scene(Picture("valley", runs[:3], size=(320, 180)))
    texts = [text for text in small.figure.texts if text.get_text() in small.picture.names]
    spans = sorted((text.get_window_extent().x0, text.get_window_extent().x1) for text in texts)
    assert len(small.panels) == 1
    assert len({text.get_position()[1] for text in texts}) == 1
    assert spans[0][0] > 0
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    assert spans[-1][1] < 320
    assert min(text.get_window_extent().height for text in texts) >= 9, "pixels"


def test_a_long_verdict_leaves_a_narrow_panel_room() -> None:
    """In one row it would lie on what there is to be seen, wherever it stands."""
    picture = Picture("valley", race("valley", ["adam:lr=0.3"], 80), theme="slides")
    figure = Figure(figsize=(12.8, 7.2), dpi=100)
    for columns, rows in ((1, 1), (3, 2)):
        ax = figure.subplots(1, columns, squeeze=False)[0, 0]
        panel = picture.on(ax, "path")
        (each,) = panel.names.words
        assert each.verdict.get_text().split()[-2:] == ["step", "60"]
        assert each.verdict.get_text().count("\n") == rows - 1
        assert each.verdict.get_window_extent().width < 2 / 3 * ax.get_window_extent().width
        figure.clear()


def test_a_tile_names_its_runs_if_there_are_several() -> None:
    runs = race("valley", ["sgd", "adam"], 5)
    tiles = [Picture("valley", own, "path") for own in (runs, runs[0])]
    both, one = Mosaic(Tiles("", "", tiles)).panels
    assert [each.name.get_text() for each in both.names.words] == ["SGD", "Adam"]
    assert one.names is None


def test_a_ring_stands_above_the_heads_and_the_start_is_open() -> None:
    picture = Picture("six-hump-camel", race("six-hump-camel", ["adam", "sgd"], 40))
    scene = Scene(picture)
    panel = scene.panels[0]
    rings = [line for line in panel.ax.lines if line.get_zorder() > 7]
    assert set(rings) <= set(panel.moving), "in films too"
    deepest = [
        point
        for point, local in zip(picture.problem.minima, picture.problem.local(), strict=True)
        if not local
    ]
    (ring,) = [line for line in rings if line.get_marker() == "o"]
    np.testing.assert_array_equal(ring.get_xydata(), deepest)
    assert ring.get_markerfacecolor() == "none"
    for trail in panel.trails:
        assert ring.get_zorder() > trail.head.get_zorder()
        assert ring.get_markersize() > 2 * trail.head.get_markersize()
    crosses = [line for line in panel.ax.lines if line.get_marker() == "x"]
    assert len(crosses) == len(picture.problem.saddles) > 0
    start = [line for line in panel.ax.lines if (line.get_xydata() == picture.problem.start).all()]
    assert any(line.get_markerfacecolor() == picture.look.background for line in start)


THEME = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


@THEME
def test_lines_and_words_are_seen_on_their_ground(theme) -> None:
    grounds = [theme.background, halo(theme)]
    rules = [*MARKS, *(name for name in ("adam", "sgd", "lion") for _ in range(3)), "torch:SGD"]
    for hero in (None, 0, len(rules) - 1):
        for own in marks(rules, theme, hero=hero):
            assert min(contrast(own.color, ground) for ground in grounds) >= 3
            assert min(contrast(words(own.color, theme), ground) for ground in grounds) >= 4.5
    assert min(contrast(words(theme.muted, theme), ground) for ground in grounds) >= 4.5


@THEME
def test_runs_of_one_rule_are_a_ladder_by_their_setting(theme) -> None:
    for name in MARKS:
        values = [3.0, 1.0, 2.0, 5.0, 4.0, 7.0, 6.0]
        found = marks([name] * 7, theme, values)
        lights = [contrast(own.color, "#000000") for own in found]
        assert np.argsort(lights).tolist() == np.argsort(values).tolist()
        rises = np.sort(lights)
        assert (rises[1:] / rises[:-1]).min() > 1.08, "no two are alike"
    for name in ("adam", "sgd"):
        assert len({own.color for own in (mark(name, theme, nth) for nth in range(4))}) == 4


@THEME
def test_runs_of_the_rule_in_ink_are_told_apart_by_their_hue(theme) -> None:
    for n in (2, 3, 4):
        colors = [np.array(to_rgb(own.color)) for own in marks(["sgd"] * n, theme, list(range(n)))]
        apart = [np.abs(a - b).max() for a, b in pairwise(colors)]
        assert min(apart) > 0.2
        assert sum(np.ptp(color) > 0.15 for color in colors) == n - 1  # all but the ink itself


@THEME
def test_the_heros_line_is_the_strongest(theme) -> None:
    rules = ["sgd", "momentum", "momentum", "adam"]
    for hero in range(4):
        found = marks(rules, theme, [1, 1, 2, 1], hero)
        plain = marks([rules[hero]], theme)[0]
        assert found[hero].color == plain.color
        for i, other in enumerate(found):
            assert i == hero or found[hero].weight > 1.8 * other.weight
    crowd = marks(list(MARKS)[:5], theme)
    assert all(own.weight < 1 for own in crowd)


def test_the_hero_is_found_by_its_name_its_rule_or_its_index() -> None:
    runs = race("valley", ["sgd", "momentum:beta=0.5", "momentum:beta=0.9"], 5)
    labels = ["plain", "half", "nine"]
    for hero, lead in (
        (None, None),
        ("momentum", 2),
        ("Momentum", 2),
        ("half", 1),
        (0, 0),
        (-1, 2),
    ):
        picture = Picture("valley", runs, labels=labels, hero=hero)
        assert picture.lead == lead
    scene = Scene(Picture("valley", runs, labels=labels, hero="half"))
    orders = [trail.line.get_zorder() for trail in scene.panels[0].trails]
    assert orders[1] > max(orders[0], orders[2]), "drawn last"
    for wrong in ("adam", 3):
        with pytest.raises(UserError, match=r"No run is called .*: plain, half, nine"):
            Picture("valley", runs, labels=labels, hero=wrong)


def test_rules_are_told_apart_without_colour() -> None:
    assert len({(str(own.dash), own.head) for own in MARKS.values()}) == len(MARKS)


def test_a_place_is_near_free_and_inside() -> None:
    path = np.array([[0.0, 50.0], [200.0, 50.0]])
    ground = Ground((200, 100), crossed([path], (200, 100)), [around((120, 70), 12)])
    box = ground.place((100, 50), (40, 12), [around((100, 50), 5)], 8, 12)
    assert ground.cost(box, [around((100, 50), 5)]) == 0
    assert ground.crossings((90, 45, 110, 55)) > 0
    assert 0 <= box[0] < box[2] <= 200
    assert 0 <= box[1] < box[3] <= 100
    assert min(abs(box[1] - 50), abs(box[3] - 50)) < 20
    corner = ground.place((199, 99), (40, 12), [], 8, 12)
    assert corner[2] <= 200
    assert corner[3] <= 100


def test_heights_are_spread_and_stay_within_their_limits() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        heights = rng.uniform(-2, 12, 5)
        found = np.array(spread(heights.tolist(), 2, 0, 10))
        assert (np.diff(np.sort(found)) >= 2 - 1e-9).all()
        assert found.min() >= 0
        assert found.max() <= 10 + 1e-9
    assert spread([1.0, 5.0], 2, 0, 10) == [1.0, 5.0]


def test_a_glide_keeps_its_ends_and_spreads_a_jump() -> None:
    track = np.repeat([[0.0], [10.0]], 20, axis=0)
    found = glide(track, 4)
    assert found[0] == 0
    assert found[-1] == 10
    assert np.abs(np.diff(found[:, 0])).max() <= 10 / 9 + 1e-9
    np.testing.assert_allclose(glide(track, 0), track)


def test_a_ladder_of_one_is_a_line_that_is_seen() -> None:
    assert len(ladder("#0072B2", THEMES["light"], 1)) == 1


def test_a_race_tells_the_places_and_when_each_was_there() -> None:
    rules = ["sgd:lr=0.01", "momentum:lr=0.01", "nesterov:lr=0.02", "adagrad", "rmsprop", "lion"]
    runs = race("valley", rules, steps=120)
    scene = Scene(Picture("valley", runs, size=(1280, 720)))
    (ends,), problem = scene.ends, scene.picture.problem
    places = [words.name.get_text().split("  ")[0] for words in ends.words]
    assert places == [str(1 + ranking(runs, problem, 120).index(i)) for i in range(6)]
    there = finish(runs[2], problem)
    assert there
    assert f"at step {there}" in ends.words[2].verdict.get_text()
    for t, seen in ((there - 1, False), (there, True)):
        scene.show(t)
        assert ends.words[2].verdict.get_visible() is seen
    assert finish(runs[0], problem) is None
    assert not ends.words[0].verdict.get_visible()
    scene.show(3)
    assert [w.name.get_text()[0] for w in ends.words] != places, "they change as the race goes on"
    ladder = race("valley", [f"sgd:lr={lr}" for lr in (0.01, 0.02, 0.03, 0.04, 0.05)], steps=20)
    (plain,) = Scene(Picture("valley", ladder)).ends
    assert not any("  " in words.name.get_text() for words in plain.words), "no race of rules"


def test_a_setting_at_the_end_of_a_line_stays_in_one_row() -> None:
    runs = race("valley", ["momentum:lr=0.01", "sgd:lr=0.012", "sgd:lr=0.02"], steps=5)
    scene = Scene(Picture("valley", runs, ["path", "loss"]))
    ends = [word.name.get_text() for word in scene.ends[0].words]
    assert ends == ["Momentum", "SGD,\nη = 0.012", "SGD,\nη = 0.02"]
