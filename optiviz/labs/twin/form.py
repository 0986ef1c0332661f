"""The twin lab's controls: what they offer, and the rule that a state of them asks for."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from optiviz.labs.controls import MEMORY, Knob, decades, facts
from optiviz.optim import SGD, SYMBOLS, Momentum, Optimizer, parse_schedule

SIZES, IMAGES = (784, 16, 10), 500  # a network that is looked at while one watches
RATES = decades(-2, 1, "1 1.1 1.2 1.35 1.5 1.7 1.9 2.1 2.4 2.7 3 3.4 3.8 4.3 4.8 5.4 6 7 8 9")
KNOBS = {
    "lr": Knob("learning rate η", RATES, 0.3),
    "beta": Knob("momentum β", MEMORY, 0.0),
    "batch": Knob(f"batch size m of {IMAGES}", (5, 10, 20, 50, 100, 200, IMAGES), IMAGES),
    "updates": Knob("updates", (2, 10, 25, 50, 100, 200, 400), 100),
    "seed": Knob("seed", tuple(range(100)), 0),
}
# What each schedule is in words; both fall to a hundredth of η.
SCHEDULES = ("constant", "linear", "cosine")
LAST = 0.01
LONGEST = 500  # characters of a link


@dataclass(frozen=True)
class State:
    """The controls.

    Attributes:
        lr, beta, batch, updates, seed, schedule: of both, the toy and the network.
        at: the update whose valley is shown; None: where λ has settled.
    """

    lr: float = 0.3
    beta: float = 0.0
    batch: int = IMAGES
    updates: int = 100
    seed: int = 0
    schedule: str = "constant"
    at: int | None = None

    @property
    def batch_size(self) -> int | None:
        """Of every update; None for all."""
        return None if self.batch == IMAGES else self.batch

    @property
    def words(self) -> str:
        """The rule in words: without a velocity it is plain descent."""
        return f"momentum:lr={self.lr:g},beta={self.beta:g}" if self.beta else f"sgd:lr={self.lr:g}"

    @property
    def decay(self) -> str | None:
        """The schedule in words."""
        constant = self.schedule == "constant"
        return None if constant else f"{self.schedule}:end={LAST * self.lr:g}"

    def rule(self) -> Optimizer:
        """The update rule of both."""
        lr: Any = parse_schedule(self.decay, self.lr) if self.decay else self.lr
        return Momentum(lr, self.beta) if self.beta else SGD(lr)

    def trains_as(self, other: State) -> bool:
        """Whether a network would be trained alike."""
        return asdict(self) | {"at": None} == asdict(other) | {"at": None}

    def said(self) -> str:
        """The settings in words."""
        batch = f"m = {self.batch}" if self.batch_size else "all images"
        told = [f"η = {self.lr:g}", f"β = {self.beta:g}", batch, f"{self.updates} updates"]
        return ", ".join([*told, *([] if self.decay is None else [f"{self.schedule} decay"])])

    def query(self) -> str:
        """The part of a link that restores it: what is not as usual."""
        usual = asdict(State())
        return urlencode({k: _plain(v) for k, v in asdict(self).items() if v != usual[k]})

    def command(self) -> str:
        """What makes a film of the same."""
        schedule = f" --schedule {self.decay}" if self.decay else ""
        batch = f" --batch-size {self.batch}" if self.batch_size else ""
        at = "" if self.at is None else f" --at {self.at}"
        sizes = ",".join(map(str, SIZES))
        return (
            f"optiviz twin --optim {self.words}{schedule}{batch} --updates {self.updates} "
            f"--seed {self.seed} --sizes {sizes} --images {IMAGES}{at} --out twin.gif"
        )


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def offers() -> dict[str, Any]:
    """All that the page needs to draw its controls."""
    return {
        "knobs": facts(KNOBS),
        "schedules": SCHEDULES,
        "symbols": SYMBOLS,
        "network": {"sizes": SIZES, "images": IMAGES},
    }


def clean(sent: Any) -> tuple[State, list[str]]:
    """The nearest good state to what was sent, and a sentence for everything that was not good.

    Args:
        sent: a state of the controls, or anything at all.

    >>> clean({"lr": float("nan"), "updates": 98, "at": 700})[0]
    State(lr=0.3, beta=0.0, batch=500, updates=100, seed=0, schedule='constant', at=100)
    """
    sent, notes = sent if isinstance(sent, dict) else {}, []
    found: dict[str, Any] = {}
    for name, knob in KNOBS.items():
        value = sent.get(name)
        found[name] = knob.nearest(value)
        if value is not None and found[name] != value:
            notes.append(f"{knob.label.capitalize()} is set to {found[name]:g}.")
    schedule = sent.get("schedule", "constant")
    if not (isinstance(schedule, str) and schedule in SCHEDULES):
        notes.append("There is no such decay schedule, so η stays constant.")
        schedule = "constant"
    at = sent.get("at")
    if at is not None and type(at) is not int:
        notes.append("The valley is that of a whole update; it is shown where λ has settled.")
        at = None
    at = None if at is None else min(max(at, 0), found["updates"])
    return State(**found, schedule=schedule, at=at), notes


def from_query(text: str) -> tuple[State, list[str], bool]:
    """The state of a link, what was wrong with it, and whether it is to be trained.

    >>> from_query("?lr=0.5&at=20&trained=1")[0].at
    20
    """
    try:
        given = dict(parse_qsl(text[:LONGEST].removeprefix("?"), max_num_fields=20))
    except ValueError:
        given = {}
    known = {name: _number(word) for name, word in given.items() if name in (*KNOBS, "at")}
    known |= {name: word for name, word in given.items() if name == "schedule"}
    state, notes = clean(known)
    return state, notes, given.get("trained") == "1"


def _number(word: str) -> float | int | str:
    """A number of a link; another word stays what it is, and is told of."""
    if word.isascii() and word.isdigit():
        return int(word[:9])
    try:
        number = float(word[:40])
    except ValueError:
        return word
    return number if math.isfinite(number) else word
