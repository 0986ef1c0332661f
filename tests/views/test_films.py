"""Films as they are decoded again: what stands, what moves, where they stop, how they end."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor, ImageSequence

from optiviz import descend, optim, surface
from optiviz.errors import UserError
from optiviz.runs import race
from optiviz.views import Note, Picture
from optiviz.views.files import gif
from optiviz.views.files.animate import _Film
from optiviz.views.files.rhythm import LONG, Rhythm, counted
from optiviz.views.scene.figure import Scene

LOOPING = [".gif", ".webp", ".apng"]


def picture(rules: tuple[str, ...] = ("momentum",), steps: int = 30, **options) -> Picture:
    options = {"size": (320, 240), "panels": "path"} | options
    return Picture("valley", race("valley", rules, steps=steps), **options)


def decoded(path: Path) -> tuple[list[np.ndarray], list[float]]:
    """The frames of a film, red green blue, and the milliseconds that each is shown."""
    with Image.open(path) as film:
        shown = [
            (np.asarray(frame.convert("RGB")).astype(int), frame.info["duration"])
            for frame in ImageSequence.Iterator(film)
        ]
    return [frame for frame, _ in shown], [time for _, time in shown]


@pytest.mark.parametrize("ending", LOOPING)
def test_a_film_holds_its_ends_and_stops_where_something_is_said(
    tmp_path: Path, ending: str
) -> None:
    drawn = picture(steps=20, notes=[Note(10, "half way"), Note(4, "early")])
    count = drawn.save(tmp_path / f"a{ending}", frames=21)
    frames, times = decoded(tmp_path / f"a{ending}")
    assert len(frames) == count == 21
    stops = {0: 1000, 4: 540, 10: 540, 20: 3000}
    assert times == [stops.get(t, 40) for t in range(21)]
    drawn.save(tmp_path / f"b{ending}", frames=21, hold_first=0, hold_last=0.5)
    assert decoded(tmp_path / f"b{ending}")[1][:: len(frames) - 1] == [40, 500]


@pytest.mark.parametrize(
    ("ending", "fps", "lasting"),
    [
        (".gif", 15, 66.667),
        (".gif", 60, 20),  # browsers slow to 100 what asks for less
        (".webp", 15, 66.667),
        pytest.param(".apng", 60, 16.667, marks=pytest.mark.slow),
    ],
)
def test_times_are_right_on_average(
    tmp_path: Path, ending: str, fps: float, lasting: float
) -> None:
    picture(steps=30).save(tmp_path / f"a{ending}", fps=fps, frames=31, hold_first=0)
    _, times = decoded(tmp_path / f"a{ending}")
    assert sum(times[:-1]) == pytest.approx(30 * lasting, abs=5)
    assert np.ptp(times[:-1]) <= (10 if ending == ".gif" else 1)
    assert min(times) >= (20 if ending == ".gif" else 1)


@given(st.lists(st.floats(0, 3), min_size=1), st.sampled_from([0.001, 0.01, 1 / 24]))
def test_counted_times_are_never_more_than_a_half_off(seconds: list[float], unit: float) -> None:
    told, units = np.cumsum(counted(seconds, unit)), np.maximum(np.array(seconds) / unit, 1)
    assert np.abs(told - np.cumsum(units)).max() <= 0.5 + 1e-6


@pytest.mark.parametrize("steps", [1, 5, 20, 100, 120, 1000, 20_000])
def test_a_film_lasts_as_long_as_one_looks(steps: int) -> None:
    beats = Rhythm().beats(steps, stops=[0.2 * steps, 0.5 * steps, 0.6 * steps])
    moving = sum(seconds for _, seconds in beats[1:-1])
    assert 0 < moving <= LONG + 1.5
    assert sum(seconds for _, seconds in beats) <= 12.01
    assert len(beats) > min(5 * steps, 100), "as smooth as the eye sees"


@given(st.integers(1, 160), st.floats(1, 60))
def test_a_slow_film_leaves_out_no_step(steps: int, fps: float) -> None:
    """As of batches, whose ground is another one at every step."""
    assert {int(t) for t in Rhythm(fps=fps).moments(steps)} == {*range(steps + 1)}


def test_frames_decide_how_many_there_are_and_fps_how_long_each_stands() -> None:
    beats = Rhythm(fps=8, frames=40, hold_first=0, hold_last=0).beats(120)
    assert (len(beats), sum(seconds for _, seconds in beats)) == (40, 5)
    assert [len(Rhythm(fps=8).moments(steps)) for steps in (120, 160, 2000)] == [121, 161, 161]


@given(st.integers(1, 2000), st.integers(2, 400))
def test_moments_run_evenly_from_the_start_to_the_end(steps: int, frames: int) -> None:
    shown = Rhythm(frames=frames).moments(steps)
    assert (len(shown), shown[0], shown[-1]) == (frames, 0, steps)
    np.testing.assert_allclose(np.diff(shown), steps / (frames - 1), atol=1e-8)
    assert Rhythm(frames=1).moments(steps) == [steps]


def test_a_head_moves_evenly_between_steps(tmp_path: Path) -> None:
    """On a slope that is the same everywhere each frame goes as far as the one before."""
    slope = surface(lambda x, y: x)
    run = descend(slope, optim.SGD(lr=0.3), (0.9, 0.0), steps=6)
    drawn = Picture(slope, run, "loss", size=(640, 360))
    drawn.save(tmp_path / "a.webp", frames=31)
    box, color = Scene(drawn).panels[0].ax.bbox, ImageColor.getrgb(drawn.marks[0].color)
    rows = slice(360 - round(box.y1), 360 - round(box.y0))
    found = [(frame[rows] == color).all(axis=-1) for frame in decoded(tmp_path / "a.webp")[0]]
    heads = np.array([[mask.any(axis=axis).nonzero()[0][-1] for axis in (0, 1)] for mask in found])
    for moves, way in zip(np.diff(heads, axis=0).T, (box.width, box.height), strict=True):
        assert np.ptp(moves) <= 2
        assert 0.7 * way / 30 < moves.mean() < 1.01 * way / 30


def test_between_two_steps_everything_is_on_its_straight_way() -> None:
    panels = ["path", "loss", "effective"]
    drawn = picture(("adam", "momentum"), steps=60, panels=panels, size=(640, 480))
    scene, run = Scene(drawn), drawn.runs[0]
    path, loss, effective = scene.panels
    scene.show(7.25)
    w = 0.75 * run.w[7] + 0.25 * run.w[8]
    for line in (path.trails[0].head, path.trails[0].line):
        np.testing.assert_allclose(np.array(line.get_data())[:, -1], w)
    np.testing.assert_allclose(path.trails[0].tail.get_segments()[-1], [run.w[7], w])
    line, dot, *_ = loss.lines[0]
    np.testing.assert_allclose(line.get_xdata()[-2:], [7, 7.25])
    # A line on a logarithmic axis is straight in the logarithm.
    there = run.loss[7] ** 0.75 * run.loss[8] ** 0.25
    np.testing.assert_allclose([line.get_ydata()[-1], dot.get_ydata()[-1]], there)
    line, *_ = effective.lines[0]
    assert line.get_xdata().tolist() == [1, 2, 3, 4, 5, 6, 7, 7.25]
    assert scene.counter.get_text() == "7"


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_the_last_frame_is_the_still_picture(tmp_path: Path, theme: str) -> None:
    notes = [Note("peaks", "fast"), Note(9, "said")]
    drawn = picture(("momentum", "adam"), panels=["path", "loss"], theme=theme, notes=notes)
    *_, last = _Film(Scene(drawn, film=True)).frames([0.0, 3.5, 30.0])
    np.testing.assert_array_equal(last[..., :3], drawn.frame())
    drawn.save(tmp_path / "a.png")
    still = np.asarray(Image.open(tmp_path / "a.png").convert("RGB"))
    np.testing.assert_array_equal(last[..., :3], still)
    drawn.save(tmp_path / "a.gif", frames=3)
    seen = decoded(tmp_path / "a.gif")[0][-1]
    assert (np.abs(seen - still).max(axis=-1) > 24).mean() < 0.001, "but for the palette"


def test_a_film_is_shown_as_often_as_said() -> None:
    frames = [np.full((9, 9, 4), shade, np.uint8) for shade in (0, 90, 200)]
    palette = gif.Palette(frames, np.zeros((0, 3), np.uint8))
    told = {}
    for ending in LOOPING:
        for loop in (0, 1, 3):
            file = io.BytesIO()
            gif.write(file, ending, frames, palette, [0.04] * 3, loop)
            with Image.open(file) as film:
                told[ending, loop] = film.info.get("loop")
    # A GIF counts how often it is shown again.
    assert [told[".gif", n] for n in (0, 1, 3)] == [0, None, 2]
    for ending in (".webp", ".apng"):
        assert [told[ending, n] for n in (0, 1, 3)] == [0, 1, 3]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"fps": 61}, "fps must be from 1 to 60, got 61"),
        ({"frames": 0}, "frames must be from 1 to 20000, got 0"),
        ({"hold_first": -1}, "hold_first must be from 0 to 600 seconds, got -1"),
        ({"hold_last": 601}, "hold_last must be from 0 to 600 seconds, got 601"),
        ({"loop": -1}, "loop must be from 0 to 65535, got -1"),
        ({"frames": 20_000}, "has room for 13981 frames, got 20000: ask for fewer frames"),
    ],
)
def test_a_rhythm_that_no_film_can_have_is_refused(
    tmp_path: Path, options: dict, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        picture().save(tmp_path / "a.gif", **options)
    assert not list(tmp_path.iterdir())


def test_a_frame_equals_a_picture_drawn_from_scratch(tmp_path: Path) -> None:
    """Blitting, the palette and storing only what changed must not alter what is seen."""
    drawn = picture(("momentum", "adam"), panels=["path", "loss"], size=(480, 270))
    drawn.save(tmp_path / "a.gif", frames=61)
    frames, _ = decoded(tmp_path / "a.gif")
    scene = Scene(drawn, film=True)
    for t in (0, 7, 30):
        scene.show(t)
        with scene.style():
            scene.canvas.draw()
        seen = np.asarray(scene.canvas.buffer_rgba())[..., :3]
        difference = np.abs(frames[2 * t] - seen).max(axis=-1)
        assert (difference > 40).mean() < 0.004  # words move by whole pixels
        assert difference.mean() < 2


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".webp", ".apng"])
def test_formats_agree(tmp_path: Path, ending: str) -> None:
    drawn = picture(steps=12)
    both = []
    for path in (tmp_path / "a.gif", tmp_path / f"b{ending}"):
        drawn.save(path, frames=25)
        both.append(decoded(path)[0])
    for one, other in zip(*both, strict=True):
        assert np.abs(one - other).max() <= 1


def test_gif_keeps_exact_colors_and_marks_the_unchanged() -> None:
    rng = np.random.default_rng(0)
    colors = rng.integers(0, 256, (40, 4), dtype=np.uint8)
    frames = [colors[rng.integers(0, 40, (30, 50))] for _ in range(3)]
    frames[2] = frames[1].copy()
    frames[2][4:9, 6:20, 0] ^= 128
    file = io.BytesIO()
    gif.write(file, ".gif", frames, gif.Palette(frames, colors[:3, :3]), [0.04] * 3)
    with Image.open(file) as image:
        for t in (0, 1):
            image.seek(t)
            seen = np.asarray(image.convert("RGB")).astype(int)
            assert np.abs(seen - frames[t][..., :3]).max() <= 4
        image.seek(2)
        assert image.dispose_extent == (6, 4, 20, 9)
