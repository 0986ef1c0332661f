"""The contract of a panel: draw what stands still once, then show any moment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from matplotlib.artist import Artist

from optiviz.errors import UserError
from optiviz.optim import Schedule
from optiviz.problems.base import Plane
from optiviz.runs.record import Run
from optiviz.runs.verdict import verdict
from optiviz.views.style import THEMES, Mark, Theme, marks
from optiviz.words import look_up

SMALLEST, LARGEST = (240, 180), (3840, 2160)  # pixels


def check_size(size: tuple[int, int]) -> None:
    """Refuse a width and height, in pixels, that no picture can have."""
    bounds = zip(SMALLEST, size, LARGEST, strict=True)
    if not all(least <= pixels <= most for least, pixels, most in bounds):
        raise UserError(
            f"size must be from {SMALLEST[0]}x{SMALLEST[1]} to {LARGEST[0]}x{LARGEST[1]}, "
            f"got {size[0]}x{size[1]}."
        )


@dataclass(frozen=True)
class Picture:
    """What a picture shows, whether it stands still, moves or is played.

    Args:
        problem: what was minimised.
        runs: what is overlaid, each a single trajectory.
        panels: names of panels, on one timeline.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.
        labels: the runs' names in the legend; their rules and settings by default.
        title: what stands above; the problem's title by default.

    Raises:
        UserError: no run, a stack of runs, an unknown theme, or an impossible size.
    """

    problem: Plane
    runs: Sequence[Run]
    panels: Sequence[str] = ("path", "loss")
    theme: str = "light"
    size: tuple[int, int] = (960, 540)
    labels: Sequence[str] = ()
    title: str = ""
    look: Theme = field(init=False)
    marks: tuple[Mark, ...] = field(init=False)
    verdicts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.runs:
            raise UserError("A picture needs at least one run.")
        if any(run.w.ndim != 2 for run in self.runs):
            raise UserError("A picture shows single trajectories of two parameters, not a stack.")
        check_size(self.size)
        look = look_up("theme", self.theme, THEMES)
        names = [run.optimizer for run in self.runs]
        object.__setattr__(self, "look", look)
        object.__setattr__(self, "marks", tuple(marks(names, look)))
        verdicts = (ending(run, self.problem) for run in self.runs)
        object.__setattr__(self, "verdicts", tuple(verdicts))
        object.__setattr__(self, "title", self.title or self.problem.title)
        object.__setattr__(self, "labels", tuple(self.labels) or tuple(map(label, self.runs)))

    @property
    def steps(self) -> int:
        """The last step of the longest run."""
        return max(run.steps for run in self.runs)


def ending(run: Run, problem: Plane) -> str:
    """How a run ended: its verdict, or its own loss where the plane shows but its shadow."""
    true = run.slots.get("true_loss")
    return verdict(run, problem).text if true is None else f"loss {true[-1]:.3g}"


def label(run: Run) -> str:
    """A run's name with the settings that matter most."""
    words = [run.optimizer]
    for name, symbol in (("lr", "η"), ("beta", "β"), ("rho", "ρ"), ("form", "")):
        value = run.settings.get(name)
        if isinstance(value, Schedule):
            words.append(f"{symbol} {value.base:.3g} {type(value).__name__.lower()}")
        elif isinstance(value, float):
            words.append(f"{symbol} {value:.3g}")
        elif value not in (None, "inside"):
            words.append(str(value))
    return "  ".join(words)


class Panel(ABC):
    """One panel of a picture.

    Constructing it draws what stands still; `show` moves `moving` to a step. Whoever animates
    marks the moving artists and draws them over the still picture.
    """

    # Panels of the plane are given most of the picture; the others share a column beside them.
    wide: ClassVar[bool] = False
    projection: ClassVar[str | None] = None
    # Whether steps run along the horizontal axis.
    timeline: ClassVar[bool] = False

    def __init__(self, ax: Any, picture: Picture) -> None:
        self.ax = ax
        self.picture = picture
        self.look = picture.look
        self.moving: list[Artist] = []

    @abstractmethod
    def show(self, t: int) -> None:
        """Move every moving artist to step t; a run that has ended stays at its last point."""

    def add(self, artist: Any) -> Any:
        """Keep an artist as one that moves."""
        self.moving.append(artist)
        return artist
