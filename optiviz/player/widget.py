"""The player as a widget: a thin door over js/mount.js."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from optiviz.errors import unknown
from optiviz.player import pack as player
from optiviz.player.again import again
from optiviz.player.page import source
from optiviz.problems.base import Plane
from optiviz.runs.record import Run
from optiviz.runs.symbols import rule_of
from optiviz.views.picture import Picture
from optiviz.views.style import THEMES


class Player(anywidget.AnyWidget):
    """What a browser draws, and the start that it sends back."""

    _esm = source("js") + "\nexport default { render };\n"
    _css = source("css")
    ground = traitlets.Bytes().tag(sync=True)
    paths = traitlets.Bytes().tag(sync=True)
    theme = traitlets.Unicode("auto").tag(sync=True)
    start = traitlets.List(traitlets.Float()).tag(sync=True)
    movable = traitlets.Bool().tag(sync=True)

    def __init__(
        self, runs: Sequence[Run], problem: Plane, panels: Sequence[str], theme: str
    ) -> None:
        themes = [*THEMES, "auto"]
        if theme not in themes:
            raise unknown("theme", theme, themes)
        self.picture = Picture(problem, runs, panels)
        super().__init__(
            ground=player.ground(problem),
            paths=player.paths(self.picture),
            theme=theme,
            start=runs[0].w[0].tolist(),
            movable=all(map(rule_of, runs)),
        )

    @traitlets.observe("start")
    def _run_again(self, change: Any) -> None:
        if change.old is traitlets.Undefined or len(change.new) != 2 or not self.movable:
            return
        runs = self.picture.runs
        steps = max(max(run.steps, int(run.diverged_at)) for run in runs)
        start = (change.new[0], change.new[1])
        problem = self.picture.problem
        moved = [again(problem, run, start, steps) for run in runs]
        self.picture = Picture(problem, moved, self.picture.panels)
        self.paths = player.paths(self.picture)
