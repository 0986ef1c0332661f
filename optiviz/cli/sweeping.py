"""`optiviz sweep`: from words to the directory of a sweep."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from tqdm import tqdm

from optiviz.cli.comparing import looks
from optiviz.cli.training import INTERRUPTED
from optiviz.errors import UserError
from optiviz.files import whole
from optiviz.problems.data.datasets import TITLES
from optiviz.runs.record import plain
from optiviz.studies.pool import cores
from optiviz.studies.sweep import findings as tables
from optiviz.studies.sweep import sweep as runs
from optiviz.studies.sweep.claims import require
from optiviz.studies.sweep.plan import Plan
from optiviz.studies.table import markdown
from optiviz.training.recipe import Recipe
from optiviz.views.charts import sweep as views
from optiviz.words import guess, slug

__all__ = ["looks", "plan", "run"]
FORMAT = 1
HEADS = ("optimiser", "settings", "test accuracy", "test loss", "seeds", "seconds", "verdict")


def plan(
    options: dict[str, Any],
    optim: list[str],
    grid: list[str],
    seeds: int,
    tune: int,
    objective: str,
) -> Plan:
    """The plan that the words describe."""
    rules = tuple(dict.fromkeys(rule for text in optim for rule in _rules(text)))
    axes: dict[str, tuple[Any, ...]] = {}
    for text in grid:
        name, equals, words = (part.strip() for part in text.partition("="))
        values = tuple(guess(word.strip()) for word in words.split(",") if word.strip())
        if not (name and equals and values):
            raise UserError(f"Cannot read --grid {text!r}: write it as name=value,value.")
        if name in axes:
            raise UserError(f"--grid names {name} twice.")
        axes[name.replace("-", "_")] = tuple(dict.fromkeys(values))
    return Plan(Recipe(**options), rules, axes, seeds, tune, objective)


def _rules(text: str) -> list[str]:
    """Rules with commas between; a comma before name=value is one of a rule's own.

    >>> _rules("sgd,momentum:lr=0.1,beta=0.9,adam")
    ['sgd', 'momentum:lr=0.1,beta=0.9', 'adam']
    """
    return [part.strip() for part in re.split(r",(?!\s*\w+\s*=)", text) if part.strip()]


def run(
    plan: Plan,
    jobs: int | None,
    storage: str | None,
    out: Path | None,
    look: dict[str, Any],
    as_json: bool,
) -> None:
    """Carry the plan out, and write and print what it found."""
    require()
    plan.check()
    path = out or Path("runs") / f"sweep-{slug(*plan.optimizers)}"
    _take(path, plan)
    url = storage or f"sqlite:///{(path / 'sweep.db').resolve()}"
    try:
        with _bar(as_json) as show:
            done = runs.sweep(plan, url, jobs=cores(jobs), on_progress=show)
    except KeyboardInterrupt:
        print("Stopped. To go on, give the same command again.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    _report(done, path, look, as_json)


def _take(path: Path, plan: Plan) -> None:
    """Make the directory, or go on in the one that holds this very sweep."""
    file = path / "sweep.json"
    try:
        path.mkdir(parents=True, exist_ok=True)
        if file.exists():
            if json.loads(file.read_text(encoding="utf-8")).get("name") != plan.name:
                raise UserError(f"{path} holds another sweep: choose another --out.")
            return
        if any(path.iterdir()):
            raise UserError(f"{path} is not empty: choose another --out.")
        recipe = {
            k: v for k, v in vars(plan.recipe).items() if k not in ("optim", "lr", "compiled")
        }
        facts = vars(plan) | {"format": FORMAT, "name": plan.name, "recipe": recipe}
        with whole(file) as unfinished:
            text = json.dumps(facts, ensure_ascii=False, indent=2)
            unfinished.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"Cannot write {path}: {error.strerror or error}.") from None
    except ValueError as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{file} is not what optiviz wrote: {error}.") from None


def _report(done: runs.Sweep, path: Path, look: dict[str, Any], as_json: bool) -> None:
    results, searched = done.results(), done.searched()
    table = tables.table(results)
    tables.write(path, "table", table)
    tables.write(path, "trials", results)
    if searched:
        tables.write(path, "search", searched)
    lines = markdown([HEADS, *map(_cells, table)])
    named = [row | {"optimizer": row["optim"]} for row in searched]
    whole_trials = [row for row in named if row["state"] == "complete"]
    strips = tables.strips(whole_trials or table, "val_accuracy" if searched else "accuracy")
    lines += ["", *(f"{strip.optimizer}: {strip}" for strip in strips)] if strips else []
    with whole(path / "table.md") as unfinished:
        unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _draw(done.plan, table, named, strips, path, look)
    if as_json:
        words = {strip.optimizer: str(strip) for strip in strips}
        summary = {"path": str(path.resolve()), "table": table, "works": words}
        print(json.dumps(summary, ensure_ascii=False, default=plain))
        return
    print("\n".join(lines))
    print(f"Wrote {path}: tables, trials and pictures")


def _draw(
    plan: Plan, table: list[Any], searched: list[Any], strips: list[Any], path: Path, look: Any
) -> None:
    """A map for every rule, and the rates that work for all."""
    data = TITLES.get(plan.recipe.dataset, plan.recipe.dataset)
    taken: set[str] = set()
    span = views.span([row["accuracy"] for row in table])
    for text in plan.optimizers:
        name = slug(text) if slug(text) not in taken else f"{slug(text)}.{len(taken) + 1}"
        taken.add(name)
        title, target = f"{text} on {data}", path / f"heat-{name}.png"
        if searched:
            own = [row for row in searched if row["optimizer"] == text]
            if any(row["settings"] for row in own):
                views.plot_trials(own, target, title=title, column="val_accuracy", **look)
            continue
        rows = [row for row in table if row["optimizer"] == text]
        if len(rows) > 1:
            views.plot_heat(rows, target, title=title, span=span, **look)
    if strips:
        title = f"Learning rates on {data}" + (", trials of the search" if searched else "")
        views.plot_strips(strips, path / "sensitivity.png", title=title, **look)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    seeds = str(row["seeds"])
    if row["diverged"]:
        seeds += f", {row['diverged']} diverged"
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
    accuracy = _spread(row["accuracy"], row["accuracy_sd"], 100, 2, " %")
    loss = _spread(row["loss"], row["loss_sd"], 1, 4, "")
    settings = tables.in_words(row["settings"])
    return (f"`{row['optimizer']}`", settings, accuracy, loss, seeds, seconds, row["verdict"])


def _spread(mean: float | None, sd: float | None, factor: float, digits: int, unit: str) -> str:
    """A mean with its deviation, if there are enough to have one."""
    if mean is None:
        return "–"
    around = "" if sd is None else f" ± {factor * sd:.{digits}f}"
    return f"{factor * mean:.{digits}f}{around}{unit}"


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """What shows how many trainings are done."""
    with tqdm(unit=" trainings", file=sys.stderr, disable=quiet) as bar:

        def show(done: int, total: int) -> None:
            if bar.total is None:
                bar.total, bar.initial, bar.n = total, done, done
            bar.update(done - bar.n)

        yield show
