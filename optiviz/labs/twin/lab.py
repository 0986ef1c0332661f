"""The twin lab: a toy and a network under the same rule, live; `js/lab.js` draws the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from optiviz.errors import UserError
from optiviz.labs.page import LabPage
from optiviz.labs.twin.form import State, clean, from_query, offers
from optiviz.labs.twin.lessons import lessons
from optiviz.labs.twin.trial import Trial
from optiviz.lessons.reader import HERE as LESSONS
from optiviz.optim import name_of
from optiviz.player.bundle import script
from optiviz.player.pack import ground, paths
from optiviz.player.page import source
from optiviz.problems.planes.regression import Valleys
from optiviz.runs import Run
from optiviz.training.twin import Twins
from optiviz.views import twin as views

HERE = Path(__file__).parent
SHEETS = (*(LESSONS / name for name in ("lessons.css", "panel.css")), HERE / "lab.css")
PAUSE = 0.1  # seconds between two looks at a training under way


class TwinLab(LabPage):
    """The page's model.

    The page sets `sent`, its controls or the query of its address, with `begins` where that is a
    lesson's, and hears `reply`; `ground` and `paths` are the player's packs. Two messages begin and
    end: `train`, which carries the controls again, since a message may overtake a trait, and
    `stop`.

    >>> lab = TwinLab()
    >>> lab.sent = {"serial": 1, "controls": {"lr": 0.48}}
    >>> lab.reply["serial"], lab.reply["phase"], lab.reply["query"]
    (1, 'ready', 'lr=0.48')
    """

    _esm = script(HERE / "js" / "lab.js", "render")
    _css = "\n".join(
        [LabPage._css, source("css"), *(p.read_text(encoding="utf-8") for p in SHEETS)]
    )
    written = "sent"
    offers = traitlets.Dict().tag(sync=True)
    sent = traitlets.Any().tag(sync=True)  # whatever a page sends
    reply = traitlets.Dict().tag(sync=True)
    ground = traitlets.Bytes().tag(sync=True)
    paths = traitlets.Bytes().tag(sync=True)
    state: State

    def __init__(self) -> None:
        super().__init__(offers=offers() | {"lessons": [one.offered() for one in lessons()]})
        self._due = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stands: tuple[Any, ...] = ()  # what the ground that was sent is of
        self._toy: tuple[Any, Run] | None = None  # the last, and what it is of
        self._serial = 0
        self.state, self._notes = clean({})
        self.trial = Trial(self.state, self._changed)
        self._show()

    @traitlets.observe("sent")
    def _answer(self, change: Any) -> None:
        sent = change.new if isinstance(change.new, dict) else {}
        serial = sent.get("serial")
        self._serial = serial if type(serial) is int else 0
        trains = False
        if isinstance(query := sent.get("query"), str):
            self.state, self._notes, trains = from_query(query)
        else:
            self.state, self._notes = clean(sent.get("controls"))
        if sent.get("begins") is True:
            self._renew()
        self._stand()
        if trains:
            self._train()
        else:
            self._show()

    def answers(self) -> dict[str, Callable[[Any], None]]:
        """What the page's buttons do."""
        return {"train": self.train, "stop": self.stop}

    def train(self, controls: Any = None) -> None:
        """Train as the controls ask for, or go on where that was stopped."""
        if self.trial.running:
            return
        if controls is not None:
            self.state, self._notes = clean(controls)
            self._stand()
        self._train()

    def stop(self, _: Any) -> None:
        """Stop what is under way, if anything is, and say so; what there is of it comes when its
        last update is made, which may take as long as a look at the curvature."""
        self.trial.stop()
        self.reply = self.reply | {"phase": self.trial.phase, "query": self._query()}

    def _train(self) -> None:
        if not self.state.trains_as(self.trial.state):
            self._renew()
        self._loop = asyncio.get_event_loop()
        self.trial.go()
        self._show()

    def _renew(self) -> None:
        """A network at its start, whatever was trained: a lesson does not show its answer."""
        self.trial.stop()
        self.trial = Trial(self.state, self._changed)

    def _stand(self) -> None:
        """Another start has another valley; what was trained stays to be compared with."""
        trial, state = self.trial, self.state
        if trial.running or state.trains_as(trial.state):
            return
        if trial.phase == "ready" or state.seed != trial.state.seed:
            self.trial = Trial(state, self._changed)

    def _changed(self) -> None:
        """Called by the training's thread: show it soon, but not more often than need be."""
        if not self._due and self._loop is not None:
            self._due = True
            self._loop.call_soon_threadsafe(self._loop.call_later, PAUSE, self._show)

    def _show(self) -> None:
        """Show what there is by now; all in one message to the page."""
        self._due = False
        phase, made = self.trial.phase, self.trial.growing.seen()
        look, valley, run, shadow, notes = self._seen(made, phase)
        picture = views.picture(valley, run, shadow)
        stands = (self.trial.state.seed, *made.curvatures[look].tolist())
        with self.hold_sync():
            if stands != self._stands:
                self.ground = ground(valley)
            self.paths = paths(picture, self.state.updates)
            self.reply = {
                "serial": self._serial,
                "state": self._controls(),
                "notes": [*self._notes, *notes][:6],
                "query": self._query(),
                "command": self.state.command(),
                "words": views.told(made, look, valley, run) | {"stale": self._stale()},
                "limits": self._limits(made),
                "looks": self.trial.growing.at.tolist(),
                "at": int(made.at[look]),
                "settled": self.state.at is None and phase != "training",
                "phase": phase,
                "done": len(made.loss) - 1,
            }
        self._stands = stands

    def _seen(self, made: Twins, phase: str) -> tuple[int, Valleys, Run, Run, list[str]]:
        """The look that is shown and what there is of it, or of the last before it that has a
        valley."""
        state = self.state
        notes: list[str] = []
        if state.at is not None:
            look = made.look(min(state.at, len(made.lr)))
        else:  # what was promised, until it is over
            look = 0 if phase == "training" else made.settled
        for nth in range(look, -1, -1):
            try:
                valley = made.valley(nth)
            except UserError as error:
                notes = notes or [str(error)]
                continue
            return nth, valley, self._run(made, nth), made.shadow(nth), notes
        raise AssertionError("a network bends upwards where it starts")

    def _run(self, made: Twins, look: int) -> Run:
        """The toy's run in a valley, made once: a page that trains waits for nothing that long."""
        state, both = replace(self.state, at=None), made.curvatures[look].tolist()
        of = (state, made.seed, *both)
        if self._toy is None or self._toy[0] != of:
            run = made.toy(look, state.rule(), state.updates, state.batch_size)
            # A valley bends alike everywhere, which takes long to measure at every step.
            bends = {"sharpness": np.full(len(run.w), both[0])}
            self._toy = of, replace(run, slots=run.slots | bends)
        return self._toy[1]

    def _controls(self) -> dict[str, Any]:
        return vars(self.state).copy()

    def _query(self) -> str:
        """The link's part that restores it, and trains it again if it is trained."""
        begun = self.trial.phase in ("training", "finished", "diverged")
        trained = begun and not self._stale()
        return "&".join(filter(None, [self.state.query(), "trained=1" if trained else ""]))

    def _stale(self) -> str:
        """What the network was trained with, where the controls ask for something else."""
        trial = self.trial
        if trial.phase == "ready" or self.state.trains_as(trial.state):
            return ""
        return f"It was trained with {trial.state.said()}: train again to see it as it is set."

    def _limits(self, made: Twins) -> dict[str, Any]:
        """The rates from which on the rule is unstable, along the first λ and along the last."""
        rule = self.state.rule()
        first, now = (views.limit_of(rule, float(made.curvatures[i, 0])) for i in (0, -1))
        return {"start": first, "now": now, "formula": views.FORMULAS[name_of(rule)]}
