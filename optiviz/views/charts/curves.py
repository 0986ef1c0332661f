"""The picture of a training: loss and accuracy against the epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from optiviz.errors import UserError
from optiviz.optim.describe import word
from optiviz.problems.data.dataset import title_of
from optiviz.training.train import Training
from optiviz.views.charts.ends import Ends, room
from optiviz.views.frame import Frame
from optiviz.views.numbers import accuracy_axis, log_axis, number, percent
from optiviz.views.style import DOTTED, LINES, SOLID, Mark, blend, legible, mark
from optiviz.words import look_up

PANELS = {"loss": "Loss (training: mean of the batches)", "accuracy": "Accuracy"}
OVER = {"epochs": ("epoch", "epoch"), "seconds": ("seconds", "seconds of training")}  # and label
NAMES = {"train": "training", "test": "test", "val": "validation"}


def plot_training(
    done: Training,
    path: str | Path,
    *,
    title: str = "",
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
    over: str = "epochs",
) -> None:
    """Write the loss and the accuracy of a training at every evaluation.

    Args:
        done: the training, evaluated at least once.
        path: where to write; .png, .svg or .pdf by its ending.
        title: what stands above; by default the rule and the data.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.
        over: what runs along the curves, "epochs" or the "seconds" that training took.

    Raises:
        UserError: no evaluation, an unknown ending, theme or `over`, an impossible size, or a place
            that cannot be written to.

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
    training_figure(frame, done, title, over)
    frame.save(path)


def training_figure(frame: Frame, done: Training, title: str, over: str = "epochs") -> None:
    """Draw both panels and the title, with the last numbers at the ends of the lines."""
    column, label = look_up("over", over, OVER)
    main = mark(done.optimizer, frame.look).color
    paler = legible(blend(main, frame.look.background, 0.4), frame.look, LINES)
    marks = {"train": Mark(paler), "test": Mark(main, SOLID), "val": Mark(main, DOTTED)}
    if np.isnan(done.history["val_loss"]).all():
        del marks["val"]
    with frame.style():
        usual = f"{word(done.optimizer)} on {title_of(done.problem)}"
        frame.title(title or usual, _note(done))
        told = {what: {n: _said(done, n, what) for n in marks} for what in PANELS}
        left, right = (room(frame, [*words.values()]) for words in told.values())
        axes = frame.row(2, right=right, gap=left / frame.look.scale + 0.3)
        for ax, (what, words) in zip(axes, told.items(), strict=True):
            frame.dress(ax, PANELS[what], label)
            shown = {n: marks[n] for n, said in words.items() if said}
            _panel(frame, ax, done, (column, what), shown)
            _ends(frame, ax, done, (column, what), words, marks)


def _panel(
    frame: Frame, ax: Any, done: Training, columns: tuple[str, str], marks: dict[str, Mark]
) -> None:
    """Draw one figure of merit, the second of the columns, over the first."""
    (over, what), shown = columns, []
    along = done.history[over]
    for name, own in marks.items():
        values = done.history[f"{name}_{what}"]
        shown.append(values)
        dots = "o" if len(values) <= 30 else None
        style: Any = {"marker": dots, "ms": 3.5 * frame.look.scale, "clip_on": False, "zorder": 3}
        ax.plot(along, values, color=own.color, ls=own.dash, lw=1.8 * frame.look.scale, **style)
    best = np.concatenate(shown)
    if what == "accuracy":
        accuracy_axis(ax, best)
    elif best.min() > 0 and best.max() > 3 * best.min():
        log_axis(ax, best)
    ax.set_xlim(0, max(float(along[-1]), 1e-9))
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=along[-1] >= 2))


def _ends(
    frame: Frame,
    ax: Any,
    done: Training,
    columns: tuple[str, str],
    words: dict[str, str],
    marks: dict[str, Mark],
) -> None:
    (over, what), history = columns, done.history
    told = {name: said for name, said in words.items() if said}
    heads = [(history[over][-1], history[f"{n}_{what}"][-1]) for n in told]
    Ends(frame, ax, [marks[n].color for n in told]).show([*told.values()], heads)


def _said(done: Training, name: str, what: str) -> str:
    """What stands at the end of a line; nothing where nothing was measured."""
    values = done.history.get(f"{name}_{what}")
    if values is None:  # the accuracy on the training set
        return ""
    last = float(values[-1])
    return f"{NAMES[name]}  {number(last, zeros=True) if what == 'loss' else percent(last)}"


def _note(done: Training) -> str:
    first, last = done.history["lr"][[0, -1]]
    rate = " … ".join(number(rate) for rate in dict.fromkeys((first, last)))
    return f"η = {rate}    m = {done.batch_size}    seed {done.seed}    {done.outcome.text}"
