"""The command on published tables: reproduce."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.app import app
from optiviz.cli.options import Json, Theme


def table_names() -> list[str]:
    """The tables' names."""
    from optiviz.studies.published.tables import tables

    return list(tables())


@app.command()
def reproduce(
    every: Annotated[bool, typer.Option("--all", help="Run every table.")] = False,
    table: Annotated[
        list[str],
        typer.Option(help="A table to run; repeat it for several.", autocompletion=table_names),
    ] = [],
    show: Annotated[bool, typer.Option("--list", help="List the tables, and what they cost.")] = (
        False
    ),
    seeds: Annotated[int, typer.Option(help="How often to train: with the seeds 0, 1, …")] = 1,
    jobs: Annotated[int, typer.Option(help="Processes, of one thread each.")] = 1,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where CIFAR-10's files are.  [default: those rows wait]")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Directory to write, and to go on with if it is there.")
    ] = Path("published"),
    theme: Theme = "light",
    as_json: Json = False,
) -> None:
    """Run published tables again, and set their figures beside ours.

    \b
    optiviz reproduce --list
    optiviz reproduce --table zeng-6 --table yotkov-2
    optiviz reproduce --all --seeds 3 --jobs 2
    """
    from optiviz.cli import reproducing

    if show:
        reproducing.show(as_json)
        return
    reproducing.reproduce(every, table, seeds, jobs, data_dir, out, theme, as_json)
