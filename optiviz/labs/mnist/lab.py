"""The MNIST lab as a widget: controls in the page, trainings in threads, results as they come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets

from optiviz.errors import UserError
from optiviz.labs.controls import LANES
from optiviz.labs.mnist import address, files, lessons
from optiviz.labs.mnist import form as mnist_form
from optiviz.labs.mnist.facts import (
    facts_of,
    file_name,
    finite,
    marks_of,
    points_of,
    sizes_of,
    title,
)
from optiviz.labs.mnist.looks import Looks
from optiviz.labs.mnist.pictures import look
from optiviz.labs.mnist.race import UNDER_WAY, Lane, Race
from optiviz.labs.mnist.runs import RUNS, Runs
from optiviz.labs.mnist.session import KIND, check_head, reopened
from optiviz.labs.mnist.trail import RUNS as TRAILS
from optiviz.labs.page import LabPage
from optiviz.lessons.reader import HERE as LESSONS
from optiviz.player.bundle import script
from optiviz.training.recipe import Recipe

HERE = Path(__file__).parent
STYLES = (
    *(LESSONS / name for name in ("lessons.css", "panel.css")),
    *(HERE / name for name in ("lab.css", "looks.css")),
)
PAUSE = 1 / 30  # seconds between two updates of the page
LOOK = 0.5  # seconds between two looks at the digits


class MnistLab(LabPage):
    """The MNIST lab.

    The page writes `form` and sends messages: `train`, which carries the form again, since a
    message may overtake a trait; `stop`, `continue`, `hello`; `show`, `remove`, `restore`, `csv`
    and `weights`, which carry the numbers of runs; `open` and `reopen`, which carry a session's
    head and its runs; `teach`, which carries a lesson's name and part. The lab answers in the
    other traits, in messages with new points of the curves, and in files.

    >>> lab = MnistLab()
    >>> lab.form = {"lanes": [{"rule": "sgd", "lr": 0.1}], "epochs": 1, "hidden": "16"}
    >>> lab.plan["lanes"][0]["command"].split("--eval-every")[0]
    'optiviz train --optim sgd --lr 0.1 --batch-size 100 --epochs 1 --seed 0 --sizes 784,16,10 '
    """

    _esm = script(HERE / "js" / "lab.js", "render")
    _css = LabPage._css + "".join(path.read_text(encoding="utf-8") for path in STYLES)
    written = "form"
    facts = traitlets.Dict().tag(sync=True)
    form = traitlets.Any().tag(sync=True)  # whatever a page sends; see `mnist_form.clean`
    plan = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    runs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    seen = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.table = Runs()
        self.race = Race([], self._changed)
        self.looks = Looks(self.send, self.table.find)
        self._jobs: list[Recipe] = []  # what the controls ask for
        self._links: list[str] = []  # of each, what restores its settings
        self._told = ""  # of the last press of Train
        self._looked: tuple[Any, float] = (None, 0.0)
        self._sent: dict[int, int] = {}
        self._due = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.lessons = {lesson.name: lesson for lesson in lessons.lessons()}
        taught = [lessons.offered(lesson) for lesson in self.lessons.values()]
        self.facts = mnist_form.offers() | {"session": KIND, "lessons": taught}
        self.form = mnist_form.start()
        self._show()

    @property
    def lanes(self) -> list[Lane]:
        """The runs."""
        return self.table.lanes

    @traitlets.observe("form")
    def _planned(self, _: Any) -> None:
        """Say what the controls ask for."""
        state, notes = address.read(self.form)
        serial = self.form.get("serial") if isinstance(self.form, dict) else None
        self._jobs = mnist_form.recipes(state)
        self._links = [address.query(state | {"lanes": [lane]}) for lane in state["lanes"]]
        if self._told:
            self._told = ""
            self.status = self.status | {"told": ""}
        if unfit := mnist_form.misfit(state):
            notes.append(unfit)
        pairs = zip(self._jobs, marks_of(self._jobs), strict=True)
        lanes = [{"command": recipe.command(), "mark": mark} for recipe, mark in pairs]
        query = address.query(state)
        said = {"serial": serial if type(serial) is int else 0, "query": query, "notes": notes[:6]}
        self.plan = {"state": state, "lanes": lanes} | said

    def answers(self) -> dict[str, Callable[[Any], None]]:
        """What the page's buttons do."""
        return {
            "train": self.train,
            "teach": self.teach,
            "stop": lambda _: self.race.stop(),
            "continue": self.go_on,
            "show": self.look_at,
            "remove": self.remove,
            "restore": self.restore,
            "open": self.open_session,
            "reopen": self.reopen,
            "csv": self.write_csv,
            "weights": self.write_weights,
            "hello": lambda _: self._greet(),
            **self.looks.answers(),
        }

    def train(self, form: Any = None) -> None:
        """Begin the trainings that the controls ask for; the first one is looked at.

        The same training has the same weights, to the bit: what is trained already is not trained
        again, and what was stopped goes on.
        """
        if self.race.running:
            return
        if form is not None:
            self.form = form
        try:
            self._begin(dict(zip(self._jobs, self._links, strict=True)))
        except UserError as error:
            self.plan = self.plan | {"notes": [str(error)]}

    def teach(self, about: Any = None) -> None:
        """Train what a lesson shows before its question, or what answers it.

        Raises:
            UserError: there is no such lesson, or no room for it now.
        """
        about = about if isinstance(about, dict) else {}
        name = about.get("lesson")
        lesson = self.lessons.get(name) if isinstance(name, str) else None
        if lesson is None:
            raise UserError("There is no such lesson.")
        jobs = dict(lessons.jobs(lesson, about.get("part")))
        if self.race.running and any(lane.recipe not in jobs for lane in self.race.lanes):
            raise UserError("Another training is under way: stop it, or wait for its end.")
        if not self.race.running:
            self._begin(jobs)
            self._told = ""
            self.status = self.status | {"told": ""}

    def _begin(self, jobs: dict[Recipe, str]) -> None:
        """Train these, each with its link, if they are not trained yet.

        Raises:
            UserError: there is no room in the table.
        """
        known = {lane.recipe: lane for lane in self.lanes if lane.phase != "failed"}
        new = [recipe for recipe in jobs if recipe not in known]
        if not self.table.room(len(new)):
            raise UserError(f"The table holds {RUNS} runs: remove some, and train again.")
        again = [known[recipe] for recipe in jobs if recipe in known]
        going = [lane for lane in again if lane.phase in ("stopped", "kept")]
        lanes = self.table.add([Lane(recipe, 0, link=jobs[recipe]) for recipe in new]) + going
        self._told = _told([lane for lane in again if lane not in going], bool(lanes))
        if lanes:
            self.table.shown = lanes[0].key
            self.race = Race(lanes, self._changed)
            self._go()
        else:
            self._show()

    def go_on(self, key: Any = None) -> None:
        """Continue the training of a run, or all of the last race that were stopped."""
        lane = self.table.find(key)
        if lane is None and key is None and not self.race.running:
            self._go()
        if lane is None or lane.phase not in ("stopped", "kept"):
            return
        if not self.race.running:
            self.race = Race([lane], self._changed)
        if sum(other.phase in UNDER_WAY for other in self.race.lanes) >= LANES:
            raise UserError(f"{LANES} trainings are under way, and no more at once.")
        self._sent.pop(lane.key, None)
        self._told = ""
        self._go([lane])

    def _go(self, lanes: list[Lane] | None = None) -> None:
        self._loop = asyncio.get_event_loop()
        for lane in self.lanes[TRAILS:]:
            lane.trail.clear()
        self.race.go(lanes)
        self._show()

    def look_at(self, key: Any) -> None:
        """Show the digits and the weights of this run."""
        if self.table.find(key):
            self.table.shown = key
            self._show()

    def remove(self, keys: Any) -> None:
        """Forget runs that are not under way; the last of them can be had back."""
        gone = self.table.remove(keys)
        self.race.lanes = [lane for lane in self.race.lanes if lane not in gone]
        self._show()

    def restore(self, keys: Any) -> None:
        """Have runs back that were removed, where they were."""
        for lane in self.table.restore(keys):
            self._sent.pop(lane.key, None)
        self._show()

    def open_session(self, head: Any) -> None:
        """Set the controls as a session has them; its runs come one by one."""
        link = check_head(head)
        self.form = {"query": link, "serial": head.get("serial")}

    def reopen(self, run: Any) -> None:
        """Take a run that a page or a file has kept."""
        recipe, link, kept = reopened(run)
        if not self.table.room():
            raise UserError(f"The table holds {RUNS} runs: the others of the session are left out.")
        if any(lane.recipe == recipe for lane in self.lanes):
            return
        lane = Lane(recipe, 0, link=link)
        lane.take(kept)
        self.table.add([lane])
        self._show()

    def write_csv(self, keys: Any) -> None:
        """Send the evaluations of some runs as a table."""
        lanes = self.table.find_all(keys)
        self.send_file(f"{file_name(lanes)}.csv", "text/csv", files.table(lanes))

    def write_weights(self, key: Any) -> None:
        """Send the weights of a run."""
        lane = self.table.find(key)
        if lane is not None and lane.w is not None:
            name = f"{file_name([lane])}-weights.npz"
            self.send_file(name, "application/octet-stream", files.weights(lane))

    def _greet(self) -> None:
        """Tell a page that has just opened all there is."""
        self._sent.clear()
        self._show()

    def _changed(self) -> None:
        """Called by the trainings' threads: show it soon, but not more often than need be."""
        if not self._due and self._loop is not None:
            self._due = True
            self._loop.call_soon_threadsafe(self._loop.call_later, PAUSE, self._show)

    def _show(self) -> None:
        """Send what is new to the page."""
        self._due = False
        with self.hold_sync():
            marks = marks_of([lane.recipe for lane in self.lanes])
            self.runs = [
                facts_of(lane, lane in self.race.lanes)
                | {"mark": mark, "shown": lane.key == self.table.shown}
                for lane, mark in zip(self.lanes, marks, strict=True)
            ]
            stopped = any(lane.phase == "stopped" for lane in self.race.lanes)
            phase = "training" if self.race.running else "stopped" if stopped else "ready"
            self.status = {"phase": phase, "told": self._told} | self.race.figures()
            self._look()
        for lane in self.lanes:
            points = points_of(lane)
            since = min(self._sent.get(lane.key, 0), len(points))
            self._sent[lane.key] = len(points)
            spent = lane.step / lane.pace if lane.pace else None
            tip = finite([lane.step / lane.total * lane.recipe.epochs, lane.live, spent])
            if points[since:] or lane.phase == "training" or since == 0:
                parts = {"run": lane.key, "since": since, "rows": points[since:], "tip": tip}
                self.send({"type": "rows"} | parts)

    def _look(self) -> None:
        """See what the chosen network makes of the digits, if there is something new to see."""
        lane, now = self.table.find(self.table.shown), time.perf_counter()
        if lane is None or lane.w is None:
            if self.seen:
                self.seen, self._looked = {}, (None, 0.0)
            return
        known, before = self._looked
        same = self.seen.get("run") == lane.key
        if (same and known is lane.w) or (same and self.race.running and now - before < LOOK):
            return
        self._looked = (lane.w, now)
        self.seen = {"run": lane.key} | look(lane.w, sizes_of(lane))


def _told(lanes: list[Lane], others: bool) -> str:
    """Why some trainings do not begin, in one sentence if so."""
    if not lanes:
        return ""
    names = " and ".join(map(title, lanes))
    verb, rest = ("are", "their") if len(lanes) > 1 else ("is", "its")
    if others:
        return f"{names} {verb} trained already: the same settings make the same weights."
    return f"{names} {verb} trained already: change {rest} settings or the seed, and train."
