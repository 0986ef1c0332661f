"""The runs that are drawn beside those that are set: pinned ones, and a family of one setting."""

from __future__ import annotations

import dataclasses
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import to_hex

from optiviz.errors import UserError
from optiviz.labs.controls import Knob, knobs
from optiviz.labs.surface.offers import RATES
from optiviz.labs.surface.session import PINS, Session
from optiviz.labs.surface.state import State
from optiviz.optim import SYMBOLS
from optiviz.player.pack import pack, paths
from optiviz.problems.base import Array, Plane
from optiviz.runs import descend
from optiviz.runs.inputs import as_rule
from optiviz.views import Picture
from optiviz.views.style import LINES, THEMES, Mark, Theme, ladder, legible, mark
from optiviz.words import join

PANELS = ("path", "loss", "velocity", "lr")
DASHES = dict(zip(PINS, ((0, (7, 2.5)), (0, (6, 2, 1.5, 2)), (0, (3, 2))), strict=True))
MEMBERS = 21  # of a family, at most
SPAN = (0.0, 0.8)  # of the colour map: from blue to orange
AROUND = 10  # times the usual rate, or its part, to which a family of rates goes


class Pinned(Picture):
    """Pinned runs in the colours of their rules, a shade and a dash for each letter."""

    letters: tuple[str, ...]

    def __init__(self, problem: Plane, session: Session) -> None:
        object.__setattr__(self, "letters", tuple(session.pins))
        super().__init__(problem, session.runs(), PANELS)

    def marked(self, look: Theme) -> tuple[Mark, ...]:
        """Every run's mark in a theme."""
        found = []
        for run, letter in zip(self.runs, self.letters, strict=True):
            rungs = ladder(mark(run.optimizer, look).color, look, 1 + len(PINS))
            rungs = rungs[::-1] if look.dark else rungs  # from the ink on
            found.append(Mark(rungs[PINS.index(letter)], DASHES[letter]))
        return tuple(found)


def pinned(problem: Plane, session: Session) -> bytes:
    """The pinned runs as the player reads runs; nothing if there are none."""
    return paths(Pinned(problem, session)) if session.pins else b""


def family(state: State, about: Any) -> bytes:
    """The runs of one rule for many values of one setting, from one stacked run, for the page.

    Args:
        state: the controls, which say all but that setting.
        about: `{"lane": its place, "setting": its name}`, or whatever a page sends.

    Raises:
        UserError: there is no such optimiser, or no such setting of it.
    """
    about = about if isinstance(about, dict) else {}
    lane, setting = about.get("lane"), about.get("setting")
    if lane not in range(len(state.lanes)):
        raise UserError("There is no such optimiser to vary.")
    rule, settings = state.lanes[int(lane)]
    problem = state.plane()
    known = knobs(rule, RATES, problem.rates)
    if not isinstance(setting, str) or setting not in known:
        raise UserError(f"{rule} has no such setting to vary.")
    values: Any = members(setting, known[setting])
    varied = {setting: values.reshape(-1, 1)}
    stack = dataclasses.replace(as_rule(problem, join(rule, settings)), **varied)
    start = problem.start if state.start is None else state.start
    stack = as_rule(problem, stack, state.schedule_words)
    run = descend(problem, stack, start, state.steps, state.batch, state.seed)
    lost = run.diverged_at
    ends = np.where(lost < 0, run.steps, lost - 1)
    colors = zip(*(shades(THEMES[theme], len(values)) for theme in ("light", "dark")), strict=True)
    each = zip(ends.tolist(), lost.tolist(), colors, strict=True)
    facts = {
        "symbol": SYMBOLS[setting],
        "values": values.tolist(),
        "runs": [{"steps": end, "divergedAt": at, "colors": pair} for end, at, pair in each],
    }
    return pack(facts, _columns(run.w, run.loss - (problem.floor() or 0.0), ends))


def members(setting: str, knob: Knob) -> Array:
    """Values of a slider, evenly spread over it; of rates those about the usual one.

    >>> members("beta", Knob("β", (0.0, 0.5, 0.9), 0.9)).tolist()
    [0.0, 0.5, 0.9]
    """
    low, high = knob.default / AROUND, knob.default * AROUND
    near = [v for v in knob.values if setting != "lr" or low <= v <= high]
    rows = np.linspace(0, len(near) - 1, min(len(near), MEMBERS)).round().astype(int)
    return np.asarray([near[row] for row in rows])


def shades(look: Theme, count: int) -> list[str]:
    """A colour for each value in their order, each seen on the ground."""
    stops = matplotlib.colormaps["plasma"](np.linspace(*SPAN, count))
    return [legible(to_hex(stop), look, LINES) for stop in stops]


def _columns(w: Array, above: Array, ends: Array) -> list[tuple[int, str, Array]]:
    """The points of every member, as far as they are finite, and its losses above the least."""
    found = []
    with np.errstate(over="ignore"):
        for i, end in enumerate(ends):
            (x, y), losses = w[: end + 1, i].T, above[: end + 1, i]
            named = {"x": x, "y": y, "above": losses}
            found += [(i, name, array.astype("<f4")) for name, array in named.items()]
    return found
