"""The MNIST lab's controls: what they offer, and the trainings that a state of them asks for."""

from __future__ import annotations

import dataclasses
import operator
from typing import Any

from optiviz.labs.controls import LANES, Knob, decades, facts, knobs
from optiviz.optim import OPTIMIZERS, SYMBOLS, on_networks, parse_schedule
from optiviz.optim.describe import called
from optiviz.problems.network import mlp
from optiviz.training import length
from optiviz.training.recipe import HIDDEN, Recipe
from optiviz.views.style import THEMES, mark
from optiviz.words import join

LAYERS, WIDEST, WEIGHTS = 5, 1000, 2_000_000
SAMPLES = 60_000
EVALUATIONS = 10  # in an epoch, each on the whole test set
RATES = decades(-5, 0)
VALIDATION = 5000  # images that are split off for patience to watch
DECAYS = (0.0, *decades(-5, 0, "1 2 5"))
COMMON = {
    "batch_size": Knob("batch size m", (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000), 100),
    "end": Knob("final value, share of η", decades(-4, 0, "1 2 5"), 0.01),
    "epochs": Knob("epochs", (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50), 3),
    "seed": Knob("seed", tuple(range(100)), 0),
    "patience": Knob("early stopping", (0, 1, 2, 3, 5, 10, 20), 0),
}
# The setting that makes each schedule fall to a share of η; None where the share means nothing.
SCHEDULES = {
    "constant": None,
    "linear": "end",
    "cosine": "end",
    "exponential": "gamma",
    "inverse-time": "decay",
    "one-cycle": None,
}
State = dict[str, Any]


def offers() -> dict[str, Any]:
    """All that the page needs to draw its controls."""
    return {
        "rules": {name: facts(lane_knobs(name)) for name in on_networks()},
        "common": facts(COMMON),
        "schedules": [{"name": name, "ends": bool(told)} for name, told in SCHEDULES.items()],
        "lanes": LANES,
        "symbols": SYMBOLS | {"m": "m", "seed": "seed"},
    }


def lane_knobs(rule: str) -> dict[str, Knob]:
    """The sliders of an update rule, and that of the weight decay that any rule may have."""
    kind = OPTIMIZERS[rule]
    own = {field.name: field.default for field in dataclasses.fields(kind)}
    usual: Any = own.get("weight_decay", 0.0)
    decay = {"weight_decay": Knob(called(kind, "weight_decay"), DECAYS, usual)}
    return knobs(rule, RATES, mlp.RATES) | decay


def marks(rule: str, nth: int = 0) -> dict[str, Any]:
    """A rule's colour on light and dark ground, and its dashes in widths of the line."""
    light, dark = (mark(rule, THEMES[theme], nth) for theme in ("light", "dark"))
    dash = [] if light.dash == "-" else list(light.dash[1])
    return {"light": light.color, "dark": dark.color, "dash": dash}


def start() -> State:
    """The state that the lab opens with."""
    return clean({"lanes": [{"rule": "momentum"}, {"rule": "adam"}]})[0]


def clean(sent: Any) -> tuple[State, list[str]]:
    """The nearest good state to what was sent, and a sentence for everything that was not good.

    Args:
        sent: a state of the controls, or anything at all.

    >>> clean({"lanes": [{"rule": "sgd", "lr": float("nan")}], "epochs": 7})[0]["epochs"]
    6
    """
    sent = sent if isinstance(sent, dict) else {}
    notes: list[str] = []
    lanes = sent.get("lanes")
    lanes = lanes[:LANES] if isinstance(lanes, list) and lanes else [{"rule": "momentum"}]
    state: State = {"lanes": [_lane(lane, notes) for lane in lanes]}
    for name, knob in COMMON.items():
        state[name] = _set(knob, sent.get(name), notes)
    schedule = sent.get("schedule", "constant")
    if not (isinstance(schedule, str) and schedule in SCHEDULES):
        notes.append("There is no such decay schedule, so η stays constant.")
        schedule = "constant"
    state["schedule"] = schedule
    state["hidden"] = _hidden(sent.get("hidden", _words(HIDDEN)), notes)
    return state, notes


def _lane(sent: Any, notes: list[str]) -> State:
    sent = sent if isinstance(sent, dict) else {}
    rule = sent.get("rule")
    if not (isinstance(rule, str) and rule in on_networks()):
        notes.append("There is no such optimiser; momentum stands in its place.")
        rule, sent = "momentum", {}  # its numbers were meant for another
    known = lane_knobs(rule).items()
    return {"rule": rule} | {name: _set(knob, sent.get(name), notes) for name, knob in known}


def _set(knob: Knob, value: Any, notes: list[str]) -> float:
    found = knob.nearest(value)
    if value is not None and found != value:
        notes.append(f"{knob.label.capitalize()} is set to {found:g}.")
    return found


def _words(widths: Any) -> str:
    return ", ".join(map(str, widths))


def _hidden(text: Any, notes: list[str]) -> str:
    """The widths of the hidden layers in words; the usual ones if they cannot be read."""
    typed = text[:100] if isinstance(text, str) else "?"
    words = [word for word in typed.replace(" ", ",").split(",") if word]
    numbers = [int(w) if w.isascii() and w.isdigit() else 0 for w in words]
    weights = sum(map(operator.mul, (784, *numbers), (*numbers, 10)))
    if len(numbers) <= LAYERS and all(1 <= n <= WIDEST for n in numbers) and weights <= WEIGHTS:
        return _words(numbers)
    notes.append(
        f"Hidden layers are up to {LAYERS} widths from 1 to {WIDEST}, with {WEIGHTS:,} weights in "
        f"all; {_words(HIDDEN)} are used."
    )
    return _words(HIDDEN)


def recipes(state: State) -> list[Recipe]:
    """The trainings of a clean state, one for each optimiser."""
    widths = [784, *(int(w) for w in state["hidden"].split(",") if w), 10]
    patience = state["patience"] or None
    validation = VALIDATION if patience else 0
    per_epoch = -(-(SAMPLES - validation) // state["batch_size"])
    return [
        Recipe(
            **_rule(lane),
            batch_size=state["batch_size"],
            epochs=state["epochs"],
            seed=state["seed"],
            schedule=_schedule(state, lane["lr"]),
            sizes=",".join(map(str, widths)),
            validation=validation,
            eval_every=max(per_epoch // EVALUATIONS, 1),
            patience=patience,
        )
        for lane in state["lanes"]
    ]


def _rule(lane: State) -> dict[str, Any]:
    """A rule in words, without a decay of the weights that it has not, and its η."""
    words = {name: value for name, value in lane.items() if name not in ("rule", "lr")}
    if not (words["weight_decay"] or "weight_decay" in OPTIMIZERS[lane["rule"]].own):
        del words["weight_decay"]
    return {"optim": join(lane["rule"], words), "lr": lane["lr"]}


def misfit(state: State) -> str:
    """Why the schedule does not fit the epochs of a clean state, in one sentence if so."""
    lr = state["lanes"][0]["lr"]
    schedule = _schedule(state, lr)
    return length.misfit(parse_schedule(schedule, lr), state["epochs"]) if schedule else ""


def _schedule(state: State, lr: float) -> str | None:
    """The schedule in words, with what makes η fall to the share that was asked for."""
    name, share, n = state["schedule"], state["end"], state["epochs"]
    if name == "constant":
        return None
    numbers = {"end": share * lr, "gamma": share ** (1 / n), "decay": (1 / share - 1) / n}
    told = SCHEDULES[name]
    return join(name, {told: float(f"{numbers[told]:.4g}")} if told else {})
