"""The runs of a page: one stack for each rule on each surface, and what became of every run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optiviz.explorer.choices import Choice
from optiviz.explorer.coding import BYTES, DEEP, places, planes, sizes
from optiviz.explorer.plan import Plan, World
from optiviz.optim import Optimizer, parse_schedule
from optiviz.problems.base import Array, Plane
from optiviz.runs import descend
from optiviz.runs.record import Run
from optiviz.runs.stack import single
from optiviz.runs.verdict import verdict

Arrays = list[tuple[str, Array]]
SENT = 100_000  # bytes of numbers in both parameters
STEP = re.compile(r"\bstep (\d+)\b")


@dataclass(frozen=True)
class Block:
    """A rule's runs on one surface, in their order, and the one that is shown first."""

    facts: dict[str, Any]
    arrays: Arrays
    first: Run


def block(plan: Plan, world: World, lane: int) -> Block:
    """Run every setting of a rule at once, and pack what a page shows of it."""
    runs = list(runs_of(plan, world, lane))
    problem, steps = world.problem, plan.steps
    floor = problem.floor() or 0.0
    w = np.stack([_filled(run.w, steps) for run in runs], axis=1)
    above = np.stack([_filled(run.loss, steps) for run in runs], axis=1) - floor
    least = DEEP * float(np.abs(above[0]).max()) or 1.0
    levels = places(w, problem.bounds)
    shape = [len(one.words) for one in plan.of(lane)]
    told, endings = _endings(runs, problem)
    facts: dict[str, Any] = {"least": least, **told}
    arrays = [
        ("x", planes(levels[..., 0], BYTES["place"])),
        ("y", planes(levels[..., 1], BYTES["place"])),
        ("loss", planes(sizes(above, least), BYTES["loss"])),
        ("length", np.array([run.steps for run in runs], "<i4")),
        ("diverged", np.array([run.diverged_at for run in runs], "<i4")),
    ]
    if plan.schedule:
        lr = np.stack([_filled(run.lr, steps - 1) for run in runs], axis=1)
        arrays.append(("rate", lr.T.astype("<f8").ravel()))
    arrays += _batches(runs) + _sent(world.lanes[lane].rule, runs, steps)
    first = runs[
        int(np.ravel_multi_index([one.at for one in plan.of(lane)], shape) if shape else 0)
    ]
    return Block(facts, [*arrays, *endings], first)


def runs_of(plan: Plan, world: World, lane: int) -> Iterator[Run]:
    """Every run of a rule on a surface, in their order, each stack computed at once."""
    choices = plan.of(lane)
    batches = next((one for one in choices if one.name == "batch_size"), None)
    rest = [one for one in choices if one is not batches]
    stacks = []
    for size in batches.numbers.astype(int).tolist() if batches else [plan.batch_size]:
        rule, start = _stack(plan, world, lane, rest)
        run = descend(world.problem, rule, start, plan.steps, size, plan.seed)
        stacks.append(run)
    at = choices.index(batches) if batches else 0
    shape = [len(one.words) for one in choices]
    for index in np.ndindex(*shape):
        others = tuple(i for k, i in enumerate(index) if k != at) if batches else index
        sizes_of = [n for k, n in enumerate(shape) if k != at] if batches else shape
        k = int(np.ravel_multi_index(others, sizes_of)) if others else 0
        run = stacks[index[at]] if batches else stacks[0]
        yield single(run, k) if run.w.ndim == 3 else run


def _stack(
    plan: Plan, world: World, lane: int, choices: Sequence[Choice]
) -> tuple[Optimizer, Array]:
    """The rule with an array for every setting that is varied, and the starts."""
    rule = world.lanes[lane].rule
    start = np.array(world.problem.start if plan.start is None else plan.start, float)
    if not choices:
        return rule, start
    shape = [len(one.words) for one in choices]
    grids = [grid.reshape(-1) for grid in np.indices(shape)]
    varied: dict[str, Any] = {}
    for one, grid in zip(choices, grids, strict=True):
        if one.name == "start":
            start = np.array([word.split(",") for word in one.words], float)[grid]
        else:
            varied[one.name] = one.numbers[grid][:, None]
    if plan.schedule and {"lr", "end"} & varied.keys():
        usual = np.full((len(grids[0]), 1), world.lanes[lane].lr)
        decay = parse_schedule(plan.schedule, varied.pop("lr", usual))
        end = {"end": varied.pop("end")} if "end" in varied else {}
        varied["lr"] = replace(decay, **end) if end else decay
    return replace(rule, **varied), start


def _batches(runs: Sequence[Run]) -> Arrays:
    """The samples of every step, by the size of the batches, from the longest run of each."""
    found: dict[int, Array] = {}
    for run in runs:
        if run.batch is not None and len(run.batch) > len(found.get(run.batch.shape[1], ())):
            found[run.batch.shape[1]] = run.batch
    return [(f"batch{size}", batch.astype("<i4").ravel()) for size, batch in found.items()]


def _sent(rule: Optimizer, runs: Sequence[Run], steps: int) -> Arrays:
    """What a search or a matrix came to at every step, where that takes few bytes: all parameters
    have one number, or the runs are few. js/outcomes.js makes the others again, which may end where
    rounding leads elsewhere."""
    found: Arrays = []
    for line in rule.formula():
        symbol = line.split(" ← ")[0]
        slot = rule.outcomes.get(symbol)
        if slot not in runs[0].slots or "∇L(" in line:
            continue
        told = np.concatenate([_filled(run.slots[slot], steps) for run in runs])
        if told.nbytes <= SENT or (told == told[:, :1]).all():
            found += [(f"sent{symbol}{axis}", told[:, axis].astype("<f8")) for axis in (0, 1)]
    return found


def _filled(values: Array, steps: int) -> Array:
    """A run's numbers for every step of the page: those of one that ended stay at its last."""
    missing = steps + 1 - len(values)
    return np.concatenate([values, np.repeat(values[-1:], missing, axis=0)]) if missing else values


def _endings(runs: Sequence[Run], problem: Plane) -> tuple[dict[str, Any], Arrays]:
    """What became of each run: the sentences, and by run which of them and the step it names."""
    sentences: dict[tuple[str, str], int] = {}
    which, steps = [], []
    for run in runs:
        found = verdict(run, problem)
        named = STEP.search(found.text)
        pattern = STEP.sub("step {}", found.text, count=1)
        which.append(sentences.setdefault((found.kind, pattern), len(sentences)))
        steps.append(int(named[1]) if named else -1)
    told = [list(pair) for pair in sentences]
    return {"texts": told}, [("text", np.array(which, "<u2")), ("said", np.array(steps, "<i4"))]
