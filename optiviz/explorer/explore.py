"""`optiviz.explore`: rules on a surface, with sliders that work without Python."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from optiviz.explorer.choices import Vary
from optiviz.explorer.page import page
from optiviz.explorer.plan import Plan, plan
from optiviz.files import write_text
from optiviz.problems.base import Plane, Point
from optiviz.runs.inputs import Entry
from optiviz.views.files.animate import check_ending
from optiviz.views.style import AUTO, theme_of

TALL = 720  # pixels, in a notebook


class Explorer:
    """A page with sliders; a notebook shows it, and so does what is exported from there."""

    def __init__(self, plan: Plan, theme: str = AUTO, command: str = "") -> None:
        theme_of(theme)
        self.plan, self.theme, self.command = plan, theme, command

    @cached_property
    def html(self) -> str:
        """The page."""
        return page(self.plan, self.theme, self.command)

    def save(self, path: str | Path) -> Path:
        """Write the page, whole or not at all.

        Raises:
            UserError: an ending other than .html, or a place that cannot be written to.
        """
        target = check_ending(path, (".html",))
        write_text(target, self.html)
        return target

    def __repr__(self) -> str:
        return f"Explorer of {self.plan}"

    def _repr_html_(self) -> str:
        style = f"width:100%;height:{TALL}px;border:0"
        page = html.escape(self.html)
        return f'<iframe srcdoc="{page}" style="{style}" allow="fullscreen"></iframe>'


def explore(
    problem: Plane | str | Sequence[Plane | str],
    rules: Entry | Sequence[Entry],
    vary: Vary | None = None,
    points: tuple[int, int] = (41, 21),
    steps: int | None = None,
    start: Point | None = None,
    schedule: str | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    theme: str = AUTO,
) -> Explorer:
    """A page on which sliders choose among the runs of rules, all of them computed beforehand.

    Every value of a slider is a run that was made, and nothing between two of them is guessed.

    Args:
        problem: a surface or several, or their words.
        rules: one or several; the page begins next to the settings that they have.
        vary: by name of a setting its ends as a tuple, its values as a list, or None for a range of
            its own: of rules, of the surface, `batch_size`, the schedule's `end`; and `start`, a
            grid of columns and rows. By default η, and β where there is one.
        points: how many values the first and the second setting of a rule take between their ends.
        steps, start, schedule, batch_size, seed: see `race`, for what is not varied.
        theme: "light", "dark", "slides", or "auto" for the reader's own; a key changes it.

    Raises:
        UserError: what cannot be read, run or varied, or more runs than a page can hold.

    >>> explore("valley", "momentum", {"lr": (0.001, 0.2), "beta": [0.5, 0.9]}, points=(5, 2))
    Explorer of 10 runs of 120 steps: about 0.2 MB and 2 s
    """
    made = plan(problem, rules, vary, points, steps, start, schedule, batch_size, seed)
    return Explorer(made, theme)
