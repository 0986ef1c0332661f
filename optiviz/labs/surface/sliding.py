"""A page with sliders to take away: what it would hold, and its making beside the answers."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable

from optiviz.errors import UserError
from optiviz.explorer.explore import Explorer
from optiviz.explorer.plan import Plan, plan
from optiviz.labs.surface.state import State
from optiviz.labs.surface.takeaway import file_name
from optiviz.views.style import THEMES
from optiviz.words import look_up

# Values of a rule's first and second setting: the most that fit into a page are taken, and told.
POINTS = ((41, 21), (21, 11), (11, 7))


def planned(state: State) -> tuple[Plan, str]:
    """What the page is to hold, and how many values its sliders have, as an option.

    Raises:
        UserError: no page can hold even the fewest.
    """
    rest = (state.steps, state.start, state.schedule_words, state.batch, state.seed)
    for points in POINTS:
        try:
            made = plan(state.problem_words, state.rules_words, None, points, *rest)
        except UserError:
            if points == POINTS[-1]:
                raise
        else:
            break
    return made, "x".join(map(str, points))


def promised(state: State) -> str:
    """What the page would hold, how large it would be and how long it takes, in words."""
    made, _ = planned(state)
    each = dict.fromkeys((one.symbol, len(one.words)) for one in made.choices)
    told = ", ".join(f"{symbol} in {count} values" for symbol, count in each)
    return f"Sliders: {told}. {made}."


def page_name(state: State) -> str:
    """What the page's file is called."""
    return f"{file_name(state)}-sliders.html"


def page_command(state: State, points: str) -> str:
    """The command that writes the page; the lab's page adds its look."""
    rules = [("optim", rule) for rule in state.rules_words]
    rest = [option for option in state.options() if option[0] not in ("problem", "optim")]
    surface, out = ("surface", state.problem_words), ("out", page_name(state))
    options = [*rules, surface, ("points", points), *rest, out]
    return shlex.join(["optiviz", "explore", *(f"--{name}={value}" for name, value in options)])


class Maker:
    """Makes a page in a thread of its own, one at a time, so that sliders go on being answered."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None

    def make(
        self, state: State, theme: str, done: Callable[[bytes], None], failed: Callable[[str], None]
    ) -> None:
        """Begin.

        Raises:
            UserError: one is under way, another look, or what no page can hold.
        """
        if self.thread and self.thread.is_alive():
            raise UserError("A page with sliders is being made: wait for it.")
        look_up("theme", theme, THEMES)
        made, points = planned(state)
        page = Explorer(made, theme, page_command(state, points))

        def run() -> None:
            try:
                done(page.html.encode())
            except UserError as error:
                failed(str(error))
            except Exception as error:  # a thread has no one else to tell
                failed(f"{type(error).__name__}: {error}")

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
