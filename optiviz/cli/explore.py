"""`optiviz explore`: from words to a page with sliders."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.completion import one
from optiviz.cli.options import (
    BatchSize,
    Json,
    Optim,
    Schedule,
    Seed,
    Start,
    Steps,
    Theme,
    given,
)
from optiviz.cli.output import print_json
from optiviz.cli.trained import explore_trained
from optiviz.errors import UserError
from optiviz.words import pair, slug, whole

if TYPE_CHECKING:
    from optiviz.explorer.plan import Plan


def explore(
    context: typer.Context,
    directory: Annotated[
        Path | None,
        typer.Argument(help="A finished sweep or comparison, for a page of trained networks."),
    ] = None,
    optim: Optim = ["momentum"],
    surface: Annotated[
        list[str],
        typer.Option(
            "--surface",
            "--problem",
            help="What to descend, as for `animate`; repeat it for a page of several.",
            autocompletion=one("surfaces", "problems"),
        ),
    ] = ["valley"],
    vary: Annotated[
        list[str],
        typer.Option(
            help="A setting with its range or its values, lr=0.001:0.2 or batch_size=1,8,64, or "
            "start=9x9; repeat it.  [default: lr, and beta, beta1 or rho]"
        ),
    ] = [],
    points: Annotated[
        str, typer.Option(help="How many values the first and the second setting take.")
    ] = "41x21",
    steps: Steps = None,
    start: Start = None,
    schedule: Schedule = None,
    batch_size: BatchSize = None,
    seed: Seed = 0,
    theme: Theme = "auto",
    out: Annotated[
        Path | None,
        typer.Option(help="The .html to write.  [default: RULE-PROBLEM.html, or in DIRECTORY]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a page whose sliders choose among runs made beforehand: one file, no server.

    \b
    optiviz explore --optim momentum --vary lr=0.001:0.2 --vary beta=0:0.99
    optiviz explore --optim sgd --optim momentum --optim adam --surface rosenbrock
    optiviz explore --optim momentum --vary lr=0.01:0.2 --vary condition=1:100
    optiviz explore --surface himmelblau --optim momentum --vary lr=0.001:0.02 --vary start=9x9
    optiviz explore --surface regression --optim sgd --vary lr --vary batch_size=1,4,16,64
    optiviz explore runs/sweep-sgd-momentum-adam
    """
    if directory is not None:
        if others := given(context, "directory", "theme", "out", "as_json"):
            raise UserError(f"A directory says what was trained: leave out {', '.join(others)}.")
        explore_trained(directory, theme, out, as_json)
        return
    from optiviz.explorer.choices import wanted
    from optiviz.explorer.explore import Explorer
    from optiviz.explorer.plan import plan
    from optiviz.views.files.animate import check_ending

    began = time.perf_counter()
    target = check_ending(out or Path(f"{slug(*optim, *surface)}.html"), (".html",))
    made = plan(
        surface,
        optim,
        wanted(vary),
        pair("points", points, "x", whole),
        steps,
        None if start is None else pair("start", start, ",", float),
        schedule,
        batch_size,
        seed,
    )
    if not as_json:
        print(made, flush=True)
    options: dict[str, Any] = {"optim": optim, "surface": surface, "vary": vary, "points": points}
    options |= {"steps": steps, "start": start, "schedule": schedule, "batch-size": batch_size}
    options |= {"seed": seed or None, "out": target.name}
    Explorer(made, theme, _command(options)).save(target)
    _report(made, target, time.perf_counter() - began, as_json)


def _report(made: Plan, target: Path, seconds: float, as_json: bool) -> None:
    """Say what was written."""
    size = target.stat().st_size
    if not as_json:
        print(f"Wrote {target} ({size / 1e6:.2f} MB, {seconds:.1f} s)")
        return
    facts = {"path": str(target.resolve()), "bytes": size, "seconds": round(seconds, 3)}
    chosen = {one.name: one.words for one in made.choices}
    print_json(facts | {"runs": made.runs, "steps": made.steps, "varied": chosen})


def _command(options: dict[str, Any]) -> str:
    """The command that makes a page again."""
    words = ["optiviz", "explore"]
    for name, value in options.items():
        for text in value if isinstance(value, list) else [value]:
            words += [] if text is None else [f"--{name}={text}"]
    return shlex.join(words)
