"""`optiviz gallery`: one picture, or all of them with a page that shows them."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from optiviz.gallery.scripts import script, scripts


def titles() -> None:
    """Print the scripts in teaching order, chapter by chapter."""
    every, chapter = scripts(), ""
    width = max(map(len, every))
    for one in every.values():
        if one.chapter != chapter:
            chapter = one.chapter
            print(f"{chapter}:")
        print(f"  {one.name:<{width}}  {one.title}")


def one(name: str, out: Path, formats: str, quick: bool) -> None:
    """Run one script."""
    chosen = script(name)
    from optiviz.gallery.build import run

    run(chosen.path, out, formats, *(["--quick"] if quick else []))


def everything(out: Path, formats: str, jobs: int | None, quick: bool) -> None:
    """Run what has to be run, and write the page."""
    from tqdm import tqdm

    from optiviz.cli.training import INTERRUPTED
    from optiviz.gallery.build import Build
    from optiviz.gallery.index import write_index
    from optiviz.studies.pool import cores

    every = list(scripts().values())
    build = Build(every, out, formats, quick)
    done = len(every) - len(build.stale())
    processes = cores(jobs)
    try:
        with tqdm(total=len(every), initial=done, unit="picture", file=sys.stderr) as bar:
            for made, without in build.run(processes):
                if without:
                    bar.write(f"{made.name}: no {', '.join(without)}", file=sys.stderr)
                bar.set_postfix_str(made.name, refresh=False)
                bar.update()
    except KeyboardInterrupt:
        print("Stopped. The same command goes on where it was.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    page = write_index(build)
    print(f"Wrote {page} ({len(every)} pictures, {done} of them were there)")
