"""What a picture shows: a problem, runs on it, and how they look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.optim import describe
from optiviz.optim.describe import apart, common, rank, word
from optiviz.problems.base import Bounds, Plane
from optiviz.runs.once import once
from optiviz.runs.record import Run
from optiviz.runs.verdict import verdict
from optiviz.views.frame import check_size, density
from optiviz.views.numbers import number
from optiviz.views.scene.notes import Note, Told, told
from optiviz.views.style import Mark, Theme, marks, theme_of

TEXT = (0.5, 2.5)  # times the usual size of words
SMALL = 400  # pixels across
LEGIBLE = 0.85  # of the usual pixels, at least, that words have there


@dataclass(frozen=True)
class Contents:
    """What panels read of a picture; see `optiviz.views.Picture`, which is one.

    Attributes:
        problem, runs, panels, theme, size, labels, title, notes, hero, text, bounds: see
            there.
        look: the theme itself.
        lead: the index of the run that is the hero, if one is.
        marks: every run's colour and line.
        names: what runs are called at their heads: their labels, or what tells them apart.
        settings: what those names leave out, for the line below the title.
        verdicts: how every run ended; said: the step it speaks of, from which on it is shown, or
            else the last.
        told: the notes, each with its step.
    """

    problem: Plane
    runs: Sequence[Run]
    panels: Sequence[str] = ("path", "loss")
    theme: str = "light"
    size: tuple[int, int] = (960, 540)
    labels: Sequence[str] = ()
    title: str = ""
    notes: Sequence[Note] = ()
    hero: str | int | None = None
    text: float = 1.0
    bounds: Bounds | None = None
    look: Theme = field(init=False)
    lead: int | None = field(init=False)
    marks: tuple[Mark, ...] = field(init=False)
    names: tuple[str, ...] = field(init=False)
    settings: str = field(init=False)
    verdicts: tuple[str, ...] = field(init=False)
    said: tuple[int, ...] = field(init=False)
    told: tuple[Told, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.runs:
            raise UserError("A picture needs at least one run.")
        if any(run.w.ndim != 2 or run.w.shape[1] != 2 for run in self.runs):
            raise UserError("A picture shows single trajectories of two parameters, not a stack.")
        for run in self.runs:
            if run.lr.ndim > 1:
                raise UserError(
                    f"A picture shows one rate, and {run.optimizer} has one for each parameter."
                )
            check_made_on(run, self.problem)
        check_size(self.size)
        look = self._look()
        rules = [(run.optimizer, run.settings) for run in self.runs]
        labels, names, settings = _called(tuple(self.labels), rules)
        endings = [ending(run, self.problem) for run in self.runs]
        object.__setattr__(self, "lead", _lead(self.hero, self.runs, names))
        found = {
            "look": look,
            "marks": self.marked(look),
            "names": names,
            "settings": settings,
            "verdicts": tuple(words for words, _ in endings),
            "said": tuple(
                self.steps if step is None else min(step, self.steps) for _, step in endings
            ),
            "told": told(self.notes, self.runs, self.problem),
            "title": self.title or self.problem.title,
            "labels": labels,
        }
        for name, value in found.items():
            object.__setattr__(self, name, value)

    def _look(self) -> Theme:
        """The theme, with words as large as they are to be."""
        if not TEXT[0] <= self.text <= TEXT[1]:
            raise UserError(f"text must be from {TEXT[0]} to {TEXT[1]}, got {self.text:g}.")
        low, high = np.array(self.view, dtype=float).T
        if not (np.isfinite(high - low) & (low < high)).all():
            raise UserError(f"bounds must be x0 < x1 and y0 < y1, got {self.view}.")
        look, small = theme_of(self.theme), 1.0
        if self.small:  # words as large as those of a picture twice as wide, and lines half as much
            small = max(1.0, LEGIBLE / density(self.size) / look.scale)
        return replace(look, scale=look.scale * self.text * small, larger=self.text * small**0.5)

    def marked(self, look: Theme) -> tuple[Mark, ...]:
        """Every run's mark in a theme."""
        return tuple(marks([run.optimizer for run in self.runs], look, self._order, self.lead))

    @cached_property
    def _order(self) -> list[tuple[float, ...]]:
        """By which runs of one rule are put in order."""
        return [rank(run.settings) for run in self.runs]

    @property
    def small(self) -> bool:
        """Whether there is room for the title, one panel and the names in a row, and no more."""
        return self.size[0] < SMALL

    @property
    def about(self) -> str:
        """The picture in words, for those who do not see it."""
        ends = zip(self.names, self.verdicts, strict=True)
        told = [f"Step {one.step}: {one.words}." for one in self.told]
        return " ".join([f"{self.title}.", *(f"{name}: {said}." for name, said in ends), *told])

    @property
    def view(self) -> Bounds:
        """The part of the plane that is shown."""
        return self.bounds or self.problem.bounds

    @property
    def steps(self) -> int:
        """The last step of the longest run."""
        return max(run.steps for run in self.runs)

    @property
    def unit(self) -> str:
        """What the counter counts."""
        return "update" if self.problem.at else "step"

    def counted(self, t: float) -> int:
        """What the counter says at step t, which may stand for one of a longer run."""
        at = self.problem.at
        return at[min(int(t), len(at) - 1)] if at else int(t)


def _called(
    given: tuple[str, ...], rules: Sequence[tuple[str, Mapping[str, Any]]]
) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Labels, names at heads, and the settings that these leave out; a label may be empty."""
    labels = tuple(describe(*rule) for rule in rules)
    given = given if given not in ((), labels) else ("",) * len(rules)
    if len(given) != len(rules):
        raise UserError(f"labels must be {len(rules)}, one a run, got {len(given)}.")
    plain = [rule for rule, label in zip(rules, given, strict=True) if not label]
    rest = iter(apart(plain))
    names = tuple(label or next(rest) for label in given)
    labels = tuple(one or usual for one, usual in zip(given, labels, strict=True))
    return labels, names, common(plain) if plain else ""


def _lead(hero: str | int | None, runs: Sequence[Run], names: Sequence[str]) -> int | None:
    """The run meant by an index, by its name in the picture, or by its rule: the last such."""
    if hero is None:
        return None
    count = len(runs)
    if isinstance(hero, int) and -count <= hero < count:
        return hero % count
    pairs = zip(names, (run.optimizer for run in runs), strict=True)
    meant = [i for i, (name, rule) in enumerate(pairs) if hero in (name, rule, word(rule))]
    if not meant:
        choices = ", ".join(dict.fromkeys(names))
        raise UserError(f"No run is called {hero!r}. Choose from: {choices}.")
    return meant[-1]


def check_made_on(run: Run, problem: Plane) -> None:
    """Refuse a run that was not made on the problem: its path and verdict would be wrong there."""
    if run.problem != problem.name:
        raise UserError(
            f"This run was made on {run.problem!r}, not on {problem.name!r}: "
            "show it on the problem that it was made on."
        )
    with np.errstate(all="ignore"):
        there = problem.value(run.w[0])
    if not np.allclose(there, run.loss[0], rtol=1e-4, equal_nan=True):
        raise UserError(
            f"This run was made on {run.problem!r} with other settings: its loss at the start is "
            f"{run.loss[0]:.4g}, and here it is {there:.4g}."
        )


def ending(run: Run, problem: Plane) -> tuple[str, int | None]:
    """How a run ended, and at which step if at one: its verdict; or its own loss where the plane
    shows but its shadow."""
    true = run.slots.get("true_loss")
    if true is not None:
        return f"loss {number(true[-1], zeros=True)}", None
    found = once(verdict, run, problem)
    return found.text, found.step
