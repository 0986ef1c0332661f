"""The race of a comparison: its curves grow with time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from optiviz.optim import SGD, Adam
from optiviz.studies.compare import Comparison, Contestant
from optiviz.training.recipe import Recipe
from optiviz.training.train import COLUMNS
from optiviz.views.charts.comparison import FRAMES, Race
from optiviz.views.charts.ends import Ends
from optiviz.views.charts.finding import finding


@pytest.fixture
def comparison() -> Comparison:
    """Two rules with two seeds each, their curves made up."""
    epoch = np.arange(1.0, 5.0)

    def history(level: float) -> dict[str, np.ndarray]:
        known = {"epoch": epoch, "step": epoch * 10, "seconds": epoch}
        known |= {"test_loss": level / epoch, "test_accuracy": 1 - 0.1 * level / epoch}
        return {name: known.get(name, np.zeros(4)) for name in COLUMNS}

    one, two = (
        Contestant(name, rule, (history(level), history(1.2 * level)), ("", ""))
        for name, rule, level in (("sgd", SGD(lr=0.1), 2.0), ("adam", Adam(), 1.0))
    )
    recipe = Recipe("sgd", lr=None, batch_size=1, epochs=4, seed=0)
    return Comparison(Path(), recipe, (0, 1), (one, two))


def test_the_curves_are_uncovered_step_by_step(comparison: Comparison) -> None:
    race = Race(comparison, "Two rules", "light", (480, 270))
    color = np.round(255 * np.array(to_rgb(race.marks[1].color)))
    ax = race.figure.axes[0]
    box = ax.get_window_extent()
    counts = []
    for t in (0, FRAMES // 2, FRAMES):
        race.show(t)
        race.canvas.draw()
        image = np.asarray(race.canvas.buffer_rgba())[::-1, :, :3]
        shown = (image[int(box.y0) : int(box.y1)] == color).all(axis=-1)
        columns = np.flatnonzero(shown.any(axis=0)) - box.x0
        inside = columns[(columns >= 0) & (columns <= box.width)]
        counts.append(inside.max(initial=0) / box.width)
    # The first evaluation is after one epoch of four.
    assert counts[0] == pytest.approx(0.25, abs=0.04)
    assert counts[1] == pytest.approx(0.625, abs=0.04)
    assert counts[2] == pytest.approx(1.0, abs=0.02)


def test_the_title_is_free(comparison: Comparison) -> None:
    words = [text.get_text() for text in Race(comparison, "Mine", "light", (480, 270)).figure.texts]
    assert words[0] == "Mine"
    usual = [text.get_text() for text in Race(comparison, "", "light", (480, 270)).figure.texts]
    assert usual[0] == "Adam ends ahead of SGD: 97.25 % and 94.50 %"
    assert usual[1].startswith("MNIST")


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([(0.93, 0.91), (0.95, 0.94)], "B ends ahead of A: 94.50 % and 92.00 %"),
        ([(0.93, 0.91), (0.92, 0.94)], "B and A end level: 93.00 % and 92.00 %"),  # seeds overlap
        ([(0.91,), (0.910001,)], "B and A end level: 91.00 % and 91.00 %"),
        ([(0.93,), (0.93,), (0.5,), (0.93,)], "A, B and D end level: 93.00 % and 93.00 %"),
        ([(0.93,)] * 4, "A and 3 others end level: 93.00 % and 93.00 %"),
        ([(0.91, 0.92)], "A gets to 91.50 %"),
        ([(0.91, 0.92), (0.99, None)], "A gets to 91.50 %"),  # a seed of the other diverged at once
        ([(None,), (None,)], "None of them gets through"),
    ],
)
def test_the_usual_title_is_what_was_found(
    comparison: Comparison, ends: list[tuple[float | None, ...]], words: str
) -> None:
    def history(end: float | None) -> dict[str, np.ndarray]:
        return {"test_accuracy": np.array([] if end is None else [0.1, end])}

    rules = tuple(Contestant("", SGD(lr=0.1), tuple(map(history, one)), ()) for one in ends)
    assert finding(replace(comparison, contestants=rules), "ABCD"[: len(rules)]) == words


def test_words_are_at_the_heights_of_ends_before_anything_was_drawn(comparison: Comparison) -> None:
    race = Race(comparison, "Two rules", "light", (480, 270))
    with race.style():
        ax = race.figure.add_axes((0.1, 0.1, 0.5, 0.8))
    for end in (5.0, 6.0):
        ax.plot([0, 1], [5.5, end])
    ends = Ends(race, ax, ["#112233", "#445566"])
    ends.show(["low", "high"], [(1, 5.0), (1, 6.0)])
    low, high = (text.get_position()[1] for text in ends.texts)
    assert low < 0.2
    assert high > 0.8
