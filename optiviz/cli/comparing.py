"""`optiviz compare`: from words to the directory of a comparison."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from tqdm import tqdm

from optiviz.cli.training import INTERRUPTED
from optiviz.errors import UserError
from optiviz.files import whole
from optiviz.runs.record import plain
from optiviz.studies import compare as runs
from optiviz.studies.compare import GOAL, Comparison
from optiviz.training.recipe import Recipe
from optiviz.views.charts.comparison import accuracy, animate_comparison, plot_comparison
from optiviz.views.frame import Frame
from optiviz.words import pair, slug

HEADS = ("optimiser", "test accuracy", "test loss", "seconds", f"epochs to {GOAL:.0%}", "verdict")


def start(
    recipe: Recipe,
    optim: list[str],
    seeds: int,
    jobs: int | None,
    out: Path | None,
    overwrite: bool,
    quiet: bool,
) -> Comparison:
    """Compare from the beginning."""
    path = out or Path("runs") / f"compare-{slug(*optim)}"
    return _go(
        path,
        quiet,
        lambda show: runs.compare(
            recipe, optim, seeds, path, jobs=cores(jobs), overwrite=overwrite, on_progress=show
        ),
    )


def resume(path: Path, jobs: int | None, others: list[str], quiet: bool) -> Comparison:
    """Go on with a comparison that was stopped or killed."""
    if others:
        raise UserError(f"--resume goes on as it was begun: leave out {', '.join(others)}.")
    return _go(path, quiet, lambda show: runs.resume(path, jobs=cores(jobs), on_progress=show))


def looks(theme: str, size: str) -> dict[str, Any]:
    """How the pictures are to look, refused before the hours of training if it cannot be."""
    pixels = pair("size", size, "x", int)
    Frame(theme, pixels)
    return {"theme": theme, "size": pixels}


def report(comparison: Comparison, look: dict[str, Any], as_json: bool) -> None:
    """Write the table and the pictures, and print the table."""
    path = comparison.path
    table = comparison.table()
    lines = markdown([HEADS, *map(_cells, table)])
    with whole(path / "table.md") as unfinished:
        unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for ending in (".png", ".svg"):
        plot_comparison(comparison, path / f"curves{ending}", **look)
    animate_comparison(comparison, path / "race.gif", **look, quiet=as_json)
    if as_json:
        summary = {"path": str(path.resolve()), "table": table}
        print(json.dumps(summary, ensure_ascii=False, default=plain))
        return
    print("\n".join(lines))
    print(f"Wrote {path}: table, metrics, curves and race.gif")


def markdown(rows: list[tuple[str, ...]]) -> list[str]:
    """The lines of a table in Markdown, heads first, its columns as wide as what stands there."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    spread = "" if row["loss_sd"] is None else f" ± {row['loss_sd']:.4f}"
    epochs = "never" if row["epochs_to_goal"] is None else f"{row['epochs_to_goal']:.2f}"
    if 0 < row["reached"] < row["seeds"]:
        epochs += f" ({row['reached']} of {row['seeds']} seeds)"
    loss, seconds = f"{row['loss']:.4f}{spread}", f"{row['seconds']:.1f}"
    return (f"`{row['optimizer']}`", accuracy(row), loss, seconds, epochs, row["verdict"])


def cores(jobs: int | None) -> int:
    """As many processes as there are cores, if no one said how many."""
    return jobs if jobs is not None else len(os.sched_getaffinity(0))


def _go(
    path: Path, quiet: bool, run: Callable[[Callable[[int, int, int], None]], Comparison]
) -> Comparison:
    try:
        with _bar(quiet) as show:
            return run(show)
    except KeyboardInterrupt:
        print(f"Stopped. To go on: optiviz compare --resume {path}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[int, int, int], None]]:
    """What shows a progress bar for all trainings at once, from the first report on."""
    bars: list[Any] = []

    def show(step: int, total: int, finished: int) -> None:
        if not bars:
            bars.append(tqdm(total=total, unit=" updates", file=sys.stderr, disable=quiet))
        bars[0].set_postfix({"trainings done": finished}, refresh=False)
        bars[0].update(step - bars[0].n)

    try:
        yield show
    finally:
        for bar in bars:
            bar.close()
