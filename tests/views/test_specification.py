"""A picture as a specification: what it takes, what it refuses, and every way to have it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from optiviz import descend, optim, surface, surfaces
from optiviz.errors import UserError
from optiviz.problems.planes.surfaces import valley
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.scene.figure import Scene

RUN = descend(surfaces["valley"], optim.Momentum(), steps=12)
SMALL = (480, 270)


def small(**options) -> Picture:
    return Picture("valley", RUN, size=SMALL, **options)


def test_words_and_single_things_are_taken() -> None:
    plain = Picture(surfaces["valley"], [RUN], panels=["loss"], labels=["mine"])
    words = Picture("valley", RUN, panels="loss", labels="mine")
    assert (words.panels, words.labels) == (plain.panels, plain.labels) == (("loss",), ("mine",))
    assert words.problem is surfaces["valley"]
    assert words.runs == (RUN,)
    assert replace(words, theme="dark").look.dark


def test_its_text_is_short() -> None:
    text = "Picture('valley', ['Momentum  η = 0.012  β = 0.9'], panels=['path', 'loss'])"
    assert repr(Picture("valley", descend("valley", "momentum", steps=3))) == text


def function(x, y):
    return x**2 + y**4


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        ("bowl", "made on '(valley|bowl)', not on '(bowl|valley)'"),
        (valley(condition=50), "made on 'valley' with other settings: its loss at the start is"),
    ],
)
def test_a_run_of_another_problem_is_refused(problem, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        Picture(problem, RUN)
    with pytest.raises(UserError, match=sentence):
        Picture("valley", [RUN, *race(problem, ["sgd"], steps=2)])


@pytest.mark.parametrize("problem", [valley(condition=50), surface(function), "x**2 + 3*y**2"])
def test_a_problem_of_ones_own_is_taken(problem) -> None:
    assert Picture(problem, race(problem, ["sgd"], steps=4)).steps == 4


def test_a_picture_of_a_run_that_overflows_at_once_is_taken() -> None:
    problem = surface(lambda x, y: (x**2 + y**2) ** 200)
    assert Picture(problem, descend(problem, optim.SGD(lr=1.0), (1.5, 1.0), steps=2)).runs


@pytest.mark.parametrize("panel", ["path", "loss", "velocity", "surface"])
def test_a_panel_is_drawn_into_axes_of_ones_own(panel: str) -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    shown = small().on(left, panel, t=5)
    assert shown.ax is left
    assert not right.lines
    assert left.lines or left.collections
    if panel == "path":
        np.testing.assert_array_equal(np.ravel(shown.trails[0].head.get_data()), RUN.w[5])
        shown.show(12)
        np.testing.assert_array_equal(np.ravel(shown.trails[0].head.get_data()), RUN.w[12])
    figure.savefig(io.BytesIO())


@pytest.mark.parametrize(
    ("panel", "t", "sentence"),
    [
        ("depth", None, "Unknown panel 'depth'"),
        ("loss", 13, "t must be from 0 to 12, got 13"),
        ("loss", -1, "t must be from 0 to 12, got -1"),
    ],
)
def test_what_cannot_be_drawn_into_axes_is_said(panel: str, t: int | None, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        small().on(Figure().subplots(), panel, t)


def test_axes_with_a_projection_are_refused() -> None:
    ax = Figure().add_subplot(projection="3d")
    with pytest.raises(UserError, match="needs axes with no projection"):
        small().on(ax, "surface")


def test_a_frame_is_the_picture_at_a_step() -> None:
    picture, scene = small(), Scene(small())
    for t in (0, 7, None):
        scene.show(12 if t is None else t)
        with scene.style():
            scene.canvas.draw()
        frame = picture.frame(t)
        assert (frame.shape, frame.dtype) == ((270, 480, 3), np.uint8)
        np.testing.assert_array_equal(frame, np.asarray(scene.canvas.buffer_rgba())[..., :3])
    assert (picture.frame(0) != picture.frame(7)).any()


def test_a_figure_is_matplotlibs_own() -> None:
    figure = small().figure(3)
    assert isinstance(figure, Figure)
    assert (figure.bbox.width, figure.bbox.height) == pytest.approx(SMALL)
    assert "3" in [text.get_text() for text in figure.texts]


KINDS = {
    ".png": b"\x89PNG",
    ".svg": b"<?xml",
    ".pdf": b"%PDF",
    ".gif": b"GIF89a",
    ".webp": b"RIFF",
    ".apng": b"\x89PNG",
    ".html": b"<!doctype html>",
}


@pytest.mark.parametrize("ending", KINDS)
def test_the_ending_says_how_it_is_saved_in_any_case(ending: str, tmp_path: Path) -> None:
    still = ending in (".png", ".svg", ".pdf")
    how = {} if still else {"frames": 3}
    counts = [small().save(tmp_path / f"a{case}", **how) for case in (ending, ending.upper())]
    assert counts == [1 if still else 13 if ending == ".html" else 3] * 2
    lower, upper = (tmp_path / f"a{case}" for case in (ending, ending.upper()))
    assert lower.read_bytes() == upper.read_bytes()
    assert lower.read_bytes().startswith(KINDS[ending])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([lower.name, upper.name])


def test_the_letters_of_a_pdf_are_truetype(tmp_path: Path) -> None:
    small().save(tmp_path / "a.pdf")
    written = (tmp_path / "a.pdf").read_bytes()
    assert b"/FontFile2" in written
    assert b"/Type3" not in written


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("a.tiff", {}, "the ending must be .png, .svg, .pdf, .gif, .webp, .apng, .mp4, .html"),
        ("a", {}, "the ending must be"),
        ("a.gif", {"fps": 0}, "fps must be from 1 to 60, got 0"),
        ("a.html", {"fps": 0}, "fps must be from 1 to 60, got 0"),
        ("a.gif", {"frames": 0}, "frames must be from 1 to 20000, got 0"),
        ("no/a.png", {}, "Cannot write .*No such file"),
    ],
)
def test_what_cannot_be_saved_leaves_no_file(
    name: str, options: dict, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=sentence):
        small().save(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_the_picture_of_a_notebook_is_dense_and_as_large_as_said() -> None:
    picture = small()
    png, size = picture._repr_png_()
    assert size == {"width": 480, "height": 270}
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (960, 540)
        coarse = np.asarray(image.convert("RGB").resize(SMALL, Image.Resampling.BOX), int)
    assert np.abs(coarse - picture.frame()).mean() < 6
