"""A picture in words: what it is to show, and its way to runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optiviz.errors import at_most
from optiviz.player.pack import USUAL
from optiviz.problems import Samples, parse_problem
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.words import pair, slug, whole

MOST = 20_000  # steps of a picture, which shows no more


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What decides a picture, in the words of the command line.

    Attributes:
        optim, problem, schedule: in the small language; start: as "x,y"; size: as "960x540".
        steps, batch_size, seed: see `race`, None for what it takes.
        panels: with commas between; by default those that suit the problem and the file.
        theme: see `Picture`.
    """

    optim: Sequence[str]
    problem: str
    steps: int | None
    start: str | None
    schedule: str | None
    batch_size: int | None
    panels: str | None
    size: str
    theme: str
    seed: int

    def picture(self, ending: str) -> Picture:
        """Read the words and run the rules.

        Raises:
            UserError: words that cannot be read, or what cannot be run or drawn.
        """
        if self.steps is not None:
            at_most(MOST, steps=self.steps)
        problem = parse_problem(self.problem)
        usual = "path,data,loss" if isinstance(problem, Samples) else "path,loss"
        if ending.lower() == ".html":
            usual = ",".join(USUAL)
        runs = race(
            problem,
            self.optim,
            steps=self.steps,
            start=None if self.start is None else pair("start", self.start, ",", float),
            schedule=self.schedule,
            batch_size=self.batch_size,
            seed=self.seed,
        )
        return Picture(
            problem,
            runs,
            panels=[name.strip() for name in (self.panels or usual).split(",")],
            theme=self.theme,
            size=pair("size", self.size, "x", whole),
        )

    def name(self) -> str:
        """A file's name without its ending: the rules, then the problem."""
        return slug(*self.optim, self.problem)
