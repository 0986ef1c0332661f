"""The player as a widget: a thin door over js/widget.js."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets

from optiviz.errors import UserError, unknown
from optiviz.player import notebook, pack
from optiviz.player.again import again, problem_of
from optiviz.player.bundle import script
from optiviz.player.page import HERE, source
from optiviz.problems import as_problem
from optiviz.problems.base import Plane
from optiviz.runs.record import Run
from optiviz.runs.symbols import rule_of
from optiviz.views.picture import Picture
from optiviz.views.style import AUTO, THEMES

COUNT = itertools.count()
CHOICES = [*THEMES, AUTO]


class Player(anywidget.AnyWidget):
    """The interactive picture of runs, whose settings are traits that other widgets link to.

    Attributes:
        runs: what is drawn; another run, or several, takes their place.
        step: the step that is shown, kept within the runs' steps.
        playing: whether time runs.
        theme: "light", "dark", "slides", or "auto" for that of the page around it.
        start: where the runs start; another one, or a click, runs the same rules from there.
    """

    _esm = script(HERE / "js" / "widget.js", "initialize, render")
    _css = source("css")
    ground = traitlets.Bytes().tag(sync=True)
    paths = traitlets.Bytes().tag(sync=True)
    movable = traitlets.Bool().tag(sync=True)
    runs = traitlets.Any()
    # The browser is ahead of what it said last: an echo of that would take it back.
    step = traitlets.Int().tag(sync=True, echo_update=False)
    playing = traitlets.Bool().tag(sync=True, echo_update=False)
    theme = traitlets.Unicode("auto").tag(sync=True)
    start = traitlets.List(traitlets.Float()).tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)  # what its picture is called in the page

    def __init__(
        self, runs: Sequence[Run], problem: Plane, panels: Sequence[str], theme: str
    ) -> None:
        _known(theme)
        self.picture = Picture(problem, runs, panels)
        name = f"still-{next(COUNT)}-{os.getpid()}"
        super().__init__(runs=self.picture.runs, theme=theme, step=self.picture.steps, still=name)
        self._fill(pack.ground(problem))

    def _ipython_display_(self, **_: Any) -> None:
        from IPython.display import display  # noqa: PLC0415, where a notebook asks there is one

        for output in notebook.outputs(self.picture, self._repr_mimebundle_(), self.still):
            display(output, raw=True)  # type: ignore[no-untyped-call]

    def show(self, runs: Run | Sequence[Run], problem: Plane | str | None = None) -> None:
        """Draw other runs in place of these, on another problem if it is given.

        Raises:
            UserError: runs that cannot be drawn together, or not on this problem.
        """
        drawn = self._picture(runs, None if problem is None else as_problem(problem))
        moved = drawn.problem is not self.picture.problem
        ended = self.step >= self.picture.steps
        self.picture = drawn
        with self.hold_sync():
            self.runs = drawn.runs
            self._fill(pack.ground(drawn.problem) if moved else None)
            self.step = drawn.steps if ended or moved else self.step

    def _picture(self, runs: Any, problem: Plane | None = None) -> Picture:
        """The picture of other runs: on the problem that is shown, if they ran on that."""
        shown = (runs,) if isinstance(runs, Run) else runs
        if not isinstance(shown, list | tuple) or not all(isinstance(run, Run) for run in shown):
            raise UserError(f"runs must be a Run or a list of them, got {type(runs).__name__}.")
        if not shown:
            raise UserError("play needs at least one run.")
        if problem is None:
            here, first = self.picture.problem, shown[0]
            same = here.name == first.problem and np.isclose(here.value(first.w[0]), first.loss[0])
            problem = here if np.all(same) else problem_of(first)
        return Picture(problem, shown, self.picture.panels)

    def _fill(self, ground: bytes | None = None) -> None:
        """Send the picture to the page."""
        with self.hold_sync():
            if ground:
                self.ground = ground
            self.paths = pack.paths(self.picture)
            self.movable = all(map(rule_of, self.picture.runs))
            self.start = self.picture.runs[0].w[0].tolist()

    @traitlets.validate("runs")
    def _check_runs(self, proposal: Any) -> Sequence[Run]:
        drawn = (
            self.picture if proposal.value is self.picture.runs else self._picture(proposal.value)
        )
        return drawn.runs

    @traitlets.observe("runs")
    def _draw(self, change: Any) -> None:
        if change.new is not self.picture.runs:
            self.show(change.new)

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int:
        return int(min(max(proposal.value, 0), self.picture.steps))

    @traitlets.validate("theme")
    def _check_theme(self, proposal: Any) -> str:
        return _known(proposal.value)

    @traitlets.validate("start")
    def _check_start(self, proposal: Any) -> list[float]:
        if len(proposal.value) != 2 or not np.isfinite(proposal.value).all():
            raise UserError(f"start must be two finite numbers, got {proposal.value}.")
        return list(proposal.value)

    @traitlets.observe("start")
    def _run_again(self, change: Any) -> None:
        runs = self.picture.runs
        if not self.movable or change.new == runs[0].w[0].tolist():
            return
        steps = max(max(run.steps, int(run.diverged_at)) for run in runs)
        start = (change.new[0], change.new[1])
        self.show([again(self.picture.problem, run, start, steps) for run in runs])


def _known(theme: str) -> str:
    """A theme, if it is one."""
    if theme not in CHOICES:
        raise unknown("theme", theme, CHOICES)
    return theme
