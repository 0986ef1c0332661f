"""From the description of a picture to a figure that can show any step."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from matplotlib.artist import Artist

from optiviz.views.frame import Frame
from optiviz.views.scene.accumulator import AccumulatorPanel
from optiviz.views.scene.arrange import arrange
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.data import DataPanel
from optiviz.views.scene.eigen import Eigen, EigenLoss
from optiviz.views.scene.formula import FormulaPanel
from optiviz.views.scene.legend import legend
from optiviz.views.scene.line_names import LineNames
from optiviz.views.scene.memory import Bias, Build, Effective, Memory, Noise
from optiviz.views.scene.names import MOST
from optiviz.views.scene.panel import Panel
from optiviz.views.scene.path import PathPanel
from optiviz.views.scene.relief import Relief
from optiviz.views.scene.rounding import Rounding
from optiviz.views.scene.series import Loss, Rate, Series, Speed, Truth, Velocity
from optiviz.views.scene.sharpness import Sharpness
from optiviz.views.scene.singular import Singular
from optiviz.views.scene.sum import SumPanel
from optiviz.views.scene.trained import Accuracy, NetworkLoss
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
    "network-loss": NetworkLoss,
    "accuracy": Accuracy,
    "sharpness": Sharpness,
    "build": Build,
    "memory": Memory,
    "noise": Noise,
    "bias": Bias,
    "effective": Effective,
    "eigen": Eigen,
    "eigen-loss": EigenLoss,
    "formula": FormulaPanel,
    "rounding": Rounding,
    "singular": Singular,
}


class Scene(Frame):
    """A picture as a Matplotlib figure whose moving artists can be taken to any step.

    Args:
        picture: what to show.
        film: whether it is to move: what is said of a moment fades after it.

    Raises:
        UserError: an unknown panel.
    """

    edge: ClassVar[float] = 0.22
    above: ClassVar[float] = 0.14

    def __init__(self, picture: Contents, film: bool = False) -> None:
        kinds = [look_up("panel", name, PANELS) for name in picture.panels]
        if picture.small:
            kinds = sorted(kinds, key=lambda kind: not kind.wide)[:1]
        super().__init__(picture.theme, picture.size)
        self.picture, self.look = picture, picture.look
        plain = not _named(kinds, picture)
        with self.style():
            note = "" if plain else picture.settings
            self.counter = self._counter()
            header = self.title(picture.title, note) + (0.61 if note else 0.42) * self.look.scale
            self.endings, footer = legend(self, picture) if plain else ([], 0.1 * self.look.scale)
            self.ends: list[LineNames] = []
            names = partial(self._name_lines, film)
            self.panels = arrange(self.figure, kinds, picture, (footer, header), names)
            curves = [panel for panel in self.panels if isinstance(panel, Series)]
            if curves and not any(isinstance(one, PathPanel | Relief) for one in self.panels):
                curves[0].annotate()
            for panel in self.panels:
                panel.film = film
                if film:
                    panel.follow()
        self.about = picture.about
        self.show(picture.steps)

    @property
    def grounds(self) -> list[Any]:
        """The boxes that are filled with ground: there the page is never seen through."""
        return [panel.ax.bbox for panel in self.panels if isinstance(panel, PathPanel)]

    @property
    def moving(self) -> list[Artist]:
        """Everything that `show` moves, from the bottom to the top."""
        artists = [artist for panel in self.panels for artist in panel.moving]
        return sorted(
            [*artists, self.counter, *self.endings], key=lambda artist: artist.get_zorder()
        )

    def show(self, t: float) -> None:
        """Take every panel to step t."""
        parts: list[Panel | LineNames] = [*self.panels, *self.ends]
        for part in parts:
            part.show(t)
        if not self.picture.small:
            self.counter.set_text(str(self.picture.counted(t)))
        for ending, step in zip(self.endings, self.picture.said, strict=False):
            ending.set_visible(t >= step)

    def _name_lines(self, film: bool, panels: list[Panel]) -> float:
        """Name the ends of lines; the inches that the names need."""
        picture = self.picture
        if not 1 < len(picture.runs) <= MOST or picture.small:
            return 0.0
        alone = not any(issubclass(PANELS[name], PathPanel) for name in picture.panels)
        series = [panel for panel in panels if isinstance(panel, Series) and panel.owners]
        ends = [LineNames(panel, film, alone and not nth) for nth, panel in enumerate(series)]
        self.ends = [end for end in ends if end.fits]
        for end in ends:
            if end not in self.ends:
                end.remove()
        return max((end.width for end in self.ends), default=0) / self.figure.dpi

    def _counter(self) -> Any:
        """The step counter; only its number moves, since drawing letters takes time."""
        figure, look = self.figure, self.look
        x, y = 1 - self.edge / self.width, 1 - 0.17 / self.height
        style: Any = {"fontsize": 10.5 * look.scale, "color": look.muted, "family": "monospace"}
        total = str(self.picture.counted(self.picture.steps))
        numbers = []
        of = self.picture.unit
        shown = ("", "", "") if self.picture.small else (f" / {total}", total, f"{of} ")
        for words in shown:
            text = figure.text(x, y, words, ha="right", va="top", **style)
            x -= text.get_window_extent().width / figure.bbox.width
            numbers.append(text)
        self.corner = (1 - x) * self.width
        return numbers[1]


def _named(kinds: list[type[Panel]], picture: Contents) -> bool:
    """Whether the runs are named where they are, and need no legend."""
    several = len(picture.runs) > 1
    room = len(picture.runs) <= MOST and not picture.small
    return room and any(
        issubclass(kind, PathPanel) or (several and issubclass(kind, Series)) for kind in kinds
    )
