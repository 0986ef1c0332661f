"""The surface lab: controls in, runs and pictures out; `js/lab.js` draws the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from matplotlib.colors import to_hex

from optiviz.errors import UserError
from optiviz.labs.page import LabPage
from optiviz.labs.surface.beside import family, pinned
from optiviz.labs.surface.lessons import lessons
from optiviz.labs.surface.offers import FILES, SECONDS, facts_of, offers
from optiviz.labs.surface.own import is_own, refusal
from optiviz.labs.surface.session import KIND, PINS, Session, clean, from_file, from_query
from optiviz.labs.surface.sliding import Maker, page_command, page_name, planned, promised
from optiviz.labs.surface.state import Notes, State
from optiviz.labs.surface.takeaway import commands, file_name, picture_file, python
from optiviz.lessons.lesson import Find
from optiviz.lessons.offered import offered
from optiviz.lessons.reader import HERE as LESSONS
from optiviz.maps import RateMap, rate_map
from optiviz.maps.axes import Axis, axis, second
from optiviz.maps.sensitivity import sensitivity
from optiviz.maps.theory import theory
from optiviz.optim import SYMBOLS, Optimizer
from optiviz.player.bundle import script
from optiviz.player.pack import ground, pack, paths
from optiviz.player.page import source
from optiviz.problems.base import Plane
from optiviz.runs.inputs import as_rule
from optiviz.views import Picture
from optiviz.views.charts.maps import line_color, ramp
from optiviz.views.style import THEMES
from optiviz.words import join

HERE = Path(__file__).parent
STYLES = (LESSONS / "lessons.css", LESSONS / "panel.css", HERE / "lab.css")
PANELS = ["path", "loss", "velocity", "formula"]
MAP_POINTS = {False: 44, True: 18}  # a side; with samples a step costs as much as it has samples
TOLERANCE = 1e-3  # of the start's height, at which a rate has converged, as on a map
MAP_STEPS = 300  # or as many as the runs, if those are more


class SurfaceLab(LabPage):
    """The page's model.

    The page sets `sent`, its controls, the query of its address or the text of a session's file,
    and hears `reply` with the state that was made of it; `ground`, `paths` and `pinned` are the
    player's packs. Everything rare goes by messages: a map, about the number of an optimiser, a
    family, about that and a setting, a file to take away, about its ending and theme, a page with
    sliders and before it what it would hold, or whether the answer to a lesson is right, about its
    name.
    """

    _esm = script(HERE / "js" / "lab.js", "render")
    _css = "\n".join(
        [LabPage._css, source("css"), *(path.read_text(encoding="utf-8") for path in STYLES)]
    )
    written = "sent"
    offers = traitlets.Dict().tag(sync=True)
    # Whatever a page sends, which needs no echo of it.
    sent = traitlets.Any().tag(sync=True, echo_update=False)
    reply = traitlets.Dict().tag(sync=True)
    session: Session
    problem: Plane | None
    ground = traitlets.Bytes().tag(sync=True)
    paths = traitlets.Bytes().tag(sync=True)
    pinned = traitlets.Bytes().tag(sync=True)

    def __init__(self) -> None:
        notes: Notes = []
        try:
            self.lessons = {lesson.name: lesson for lesson in lessons()}
        except UserError as error:  # a file that was changed since the server began
            self.lessons, notes = {}, [str(error)]
        taught = [offered(lesson) for lesson in self.lessons.values()]
        kept = {"pins": PINS, "session": KIND, "lessons": taught}
        super().__init__(offers=offers() | kept)
        self.session, self.problem, self.maker = Session(State()), None, Maker()
        self._take(*clean({}, notes), serial=0)

    @property
    def state(self) -> State:
        """The controls."""
        return self.session.state

    @traitlets.observe("sent")
    def _answer(self, change: Any) -> None:
        sent = change.new if isinstance(change.new, dict) else {}
        serial = sent.get("serial")
        serial = serial if type(serial) is int else 0
        try:
            wrong = refusal(sent.get("controls"))
            # A formula that cannot be taken leaves what there is, and its settings.
            read = (self.session, []) if wrong else _read(sent)
            self._take(*read, serial=serial, wrong=wrong)
        except UserError as error:
            self._refuse([str(error)], serial)

    def _refuse(self, notes: Notes, serial: int) -> None:
        """All stays as it is, and the page is told why."""
        self.reply = self.reply | {"serial": serial, "notes": notes[:6], "step": None}

    def _take(self, session: Session, notes: Notes, serial: int, wrong: str = "") -> None:
        """Run a session and show it; all in one message to the page."""
        state = session.state
        try:
            problem = state.plane()
            runs = state.runs()
            changing = any(np.ptp(run.lr) for run in runs if run.steps)
            panels = [*PANELS, "lr"] if changing else PANELS
            shown, no_axes = packed(Picture(problem, runs, [*panels, "eigen"]))
            others = session.pins != self.session.pins
            beside = pinned(problem, session) if others else self.pinned
        except UserError as error:
            self._refuse([*notes, str(error)], serial)
            return
        moved = self.problem is None or state.problem_words != self.state.problem_words
        self.session, self.problem = session, problem
        with self.hold_sync():
            if moved:
                self.ground = ground(problem)
            self.paths, self.pinned = shown, beside
            self.reply = {
                "serial": serial,
                "state": session.controls(),
                "pins": session.names(),
                "step": session.step,
                "notes": notes[:6],
                "noAxes": no_axes,
                "wrong": wrong,  # with the formula that was typed
                "own": facts_of(state.problem, problem) if is_own(state.problem) else None,
                "problem": state.problem_words,
                "start": runs[0].w[0].tolist(),
                "query": session.query(),
                "python": python(state),
                "commands": commands(state),
            }

    def answers(self) -> dict[str, Callable[[Any], None]]:
        """The rare things."""
        return {
            "map": self._send_map,
            "family": self._send_family,
            "file": self._send_file,
            "plan": self._send_plan,
            "sliders": self._send_sliders,
            "judge": self._send_judgement,
        }

    def _send_judgement(self, name: Any) -> None:
        """Answer whether the state meets what a lesson asks to find."""
        lesson = self.lessons.get(name) if isinstance(name, str) else None
        if lesson and isinstance(lesson.answer, Find):
            self.send({"type": "judge", "met": lesson.answer.met(self.state.query())})

    def _send_map(self, lane: Any) -> None:
        """Answer with the map of one rule's η and β, or with the reason why there is none."""
        self.send({"type": "map"}, [map_pack(self.state, lane)])

    def _send_family(self, about: Any) -> None:
        """Answer with the runs of one rule for many values of one setting."""
        self.send({"type": "family"}, [family(self.state, about)])

    def _send_file(self, wish: Any) -> None:
        """Answer with a picture of the state, or with the reason why it cannot be made."""
        wish = wish if isinstance(wish, dict) else {}
        ending, theme = str(wish.get("ending")), str(wish.get("theme"))
        content = picture_file(self.state, ending, theme, wish.get("bounds"))
        self.send_file(f"{file_name(self.state)}{ending}", FILES[ending], content)

    def _send_plan(self, _: Any) -> None:
        """Answer with what a page with sliders would hold, and the command that makes it."""
        command = page_command(self.state, planned(self.state)[1])
        self.send({"type": "plan", "words": promised(self.state), "command": command})

    def _send_sliders(self, theme: Any) -> None:
        """Have a page with sliders made, and answer with it when it is."""
        name = page_name(self.state)

        def failed(error: str) -> None:
            self.send({"type": "sliders", "error": error})

        self.maker.make(
            self.state,
            str(theme),
            lambda content: self.send_file(name, FILES[".html"], content),
            failed,
        )


def packed(picture: Picture) -> tuple[bytes, str]:
    """The runs for the player; where its last panel cannot be had, without it, and why."""
    try:
        return paths(picture), ""
    except UserError as error:
        return paths(replace(picture, panels=picture.panels[:-1])), str(error)


def _read(sent: dict[str, Any]) -> tuple[Session, Notes]:
    """The session that a page asks for, by the one word that it is in."""
    if isinstance(query := sent.get("query"), str):
        return from_query(query)
    return from_file(sent["file"]) if "file" in sent else clean(sent.get("controls"))


def map_pack(state: State, lane: Any) -> bytes:
    """The map of a lane's η against its β, on all the data and without decay, for the page; of a
    rule without a β, of its η alone.

    Raises:
        UserError: there is no such lane, or the surface has no known minimum.
    """
    if lane not in range(len(state.lanes)):
        raise UserError("There is no such optimiser to map.")
    rule, settings = state.lanes[int(lane)]
    problem = state.plane()
    points = MAP_POINTS[problem.n_samples is not None]
    optimizer = as_rule(problem, join(rule, settings))
    x = axis(problem, optimizer, "lr", points=points)
    steps = max(min(state.steps, 500), MAP_STEPS)
    if not SECONDS[rule]:
        return strip_pack(problem, optimizer, x, steps, state.start)
    y = axis(problem, optimizer, second(optimizer), points=points)
    found = rate_map(problem, optimizer, x, y, steps, state.start)
    return pack(map_facts(found), map_arrays(found))


def strip_pack(
    problem: Plane, rule: Optimizer, x: Axis, steps: int, start: tuple[float, float] | None
) -> bytes:
    """How soon each rate of a rule converges, as a map of one row."""
    (curve,) = sensitivity(problem, rule, x.values, steps, start, TOLERANCE).curves
    taken = np.where(curve.diverged, -1, np.nan_to_num(curve.steps_to_converge, nan=0.0))
    best = None
    if (taken > 0).any():
        i = int(np.where(taken > 0, taken, np.inf).argmin())
        best = [float(curve.lr[i]), 0.0, int(taken[i])]
    known = theory(problem, rule)
    facts = {"y": None, "symbol": "", "steps": steps, "best": best, "theory": None}
    rows = {"xs": curve.lr, "ys": [0], "taken": taken, "limit": [known.limit(0.0)] if known else []}
    arrays = [(-1, name, np.asarray(row, "<f4")) for name, row in rows.items()]
    return pack(facts | {"colors": [_colors(look) for look in ("light", "dark")]}, arrays)


def map_facts(found: RateMap) -> dict[str, Any]:
    """What the page needs to draw a map besides its numbers."""
    theory = found.theory
    return {
        "y": found.y.name,
        "symbol": SYMBOLS[found.y.name],
        "steps": found.steps,
        "best": found.best,
        "theory": theory and [float(value) for value in theory.best],
        "colors": [_colors(theme) for theme in ("light", "dark")],
    }


def _colors(theme: str) -> dict[str, Any]:
    look = THEMES[theme]
    shades = [to_hex(stop) for stop in ramp(look)(np.linspace(0, 1, 64))]
    return {"ramp": shades, "theory": line_color(look)}


def map_arrays(found: RateMap) -> list[tuple[int, str, Any]]:
    """The axes' values; how soon each pair converges, 0 for not at all and -1 for diverged."""
    taken = np.where(found.diverged, -1, np.nan_to_num(found.steps_to_converge, nan=0.0))
    theory = found.theory
    limit = theory.limit(found.y.values) if theory else np.empty(0)
    return [
        (-1, "xs", found.x.values.astype("<f4")),
        (-1, "ys", found.y.values.astype("<f4")),
        (-1, "taken", taken.astype("<f4").ravel()),
        (-1, "limit", np.asarray(limit).astype("<f4")),
    ]
