"""`optiviz course`: the lessons as pages that need no server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.output import stopped
from optiviz.cli.progress import progress


def course(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("course"),
    lessons: Annotated[
        Path | None,
        typer.Option(help="A folder of lessons of your own, as for `app`.  [default: ours]"),
    ] = None,
) -> None:
    """Write the surface lab's lessons as pages for any web space, or for a disk.

    \b
    optiviz course
    optiviz course --lessons my/ --out course/
    """
    from optiviz.course.course import Course
    from optiviz.files import held

    made = Course(out, lessons)
    try:
        with held(out), progress("page", total=made.count()) as show:
            for done, name in enumerate(made.write(), 1):
                show(done, words=name)
    except KeyboardInterrupt:
        stopped("Stopped: pages are missing. The same command makes them all.")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"Wrote {out / 'index.html'} ({len(made.taught)} lessons, {size / 1e6:.1f} MB)")
