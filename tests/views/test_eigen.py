"""The panels along the axes of curvature: what they draw, what they tell, and how it is read."""

from __future__ import annotations

import numpy as np
import pytest
from legible import faults
from PIL import Image

from optiviz import Picture, descend
from optiviz.errors import UserError
from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.runs.modes import modes
from optiviz.views.scene.figure import Scene


def told(panel) -> list[str]:
    return [text.get_text().replace("\n", " · ") for _, text in panel.texts]


def test_both_components_and_what_is_told_of_them() -> None:
    run = descend("valley", "momentum:lr=0.012,beta=0.9", steps=40)
    panel = Scene(Picture("valley", run, ["loss", "eigen"])).panels[1]
    found = modes(run, PROBLEMS["valley"])
    for axis, (line, *_) in enumerate(panel.lines):
        np.testing.assert_allclose(line.get_ydata(), found.along[:, axis])
    assert told(panel) == [
        "λ 20 · ηλ 0.24 · ×0.949 a step · stable, η < 0.19",
        "λ 1 · ηλ 0.012 · ×0.949 a step · stable, η < 3.8",
    ]
    assert panel.heading.get_text() == "w − w* along the curvature’s axes"


def test_the_loss_of_each_axis() -> None:
    run = descend("booth", "adam", steps=40)
    panel = Scene(Picture("booth", run, ["eigen-loss"])).panels[0]
    parts = sum(line.get_ydata() for line, *_ in panel.lines)
    np.testing.assert_allclose(parts, run.loss, rtol=1e-6, atol=1e-8)
    assert told(panel)[0] == "λ 18 · no fixed factor a step is known"


def test_what_grows_is_said_to() -> None:
    runs = race("valley", ["sgd:lr=0.103", "sgd:lr=0.1", "sgd:lr=0.00001"], steps=60)
    panel = Scene(Picture("valley", runs, "eigen", size=(960, 720))).panels[0]
    rows = told(panel)
    assert rows[0].endswith("×1.06 a step · unstable, η > 0.1")
    assert rows[1].endswith("stable, η < 2")
    assert rows[2].endswith("×1 a step · neither shrinks nor grows")
    assert "×(1 − 2·10⁻⁴) a step" in rows[4]
    low, high = panel.bare
    assert high == pytest.approx(-low)  # what leaves the picture does not press the rest flat
    assert high < 4 < np.abs(panel.modes[0].along).max()


def test_the_hero_is_told_first_and_a_decay_step_by_step() -> None:
    runs = race("valley", ["sgd:lr=0.01", "sgd:lr=0.05"], steps=40, schedule="linear:end=0.01")
    panel = Scene(Picture("valley", runs, "eigen", hero=1)).panels[0]
    panel.show(0)
    assert told(panel)[0].startswith("λ 20 · ηλ 1 · ×0")
    panel.show(40)
    rate = runs[1].lr[-1]
    assert f"ηλ {20 * rate:.3f}".rstrip("0") in told(panel)[0]
    assert f"×{1 - 20 * rate:.2f} " in told(panel)[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("theme", "size"), [("light", (960, 540)), ("dark", (390, 240)), ("slides", (960, 540))]
)
@pytest.mark.parametrize("problem", ["valley", "rosenbrock"])
def test_its_words_can_be_read(problem: str, theme: str, size: tuple[int, int]) -> None:
    runs = race(problem, ["momentum", "adam"], steps=60)
    panels = ["path", "eigen", "eigen-loss"] if size[0] > 400 else "eigen"
    scene = Scene(Picture(problem, runs, panels, theme, size))
    panel = next(p for p in scene.panels if p.picture and hasattr(p, "texts"))
    assert len(panel.texts) >= 2
    box = panel.ax.get_window_extent()
    with scene.style():  # by which letters are set as they are drawn
        every = [text.get_window_extent() for _, text in panel.texts]
    for said in every:
        assert box.x0 <= said.x0 < said.x1 <= box.x1 + 1
        assert box.y0 < said.y0 < said.y1 <= box.y1 + 1
    assert faults(scene.figure) == []


@pytest.mark.slow
def test_a_film_ends_on_the_still_picture(tmp_path) -> None:
    runs = race("valley", ["sgd:lr=0.05"], steps=4, schedule="linear:end=0.01")
    picture = Picture("valley", runs, ["path", "eigen"], size=(480, 300))
    picture.save(tmp_path / "a.gif", fps=5, frames=4)
    with Image.open(tmp_path / "a.gif") as film:
        film.seek(film.n_frames - 1)
        last = np.asarray(film.convert("RGB")).astype(float)
    assert np.abs(last - picture.frame()).mean() < 3


def test_what_moves_is_in_the_picture() -> None:
    scene = Scene(Picture("valley", race("valley", ["sgd"], steps=4), ["eigen"]), film=True)
    assert all(artist.figure is scene.figure for artist in scene.moving)


def test_the_axes_lie_on_the_path() -> None:
    run = descend("valley", "sgd", steps=5)
    plain, crossed = (
        Scene(Picture("valley", run, panels, size=(320, 240))).panels[0].ax.lines
        for panels in (["path", "loss"], ["path", "eigen"])
    )
    assert len(crossed) == len(plain) + 2


def test_a_surface_without_axes_is_refused() -> None:
    with pytest.raises(UserError, match="Saddle has no axes of curvature to show"):
        Picture("saddle", descend("saddle", "sgd", steps=3), ["path", "eigen"]).figure()
