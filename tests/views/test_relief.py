"""The surface in relief: what the camera sees, and what hills hide."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from optiviz import descend, optim, surface
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.scene.camera import SIDES, azimuth, height_at, hidden, project, seen_from
from optiviz.views.scene.figure import Scene
from optiviz.views.scene.relief import FLOOR

AT = azimuth(1.0)


def ridge() -> np.ndarray:
    """A wall across the middle of the floor, a row of which is 40 times as wide as it is deep."""
    heights = np.zeros((101, 101))
    heights[48:53] = 0.4
    return heights


def test_the_camera_has_a_frame_of_its_own() -> None:
    rows = seen_from(AT)
    np.testing.assert_allclose(rows @ rows.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rows) == pytest.approx(1)
    up = project(np.array([[0, 0, 1.0], [0, 0, 0]]), AT)
    assert up[0, 1] > up[1, 1], "more is higher up"
    right = project(np.array([[1.0, 0, 0], [0, 0, 0]]), AT)
    assert right[0, 0] > right[1, 0], "more of w₁ is further right"


def test_a_wall_hides_what_is_behind_it_and_nothing_else() -> None:
    towards = seen_from(AT)[2]
    assert towards[1] < 0, "it looks from below w₂"
    x = np.linspace(-0.3, 0.3, 7)
    behind, before, above = (
        [x, np.full(7, y), np.full(7, z)] for y, z in ((0.2, 0), (-0.2, 0), (0, 0.41))
    )
    far = [x, np.full(7, 0.49), np.full(7, 0.35)]
    found = [hidden(np.transpose(points), ridge(), AT) for points in (behind, before, above, far)]
    assert [set(each.tolist()) for each in found] == [{True}, {False}, {False}, {False}]
    assert not hidden(np.array([[np.nan, 0, 0]]), ridge(), AT).any()


def test_heights_between_points_are_between_theirs() -> None:
    heights = np.add.outer(np.arange(5.0), 10 * np.arange(4.0))  # rows are w₂
    x, y = np.array([-0.6, 0.6, 0, 0.61]), np.array([-0.5, 0.5, 0, 0])
    np.testing.assert_allclose(height_at(heights, x, y), [0, 34, 17, -np.inf])


def test_a_path_behind_a_hill_is_dotted_and_its_shadow_is_on_the_floor() -> None:
    hill = surface(
        lambda x, y: 9 * np.exp(-8 * y**2) + y**2 / 9 + x**2 / 9, bounds=((-2, 2), (-2, 2))
    )
    run = descend(hill, optim.SGD(lr=0.4), start=(-1.5, 1.9), steps=30)
    drawn = Picture(hill, run, ["surface"])
    scene = Scene(drawn)
    (panel,), (track,) = scene.panels, scene.panels[0].trails
    seen, behind = (np.array(line.get_data()) for line in (track.line, track.behind))
    assert np.isnan(seen).any()
    assert np.isfinite(behind).any()
    both = np.isfinite(seen).all(axis=0) | np.isfinite(behind).all(axis=0)
    assert both.all(), "one of them is drawn all along"
    places = panel.place(run.w)
    shadow = np.array(track.shadow.get_data()).T[:: track.fine]
    floor = project(np.column_stack([places, np.full(31, FLOOR)]), AT)
    np.testing.assert_allclose(shadow, floor, atol=1e-9)
    scene.show(7)
    assert len(track.shadow.get_xdata()) == 7 * track.fine + 1, "nothing of the future"


def test_the_camera_turns_until_the_still_picture() -> None:
    drawn = Picture("valley", race("valley", ["sgd"], steps=20), ["surface"])
    scene = Scene(drawn)
    panel = scene.panels[0]
    corners = []
    for t in (0, 10, 20):
        scene.show(t)
        corners.append(panel.floor.plate.get_xy()[:4])
    np.testing.assert_allclose(corners[2], project(panel.floor.corners, AT))
    assert np.abs(corners[0] - corners[1]).max() > 0.02
    low, high = np.transpose([panel.ax.get_xlim(), panel.ax.get_ylim()])
    for each in corners:
        assert (each > low).all()
        assert (each < high).all()


def test_facets_have_the_colours_of_the_bands() -> None:
    drawn = Picture("himmelblau", race("himmelblau", ["sgd"], steps=2), ["surface"])
    panel = Scene(drawn).panels[0]
    colors = panel.ground.colors
    assert colors.shape[:2] == (119, 119)
    ground = np.array([to_rgba(drawn.look.bands[0]), to_rgba(drawn.look.bands[-1])])
    lowest = np.unravel_index(np.argmin(panel.grid[:-1, :-1]), (119, 119))
    highest = np.unravel_index(np.argmax(panel.grid[:-1, :-1]), (119, 119))
    for at, band in ((lowest, ground[0]), (highest, ground[1])):
        light = colors[at][:3] / band[:3]
        assert np.ptp(light) < 0.01, "the band's colour, in more or less light"
        assert 0.7 < light[0] <= 1.01
    assert np.isfinite(panel.ground.lines.get_xdata()).sum() > 200
    assert np.abs(panel.ground.points[..., :2]).max(axis=(0, 1)) == pytest.approx(SIDES / 2)
