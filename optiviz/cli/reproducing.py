"""`optiviz reproduce`: published tables, run again and reported."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from tqdm import tqdm

from optiviz.cli.training import INTERRUPTED
from optiviz.errors import UserError
from optiviz.studies.published import reproduce as runs
from optiviz.studies.published.report import scored, summary, write_report
from optiviz.studies.published.tables import Table, tables
from optiviz.views.charts.agreement import plot_agreement
from optiviz.views.frame import Frame
from optiviz.words import look_up

PICTURE = "accuracies.png"
BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} and about {remaining} to go"


def show(as_json: bool) -> None:
    """Print every table with its rows and about how long a seed of it takes."""
    facts = [_facts(table) for table in tables().values()]
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for fact in facts:
        minutes = f"{fact['seconds'] / 60:.1f} min"
        print(f"{fact['table']:<20}{fact['rows']:>3} rows {minutes:>9}  {fact['title']}")
    print("Minutes are estimates for one seed in one process; tables share what they can.")


def _facts(table: Table) -> dict[str, Any]:
    tasks = [t for row in table.rows if not row.cannot for t in runs.tasks_of(table, row, 1)]
    seconds = sum({task.file: task.seconds for task in tasks}.values())
    facts = {"table": table.name, "rows": len(table.rows), "seconds": round(seconds)}
    return facts | {"title": table.title}


def reproduce(
    every: bool,
    names: list[str],
    seeds: int,
    jobs: int,
    data_dir: Path | None,
    out: Path,
    theme: str,
    as_json: bool,
) -> None:
    """Run the chosen tables and report; after Ctrl-C report what is there."""
    if every == bool(names):
        raise UserError("Say which tables: --all, or --table NAME; --list shows their names.")
    known = tables()
    Frame(theme, (1600, 1000))  # a mistake in the picture is told before the work
    for name in names:
        look_up("table", name, known)
    chosen = [table for name, table in known.items() if every or name in names]
    where = None if data_dir is None else str(data_dir)
    interrupted = False
    try:
        with _bar(quiet=as_json) as progress:
            runs.reproduce(
                chosen, out, seeds=seeds, jobs=jobs, data_dir=where, on_progress=progress
            )
    except KeyboardInterrupt:
        interrupted = True
    collected = runs.collect(chosen, out, seeds, where)
    pictures = []
    if scored(collected):
        plot_agreement(collected, out / PICTURE, theme=theme)
        pictures = [PICTURE]
    write_report(collected, out, pictures)
    if as_json:
        print(json.dumps({"path": str(out.resolve()), "summary": summary(collected)}))
    else:
        print(f"{summary(collected)}\nWrote {out / 'report.md'} and {out / 'report.csv'}")
    if interrupted:
        print("Stopped. The same command goes on where it was.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[float, float], None]]:
    """What shows a progress bar in estimated seconds, from the first report on."""
    bars: list[tqdm] = []

    def show(done: float, total: float) -> None:
        if not bars:  # what was done before does not speak for the pace
            how: Any = {"disable": quiet, "desc": "reproduce", "bar_format": BAR}
            bars.append(tqdm(total=total, initial=done, file=sys.stderr, **how))
        bars[0].update(done - bars[0].n)

    try:
        yield show
    finally:
        for bar in bars:
            bar.close()
