"""Runs that a page or a file has kept: the curves, and by what the weights are known again."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from typing import Any

from optiviz.errors import UserError
from optiviz.labs.mnist import form
from optiviz.labs.mnist.address import from_query, query
from optiviz.problems.base import Array
from optiviz.training.recipe import Recipe
from optiviz.training.train import Row

KIND = {"optiviz": "session of the MNIST lab", "version": 1}  # how a file begins
CURVES = (
    "epoch",
    "train_loss",
    "test_loss",
    "test_accuracy",
    "seconds",
)  # what is kept of an evaluation
FATES = ("diverged", "collapsed", "failed", "")
SUM = re.compile(r"[0-9a-f]{16}")
LONGEST = 300  # characters of a verdict


@dataclass(frozen=True)
class Kept:
    """What is known of a run whose weights are not here.

    Attributes:
        step: how many updates it had made.
        rows: its evaluations, that of the first weights before all others.
        words: its verdict; fate: how it ended, where that was badly.
        sum: of its weights at the last evaluation; see `checksum`.
    """

    step: int
    rows: list[Row]
    words: str
    fate: str
    sum: str


def checksum(w: Array) -> str:
    """By what the same weights are known again, to the bit."""
    return hashlib.sha256(w.tobytes()).hexdigest()[:16]


def check_head(sent: Any) -> str:
    """The link that a file of ours holds, which restores the controls.

    Raises:
        UserError: it is another file, or of another version.
    """
    sent = sent if isinstance(sent, dict) else {}
    version, link = sent.get("version"), sent.get("link")
    if sent.get("optiviz") != KIND["optiviz"] or type(version) is not int or type(link) is not str:
        raise UserError("This file is not a session that the MNIST lab saved.")
    if version != KIND["version"]:
        raise UserError(
            f"This session is of version {str(version)[:12]}, and this lab reads version "
            f"{KIND['version']}."
        )
    return link


def steps_of(recipe: Recipe) -> int:
    """How many updates a training of the lab makes."""
    return per_epoch(recipe) * recipe.epochs


def per_epoch(recipe: Recipe) -> int:
    """How many of them make an epoch."""
    return -(-(form.SAMPLES - recipe.validation) // recipe.batch_size)


def reopened(sent: Any) -> tuple[Recipe, str, Kept]:
    """The training of a run that was kept, its link, and what is known of it.

    Nothing of it is believed: the settings go the way that the controls take, the numbers must be
    those of evaluations of such a training, in their order.

    Raises:
        UserError: this is no run that the lab has kept.
    """
    try:
        state, _ = from_query(_of(str, sent, "link"))
        recipe = form.recipes(state)[0]
        rows = [_row(row, recipe) for row in _of(list, sent, "rows")[: 2 + _most(recipe)]]
        step = _of(int, sent, "step")
        fate, words, known = (_of(str, sent, name) for name in ("fate", "verdict", "sum"))
        steps = [row["step"] for row in rows]
        in_order = steps == sorted(set(steps)) and max(steps, default=0) <= step
        if not (in_order and 0 <= step <= steps_of(recipe) and fate in FATES):
            raise ValueError
        if known and not SUM.fullmatch(known):
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise UserError("A run of this session cannot be read, so it was left out.") from None
    link = query(state | {"lanes": state["lanes"][:1]})
    return recipe, link, Kept(step, rows, words[:LONGEST], fate, known)


def _of(kind: type, sent: Any, name: str) -> Any:
    if type(value := sent[name]) is not kind:
        raise TypeError(name)
    return value


def _most(recipe: Recipe) -> int:
    return recipe.epochs * per_epoch(recipe) // (recipe.eval_every or 1)


def _row(sent: Any, recipe: Recipe) -> Row:
    """An evaluation: numbers, or none where a loss was infinite."""
    if type(sent) is not list or len(sent) < len(CURVES):
        raise TypeError
    numbers = [math.nan if v is None else v for v in sent[: len(CURVES)]]
    if not all(type(v) in (int, float) and not math.isinf(v) for v in numbers):
        raise TypeError
    row = dict(zip(CURVES, map(float, numbers), strict=True))
    below = any(v < 0 for v in row.values())
    if below or not row["epoch"] <= recipe.epochs or row["test_accuracy"] > 1:
        raise ValueError
    return row | {"step": round(row["epoch"] * per_epoch(recipe))}
