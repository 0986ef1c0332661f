"""The MNIST lab as a widget: controls in the page, trainings in threads, results as they come."""

from __future__ import annotations

import asyncio
import csv
import io
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from optiviz.labs.mnist import form as mnist_form
from optiviz.labs.mnist.pictures import look
from optiviz.labs.mnist.race import Lane, Race
from optiviz.labs.page import LabPage
from optiviz.player.bundle import script
from optiviz.training.recipe import Recipe
from optiviz.training.train import COLUMNS, Row
from optiviz.words import split

HERE = Path(__file__).parent
PAUSE = 1 / 30  # seconds between two updates of the page
LOOK = 0.5  # seconds between two looks at the digits
RUNS = 40  # kept, each with its weights
CURVES = ("epoch", "train_loss", "test_loss", "test_accuracy")


class MnistLab(LabPage):
    """The MNIST lab.

    The page writes `form` and sends messages: `train`, which carries the form again, since a
    message may overtake a trait; `stop`, `continue`, `hello`; `show`, `remove`, `csv` and
    `weights`, which carry the numbers of runs. The lab answers in the other traits, in messages
    with new points of the curves, and in files.

    >>> lab = MnistLab()
    >>> lab.form = {"lanes": [{"rule": "sgd", "lr": 0.1}], "epochs": 1, "hidden": "16"}
    >>> lab.plan["lanes"][0]["command"].split("--eval-every")[0]
    'optiviz train --optim sgd --lr 0.1 --batch-size 100 --epochs 1 --seed 0 --sizes 784,16,10 '
    """

    _esm = script(HERE / "js" / "lab.js", "render")
    written = "form"
    facts = traitlets.Dict().tag(sync=True)
    form = traitlets.Any().tag(sync=True)  # whatever a page sends; see `mnist_form.clean`
    plan = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    runs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    seen = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.lanes: list[Lane] = []
        self.race = Race([], self._changed)
        self._jobs: list[Recipe] = []  # what the controls ask for
        self._keys = 0
        self._shown: int | None = None
        self._looked: tuple[Any, float] = (None, 0.0)
        self._sent: dict[int, int] = {}
        self._due = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.facts, self.form = mnist_form.offers(), mnist_form.start()
        self._show()

    @traitlets.observe("form")
    def _planned(self, _: Any) -> None:
        """Say what the controls ask for."""
        state, notes = mnist_form.clean(self.form)
        self._jobs = mnist_form.recipes(state)
        if unfit := mnist_form.misfit(state):
            notes.append(unfit)
        pairs = zip(self._jobs, _marks(self._jobs), strict=True)
        lanes = [{"command": recipe.command(), "mark": mark} for recipe, mark in pairs]
        self.plan = {"state": state, "lanes": lanes, "notes": notes}

    def answers(self) -> dict[str, Callable[[Any], None]]:
        """What the page's buttons do."""
        return {
            "train": self.train,
            "stop": lambda _: self.race.stop(),
            "continue": lambda _: self.go_on(),
            "show": self.look_at,
            "remove": self.remove,
            "csv": self.write_csv,
            "weights": self.write_weights,
            "hello": lambda _: self._greet(),
        }

    def train(self, form: Any = None) -> None:
        """Begin the trainings that the controls ask for; the first one is looked at."""
        if self.race.running:
            return
        if form is not None:
            self.form = form
        if len(self.lanes) + len(self._jobs) > RUNS:
            full = f"The table holds {RUNS} runs: remove some, and train again."
            self.plan = self.plan | {"notes": [full]}
            return
        lanes = []
        for recipe in self._jobs:
            self._keys += 1
            total = -(-mnist_form.SAMPLES // recipe.batch_size) * recipe.epochs
            lanes.append(Lane(recipe, self._keys, total))
        self.lanes = lanes + self.lanes
        self._shown = lanes[0].key
        self.race = Race(lanes, self._changed)
        self._go()

    def go_on(self) -> None:
        """Continue the trainings that were stopped."""
        if not self.race.running:
            self._go()

    def _go(self) -> None:
        self._loop = asyncio.get_event_loop()
        self.race.go()
        self._show()

    def look_at(self, key: Any) -> None:
        """Show the digits and the weights of this run."""
        if self._find(key):
            self._shown = key
            self._show()

    def remove(self, key: Any) -> None:
        """Forget a run that is not under way."""
        lane = self._find(key)
        if lane is None or lane.phase in ("waiting", "training"):
            return
        self.lanes.remove(lane)
        self.race.lanes = [other for other in self.race.lanes if other is not lane]
        if self._shown == key:
            self._shown = self.lanes[0].key if self.lanes else None
        self._show()

    def write_csv(self, keys: Any) -> None:
        """Send the evaluations of some runs as a table."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["run", "command", *COLUMNS])
        wanted = filter(None, map(self._find, keys if isinstance(keys, list) else []))
        for lane in dict.fromkeys(wanted):
            for row in lane.rows:
                writer.writerow([lane.key, lane.recipe.command(), *(row[name] for name in COLUMNS)])
        self.send_file("mnist-lab.csv", "text/csv", text.getvalue().encode())

    def write_weights(self, key: Any) -> None:
        """Send the weights of a run, as `optiviz train` writes them."""
        lane = self._find(key)
        if lane is None or lane.w is None:
            return
        file = io.BytesIO()
        np.savez(file, w=lane.w, sizes=_sizes(lane), biases=lane.recipe.biases)
        self.send_file("weights.npz", "application/octet-stream", file.getvalue())

    def _greet(self) -> None:
        """Tell a page that has just opened all there is."""
        self._sent.clear()
        self._show()

    def _find(self, key: Any) -> Lane | None:
        return next((lane for lane in self.lanes if lane.key == key), None)

    def _changed(self) -> None:
        """Called by the trainings' threads: show it soon, but not more often than need be."""
        if not self._due and self._loop is not None:
            self._due = True
            self._loop.call_soon_threadsafe(self._loop.call_later, PAUSE, self._show)

    def _show(self) -> None:
        """Send what is new to the page."""
        self._due = False
        with self.hold_sync():
            marks = _marks([lane.recipe for lane in self.lanes])
            self.runs = [
                _facts(lane, lane in self.race.lanes)
                | {"mark": mark, "shown": lane.key == self._shown}
                for lane, mark in zip(self.lanes, marks, strict=True)
            ]
            stopped = any(lane.phase == "stopped" for lane in self.race.lanes)
            phase = "training" if self.race.running else "stopped" if stopped else "ready"
            self.status = {"phase": phase} | self.race.figures()
            self._look()
        for lane in self.lanes:
            since, self._sent[lane.key] = self._sent.get(lane.key, 0), len(lane.rows)
            rows = [_finite(row[name] for name in CURVES) for row in lane.rows[since:]]
            tip = _finite([lane.step / lane.total * lane.recipe.epochs, lane.live])
            if rows or lane.phase == "training" or since == 0:
                parts = {"run": lane.key, "since": since, "rows": rows, "tip": tip}
                self.send({"type": "rows"} | parts)

    def _look(self) -> None:
        """See what the chosen network makes of the digits, if there is something new to see."""
        lane, now = self._find(self._shown), time.perf_counter()
        if lane is None or lane.w is None:
            if self.seen:
                self.seen, self._looked = {}, (None, 0.0)
            return
        known, before = self._looked
        same = self.seen.get("run") == lane.key
        if (same and known is lane.w) or (same and self.race.running and now - before < LOOK):
            return
        self._looked = (lane.w, now)
        self.seen = {"run": lane.key} | look(lane.w, _sizes(lane))


def _sizes(lane: Lane) -> tuple[int, ...]:
    return tuple(int(width) for width in str(lane.recipe.sizes).split(","))


def _marks(jobs: list[Recipe]) -> list[dict[str, Any]]:
    """The newest run of a rule has the rule's own colour; those before it have paler cousins."""
    rules = [recipe.optim.partition(":")[0] for recipe in jobs]
    return [mnist_form.marks(rule, rules[:i].count(rule)) for i, rule in enumerate(rules)]


def _finite(values: Any) -> list[float | None]:
    """Numbers that JSON knows."""
    return [v if v is not None and math.isfinite(v) else None for v in values]


def _facts(lane: Lane, ahead: bool) -> dict[str, Any]:
    """A run as a line of the table; its curve leaves room for what is still ahead of it."""
    last: Row = lane.rows[-1] if lane.rows else {}
    recipe = lane.recipe
    rule, settings = split(recipe.optim)
    loss, accuracy = _finite([last.get("test_loss"), last.get("test_accuracy")])
    words = lane.trouble or (lane.done.outcome.text if lane.done else "")
    return {
        "run": lane.key,
        "rule": rule,
        "settings": {
            "lr": recipe.lr,
            **settings,
            "m": recipe.batch_size,
            "schedule": recipe.schedule,
            "sizes": recipe.sizes,
            "seed": recipe.seed,
        },
        "phase": lane.phase,
        "epoch": lane.step / lane.total * recipe.epochs,
        "epochs": recipe.epochs,
        "span": recipe.epochs if ahead else math.ceil(lane.step / lane.total * recipe.epochs),
        "loss": loss,
        "accuracy": accuracy,
        "pace": round(lane.pace),
        "verdict": words,
        "command": recipe.command(),
    }
