"""The words that say what the marks of a plane are."""

from __future__ import annotations

import pytest
from legible import faults

from optiviz import descend, race, surfaces
from optiviz.views import Picture
from optiviz.views.scene.path import PathPanel

KINDS = ("minimum", "local minimum", "saddle", "start")


def shown(picture: Picture):
    """The panel of paths of a still picture."""
    return picture._scene(None).panels[0]


def said(panel: PathPanel) -> list[str]:
    return [text.get_text() for text in panel.ax.texts if text.get_text() in KINDS]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_kind_of_mark_is_told_once_and_can_be_read(theme: str) -> None:
    run = descend("three-hump-camel", "momentum", steps=40)
    picture = Picture("three-hump-camel", run, ["path"], theme=theme, title="Three humps")
    panel = shown(picture)
    assert said(panel) == list(KINDS)
    assert faults(panel.ax.figure) == []
    assert said(shown(Picture("bowl", descend("bowl", "sgd")))) == ["minimum", "start"]


def test_a_word_stands_beside_its_own_mark() -> None:
    surface = surfaces["three-hump-camel"]
    panel = shown(Picture(surface, descend(surface, "momentum", steps=40), ["path"]))
    low, marks = panel.box.p0, [*surface.minima, *surface.saddles]
    for text in panel.ax.texts:
        if text.get_text() not in KINDS[1:3]:
            continue
        box = text.get_window_extent()
        middle = (box.p0 + box.p1) / 2 - low
        nearest = min(marks, key=lambda at: abs(panel.pixels(at) - middle).sum())
        expected = surface.saddles
        if text.get_text() == "local minimum":
            expected = [at for at, it in zip(surface.minima, surface.local(), strict=True) if it]
        assert nearest in list(expected)


def test_names_stand_where_they_would_without_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = race("valley", ["sgd", "momentum", "adam"], 40)
    panel = shown(Picture("valley", runs))
    with_words, words = panel.names.places(40), said(panel)
    monkeypatch.setattr(PathPanel, "explains", False)
    panel = shown(Picture("valley", runs))
    assert words
    assert not said(panel)
    assert panel.names.places(40) == with_words


def test_where_there_is_no_room_and_where_no_mark_is_seen_there_is_no_word() -> None:
    run = descend("valley", "momentum:lr=0.0999,beta=0.99", steps=300)  # to and fro over the goal
    assert said(shown(Picture("valley", run, size=(480, 270)))) == ["start"]
    assert said(shown(Picture("valley", run, bounds=((0.5, 1), (2, 3))))) == []
