"""The MNIST lab's controls as words: in the page's address, and in what is kept of a run."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from optiviz.errors import UserError
from optiviz.labs.mnist.form import COMMON, State, clean, lane_knobs, start
from optiviz.words import join, split

LONGEST = 2000  # characters of a link


def query(state: State) -> str:
    """The part of a link that restores a clean state; what is as the lab opens is left out.

    >>> query(clean({"lanes": [{"rule": "sgd", "lr": 0.1}], "epochs": 5})[0])
    'optim=sgd:lr=0.1&epochs=5'
    """
    usual = start()
    lanes = [_told(lane) for lane in state["lanes"]]
    words = [
        ("optim", join(of["rule"], lane)) for of, lane in zip(state["lanes"], lanes, strict=True)
    ]
    rest = {name: value for name, value in state.items() if name != "lanes"}
    words += [
        (name.replace("_", "-"), str(value).replace(" ", ""))
        for name, value in rest.items()
        if value != usual[name]
    ]
    return urlencode(words, quote_via=quote, safe=":,=")


def _told(lane: State) -> State:
    """What a link says of a rule: all but a weight decay that is the rule's usual one."""
    decay = lane_knobs(lane["rule"])["weight_decay"].default
    left = {"rule", "weight_decay"} if lane["weight_decay"] == decay else {"rule"}
    return {name: value for name, value in lane.items() if name not in left}


def from_query(text: str) -> tuple[State, list[str]]:
    """The state that a link asks for, and a sentence for everything that had to be changed.

    >>> from_query("?optim=sgd:lr=7&epochs=5")[1]
    ['Learning rate η is set to 1.']
    """
    if len(text) > LONGEST:
        return start(), ["This link is too long to be one of the lab's; here is the usual start."]
    pairs = parse_qsl(text.removeprefix("?"), keep_blank_values=True)
    given = {name.replace("-", "_"): value for name, value in pairs}
    notes: list[str] = []
    lanes = [_lane(value, notes) for name, value in pairs if name == "optim"]
    sent: dict[str, Any] = {"lanes": lanes or start()["lanes"]}
    for name in start().keys() & given.keys() - {"lanes"}:
        sent[name] = _number(given[name]) if name in COMMON else given[name]
    state, said = clean(sent)
    return state, notes + said


def _lane(text: str, notes: list[str]) -> State:
    try:
        rule, settings = split(text)
    except UserError as error:
        notes.append(str(error)[:160])
        return {"rule": text.partition(":")[0]}
    return {"rule": rule} | {name: _number(value) for name, value in settings.items()}


def _number(word: str) -> float | str:
    """A number where there is one; what is none, the controls put right and say so."""
    try:
        return float(word)
    except ValueError:
        return word[:40]


def read(sent: Any) -> tuple[State, list[str]]:
    """The state that a page asks for: by a link, or by its controls."""
    text = sent.get("query") if isinstance(sent, dict) else None
    return from_query(text) if isinstance(text, str) else clean(sent)
