"""The picture of a training: loss and accuracy against the epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from optiviz.errors import UserError
from optiviz.problems.data.datasets import TITLES
from optiviz.training.train import Training
from optiviz.views.frame import Frame
from optiviz.views.numbers import PERCENT, log_axis
from optiviz.views.style import DOTTED, SOLID, Mark, blend, mark


def plot_training(
    done: Training,
    path: str | Path,
    *,
    title: str = "",
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write the loss and the accuracy of a training at every evaluation.

    Args:
        done: the training, evaluated at least once.
        path: where to write; .png, .svg or .pdf by its ending.
        title: what stands above; by default the rule and the data.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.

    Raises:
        UserError: no evaluation, an unknown ending or theme, an impossible size, or a place that
            cannot be written to.

    >>> import tempfile
    >>> from optiviz import optim
    >>> from optiviz.problems import MLP
    >>> from optiviz.training import train
    >>> net = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 4, 2))
    >>> done = train(net, net, optim.SGD(lr=0.1), epochs=20, batch_size=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plot_training(done, f"{folder}/curves.png")
    """
    if not len(done.history["step"]):
        raise UserError("There is no curve to draw: the training was never evaluated.")
    frame = Frame(theme, size)
    training_figure(frame, done, title)
    frame.save(path)


def training_figure(frame: Frame, done: Training, title: str) -> None:
    """Draw both panels, the title, and a legend that tells the last numbers."""
    main = mark(done.optimizer, frame.look).color
    paler = blend(main, frame.look.background, 0.5)
    marks = {"train": Mark(paler), "test": Mark(main, SOLID), "val": Mark(main, DOTTED)}
    if np.isnan(done.history["val_loss"]).all():
        del marks["val"]
    with frame.style():
        usual = f"{done.optimizer} on {TITLES.get(done.problem, done.problem)}"
        frame.title(title or usual, _note(done))
        frame.legend(list(marks.values()), [_label(done, name) for name in marks])
        left, right = frame.row(2)
        _panel(frame, left, done, "loss", marks)
        _panel(frame, right, done, "accuracy", marks)


def _panel(frame: Frame, ax: Any, done: Training, what: str, marks: dict[str, Mark]) -> None:
    frame.dress(ax, {"loss": "Loss", "accuracy": "Accuracy"}[what], "epoch")
    epoch, shown = done.history["epoch"], []
    for name, own in marks.items():
        values = done.history.get(f"{name}_{what}")
        if values is None:  # the accuracy on the training set is not measured
            continue
        shown.append(values)
        dots = "o" if len(values) <= 30 else None
        style: Any = {"marker": dots, "ms": 3.5 * frame.look.scale, "clip_on": False, "zorder": 3}
        ax.plot(epoch, values, color=own.color, ls=own.dash, lw=1.8 * frame.look.scale, **style)
    best = np.concatenate(shown)
    if what == "accuracy":
        ax.yaxis.set_major_formatter(PERCENT)
    elif best.min() > 0 and best.max() > 3 * best.min():
        log_axis(ax, best)
    ax.set_xlim(0, max(float(epoch[-1]), 1e-9))
    ax.xaxis.set_major_locator(MaxNLocator(integer=epoch[-1] >= 2))


def _note(done: Training) -> str:
    first, last = done.history["lr"][[0, -1]]
    rate = f"η = {first:g}" if first == last else f"η = {first:.3g} … {last:.3g}"
    return f"{rate}    m = {done.batch_size}    seed {done.seed}    {done.outcome.text}"


def _label(done: Training, name: str) -> str:
    words = {"train": "training, mean of the batches", "test": "test", "val": "validation"}[name]
    loss = f"loss {done.history[f'{name}_loss'][-1]:.3g}"
    accuracy = done.history.get(f"{name}_accuracy")
    return f"{words}: {loss}" + ("" if accuracy is None else f", accuracy {accuracy[-1]:.4f}")
