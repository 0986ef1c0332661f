"""The command for the gallery's pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.app import app
from optiviz.cli.options import Jobs, gallery_scripts
from optiviz.errors import UserError


@app.command()
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
    from optiviz.cli import showing

    if titles:
        showing.titles()
    elif every and name is None:
        showing.everything(out, formats or "gif", jobs, quick)
    elif name is not None and not every:
        showing.one(name, out, formats or "", quick)
    else:
        raise UserError("Name one script, such as plot_momentum, or say --all or --list.")
