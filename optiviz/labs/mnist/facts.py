"""What a page is told of the runs: a line of the table each, colours, points of the curves."""

from __future__ import annotations

import math
from typing import Any

from optiviz.labs.mnist import form
from optiviz.labs.mnist.race import Lane
from optiviz.labs.mnist.session import CURVES
from optiviz.optim import describe
from optiviz.training.recipe import Recipe
from optiviz.training.train import Row
from optiviz.words import slug, split

MANY = 6  # runs that a file's name tells one by one


def sizes_of(lane: Lane) -> tuple[int, ...]:
    """The widths of the network's layers."""
    return tuple(int(width) for width in str(lane.recipe.sizes).split(","))


def marks_of(jobs: list[Recipe]) -> list[dict[str, Any]]:
    """The newest run of a rule has the rule's own colour; those before it have paler cousins."""
    rules = [recipe.optim.partition(":")[0] for recipe in jobs]
    return [form.marks(rule, rules[:i].count(rule)) for i, rule in enumerate(rules)]


def finite(values: Any) -> list[float | None]:
    """Numbers that JSON knows."""
    return [v if v is not None and math.isfinite(v) else None for v in values]


def points_of(lane: Lane) -> list[list[float | None]]:
    """The evaluations as points of the curves, that of the first weights before all others."""
    rows = [*([lane.first] if lane.first else []), *lane.rows]
    return [finite(row.get(name) for name in CURVES) for row in rows]


def title(lane: Lane) -> str:
    """A run in a few words.

    >>> title(Lane(Recipe("sgd", 0.5, 100, 1, 0), 3))
    'SGD η = 0.5 (run 3)'
    """
    rule, settings = split(lane.recipe.optim)
    return f"{describe(rule, {'lr': lane.recipe.lr} | settings, between=' ')} (run {lane.key})"


def file_name(lanes: list[Lane]) -> str:
    """The name of a file about runs, without its ending.

    >>> file_name([Lane(Recipe("sgd", 0.5, 100, 1, 0), 3)])
    'mnist-sgd-lr0.5-m100-seed0-run3'
    """
    if len(lanes) == 1:
        (lane,), recipe = lanes, lanes[0].recipe
        words = f"lr{recipe.lr:g}-m{recipe.batch_size}-seed{recipe.seed}-run{lane.key}"
        return f"mnist-{slug(recipe.optim)}-{words}"
    keys = "-".join(str(lane.key) for lane in lanes)
    return f"mnist-runs-{keys}" if 0 < len(lanes) <= MANY else f"mnist-{len(lanes)}-runs"


def facts_of(lane: Lane, ahead: bool) -> dict[str, Any]:
    """A run as a line of the table; its curve leaves room for what is still ahead of it."""
    last: Row = lane.rows[-1] if lane.rows else lane.first or {}
    recipe = lane.recipe
    rule, settings = split(recipe.optim)
    loss, accuracy = finite([last.get("test_loss"), last.get("test_accuracy")])
    return {
        "run": lane.key,
        "rule": rule,
        "settings": {
            "lr": recipe.lr,
            **settings,
            "m": recipe.batch_size,
            "patience": recipe.patience,
            "schedule": recipe.schedule,
            "sizes": recipe.sizes,
            "seed": recipe.seed,
        },
        "phase": lane.phase,
        "step": lane.step,
        "epoch": lane.step / lane.total * recipe.epochs,
        "epochs": recipe.epochs,
        "span": recipe.epochs if ahead else math.ceil(lane.step / lane.total * recipe.epochs),
        "seconds": lane.step / lane.pace if lane.pace else 0.0,
        "lasts": (lane.total if ahead else lane.step) / lane.pace if lane.pace else 0.0,
        "loss": loss,
        "accuracy": accuracy,
        "pace": round(lane.pace),
        "verdict": lane.verdict,
        "fate": lane.fate,
        "racing": ahead,
        "weights": lane.w is not None,
        "sum": lane.sum,
        "same": lane.same,
        "link": lane.link,
        "file": file_name([lane]),
        "command": recipe.command(),
    }
