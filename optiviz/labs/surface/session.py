"""A session: the controls, the runs that are pinned beside theirs, and the step that is shown.

A link and a file hold one as words; both are read by the way that the controls take.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from optiviz.errors import UserError
from optiviz.labs.surface import state as states
from optiviz.labs.surface.offers import DECAYS
from optiviz.labs.surface.state import LONGEST, Notes, Settings, State
from optiviz.optim import SYMBOLS, describe
from optiviz.runs import Run

PINS = ("A", "B", "C")
KIND = {"optiviz": "session of the surface lab", "version": 1}  # how a file begins
LARGEST = 4 * LONGEST  # characters of a file
SHARED = ("problem", "steps")  # what a pinned run has in common with those that are set


@dataclass(frozen=True)
class Session:
    """What the page holds, but for its looks.

    Attributes:
        state: the controls.
        pins: the pinned runs by letter, each a state of one rule, on the surface of `state` and for
            as many steps.
        step: the one to show, None for the one that is shown.
    """

    state: State
    pins: dict[str, State] = field(default_factory=dict)
    step: int | None = None

    def runs(self) -> list[Run]:
        """The pinned runs."""
        return [pin.runs()[0] for pin in self.pins.values()]

    def names(self) -> dict[str, str]:
        """What tells every pinned run from those that are set; nothing, if one of them is alike."""
        return {letter: ", ".join(self._apart(pin)) for letter, pin in self.pins.items()}

    def _apart(self, pin: State) -> list[str]:
        rule, settings = pin.lanes[0]
        kin = [others for name, others in self.state.lanes if name == rule]
        told = [_differ(settings, others) for others in kin]
        told = told or [[describe(rule, settings, between=" ")]]
        return min(told, key=len) + _course(pin, self.state)

    def query(self) -> str:
        """The part of a link that restores the session, but for its step."""
        pinned = [(f"pin-{letter}", _words(pin)) for letter, pin in self.pins.items()]
        words = urlencode(pinned, quote_via=quote, safe=":,=;")
        return "&".join(part for part in (self.state.query(), words) if part)

    def controls(self) -> dict[str, Any]:
        """The session as the page keeps it."""
        pins = {letter: pin.controls() for letter, pin in self.pins.items()}
        return self.state.controls() | {"pins": pins}


def _words(pin: State) -> str:
    """A pinned run as a link has it: its options, parted by semicolons."""
    own = [(name, value) for name, value in pin.options() if name not in SHARED]
    return ";".join(f"{name}={quote(value, safe=':,=')}" for name, value in own)


def _differ(settings: Settings, others: Settings) -> list[str]:
    """The settings that are other than some others, in words."""
    return [f"{SYMBOLS[n]} = {v:g}" for n, v in settings.items() if others.get(n) != v]


def _course(pin: State, state: State) -> list[str]:
    """What differs of the start, the decay, the batches and their order, in words."""
    told = []
    if pin.start != state.start:
        told.append(
            "the usual start" if pin.start is None else "start {:.3g}, {:.3g}".format(*pin.start)
        )
    if pin.schedule != state.schedule:
        told.append("no decay" if pin.schedule == "constant" else f"{pin.schedule} decay")
    else:
        knobs = DECAYS[pin.schedule]
        others = {name: v for name, v in pin.decay.items() if v != state.decay[name]}
        told += [f"{knobs[name].label.split()[-1]} = {value:g}" for name, value in others.items()]
    if pin.batch != state.batch:
        told.append("all the data" if pin.batch is None else f"m = {pin.batch}")
    if pin.seed != state.seed:
        told.append(f"seed {pin.seed}")
    return told


# ---- what comes from outside


def clean(sent: Any, notes: Notes | None = None) -> tuple[Session, Notes]:
    """The nearest good session to what was sent, and a sentence for everything that was not good.

    Args:
        sent: as `Session.controls` gives it, or anything at all.
        notes: the sentences so far.
    """
    state, notes = states.clean(sent, notes)
    given = sent.get("pins") if isinstance(sent, Mapping) else None
    return Session(state, _pins(given, state, notes)), notes


def from_query(text: str) -> tuple[Session, Notes]:
    """The session that a link asks for, and a sentence for everything that had to be changed.

    >>> session, notes = from_query("?problem=bowl&optim=sgd&pin-A=optim=sgd:lr=0.3&t=7")
    >>> session.names(), session.step, notes
    ({'A': 'η = 0.3'}, 7, [])
    """
    state, notes = states.from_query(text)
    if len(text) > LONGEST:
        return Session(state), notes
    given = dict(parse_qsl(text.removeprefix("?"), max_num_fields=None))
    shared = urlencode({"problem": state.problem_words, "steps": state.steps})
    pins = {}
    for key, words in given.items():
        if key.startswith("pin-"):
            pin, said = states.from_query(f"{words.replace(';', '&')}&{shared}")
            pins[key.removeprefix("pin-")] = pin.controls()
            notes += said
    return Session(
        state, _pins(pins, state, notes), _step(given.get("t"), state.steps, notes)
    ), notes


def from_file(text: Any) -> tuple[Session, Notes]:
    """The session that a file holds, as `from_query`.

    Raises:
        UserError: the file is too large, of another version, or no session.
    """
    if isinstance(text, str) and len(text) > LARGEST:
        raise UserError("This file is too large to be a session of the surface lab.")
    try:
        held = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        held = None
    held = held if isinstance(held, dict) else {}
    version, link = held.get("version"), held.get("link")
    if held.get("optiviz") != KIND["optiviz"] or type(version) is not int or type(link) is not str:
        raise UserError("This file is not a session that the surface lab saved.")
    if version != KIND["version"]:
        raise UserError(
            f"This session is of version {str(version)[:12]}, and this lab reads version "
            f"{KIND['version']}."
        )
    return from_query(link)


def _pins(sent: Any, state: State, notes: Notes) -> dict[str, State]:
    """The pinned runs, in the order of their letters."""
    sent = sent if isinstance(sent, Mapping) else {}
    for letter in [letter for letter in sent if letter not in PINS][:1]:
        notes.append(f"Runs are pinned as {', '.join(PINS)}: {str(letter)[:20]!r} was left out.")
    found = {}
    for letter in PINS:
        pin = sent.get(letter)
        lanes = pin.get("lanes") if isinstance(pin, Mapping) else None
        if isinstance(lanes, list | tuple) and lanes:
            shared = {name: getattr(state, name) for name in ("problem", "shape", "steps")}
            found[letter] = states.clean({**pin, **shared, "lanes": lanes[:1]}, notes)[0]
        elif pin is not None:
            notes.append(f"There is no run to pin as {letter}.")
    return found


def _step(sent: str | None, steps: int, notes: Notes) -> int | None:
    if sent is None:
        return None
    if sent.isascii() and sent.isdigit() and int(sent[:9]) <= steps:
        return int(sent[:9])
    notes.append(f"The step must be a whole number from 0 to {steps}, so this is the last.")
    return steps
