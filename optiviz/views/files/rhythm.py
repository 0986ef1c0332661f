"""How time goes in a film: what stands first, what moves evenly, where it stops, how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optiviz.errors import UserError

PACE = 25  # steps a second, where there are so many that each needs no attention,
SLOWEST = 5  # and where there are few;
SHORT, LONG = 4.0, 6.4  # seconds that the motion takes: as long as many need, at most
STOP = 0.5  # seconds more, where something is said
MOST = 20_000  # frames
LONGEST = 600  # seconds that a frame is held for; GIF counts to 655
LOOPS = 65_535  # times, to which GIF counts


@dataclass(frozen=True)
class Rhythm:
    """The times of a film's frames.

    Attributes:
        fps: frames a second while it moves, from 1 to 60; a GIF has at most 50.
        frames: how many there are, evenly apart; by default as many as suit the steps.
        hold_first, hold_last: the seconds that the first and the last of them stand.
        loop: how often the film is shown, 0 for ever; an .mp4 leaves that to its player.

    Raises:
        UserError: a rhythm that no film can have.
    """

    fps: float = 25
    frames: int | None = None
    hold_first: float = 1
    hold_last: float = 3
    loop: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.fps <= 60:
            raise UserError(f"fps must be from 1 to 60, got {self.fps:g}.")
        if self.frames is not None and not 1 <= self.frames <= MOST:
            raise UserError(f"frames must be from 1 to {MOST}, got {self.frames}.")
        for name in ("hold_first", "hold_last"):
            seconds = getattr(self, name)
            if not 0 <= seconds <= LONGEST:
                raise UserError(f"{name} must be from 0 to {LONGEST} seconds, got {seconds:g}.")
        if not 0 <= self.loop <= LOOPS:
            raise UserError(f"loop must be from 0 to {LOOPS}, got {self.loop}.")

    def moments(self, steps: int, fps: float | None = None) -> list[float]:
        """The time of every frame, in steps and evenly apart, to the last step.

        >>> Rhythm(frames=3).moments(9), [len(Rhythm().moments(steps)) for steps in (120, 20_000)]
        ([0.0, 4.5, 9.0], [121, 161])
        """
        seconds = min(max(steps / PACE, min(steps / SLOWEST, SHORT)), LONG)
        each = min(steps, round(LONG * PACE))  # however slowly they are shown, none is left out
        count = self.frames or max(round(seconds * (fps or self.fps)), each) + 1
        return np.linspace(0, steps, count).round(9).tolist() if count > 1 else [float(steps)]

    def beats(
        self, steps: int, stops: Sequence[float] = (), fps: float | None = None
    ) -> list[tuple[float, float]]:
        """Every frame: its time in steps, and the seconds that it is shown.

        Args:
            steps: of the film.
            stops: the times at which something is said; the first frame that shows it stands.
            fps: frames a second, where the file cannot have as many as were asked for.

        >>> Rhythm(fps=10, frames=3).beats(4, stops=[1])
        [(0.0, 1), (2.0, 0.6), (4.0, 3)]
        """
        times, least = self.moments(steps, fps), 1 / (fps or self.fps)
        seconds = [least] * len(times)
        for stop in stops:
            seconds[int(np.searchsorted(times[:-1], stop - 1e-9))] += STOP
        seconds[0] = max(self.hold_first, least)
        seconds[-1] = max(self.hold_last, least)
        return list(zip(times, seconds, strict=True))


def counted(seconds: Sequence[float], unit: float, least: int = 1) -> list[int]:
    """Times as whole numbers of a unit, right on average: what one is short of the next one gets.

    >>> counted([0.1, 0.15, 0.15, 0.3], unit=0.1)
    [1, 2, 1, 3]
    """
    ends = np.cumsum([0, *(max(time / unit, least) for time in seconds)])
    return [int(n) for n in np.diff(np.floor(ends + 0.5))]
