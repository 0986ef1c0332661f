"""From the description of a picture to a figure that can show any step."""

from __future__ import annotations

from typing import Any, ClassVar

from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from optiviz.views.frame import Frame
from optiviz.views.scene.accumulator import AccumulatorPanel
from optiviz.views.scene.arrange import arrange
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.data import DataPanel
from optiviz.views.scene.memory import Bias, Build, Effective, Memory, Noise
from optiviz.views.scene.panel import Panel
from optiviz.views.scene.path import PathPanel
from optiviz.views.scene.relief import Relief
from optiviz.views.scene.series import Loss, Rate, Speed, Truth, Velocity
from optiviz.views.scene.sum import SumPanel
from optiviz.words import look_up

PANELS: dict[str, type[Panel]] = {
    "path": PathPanel,
    "sum": SumPanel,
    "accumulator": AccumulatorPanel,
    "surface": Relief,
    "data": DataPanel,
    "loss": Loss,
    "speed": Speed,
    "velocity": Velocity,
    "lr": Rate,
    "truth": Truth,
    "build": Build,
    "memory": Memory,
    "noise": Noise,
    "bias": Bias,
    "effective": Effective,
}


class Scene(Frame):
    """A picture as a Matplotlib figure whose moving artists can be taken to any step.

    Args:
        picture: what to show.

    Raises:
        UserError: an unknown panel.
    """

    edge: ClassVar[float] = 0.22
    above: ClassVar[float] = 0.14

    def __init__(self, picture: Contents) -> None:
        kinds = [look_up("panel", name, PANELS) for name in picture.panels]
        super().__init__(picture.theme, picture.size)
        self.picture = picture
        with self.style():
            header = 0.42 * self.look.scale + self.title(picture.title)
            self.counter = self._counter()
            self.endings, footer = self._endings()
            self.panels = arrange(self.figure, kinds, picture, header, footer)
        self.show(picture.steps)

    @property
    def moving(self) -> list[Artist]:
        """Everything that `show` moves, from the bottom to the top."""
        artists = [artist for panel in self.panels for artist in panel.moving]
        return sorted(
            [*artists, self.counter, *self.endings], key=lambda artist: artist.get_zorder()
        )

    def show(self, t: int) -> None:
        """Take every panel to step t."""
        for panel in self.panels:
            panel.show(t)
        self.counter.set_text(str(t))
        for ending, step in zip(self.endings, self.picture.said, strict=True):
            ending.set_visible(t >= step)

    def _endings(self) -> tuple[list[Any], float]:
        """Every run's line, label and, from its step on, verdict; and the inches it needs."""
        figure, picture, look = self.figure, self.picture, self.picture.look
        style: Any = {"va": "center", "fontsize": 9.5 * look.scale}
        labels = [figure.text(0, 0, words, color=look.text, **style) for words in picture.labels]
        endings = [figure.text(0, 0, said, color=look.muted, **style) for said in picture.verdicts]
        widths = [[self.inches(text)[0] for text in texts] for texts in (labels, endings)]
        width, height = self.width, self.height
        stroke, gap = 0.3 * look.scale, 0.12 * look.scale
        needed = max(map(sum, zip(*widths, strict=True))) + stroke + 4 * gap
        columns = max(1, min(len(labels), int((width - 0.3) / needed)))
        rows = -(-len(labels) // columns)
        for i, mark in enumerate(picture.marks):
            x = 0.24 + (width - 0.3) * (i // rows) / columns
            y = (0.17 + 0.2 * (rows - 1 - i % rows)) * look.scale / height
            ends = [x / width, (x + stroke) / width]
            line = Line2D(ends, [y, y], color=mark.color, ls=mark.dash, lw=2.4 * look.scale)
            figure.add_artist(line)
            labels[i].set_position(((x + stroke + gap) / width, y))
            endings[i].set_position(((x + stroke + 2 * gap + widths[0][i]) / width, y))
        return endings, (0.13 + 0.2 * rows) * look.scale

    def _counter(self) -> Any:
        """The step counter; only its number moves, since drawing letters takes time."""
        figure, look = self.figure, self.look
        x, y = 1 - self.edge / self.width, 1 - 0.17 / self.height
        style: Any = {"fontsize": 10.5 * look.scale, "color": look.muted, "family": "monospace"}
        total = str(self.picture.steps)
        numbers = []
        for words in (f" / {total}", total, "step "):
            text = figure.text(x, y, words, ha="right", va="top", **style)
            x -= text.get_window_extent().width / figure.bbox.width
            numbers.append(text)
        return numbers[1]
