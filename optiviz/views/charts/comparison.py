"""The pictures of a comparison: curves with bands over the seeds, as they stand and as a race."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox, TransformedBbox

from optiviz.errors import UserError
from optiviz.optim import describe, name_of
from optiviz.optim.describe import EVERY
from optiviz.problems.base import Array
from optiviz.problems.data.datasets import TITLES
from optiviz.studies.compare import Comparison, Contestant
from optiviz.views.files.animate import record
from optiviz.views.frame import Frame
from optiviz.views.numbers import PERCENT, log_axis
from optiviz.views.style import THEMES, Mark, Theme, blend, marks
from optiviz.words import look_up

FRAMES = 120
HEADINGS = {"test_loss": "Test loss", "test_accuracy": "Test accuracy"}


def plot_comparison(
    comparison: Comparison,
    path: str | Path,
    *,
    title: str = "",
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
) -> None:
    """Write loss and accuracy of every rule: the mean over the seeds in a band of ± one deviation.

    Args:
        comparison: every training of it evaluated at least once.
        path: where to write; .png, .svg or .pdf by its ending.
        title: what stands above; by default what was compared on what.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.

    Raises:
        UserError: no evaluation, an unknown ending or theme, an impossible size, or a place that
            cannot be written to.
    """
    Race(comparison, title, theme, size, finished=True).save(path)


def animate_comparison(
    comparison: Comparison,
    path: str | Path,
    *,
    title: str = "",
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
    quiet: bool = True,
) -> None:
    """Write the same curves as a race through the epochs: .gif, .webp, .apng or .mp4.

    Args:
        comparison, path, title, theme, size: see `plot_comparison`.
        quiet: show no progress bar.

    Raises:
        UserError: see `plot_comparison`.
    """
    look = look_up("theme", theme, THEMES)
    colors = [look.text, *(m.color for m in marks_of(comparison, look))]
    record(lambda: Race(comparison, title, theme, size), FRAMES, path, colors, quiet=quiet)


def marks_of(comparison: Comparison, look: Theme) -> list[Mark]:
    """The colour and line of every rule."""
    return marks([name_of(one.rule) for one in comparison.contestants], look)


class Race(Frame):
    """A figure of the curves, which can be covered up again from any moment on.

    Args:
        comparison: what to show.
        title, theme, size: see `plot_comparison`.
        finished: write the final accuracies into the legend, for a picture that stands still.
    """

    def __init__(
        self,
        comparison: Comparison,
        title: str,
        theme: str,
        size: tuple[int, int],
        finished: bool = False,
    ) -> None:
        if not any(seeds_of(one, "step") for one in comparison.contestants):
            raise UserError("There is no curve to draw: no training was ever evaluated.")
        super().__init__(theme, size)
        self.comparison = comparison
        self.marks = marks_of(comparison, self.look)
        self.moving: list[Artist] = []
        self.epochs = float(comparison.recipe.epochs)
        self._heads: list[tuple[Any, Array, Array]] = []
        self._clipped: list[tuple[Any, Any]] = []
        with self.style():
            self._draw(title, finished)
        self.show(FRAMES)

    def _draw(self, title: str, finished: bool) -> None:
        recipe = self.comparison.recipe
        seeds = len(self.comparison.seeds)
        shown = f"mean ± sd of {seeds} seeds" if seeds > 1 else f"seed {recipe.seed}"
        note = f"m = {recipe.batch_size}    {shown}, the same first weights and batches for all"
        usual = f"Optimisers on {TITLES.get(recipe.dataset, recipe.dataset)}"
        self.title(title or usual, note)
        self.legend(self.marks, self._labels(finished))
        for ax, (column, heading) in zip(self.row(2), HEADINGS.items(), strict=True):
            self.dress(ax, heading, "epoch")
            self._panel(ax, column)

    def _labels(self, finished: bool) -> list[str]:
        rules = (one.rule for one in self.comparison.contestants)
        told = [describe(rule, names=EVERY, between=" ") for rule in rules]
        labels = [words.replace(" ", "  ", 1) for words in told]
        if not finished:
            return labels
        rows = self.comparison.table()
        return [f"{words}:  {accuracy(row)}" for words, row in zip(labels, rows, strict=True)]

    def _panel(self, ax: Any, column: str) -> None:
        rules = self.comparison.contestants
        values = np.concatenate([curve for one in rules for curve in seeds_of(one, column)])
        values = values[np.isfinite(values)]
        if column == "test_accuracy":
            ax.yaxis.set_major_formatter(PERCENT)
            room = 0.06 * max(float(np.ptp(values)), 0.01)
            ax.set_ylim(values.min() - room, min(values.max() + room, 1.0))
        elif values.min() > 0 and values.max() > 3 * values.min():
            log_axis(ax, values)
        ax.set_xlim(0, self.epochs)
        ax.xaxis.set_major_locator(MaxNLocator(integer=self.epochs >= 2))
        for one, own in zip(rules, self.marks, strict=True):
            if seeds_of(one, column):
                self._curve(ax, one, own, column)

    def _curve(self, ax: Any, one: Contestant, own: Mark, column: str) -> None:
        """A rule's mean and band, which `show` clips."""
        look = self.look
        epoch, every = mean_and_band(one, column)
        mean = every.mean(axis=0)
        parts: list[Any] = []
        if len(every) > 1:
            sd = every.std(axis=0, ddof=1)
            pale = blend(own.color, look.background, 0.25)
            band = {"color": pale, "lw": 0, "alpha": 0.5, "zorder": 2}
            parts.append(ax.fill_between(epoch, mean - sd, mean + sd, **band))
        parts += ax.plot(epoch, mean, color=own.color, ls=own.dash, lw=1.9 * look.scale, zorder=3)
        self._clipped += [(ax, part) for part in parts]
        dot = {"marker": "o", "ms": 6 * look.scale, "mec": look.background, "clip_on": False}
        (head,) = ax.plot([], [], color=own.color, zorder=4, **dot)
        self._heads.append((head, epoch, mean))
        self.moving += [*parts, head]

    def show(self, t: float) -> None:
        """Uncover the curves up to t of `FRAMES` of the way."""
        now = self.epochs * t / FRAMES
        uncovered = Bbox.from_extents(0, 0, now, 1)
        for ax, part in self._clipped:
            part.set_clip_box(TransformedBbox(uncovered, ax.get_xaxis_transform()))
        for head, epoch, mean in self._heads:
            there = min(max(now, epoch[0]), epoch[-1])
            head.set_data([there], [np.interp(there, epoch, mean)])
            head.set_visible(now >= epoch[0])


def seeds_of(one: Contestant, column: str) -> list[Array]:
    """The curve of every seed that was evaluated before it diverged."""
    return [history[column] for history in one.histories if len(history[column])]


def mean_and_band(one: Contestant, column: str) -> tuple[Array, Array]:
    """The epochs that every seed reached, `(n,)`, and its numbers there, `(seeds, n)`."""
    curves = seeds_of(one, column)
    n = min(map(len, curves))
    return seeds_of(one, "epoch")[0][:n], np.array([curve[:n] for curve in curves])


def accuracy(row: dict[str, Any]) -> str:
    """The accuracy of a table's row in per cent, with its deviation if it has one.

    >>> accuracy({"test_accuracy": 0.9768, "test_accuracy_sd": 0.0012}), accuracy(
    ...     {"test_accuracy": 0.9768, "test_accuracy_sd": None})
    ('97.68 ± 0.12 %', '97.68 %')
    """
    if not np.isfinite(row["test_accuracy"]):
        return "–"
    spread = "" if row["test_accuracy_sd"] is None else f" ± {100 * row['test_accuracy_sd']:.2f}"
    return f"{100 * row['test_accuracy']:.2f}{spread} %"
