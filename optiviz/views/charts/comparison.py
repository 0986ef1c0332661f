"""The pictures of a comparison: curves with bands over the seeds, as they stand and as a race."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox, TransformedBbox

from optiviz.errors import UserError
from optiviz.optim import Optimizer, describe, name_of
from optiviz.optim.describe import EVERY, MAIN, rank
from optiviz.problems.base import Array
from optiviz.problems.data.dataset import title_of
from optiviz.studies.compare import Comparison, Contestant
from optiviz.views.charts.curves import OVER
from optiviz.views.charts.ends import Ends, room
from optiviz.views.charts.finding import finding
from optiviz.views.files.animate import record
from optiviz.views.frame import Frame
from optiviz.views.numbers import accuracy_axis, log_axis, number, percent
from optiviz.views.style import THEMES, Mark, Theme, blend, marks
from optiviz.words import look_up

FRAMES = 120
HEADINGS = {"test_loss": "Test loss", "test_accuracy": "Test accuracy"}


def plot_comparison(
    comparison: Comparison,
    path: str | Path,
    *,
    title: str = "",
    hero: int | None = None,
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
    over: str = "epochs",
) -> None:
    """Write loss and accuracy of every rule: the mean over the seeds in a band of ± one deviation.

    Args:
        comparison: every training of it evaluated at least once.
        path: where to write; .png, .svg or .pdf by its ending.
        title: what stands above; by default who ends ahead.
        hero: the rule that the picture is about, by its place; the others step back.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.
        over: what runs along the curves, "epochs" or the "seconds" that training took: their mean
            over the seeds.

    Raises:
        UserError: no evaluation, an unknown ending, theme or `over`, an impossible size, or a place
            that cannot be written to.
    """
    Race(comparison, title, theme, size, hero, over).save(path)


def animate_comparison(
    comparison: Comparison,
    path: str | Path,
    *,
    title: str = "",
    hero: int | None = None,
    theme: str = "light",
    size: tuple[int, int] = (960, 540),
    over: str = "epochs",
    quiet: bool = True,
) -> None:
    """Write the same curves as a race through the epochs: .gif, .webp, .apng or .mp4.

    Args:
        comparison, path, title, hero, theme, size, over: see `plot_comparison`.
        quiet: show no progress bar.

    Raises:
        UserError: see `plot_comparison`.
    """
    look = look_up("theme", theme, THEMES)
    colors = [look.background, look.text, *(m.color for m in marks_of(comparison, look, hero))]
    race = partial(Race, comparison, title, theme, size, hero, over)
    record(race, FRAMES, path, colors, quiet=quiet)


def marks_of(comparison: Comparison, look: Theme, hero: int | None = None) -> list[Mark]:
    """The colour and line of every rule."""
    rules = [one.rule for one in comparison.contestants]
    order: Any = [rank(rule.settings()) for rule in rules]
    return marks([name_of(rule) for rule in rules], look, order, hero)


class Race(Frame):
    """A figure of the curves, which can be covered up again from any moment on.

    Args:
        comparison: what to show.
        title, theme, size, hero, over: see `plot_comparison`.
    """

    def __init__(
        self,
        comparison: Comparison,
        title: str,
        theme: str,
        size: tuple[int, int],
        hero: int | None = None,
        over: str = "epochs",
    ) -> None:
        if not any(seeds_of(one, "step") for one in comparison.contestants):
            raise UserError("There is no curve to draw: no training was ever evaluated.")
        super().__init__(theme, size)
        self.comparison = comparison
        self.marks = marks_of(comparison, self.look, hero)
        self.over, self.label = look_up("over", over, OVER)
        along = [mean_and_band(one, self.over)[1] for one in comparison.contestants]
        ways = [each.mean(axis=0) for each in along if each.size]
        self.begin = min(float(way[0]) for way in ways)
        self.end = max(float(way[-1]) for way in ways)
        if self.over == "epoch":  # to which a diverged one did not get
            self.end = float(comparison.recipe.epochs)
        self.panels: list[Panel] = []
        with self.style():
            self._draw(title)
        self.show(FRAMES)

    def _draw(self, title: str) -> None:
        recipe = self.comparison.recipe
        seeds = len(self.comparison.seeds)
        shown = f"mean ± sd of {seeds} seeds" if seeds > 1 else f"seed {recipe.seed}"
        data = title_of(recipe.dataset)
        same = f"m = {recipe.batch_size}    {shown}, the same first weights and batches for all"
        names = _names([one.rule for one in self.comparison.contestants])
        self.title(title or finding(self.comparison, _short(names)), f"{data}    {same}")
        last = map(accuracy, self.comparison.table())
        told = [_under(name, words) for name, words in zip(names, last, strict=True)]
        losses = room(self, ["0.0000"])
        for ax, (column, heading) in zip(
            self.row(2, right=room(self, told), gap=losses / self.look.scale + 0.3),
            HEADINGS.items(),
            strict=True,
        ):
            self.dress(ax, heading, self.label)
            self.panels.append(Panel(self, ax, column))
        self.panels[-1].names, self.panels[-1].last = names, told

    @property
    def moving(self) -> list[Artist]:
        """Everything that `show` moves."""
        return [artist for panel in self.panels for artist in panel.moving]

    def show(self, t: float) -> None:
        """Uncover the curves up to t of `FRAMES` of the way from the first evaluation."""
        now = float(np.interp(t, (0, FRAMES), (self.begin, self.end)))
        for panel in self.panels:
            panel.show(now)


class Panel:
    """One figure of merit against the epoch: every rule's mean and band, and its words.

    Attributes:
        names: what stands above a number; last: the words when the race is over.
    """

    def __init__(self, race: Race, ax: Any, column: str) -> None:
        self.race, self.ax, self.column = race, ax, column
        self.names: list[str] = []
        self.last: list[str] = []
        self._range()
        self.curves = [
            self._curve(one, own)
            for one, own in zip(race.comparison.contestants, race.marks, strict=True)
        ]
        self.ends = Ends(race, ax, [own.color for own in race.marks])

    @property
    def moving(self) -> list[Artist]:
        """What `show` moves."""
        parts = [artist for curve in self.curves for artist in (*curve.clipped, curve.head)]
        return [*parts, *self.ends.moving]

    def _range(self) -> None:
        rules, ax = self.race.comparison.contestants, self.ax
        values = np.concatenate([curve for one in rules for curve in seeds_of(one, self.column)])
        values = values[np.isfinite(values)]
        if self.column == "test_accuracy":
            accuracy_axis(ax, values)
        elif values.min() > 0 and values.max() > 3 * values.min():
            log_axis(ax, values)
        ax.set_xlim(0, self.race.end)
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=self.race.end >= 2))

    def _curve(self, one: Contestant, own: Mark) -> Curve:
        """A rule's mean and band, which `show` clips."""
        look, ax = self.race.look, self.ax
        _, ways = mean_and_band(one, self.race.over)
        epoch, every = mean_and_band(one, self.column)
        parts: list[Any] = []
        mean = every.mean(axis=0) if len(every) else epoch
        along = ways.mean(axis=0) if len(ways) else epoch
        width, order = 1.9 * own.weight * look.scale, 3.5 if own.weight > 1 else 3
        if len(every) > 1:
            sd = every.std(axis=0, ddof=1)
            pale = blend(own.color, look.background, 0.5)
            band = {"color": pale, "lw": 0, "alpha": 0.5, "zorder": 2}
            parts.append(ax.fill_between(along, mean - sd, mean + sd, **band))
        parts += ax.plot(along, mean, color=own.color, ls=own.dash, lw=width, zorder=order)
        dot = {"marker": "o", "ms": 6 * look.scale, "mec": look.background, "clip_on": False}
        (head,) = ax.plot([], [], color=own.color, zorder=4, **dot)
        return Curve(along, mean, parts, head)

    def show(self, now: float) -> None:
        """Uncover the curves up to an epoch or a second."""
        uncovered = TransformedBbox(Bbox.from_extents(0, 0, now, 1), self.ax.get_xaxis_transform())
        words, heads = [], []
        for i, curve in enumerate(self.curves):
            for part in curve.clipped:
                part.set_clip_box(uncovered)
            x, y = curve.at(now)
            curve.head.set_data([x], [y])
            heads.append((x, y))
            words.append(self._said(i, y, now))
        self.ends.show(words, heads, now)

    def _said(self, i: int, value: float, now: float) -> str:
        """What stands beside a rule's head."""
        if not np.isfinite(value):
            return ""
        if self.column != "test_accuracy":
            return number(value, zeros=True)
        over = now >= self.curves[i].along[-1]
        return self.last[i] if over else _under(self.names[i], percent(value))


@dataclass
class Curve:
    """A rule's mean, `(n,)` at `(n,)` epochs or seconds, and the artists that show it."""

    along: Array
    mean: Array
    clipped: list[Any]
    head: Any

    def at(self, now: float) -> tuple[float, float]:
        """Where its head is: nowhere before the first evaluation."""
        if not len(self.along) or now < self.along[0]:
            return np.nan, np.nan
        there = min(now, self.along[-1])
        return there, float(np.interp(there, self.along, self.mean))


def _names(rules: Sequence[Optimizer]) -> list[str]:
    """What rules are called, with every setting only where they cannot be told apart without."""
    short, long = (
        [describe(rule, names=names, between="\n") for rule in rules] for names in (MAIN, EVERY)
    )
    return short if len({*short}) == len({*long}) else long


def _short(names: Sequence[str]) -> list[str]:
    """Names without their settings, where these are not needed to tell them apart.

    >>> _short(["SGD\\nη = 0.1", "Adam\\nη = 0.01"]), _short(["SGD\\nη = 0.1", "SGD\\nη = 0.01"])
    (['SGD', 'Adam'], ['SGD η = 0.1', 'SGD η = 0.01'])
    """
    short = [name.split("\n")[0] for name in names]
    return short if len({*short}) == len(short) else [name.replace("\n", " ") for name in names]


def _under(name: str, words: str) -> str:
    """A rule's name with words behind it, and its settings in a row below.

    >>> _under("SGD\\nη = 0.1\\nm = 10", "97 %")
    'SGD  97 %\\nη = 0.1, m = 10'
    """
    first, *settings = name.split("\n")
    return f"{first}  {words}" + "\n" * bool(settings) + ", ".join(settings)


def seeds_of(one: Contestant, column: str) -> list[Array]:
    """The curve of every seed that was evaluated before it diverged."""
    return [history[column] for history in one.histories if len(history[column])]


def mean_and_band(one: Contestant, column: str) -> tuple[Array, Array]:
    """The epochs that every seed reached, `(n,)`, and its numbers there, `(seeds, n)`."""
    curves = seeds_of(one, column)
    if not curves:
        return np.empty(0), np.empty((0, 0))
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
