"""Charts of trainings, read back: the numbers that they tell, and the scales of their axes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from optiviz.errors import UserError
from optiviz.optim import SGD, Adam
from optiviz.problems import MLP
from optiviz.studies.compare import Comparison, Contestant
from optiviz.training import Training, check_gradient, train
from optiviz.training.recipe import Recipe
from optiviz.training.train import COLUMNS
from optiviz.views.charts.comparison import FRAMES, Race
from optiviz.views.charts.curves import training_figure
from optiviz.views.charts.ends import Ends
from optiviz.views.charts.gradients import gradients_figure
from optiviz.views.charts.sweep import plot_heat
from optiviz.views.frame import Frame
from optiviz.views.numbers import accuracy_axis, power, power_of_ten

WIDE, NARROW = np.array([4.0, 1.0, 0.25]), np.array([1.0, 0.75, 0.5])
ACCURACY = np.array([0.5, 0.75, 0.9375])


@pytest.fixture(scope="module")
def trained() -> Training:
    network = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 4, 2))
    return train(network, network, SGD(lr=0.1), epochs=3, batch_size=1)


def figure_of(trained: Training, loss: np.ndarray) -> Frame:
    history = dict.fromkeys(trained.history, np.full(3, np.nan))
    history |= {"epoch": np.arange(1.0, 4.0), "step": np.arange(3.0)}
    history["lr"] = np.array([0.1, 0.05, 0.01])
    history |= {"train_loss": loss, "test_loss": 1.1 * loss, "test_accuracy": ACCURACY}
    frame = Frame("light", (640, 360))
    training_figure(frame, replace(trained, history=history), "")
    return frame


def test_the_lines_end_in_the_last_numbers_and_the_note_tells_how_the_rate_fell(
    trained: Training,
) -> None:
    figure = figure_of(trained, WIDE).figure
    assert figure.texts[1].get_text().startswith("η = 0.1 … 0.01    m = 1    seed 0    ")
    told = [[text.get_text() for text in ax.texts] for ax in figure.axes]
    assert told == [["training  0.250", "test  0.275"], ["test  93.75 %"]]


@pytest.mark.parametrize(("loss", "scale"), [(WIDE, "log"), (NARROW, "linear"), (-WIDE, "linear")])
def test_only_losses_that_span_much_are_on_a_logarithmic_axis(
    trained: Training, loss: np.ndarray, scale: str
) -> None:
    training = figure_of(trained, loss).figure.axes
    race = Race(comparison_of(loss), "", "light", (640, 360)).figure.axes
    for left, right in (training, race):
        assert left.get_yscale() == scale
        assert right.get_yscale() == "function"  # of errors, of which the last is an eighth
        for ax in (left, right):
            assert ax.get_xlim()[0] < ax.get_xlim()[1], "time goes to the right"
            assert ax.get_ylim()[0] < ax.get_ylim()[1], "more is higher up"


def comparison_of(loss: np.ndarray) -> Comparison:
    """Two rules with three seeds each."""

    def history(by: float) -> dict[str, np.ndarray]:
        known = {"epoch": np.arange(1.0, 4.0), "step": np.arange(3.0), "test_loss": by * loss}
        known["test_accuracy"] = ACCURACY - 0.01 * by
        return {name: known.get(name, np.zeros(3)) for name in COLUMNS}

    seeds = (history(1.0), history(1.1), history(1.3))
    both = (("sgd", SGD(lr=0.1)), ("adam", Adam()))
    contestants = tuple(Contestant(name, rule, seeds, ("", "", "")) for name, rule in both)
    recipe = Recipe("sgd", lr=None, batch_size=1, epochs=3, seed=0)
    return Comparison(Path(), recipe, (0, 1, 2), contestants)


def test_a_rule_that_was_never_evaluated_leaves_the_others_their_curves(tmp_path: Path) -> None:
    comparison = comparison_of(NARROW)
    lost, kept = comparison.contestants
    nothing = {name: values[:0] for name, values in lost.histories[0].items()}
    lost = replace(lost, histories=(nothing,) * 3)
    race = Race(replace(comparison, contestants=(lost, kept)), "", "light", (960, 540))
    said = [[text.get_text() for text in ax.texts if text.get_visible()] for ax in race.figure.axes]
    assert said[0] == ["0.567"]  # the mean of the three seeds
    assert said[1][0].startswith("Adam  ")
    with pytest.raises(UserError, match="no training was ever evaluated"):
        Race(replace(comparison, contestants=(lost,)), "", "light", (960, 540))


def test_a_race_tells_where_its_heads_are_and_ends_in_the_table() -> None:
    comparison = comparison_of(NARROW)
    race = Race(comparison, "", "light", (640, 360))
    _, accuracy = race.figure.axes

    def told() -> list[str]:
        return [text.get_text() for text in accuracy.texts if text.get_visible()]

    mean = np.mean([0.01 * by for by in (1.0, 1.1, 1.3)])
    rows = comparison.table()
    assert [words.splitlines()[0].split("  ")[1] for words in told()] == [
        f"{100 * row['test_accuracy']:.2f} ± {100 * row['test_accuracy_sd']:.2f} %" for row in rows
    ]
    # A race begins where the curves do.
    for t, epoch in ((0, 1.0), (FRAMES / 2, 2.0), (FRAMES / 4, 1.5)):
        race.show(t)
        share = 100 * (np.interp(epoch, [1, 2, 3], ACCURACY) - mean)
        words = {f"SGD  {share:.2f} %", f"Adam  {share:.2f} %"}
        assert {said.splitlines()[0] for said in told()} == words


def test_over_seconds_each_rule_runs_as_long_as_it_took() -> None:
    """At the mean time of the seeds; who is there first has its last words first."""
    comparison, slow = comparison_of(NARROW), 1
    fast, other = (
        replace(
            one,
            histories=tuple(
                h | {"seconds": h["epoch"] * (2 + seed) * (4 if i == slow else 1)}
                for seed, h in enumerate(one.histories)
            ),
        )
        for i, one in enumerate(comparison.contestants)
    )
    comparison = replace(comparison, contestants=(fast, other))
    race = Race(comparison, "", "light", (960, 540), over="seconds")
    for ax, panel in zip(race.figure.axes, race.panels, strict=True):
        assert ax.get_xlabel() == "seconds of training"
        assert ax.get_xlim() == (0, 36)
        assert [curve.along.tolist() for curve in panel.curves] == [[3, 6, 9], [12, 24, 36]]
    race.show(FRAMES / 2)
    words = [text.get_text() for text in race.figure.axes[1].texts if text.get_visible()]
    assert ["±" in said for said in words] == [True, False]
    with pytest.raises(UserError, match="Choose from: epochs, seconds"):
        Race(comparison, "", "light", (960, 540), over="minutes")


def test_an_axis_of_accuracies_parts_errors_by_their_ratio() -> None:
    ax = Figure().subplots()
    accuracy_axis(ax, np.array([0.5, 0.75, 0.9375]))
    low, middle, high = ax.transData.transform([[0, 0.5], [0, 0.75], [0, 0.875]])[:, 1]
    assert middle - low == pytest.approx(high - middle)
    assert high < ax.transAxes.transform([0, 1])[1]


def test_the_band_is_the_deviation_that_the_table_tells() -> None:
    comparison = comparison_of(NARROW)
    race = Race(comparison, "", "light", (640, 360))
    loss, accuracy = race.figure.axes
    every = np.array([1.0, 1.1, 1.3])[:, None] * NARROW
    band = loss.collections[0].get_paths()[0].vertices
    for epoch, mean, sd in zip((1, 2, 3), every.mean(0), every.std(0, ddof=1), strict=True):
        heights = band[band[:, 0] == epoch, 1]
        assert [heights.min(), heights.max()] == pytest.approx([mean - sd, mean + sd])
    band = accuracy.collections[0].get_paths()[0].vertices
    last = band[band[:, 0] == 3, 1]
    assert np.ptp(last) / 2 == pytest.approx(comparison.table()[0]["test_accuracy_sd"])


def test_every_error_of_a_gradient_is_somewhere_in_the_spread() -> None:
    toy = MLP([[0.5, -1.0]], [0], sizes=(2, 3, 2))
    check = check_gradient(toy, toy.start(seed=1))
    counts = np.zeros_like(check.counts["central"])
    counts[[0, 7, 40]] = 5, 2, 3  # the first two lie to the left of the axis
    frame = Frame("light", (640, 360))
    gradients_figure(frame, replace(check, counts=dict.fromkeys(check.counts, counts)), [], "")
    (ax,) = frame.figure.axes
    for outline in ax.patches:
        shown = outline.get_data()
        assert (shown.values[0], shown.values.sum()) == (7, 10)
        assert shown.edges[0] == pytest.approx(ax.get_xlim()[0])


def test_a_long_title_takes_rows_and_moves_what_is_below() -> None:
    short, long = Frame("light", (480, 270)), Frame("light", (480, 270))
    assert short.title("A title", "and a note") == 0
    more = long.title("A title of so many words that it has to go on in a second row" * 2)
    assert more > 0.1
    assert long.top < short.height - short.above - 0.26 - 0.1
    box = long.figure.texts[0].get_window_extent()
    assert box.x1 <= 480


def test_a_legend_that_is_too_wide_is_made_small_and_stays_on_the_page() -> None:
    frame = Frame("slides", (240, 180))
    race = comparison_of(NARROW)
    marks = Race(race, "", "light", (640, 360)).marks
    frame.legend(marks, ["a label of very many words " * 3, "and another one " * 4])
    (legend,) = frame.figure.legends
    box = legend.get_window_extent(frame.canvas.get_renderer())
    assert box.height <= 0.3 * 180
    assert frame.bottom > 0.1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (999.6, "1000"),
        (150, "150"),
        (1e-5, "10⁻⁵"),
        (8.84e-9, "8.8·10⁻⁹"),
    ],
)
def test_numbers_are_short(value: float, words: str) -> None:
    assert power(value) == words


def test_powers_of_ten() -> None:
    assert [power_of_ten(n) for n in (-12, 0, 3)] == ["10⁻¹²", "10⁰", "10³"]


def test_a_heat_map_stands_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The least setting at the lower left, and every number in the colour of its cell.

    It is the best over the settings that have no axis, as the note says.
    """
    frames: list[Frame] = []
    monkeypatch.setattr(Frame, "save", lambda frame, _: frames.append(frame))
    found = {(0.1, 0.5): 0.98, (0.2, 0.5): 0.9, (0.1, 0.9): 0.8, (0.2, 0.9): 0.6}
    rows = [
        {
            "settings": {"lr": lr, "beta": beta, "batch_size": size},
            "test_accuracy": accuracy - worse,
            "diverged": False,
        }
        for (lr, beta), accuracy in found.items()
        for size, worse in ((10, 0.2), (100, 0.0), (1000, 0.1))
    ]
    plot_heat(rows, tmp_path / "a.png", title="", span=(0.02, 0.5))
    frame = frames[0]
    assert frame.figure.texts[1].get_text().endswith("; the best over batch size")
    (ax,) = frame.figure.axes
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["0.5", "0.9"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0.1", "0.2"]
    frame.canvas.draw()
    image = np.asarray(frame.canvas.buffer_rgba())[::-1, :, :3].astype(int)
    shades = {}
    for text in ax.texts:
        x, y = ax.transData.transform(np.array(text.get_position()) + 0.4)
        shades[text.get_text()] = image[int(y), int(x)].sum()
    assert sorted(shades, key=shades.get) == ["98.00", "90.00", "80.00", "60.00"]
    heights = {text.get_text(): text.get_window_extent().y0 for text in ax.texts}
    assert heights["98.00"] < heights["80.00"]


def test_words_at_line_ends_keep_below_the_title_that_they_pass_in_a_film() -> None:
    frame = Frame("light", (960, 540))
    ax = frame.figure.subplots(gridspec_kw={"top": 0.8})
    ax.set(xlim=(0, 1), ylim=(0, 1))
    title = ax.set_title("Test accuracy", loc="left")
    ends = Ends(frame, ax, ["#000000", "#990000"])
    ends.show(["Adam 97 %\nη = 0.001", "SGD 96 %\nη = 0.1"], [(0.05, 1.0), (0.05, 0.98)])
    frame.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ends.texts]
    assert not any(box.overlaps(title.get_window_extent()) for box in boxes)
    assert not boxes[0].overlaps(boxes[1])
