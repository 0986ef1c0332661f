"""`optiviz gallery`: one picture, or all of them with a page that shows them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.names import gallery_scripts
from optiviz.cli.options import Jobs
from optiviz.cli.output import stopped
from optiviz.cli.progress import progress
from optiviz.errors import UserError


def gallery(
    name: Annotated[
        str | None,
        typer.Argument(help="A script, such as plot_momentum.", autocompletion=gallery_scripts),
    ] = None,
    titles: Annotated[
        bool, typer.Option("--list", help="List the scripts in the order in which they teach.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Make all pictures, and a page that shows them.")
    ] = False,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("slides"),
    formats: Annotated[
        str | None,
        typer.Option(
            help="Any of gif,webp,apng,mp4,html,png,svg,pdf.  [default: gif, or png for stills]"
        ),
    ] = None,
    jobs: Jobs = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Train on few images, to see whether all works.")
    ] = False,
) -> None:
    """Make the pictures of a lecture: one script each, short enough to read on a slide.

    \b
    optiviz gallery --list
    optiviz gallery plot_momentum --out slides/
    optiviz gallery --all --jobs 2 --formats gif,svg,mp4,html
    """
    from optiviz.files import held
    from optiviz.gallery.scripts import script

    if titles:
        _titles()
    elif every and name is None:
        with held(out):
            _everything(out, formats or "gif", jobs, quick)
    elif name is not None and not every:
        chosen = script(name)
        from optiviz.gallery.build import run

        run(chosen.path, out, formats or "", *(["--quick"] if quick else []))
    else:
        raise UserError("Name one script, such as plot_momentum, or say --all or --list.")


def _titles() -> None:
    """Print the scripts in teaching order, chapter by chapter."""
    from optiviz.gallery.scripts import scripts

    every, chapter = scripts(), ""
    width = max(map(len, every))
    for one in every.values():
        if one.chapter != chapter:
            chapter = one.chapter
            print(f"{chapter}:")
        print(f"  {one.name:<{width}}  {one.title}")


def _everything(out: Path, formats: str, jobs: int | None, quick: bool) -> None:
    """Run what has to be run, and write the page."""
    from tqdm import tqdm

    from optiviz.gallery.build import Build
    from optiviz.gallery.index import write_index
    from optiviz.gallery.scripts import scripts
    from optiviz.studies.pool import cores

    every, processes = list(scripts().values()), cores(jobs)
    build = Build(every, out, formats, quick)
    there = len(every) - len(build.stale())
    try:
        with progress("picture", total=len(every), begun=there) as show:
            for done, (made, without) in enumerate(build.run(processes), there + 1):
                if without:
                    tqdm.write(f"{made.name}: no {', '.join(without)}", file=sys.stderr)
                show(done, words=made.name)
    except KeyboardInterrupt:
        stopped("Stopped. The same command goes on where it was.")
    page = write_index(build)
    print(f"Wrote {page} ({len(every)} pictures, {there} of them were there)")
