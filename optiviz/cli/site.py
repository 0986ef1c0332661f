"""`optiviz site`: all pages for a host in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.options import Jobs
from optiviz.cli.output import stopped
from optiviz.cli.progress import progress


def site(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("site"),
    no_mnist: Annotated[
        bool, typer.Option("--no-mnist", help="Leave out the pictures that train a network.")
    ] = False,
    lessons: Annotated[
        Path | None,
        typer.Option(help="A folder of lessons of your own, as for `app`.  [default: ours]"),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Build the gallery, the course, pages with sliders and the API into one folder.

    \b
    optiviz site --no-mnist
    optiviz site --lessons my/ --jobs 2 --out site/
    """
    from optiviz.files import held
    from optiviz.site.site import Site, pictures
    from optiviz.studies.pool import cores

    crew = cores(jobs)  # a number that cannot be is refused before there is a folder
    with held(out):
        made = Site(out, pictures(not no_mnist), lessons)
        try:
            with progress("page", total=made.count()) as show:
                for done, name in enumerate(made.write(crew), 1):
                    show(done, words=name)
        except KeyboardInterrupt:
            stopped("Stopped. The same command goes on where it was.")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"Wrote {out / 'index.html'} ({size / 1e6:.1f} MB)")
