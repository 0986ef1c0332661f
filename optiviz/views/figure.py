"""From the description of a picture to a figure that can show any step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from optiviz.views.data import DataPanel
from optiviz.views.memory import Bias, Build, Effective, Memory, Noise
from optiviz.views.panel import Panel, Picture
from optiviz.views.path import PathPanel, SumPanel
from optiviz.views.relief import Relief
from optiviz.views.series import Loss, Rate, Speed, Velocity
from optiviz.views.style import Theme
from optiviz.words import look_up

PANELS: dict[str, type[Panel]] = {
    "path": PathPanel,
    "sum": SumPanel,
    "surface": Relief,
    "data": DataPanel,
    "loss": Loss,
    "speed": Speed,
    "velocity": Velocity,
    "lr": Rate,
    "build": Build,
    "memory": Memory,
    "noise": Noise,
    "bias": Bias,
    "effective": Effective,
}


class Scene:
    """A picture as a Matplotlib figure whose moving artists can be taken to any step.

    Args:
        picture: what to show.

    Raises:
        UserError: an unknown panel.
    """

    def __init__(self, picture: Picture) -> None:
        kinds = [look_up("panel", name, PANELS) for name in picture.panels]
        self.picture = picture
        look, (width, height) = picture.look, picture.size
        # The area in inches is always the same, so text keeps its share of the picture.
        dpi = 100 * (width * height / (960 * 540)) ** 0.5
        with matplotlib.rc_context(_rc(look)):
            self.figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)
            self.canvas: Any = FigureCanvasAgg(self.figure)
            axes = _arrange(self.figure, kinds, _header_and_footer(picture))
            self._titles()
            self.counter = self._counter()
            self.panels = [kind(ax, picture) for kind, ax in zip(kinds, axes, strict=True)]
            _label_steps(self.panels)
        self.show(picture.steps)

    @property
    def moving(self) -> list[Artist]:
        """Everything that `show` moves, from the bottom to the top."""
        artists = [artist for panel in self.panels for artist in panel.moving]
        return sorted([*artists, self.counter], key=lambda artist: artist.get_zorder())

    def show(self, t: int) -> None:
        """Take every panel to step t."""
        for panel in self.panels:
            panel.show(t)
        self.counter.set_text(str(t))

    def save(self, path: Path) -> None:
        """Write the figure as it stands, the same bytes for the same figure."""
        stamp = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
        with matplotlib.rc_context(_rc(self.picture.look)):
            self.figure.savefig(path, metadata=stamp.get(path.suffix))

    def _titles(self) -> None:
        """The title and the legend."""
        figure, picture, look = self.figure, self.picture, self.picture.look
        inch = 1 / figure.get_figheight()
        left = 0.22 / figure.get_figwidth()
        figure.text(
            left,
            1 - 0.14 * inch,
            picture.problem.title,
            va="top",
            fontsize=13 * look.scale,
            fontweight="bold",
            color=look.text,
        )
        handles = [
            Line2D([], [], color=mark.color, linestyle=mark.dash, lw=2.6 * look.scale)
            for mark in picture.marks
        ]
        legend = figure.legend(
            handles,
            picture.labels,
            loc="lower left",
            bbox_to_anchor=(left - 0.005, 0.04 * inch),
            ncols=_columns(picture),
            frameon=False,
            fontsize=9.5 * look.scale,
            borderpad=0.1,
            handlelength=2.4,
            columnspacing=2.0,
            labelcolor=look.text,
        )
        legend.set_in_layout(False)

    def _counter(self) -> Any:
        """The step counter; only its number moves, since drawing letters takes time."""
        figure, look = self.figure, self.picture.look
        x, y = 1 - 0.22 / figure.get_figwidth(), 1 - 0.17 / figure.get_figheight()
        style: Any = {"fontsize": 10.5 * look.scale, "color": look.muted, "family": "monospace"}
        total = str(self.picture.steps)
        numbers = []
        for words in (f" / {total}", total, "step "):
            text = figure.text(x, y, words, ha="right", va="top", **style)
            x -= text.get_window_extent().width / figure.bbox.width
            numbers.append(text)
        return numbers[1]


def _columns(picture: Picture) -> int:
    longest = max(len(label) for label in picture.labels) + 6
    room = 104 * (picture.size[0] / picture.size[1] / (16 / 9)) ** 0.5 / picture.look.scale
    return max(1, min(len(picture.labels), int(room / longest)))


def _header_and_footer(picture: Picture) -> tuple[float, float]:
    """The inches that the title and the legend need."""
    rows = -(-len(picture.labels) // _columns(picture))
    return 0.6 * picture.look.scale, (0.13 + 0.2 * rows) * picture.look.scale


def _arrange(figure: Figure, kinds: list[type[Panel]], bands: tuple[float, float]) -> list[Any]:
    """Axes for every panel: wide ones in a row, the rest in a column beside or rows below."""
    width, height = figure.get_size_inches()
    top, bottom = bands
    wide = [i for i, kind in enumerate(kinds) if kind.wide]
    rest = [i for i, kind in enumerate(kinds) if not kind.wide]
    tall = width < 1.1 * height
    scale = matplotlib.rcParams["font.size"] / 9
    edges = {
        "left": 0.62 * scale / width,
        "right": 1 - 0.24 * scale / width,
        "top": 1 - top / height,
        "bottom": (bottom + 0.42 * scale) / height,
    }
    if wide and rest and not tall:
        ratios = [*[1.75 / len(wide) ** 0.5] * len(wide), 1.0]
        grid = figure.add_gridspec(
            len(rest), len(ratios), width_ratios=ratios, hspace=0.42, wspace=0.2 * scale, **edges
        )
        cells = {i: grid[:, column] for column, i in enumerate(wide)}
        cells |= {i: grid[row, -1] for row, i in enumerate(rest)}
    else:
        ratios = [1.5] * bool(wide) + [0.62] * len(rest)
        grid = figure.add_gridspec(
            len(ratios), max(len(wide), 1), height_ratios=ratios, hspace=0.3, wspace=0.2, **edges
        )
        cells = {i: grid[0, column] for column, i in enumerate(wide)}
        cells |= {i: grid[row, :] for row, i in enumerate(rest, start=bool(wide))}
    return [
        figure.add_subplot(cells[i], projection=kind.projection) for i, kind in enumerate(kinds)
    ]


def _label_steps(panels: list[Panel]) -> None:
    """Only the lowest of the stacked panels says what runs along them."""
    stacked = [panel for panel in panels if panel.timeline]
    for panel in stacked[:-1]:
        panel.ax.tick_params(labelbottom=False)
    if stacked:
        stacked[-1].ax.set_xlabel("step")


def _rc(look: Theme) -> Any:
    return {
        "font.size": 9 * look.scale,
        "axes.facecolor": look.background,
        "figure.facecolor": look.background,
        "savefig.facecolor": look.background,
        "axes.edgecolor": look.muted,
        "axes.labelcolor": look.text,
        "xtick.color": look.muted,
        "ytick.color": look.muted,
        "text.color": look.text,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "svg.fonttype": "none",
        "svg.hashsalt": "optiviz",
        "axes.formatter.use_mathtext": True,
    }
