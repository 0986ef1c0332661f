"""A picture in words: what it is to show, and its way to runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optiviz.errors import at_most
from optiviz.optim.registry import plainer
from optiviz.problems import Samples, parse_problem
from optiviz.runs import race
from optiviz.runs.inputs import as_rule
from optiviz.views import Picture
from optiviz.views.scene.notes import own
from optiviz.words import numbers, pair, slug, whole

MOST = 20_000  # steps of a picture, which shows no more


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What decides a picture, in the words of the command line.

    Attributes:
        optim, problem, schedule: in the small language; start: as "x,y"; size: as "960x540".
        steps, batch_size, seed: see `race`, None for what it takes.
        panels: with commas between; by default those that suit the problem and the file.
        theme, text, hero: see `Picture`; bounds: as "x0,x1,y0,y1".
        alone: leave out what shows, beside a single rule, what it adds to a plainer one.
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
    text: float = 1.0
    bounds: str | None = None
    alone: bool = False
    hero: str | None = None

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
            from optiviz.player.panels import USUAL  # noqa: PLC0415  # which a file has no need of

            usual = ",".join(USUAL)
        taken: Any = {"steps": self.steps, "batch_size": self.batch_size, "seed": self.seed}
        taken["start"] = None if self.start is None else pair("start", self.start, ",", float)
        runs = race(problem, self.optim, schedule=self.schedule, **taken)
        story: dict[str, Any] = {}
        if len(runs) == 1 and self.panels is None:
            story["notes"] = own(runs[0], problem)
            rule = as_rule(problem, self.optim[0], self.schedule, taken["start"])
            parent = None if self.alone else plainer(rule)
            if parent:
                runs += race(problem, [parent[0]], **taken)
                story |= {"labels": ["", parent[1]], "hero": 0}
        if self.hero is not None:
            story["hero"] = self.hero
        view = self.bounds and numbers("bounds", self.bounds, 4)
        return Picture(
            problem,
            runs,
            panels=[name.strip() for name in (self.panels or usual).split(",")],
            theme=self.theme,
            size=pair("size", self.size, "x", whole),
            text=self.text,
            bounds=((view[0], view[1]), (view[2], view[3])) if view else None,
            **story,
        )

    def name(self) -> str:
        """A file's name without its ending: the rules, then the problem."""
        return slug(*self.optim, self.problem)
