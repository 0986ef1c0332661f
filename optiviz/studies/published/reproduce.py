"""Published tables run again: every row from its settings, over several seeds, in processes.

What is done is kept: one small file for each row's settings and seed, which rows with the same
settings share. So a run that was stopped or killed goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from optiviz.errors import UserError, at_least, at_most, needs_extra
from optiviz.files import (
    FORMAT,
    folder,
    read_json,
    reading,
    write_json,
)
from optiviz.problems import SURFACES
from optiviz.problems import load as load_data
from optiviz.runs.inputs import as_rule
from optiviz.studies.pool import MOST_JOBS, MOST_SEEDS, Report, Stop, share_out
from optiviz.studies.published.arithmetic import ARITHMETIC
from optiviz.studies.published.further import (
    GROWING,
    SEARCH,
    grow,
    growing_seconds,
    search,
    search_seconds,
)
from optiviz.studies.published.paths import PATH, path, still
from optiviz.studies.published.rows import (
    GRADIENTS,
    TRAINING,
    check_gradients,
    recipe_of,
    seconds_of,
    train_row,
)
from optiviz.studies.published.tables import Row, Table
from optiviz.studies.table import deviation, each_once, mean

Result = dict[str, Any]
KEPT = {"figures": dict, "verdict": str, "history": dict, "seed": int}
LONG = {GROWING: grow, SEARCH: search}
KINDS = (*ARITHMETIC, GRADIENTS, PATH, TRAINING, *LONG)


@dataclass(frozen=True)
class Task:
    """One row's settings with one seed.

    Attributes:
        kind: one of `KINDS`; settings: see `Row`; seed: what random numbers come from.
        data_dir: where the data are that do not come with the package.
    """

    kind: str
    settings: dict[str, Any]
    seed: int
    data_dir: str | None = None

    @property
    def file(self) -> str:
        """The name of the file that keeps its result: readable, and the same for equal settings."""
        facts = json.dumps([FORMAT, self.kind, self.settings], sort_keys=True)
        digest = hashlib.sha256(facts.encode()).hexdigest()[:10]
        words = [str(self.settings.get("optim", self.kind)).partition(",")[0]]
        words += [f"{k}{self.settings[k]}" for k in ("lr", "batch_size") if k in self.settings]
        readable = re.sub(r"[^a-z0-9.]+", "-", "-".join(words).lower())
        return f"{readable}-{digest}-seed{self.seed}.json"

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        known = {TRAINING: seconds_of, GROWING: growing_seconds, SEARCH: search_seconds}
        return known[self.kind](self.settings) if self.kind in known else 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of a row.

    Attributes:
        row: the row; results: for each seed that is done, that, its figures, verdict and history.
        reason: why there are none, if it cannot be run.
    """

    row: Row
    results: tuple[Result, ...]
    reason: str = ""

    def figures(self, name: str) -> list[float]:
        """Our figure of that name for each seed; NaN where it is no number."""
        return list(self.by_seed(name).values())

    def by_seed(self, name: str) -> dict[int, float]:
        """The same by the seed."""
        found = {result["seed"]: result["figures"].get(name) for result in self.results}
        return {k: math.nan if value is None else float(value) for k, value in found.items()}

    def mean(self, name: str) -> float:
        """The mean over the seeds, NaN for none."""
        found = mean(self.figures(name))
        return math.nan if found is None else found

    def deviation(self, name: str) -> float:
        """The standard deviation over the seeds, NaN for fewer than two."""
        found = deviation(self.figures(name))
        return math.nan if found is None else found

    @property
    def verdicts(self) -> str:
        """What became of the trainings, in words."""
        return each_once(result["verdict"] for result in self.results)


def tasks_of(table: Table, row: Row, seeds: int, data_dir: str | None = None) -> list[Task]:
    """What a row takes: a task for each seed, or one where no random number is drawn."""
    drawn = table.kind not in ARITHMETIC and not (table.kind == PATH and still(row.settings))
    return [Task(table.kind, row.settings, s, data_dir) for s in range(seeds if drawn else 1)]


def reproduce(
    tables: Sequence[Table],
    out: Path,
    *,
    seeds: int = 1,
    jobs: int = 1,
    data_dir: str | None = None,
    on_progress: Callable[[float, float], object] | None = None,
) -> None:
    """Run every row of some tables that can be run and is not done; `collect` reads the results.

    Args:
        tables: see `optiviz.studies.published.tables.tables`.
        out: a directory, made if it is not there, that keeps what is done.
        seeds: how often to train, with the seeds 0, 1, …
        jobs: how many processes, of one BLAS thread each.
        data_dir: where CIFAR-10 is.
        on_progress: called with how much is done and how much there is, in estimated seconds.

    Raises:
        UserError: a number out of range, or a directory that cannot be read or written.
    """
    at_least(1, seeds=seeds, jobs=jobs)
    at_most(MOST_SEEDS, seeds=seeds)
    at_most(MOST_JOBS, jobs=jobs)
    rows = [(table, row) for table in tables for row in table.rows]
    chosen = [(table, row) for table, row in rows if not reason(table, row, data_dir)]
    if data_dir is not None:
        for name in {row.settings.get("dataset", "mnist") for _, row in chosen} - {"mnist"}:
            load_data(name, data_dir)  # a wrong directory is told before the work
    wanted = {
        task.file: task for table, row in chosen for task in tasks_of(table, row, seeds, data_dir)
    }
    # Seed by seed, the dearest at the end: an early look at the report finds every row.
    order = sorted(wanted.values(), key=lambda task: (task.seed, task.seconds, task.file))
    work = [task for task in order if load(out, task) is None]
    bar = _Progress(order, work, on_progress)
    folder(out / "rows")
    for index, result in share_out(run, work, jobs, bar.report):
        if result is not None:
            _save(out, work[index], result)
            bar.report(index, 100)


def run(task: Task, report: Report, stop: Stop) -> Result | None:
    """Do one task, in a process of its own; None if it was told to stop."""
    if task.kind == TRAINING:
        recipe = recipe_of(task.settings, task.seed, task.data_dir)
        return train_row(recipe, report, stop)
    if task.kind in LONG:
        return LONG[task.kind](task.settings, task.seed, report, stop)
    if task.kind == PATH:
        figures = path(task.settings, task.seed)
        return {"figures": figures, "verdict": "", "history": {}}
    if task.kind == GRADIENTS:
        return check_gradients(task.settings, task.seed)
    return {"figures": ARITHMETIC[task.kind](**task.settings), "verdict": "", "history": {}}


def reason(table: Table, row: Row, data_dir: str | None) -> str:
    """Why a row cannot be run, in one sentence; nothing if it can."""
    if table.kind == SEARCH and find_spec("optuna") is None:
        return str(needs_extra("A search", "sweep"))
    if row.cannot or table.kind != TRAINING:
        return row.cannot
    if row.settings["dataset"] != "mnist" and data_dir is None:
        name = row.settings["dataset"]
        return f"The data set {name} is not in the package: say where it is with --data-dir."
    recipe = recipe_of(row.settings)
    try:
        as_rule(SURFACES["bowl"], recipe.optim, recipe.schedule)  # its own rates are not asked for
    except UserError as error:
        return str(error)
    return ""


def collect(
    tables: Iterable[Table], out: Path, seeds: int, data_dir: str | None = None
) -> list[tuple[Table, list[Outcome]]]:
    """What is done of some tables, row by row.

    Raises:
        UserError: a file of results is damaged.
    """
    found = []
    for table in tables:
        outcomes = []
        for row in table.rows:
            results = [load(out, task) for task in tasks_of(table, row, seeds)]
            kept = tuple(result for result in results if result is not None)
            why = reason(table, row, data_dir) or "It has not been run yet."
            outcomes.append(Outcome(row, kept, "" if kept else why))
        found.append((table, outcomes))
    return found


def load(out: Path, task: Task) -> Result | None:
    """The kept result of a task, None if it is not done.

    Raises:
        UserError: the file is damaged.
    """
    path = out / "rows" / task.file
    if not os.path.exists(path):  # nor could be, where a name is too long
        return None
    facts = read_json(path, cure="Delete it.", version=None)
    with reading(path, cure="Delete it."):
        result = {k: facts[k] for k in KEPT}
        for name, kind in KEPT.items():
            if not isinstance(result[name], kind):
                raise TypeError(f"its {name} is {result[name]!r}")
        if not all(v is None or type(v) in (int, float) for v in result["figures"].values()):
            raise TypeError("its figures are not numbers")
        return result


def _save(out: Path, task: Task, result: Result) -> None:
    """Keep a result; JSON has no NaN, so there it is null."""
    figures = {k: v if math.isfinite(v) else None for k, v in result["figures"].items()}
    facts = {k: v for k, v in asdict(task).items() if k != "data_dir"}
    write_json(out / "rows" / task.file, facts | result | {"figures": figures}, indent=1)


class _Progress:
    """How much of the estimated seconds is done, whatever order the tasks end in."""

    def __init__(
        self,
        order: Sequence[Task],
        work: Sequence[Task],
        show: Callable[[float, float], object] | None,
    ) -> None:
        self.show, self.work = show, work
        self.total = sum(task.seconds for task in order)
        self.done = self.total - sum(task.seconds for task in work)
        self.shares = [0] * len(work)

    def report(self, index: int, percent: int) -> None:
        """Take note of how far a task is."""
        self.shares[index] = max(percent, self.shares[index])
        under_way = zip(self.work, self.shares, strict=True)
        if self.show:
            seconds = sum(task.seconds * share / 100 for task, share in under_way)
            self.show(self.done + seconds, self.total)
