"""Every chart, and every picture of the gallery, can be read: no words cut off, covered or pale."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from drawn import figure_of
from legible import faults

from optiviz import surfaces
from optiviz.gallery.scripts import script, scripts
from optiviz.maps import basin_map, rate_map, sensitivity
from optiviz.optim import SGD, Adam, Momentum, RMSProp
from optiviz.problems import MLP
from optiviz.studies.compare import Comparison, Contestant
from optiviz.studies.sweep.findings import strips
from optiviz.training import check_gradient, error_curve, train
from optiviz.training.recipe import Recipe
from optiviz.training.train import COLUMNS
from optiviz.views.charts.comparison import Race
from optiviz.views.charts.curves import training_figure
from optiviz.views.charts.gradients import gradients_figure, plot_error_curve
from optiviz.views.charts.maps import plot_map
from optiviz.views.charts.sweep import plot_heat, plot_strips, plot_trials, span
from optiviz.views.frame import Frame
from optiviz.views.style import THEMES

Draw = Callable[..., Any]
RULES = ["sgd", "momentum", "rmsprop", "adam"]


def saved(draw: Draw, theme: str, size: tuple[int, int], *given: Any, **more: Any) -> Frame:
    """The frame that a function would have written to a file."""
    frames: list[Frame] = []
    with patch.object(Frame, "save", lambda frame, _: frames.append(frame)):
        draw(*given, Path("a.png"), theme=theme, size=size, **more)
    return frames[0]


def history(fall: float, n: int = 20) -> dict[str, np.ndarray]:
    """Columns of a training that went well."""
    epoch = np.arange(1, n + 1) / 4
    loss = 0.08 + 2 * np.exp(-fall * epoch)
    known = {"epoch": epoch, "step": 100 * epoch, "train_loss": 0.9 * loss, "test_loss": loss}
    known |= {"test_accuracy": 0.985 - 0.4 * np.exp(-fall * epoch), "lr": 0.1 / epoch}
    known |= {"val_loss": 1.02 * loss, "val_accuracy": 0.98 - 0.4 * np.exp(-fall * epoch)}
    return {name: known.get(name, np.zeros(n)) for name in COLUMNS}


@cache
def toy() -> tuple[MLP, Any]:
    rng = np.random.default_rng(0)
    network = MLP(rng.normal(size=(5, 12)), [0, 1, 2, 1, 0], sizes=(12, 16, 12, 3))
    return network, network.start(seed=1)


def comparison() -> Comparison:
    rules = (SGD(lr=0.1), Momentum(lr=0.01), Adam(), RMSProp(lr=0.001))
    found = tuple(
        Contestant("", rule, tuple(history(fall + 0.1 * seed) for seed in range(3)), ("",) * 3)
        for fall, rule in enumerate(rules, start=1)
    )
    recipe = Recipe("sgd", lr=None, batch_size=100, epochs=5, seed=0)
    return Comparison(Path(), recipe, (0, 1, 2), found)


def race(t: int) -> Draw:
    def draw(theme: str, size: tuple[int, int]) -> Frame:
        drawn = Race(comparison(), "", theme, size)
        drawn.show(t)
        return drawn

    return draw


def training(theme: str, size: tuple[int, int]) -> Frame:
    network = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 4, 2))
    done = train(network, network, RMSProp(lr=0.1), epochs=3, batch_size=1)
    frame = Frame(theme, size)
    training_figure(frame, replace(done, history=history(1.0)), "")
    return frame


def gradients(theme: str, size: tuple[int, int]) -> Frame:
    network, w = toy()
    frame, check = Frame(theme, size), check_gradient(network, w, samples=range(2))
    gradients_figure(frame, check, error_curve(network, w), "Backpropagation is right")
    return frame


def mapped(found: Callable[[], Any]) -> Draw:
    return lambda theme, size: saved(plot_map, theme, size, found())


def rows(rules: tuple[str, ...]) -> list[dict[str, Any]]:
    """A table of a sweep, with some that diverged."""
    return [
        {
            "optimizer": rule,
            "settings": {"lr": lr, "beta": beta},
            "diverged": lr * beta > 0.5,
            "test_accuracy": None if lr * beta > 0.5 else 0.985 - 0.2 * abs(np.log10(lr) + 2),
            "state": "complete",
        }
        for rule in rules
        for lr in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
        for beta in (0.5, 0.9, 0.99)
    ]


def swept(draw: Draw, title: str, **more: Any) -> Draw:
    return lambda theme, size: saved(draw, theme, size, rows(("sgd",)), title=title, **more)


def stripped(theme: str, size: tuple[int, int]) -> Frame:
    found = strips(rows(("sgd", "momentum", "adam")), "test_accuracy")
    return saved(plot_strips, theme, size, found, title="Learning rates on MNIST")


CHARTS: dict[str, Draw] = {
    "race": race(120),
    "race half-way": race(60),
    "training": training,
    "gradients": gradients,
    "errors": lambda theme, size: saved(plot_error_curve, theme, size, error_curve(*toy())),
    "heat": swept(plot_heat, "sgd on MNIST", span=span([0.985, 0.6])),
    "trials": swept(plot_trials, "A search", column="test_accuracy"),
    "strips": stripped,
    "rates": mapped(cache(lambda: rate_map(surfaces["valley"], "momentum", steps=60))),
    "basins": mapped(cache(lambda: basin_map(surfaces["himmelblau"], "adam", points=40))),
    "sensitivity": mapped(cache(lambda: sensitivity(surfaces["valley"], RULES, steps=60))),
}
SIZES = {"light": (540, 960), "dark": (960, 540), "slides": (1280, 720)}
USUAL = ("race", "basins")  # where there is no time for all


@pytest.mark.parametrize("name", USUAL)
def test_a_chart_can_be_read(name: str) -> None:
    found = faults(CHARTS[name]("slides", (960, 540)).figure)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_can_be_read_in_every_theme(name: str, theme: str) -> None:
    found = faults(CHARTS[name](theme, SIZES[theme]).figure)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", scripts())
def test_every_picture_of_the_gallery_can_be_read(name: str) -> None:
    found = faults(figure_of(script(name).path))
    assert not found, "\n".join(found)


def test_what_cannot_be_read_is_found() -> None:
    figure = Frame("light", (400, 300)).figure
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1], color="#56B4E9", lw=2)
    ax.plot([0.5], [0.8], "o", clip_on=False)
    figure.text(0.5, 0.95, "one title")
    figure.text(0.52, 0.95, "another")
    figure.text(0.99, 0.02, "long words at the edge")
    ax.text(0.2, 0.2, "pale", color="#bbbbbb")
    ax.text(0.5, 0.8, "covering", ha="center", va="center")
    ax.text(0.2, 0.6, "turned as it goes", rotation=45)
    ax.text(0.2, 0.75, "beside it", rotation=45)
    found = sorted(faults(figure))
    assert [re.sub(r"of 1\.\d$", "of 1.x", fault) for fault in found] == [
        "'covering' on a head",
        "'long words at the edge' beyond the edge",
        "'one title' over 'another'",
        "'pale' has a contrast of 1.x",
        "a line of #56B4E9 has a contrast of 2.3",
    ]
