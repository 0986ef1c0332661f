"""`optiviz.play`: the player in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optiviz.errors import UserError, needs_extra
from optiviz.player.again import problem_of
from optiviz.problems.base import Plane
from optiviz.runs.record import Run


def play(
    runs: Run | Sequence[Run],
    problem: Plane | None = None,
    panels: Sequence[str] = ("loss", "velocity", "lr"),
    theme: str = "auto",
) -> Any:
    """An interactive player of one run or several, for a notebook's output.

    A click on the plane runs the same rules from there.

    Args:
        runs: single trajectories on one problem.
        problem: what they ran on; the registered one of that name by default.
        panels: what to show beside the plane: loss, speed, velocity, lr.
        theme: "light", "dark", "slides", or "auto" for what the browser prefers.

    Raises:
        UserError: the extra `apps` is missing, a stack of runs, an unknown panel or theme, or a
            problem on which the runs would have other losses.

    >>> from optiviz import descend, optim, surfaces
    >>> player = play(descend(surfaces["bowl"], optim.SGD(lr=0.1)))
    >>> player.start
    [-1.8, 1.2]
    """
    shown = [runs] if isinstance(runs, Run) else list(runs)
    if not shown:
        raise UserError("play needs at least one run.")
    try:
        from optiviz.player.widget import Player  # noqa: PLC0415, an extra
    except ImportError:
        raise needs_extra("The player", "apps") from None
    return Player(shown, problem or problem_of(shown[0]), panels, theme)
