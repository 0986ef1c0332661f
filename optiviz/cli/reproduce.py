"""`optiviz reproduce`: published tables, run again and reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.names import published_tables
from optiviz.cli.options import Json, Theme, Whole, path_words
from optiviz.cli.output import print_json, stopped
from optiviz.cli.progress import progress
from optiviz.errors import UserError

if TYPE_CHECKING:
    from optiviz.studies.published.tables import Table

PICTURE, SIZE = "accuracies.png", (1600, 1000)
BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} and about {remaining} to go"


def reproduce(
    every: Annotated[bool, typer.Option("--all", help="Run every table.")] = False,
    table: Annotated[
        list[str],
        typer.Option(
            help="A table to run; repeat it for several.", autocompletion=published_tables
        ),
    ] = [],
    claims: Annotated[
        bool, typer.Option("--claims", help="Run what the sentences of the texts rest on.")
    ] = False,
    show: Annotated[bool, typer.Option("--list", help="List the tables, and what they cost.")] = (
        False
    ),
    seeds: Annotated[int, Whole(help="How often to train: with the seeds 0, 1, …")] = 1,
    jobs: Annotated[int, Whole(help="Processes, of one thread each.")] = 1,
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
    optiviz reproduce --claims --seeds 3 --jobs 2
    optiviz reproduce --all --seeds 3 --jobs 2
    """
    from optiviz.files import held
    from optiviz.studies.published import reproduce as studies
    from optiviz.views.frame import Frame

    if show:
        _list(as_json)
        return
    chosen, where, interrupted = _chosen(every, claims, table), path_words(data_dir), False
    Frame(theme, SIZE)  # a mistake in the picture is told before the work
    try:
        with held(out), progress("s", quiet=as_json, desc="reproduce", bar_format=BAR) as tell:
            studies.reproduce(chosen, out, seeds=seeds, jobs=jobs, data_dir=where, on_progress=tell)
    except KeyboardInterrupt:
        interrupted = True
    _report(studies.collect(chosen, out, seeds, where), out, theme, as_json)
    if interrupted:
        stopped("Stopped. The same command goes on where it was.")


def _chosen(every: bool, claims: bool, names: list[str]) -> list[Table]:
    """The tables that were asked for."""
    from optiviz.studies.published.claims import needed
    from optiviz.studies.published.tables import tables
    from optiviz.words import look_up

    if every + claims + bool(names) != 1:
        raise UserError("Say which tables: --all, --claims or --table NAME; --list has the names.")
    if claims:
        return needed()
    known = tables()
    for name in names:
        look_up("table", name, known)
    return [one for name, one in known.items() if every or name in names]


def _report(collected: Any, out: Path, theme: str, as_json: bool) -> None:
    """Write all that can be said of what is done, and say it in short."""
    from optiviz.studies.published.claims import judge
    from optiviz.studies.published.report import write_report
    from optiviz.studies.published.score import headline, scored
    from optiviz.studies.published.verdicts import section, summary, write_claims
    from optiviz.views.charts.agreement import plot_agreement
    from optiviz.views.charts.claims import plot_claims

    judged, pictures = judge(collected), []
    if scored(collected):
        plot_agreement(collected, out / PICTURE, theme=theme, size=SIZE)
        pictures = [PICTURE]
    write_report(collected, out, pictures, section(judged, plot_claims(judged, out, theme=theme)))
    if judged:
        write_claims(judged, out)
    words = " ".join(filter(None, (headline(collected), summary(judged))))
    if as_json:
        print_json({"path": str(out.resolve()), "summary": words})
    else:
        print(f"{words}\nWrote {out / 'report.md'} and {out / 'report.csv'}")


def _list(as_json: bool) -> None:
    """Print every table with its rows and about how long a seed of it takes."""
    from optiviz.studies.published.tables import tables

    facts = [_facts(table) for table in tables().values()]
    if as_json:
        print_json(facts, indent=2)
        return
    for fact in facts:
        minutes = f"{fact['seconds'] / 60:.1f} min"
        print(f"{fact['table']:<20}{fact['rows']:>3} rows {minutes:>9}  {fact['title']}")
    print("Minutes are estimates for one seed in one process; tables share what they can.")


def _facts(table: Table) -> dict[str, Any]:
    from optiviz.studies.published.reproduce import tasks_of

    tasks = [t for row in table.rows if not row.cannot for t in tasks_of(table, row, 1)]
    seconds = sum({task.file: task.seconds for task in tasks}.values())
    facts = {"table": table.name, "rows": len(table.rows), "seconds": round(seconds)}
    return facts | {"title": table.title}
