"""Notes: when they are seen, what they point at, and that they cover nothing."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from optiviz import descend, optim, surfaces
from optiviz.errors import UserError
from optiviz.runs import events, race
from optiviz.views import Note, Picture
from optiviz.views.scene.figure import Scene
from optiviz.views.scene.notes import FADES, STAYS, own

NOTES = (Note(40, "later"), Note("overshoots", "too fast to stop at the floor of this valley"))
ELSEWHERE = Note(60, "here", at=(1.5, -1.0))


RUNS = race("valley", ["momentum", "adam"], steps=100)


def picture(**options) -> Picture:
    options = {"notes": (*NOTES, ELSEWHERE), "panels": "path"} | options
    return Picture("valley", RUNS, **options)


def seen(scene: Scene) -> dict[str, float]:
    """The words that can be seen, and how opaque they are."""
    told = scene.panels[0].told.told
    return {
        one.words: text.get_alpha() if text.get_alpha() is not None else 1.0
        for one, (*_, text) in told
        if text.get_visible()
    }


def test_a_note_appears_at_its_moment_and_stays_in_a_still_picture() -> None:
    drawn = picture()
    (step,) = [e.step for e in events(drawn.runs[0], drawn.problem) if e.kind == "overshoots"]
    assert [one.step for one in drawn.told] == [step, 40, 60]
    scene, words = Scene(drawn), [one.words for one in drawn.told]
    for t, count in ((step - 1, 0), (step, 1), (39, 1), (40, 2), (60, 3), (100, 3)):
        scene.show(t)
        assert seen(scene) == dict.fromkeys(words[:count], 1.0)


def test_in_a_film_a_note_fades_and_stands_again_at_the_end() -> None:
    scene = Scene(picture(), film=True)
    opaque = []
    for t in (
        39.9,
        40,
        40 + 99 * STAYS,
        40 + 100 * (STAYS + FADES / 2),
        40 + 101 * (STAYS + FADES),
    ):
        scene.show(t)
        opaque.append(seen(scene).get("later", 0))
    assert opaque == pytest.approx([0, 1, 1, 0.5, 0])
    scene.show(100)
    assert seen(scene) == {one.words: 1.0 for one in picture().told}


def test_a_note_points_at_the_runs_point_or_where_it_is_told() -> None:
    drawn = picture()
    ax = Scene(drawn).panels[0].ax
    told = {one.words: one.at for one in drawn.told}
    assert told["here"] == (1.5, -1.0)
    np.testing.assert_array_equal(told["later"], drawn.runs[0].w[40])
    assert picture(notes=Note(40, "b", run=1)).told[0].at == tuple(drawn.runs[1].w[40])
    for one, (ring, lead, text) in Scene(drawn).panels[0].told.told:
        at = ax.transData.transform(one.at)
        np.testing.assert_allclose(ring.get_window_extent().get_points().mean(axis=0), at, atol=1)
        ends = lead.get_transform().transform(np.array(lead.get_data()).T)
        if len(ends) > 1:  # it begins near the ring and ends at the words
            box = text.get_window_extent().padded(6)
            assert np.hypot(*(ends[0] - at)) < 14
            assert box.contains(*ends[-1])


def test_a_note_within_a_goals_ring_has_none_of_its_own() -> None:
    run = descend("valley", optim.Momentum(lr=0.012), steps=200)
    notes = [Note(0, "starts"), Note(200, "is there")]
    told = Scene(Picture("valley", run, notes=notes)).panels[0].told.told
    assert [len(artists) for _, artists in told] == [3, 2], "a ring, a line and words"


@pytest.mark.parametrize(
    ("theme", "size"),
    [
        ("light", (960, 540)),
        pytest.param("slides", (960, 540), marks=pytest.mark.slow),
        ("slides", (540, 960)),
        pytest.param("light", (480, 270), marks=pytest.mark.slow),
    ],
)
def test_a_note_covers_no_head_no_goal_no_key_and_no_other(
    theme: str, size: tuple[int, int]
) -> None:
    drawn = picture(theme=theme, size=size)
    scene = Scene(drawn)
    panel = scene.panels[0]
    keys = [text for text in panel.ax.texts if "velocity" in text.get_text()]
    boxes = [text.get_window_extent() for text in keys]
    frame = panel.ax.get_window_extent()
    for one, (_, _, text) in panel.told.told:
        scene.show(drawn.steps)
        box = text.get_window_extent()
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1
        scene.show(one.step)
        heads = [np.ravel(trail.head.get_data()) for trail in panel.trails]
        for point in (*heads, *drawn.problem.minima, one.at):
            assert not box.contains(*panel.ax.transData.transform(point))
        assert not any(box.overlaps(other) for other in boxes)
        boxes.append(box)


def film_of(theme: str) -> Scene:
    """The film at the top of README."""
    runs = race("valley", ["momentum", "sgd:lr=0.012"], 120)
    notes = own(runs[0], surfaces["valley"])
    labels = ["", "without momentum"]
    return Scene(Picture("valley", runs, notes=notes, labels=labels, hero=0, theme=theme), True)


@pytest.mark.parametrize("theme", ["light", "slides"])
def test_no_words_read_on_from_others(theme: str) -> None:
    """A note beside a name would be one phrase with it: "settles without momentum"."""
    scene = film_of(theme)
    panel = scene.panels[0]
    least = panel.names.words[0].sizes[0][1]  # pixels, about two letters
    for t in (20, 30, 40, 50, 70, 85, 100, 120):
        scene.show(t)
        texts = [each.name for each in panel.names.words]
        texts += [text for _, (*_, text) in panel.told.told if text.get_visible()]
        for one, other in combinations([text.get_window_extent() for text in texts], 2):
            in_line = min(one.y1, other.y1) - max(one.y0, other.y0) > 0.3 * one.height
            apart = max(one.x0, other.x0) - min(one.x1, other.x1)
            assert not in_line or apart > least, t


def test_a_ring_of_the_peak_lies_on_no_other_runs_end() -> None:
    scene = film_of("light")
    peak, (ring, _, _) = next((one, a) for one, a in scene.panels[0].told.told if len(a) == 3)
    assert peak.words == "velocity builds"
    head = scene.panels[0].trails[1].head.get_window_extent()
    scene.show(120)
    assert not ring.get_window_extent().overlaps(head)
    run = scene.picture.runs[0]
    speeds = np.hypot(*np.diff(run.w, axis=0).T)
    step = int(np.flatnonzero((run.w == peak.at).all(axis=1))[0])
    assert speeds[step - 1] > 0.8 * speeds[peak.step - 1]
    alone = Picture("valley", run, notes=Note("peaks", "velocity builds"))
    assert alone.told[0].at == tuple(run.w[peak.step])


@pytest.mark.parametrize("words", ["as fast along as across", "short"])
def test_the_line_of_a_note_ends_at_its_words(words: str) -> None:
    """Also where the last row is shorter than the others."""
    run = descend("valley", "momentum", steps=30)
    for at in ((-1.5, 0.2), (1.0, -0.5), (0.4, 0.9)):
        scene = Scene(Picture("valley", run, "path", notes=[Note(3, words, at=at)]))
        scene.show(30)
        ((_, (*_, lead, text)),) = scene.panels[0].told.told
        end = scene.panels[0].ax.transAxes.transform(np.transpose(lead.get_data())[-1])
        rows, box = text.get_text().split("\n"), text.get_window_extent()
        tops, away = np.linspace(box.y1, box.y0, len(rows) + 1), []
        for row, top, below in zip(rows, tops[:-1], tops[1:], strict=True):
            text.set_text(row)
            ends = text.get_window_extent()
            away.append(np.hypot(*(end - np.clip(end, (ends.x0, below), (ends.x1, top)))))
        assert min(away) < 8, "pixels"


def test_a_note_is_as_dense_as_the_picture() -> None:
    """What is laid out in pixels must not move when there are more of them."""
    scene = Scene(picture())
    *_, (_, (_, _, text)) = scene.panels[0].told.told
    before = np.array(text.get_window_extent().get_points())
    scene.figure.dpi *= 2
    scene.canvas.draw()
    after = np.array(text.get_window_extent().get_points())
    np.testing.assert_allclose(after, 2 * before, atol=4)


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        (Note("arrives", "x"), "note 'x': sgd has no moment 'arrives'. Choose a step, or from: "),
        (Note("comes", "x"), "note 'x': sgd has no moment 'comes'"),
        (Note(6, "x"), "note 'x': t must be from 0 to 5, got 6"),
        (Note(-1, "x"), "note 'x': t must be from 0 to 5, got -1"),
        (Note(1, "x", run=1), "note 'x': run must be from 0 to 0"),
    ],
)
def test_a_note_of_what_does_not_happen_is_refused(note: Note, sentence: str) -> None:
    run = descend("bowl", optim.SGD(lr=0.01), steps=5)
    with pytest.raises(UserError, match=sentence):
        Picture("bowl", run, notes=note)


def spoken(scene: Scene, nth: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Where the rings of a panel's notes are, and the middles of their words, in pixels."""
    panel = scene.panels[nth]
    found = {}
    for one, (ring, *_, text) in panel.told.told:
        at = panel.ax.transAxes.transform(np.ravel(ring.get_data()))
        if not text.get_visible():
            continue
        box = text.get_window_extent()
        assert panel.ax.get_window_extent().padded(1).contains(box.x0, box.y0)
        found[one.words] = at, box.get_points().mean(axis=0)
    return found


def test_curves_bear_the_notes_where_no_path_does() -> None:
    scene = Scene(picture(notes=NOTES, panels=("loss", "speed")))
    ax = scene.panels[0].ax
    at, words = spoken(scene, 0)["later"]
    loss = RUNS[0].loss - scene.picture.problem.floor()
    np.testing.assert_allclose(at, ax.transData.transform((40, loss[40])), atol=1)
    assert np.hypot(*(words - at)) > 10
    scene.show(39)
    assert "later" not in seen(scene)
    assert scene.panels[1].told is None, "they are said once"
    assert Scene(picture(notes=NOTES, panels=("path", "loss"))).panels[1].told is None


def test_a_note_in_relief_follows_its_point_while_the_camera_turns() -> None:
    scene = Scene(picture(notes=Note(10, "later"), panels=("surface", "loss")), film=True)
    panel = scene.panels[0]
    places = []
    for t in (10, 30):
        scene.show(t)
        at, words = spoken(scene, 0)["later"]
        panel.trails[0].show(10, panel.turned)  # its head stands where the note's ring does
        head = panel.ax.transData.transform(np.ravel(panel.trails[0].head.get_data()))
        np.testing.assert_allclose(at, head, atol=1.5)
        places.append((at, words))
    assert np.hypot(*(places[1][0] - places[0][0])) > 5
    np.testing.assert_array_equal(places[0][1], places[1][1])
