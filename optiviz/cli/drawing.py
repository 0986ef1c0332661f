"""The commands on problems that can be seen: animate, plot, map, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.app import app
from optiviz.cli.options import (
    BatchSize,
    Json,
    Optim,
    Panels,
    Problem,
    Schedule,
    Seed,
    Size,
    Start,
    Steps,
    Theme,
)


@app.command()
def animate(
    optim: Optim = ["momentum"],
    problem: Problem = "valley",
    steps: Steps = 120,
    start: Start = None,
    schedule: Schedule = None,
    batch_size: BatchSize = None,
    panels: Panels = None,
    fps: Annotated[float, typer.Option(help="Frames per second.")] = 25,
    hold: Annotated[int, typer.Option(help="How many frames each step is held for.")] = 1,
    frames: Annotated[
        int | None, typer.Option(help="How many frames.  [default: one a step, up to 300]")
    ] = None,
    size: Size = "960x540",
    theme: Theme = "light",
    seed: Seed = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where to write: .gif, .webp, .apng, .mp4 or .html.  [default: RULE-PROBLEM.gif]"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a moving picture of update rules descending a surface.

    \b
    optiviz animate --optim momentum
    optiviz animate --optim sgd --optim adam:lr=0.1 --surface rosenbrock --out race.mp4
    optiviz animate --optim momentum --schedule cosine --panels path,velocity,lr
    optiviz animate --problem regression --batch-size 8 --optim sgd --optim momentum
    optiviz animate --optim momentum --optim adam --out figure.html
    """
    from optiviz.cli import pictures
    from optiviz.sketch import Sketch

    sketch = Sketch(optim, problem, steps, start, schedule, batch_size, panels, size, theme, seed)
    pictures.animate(sketch, out, fps, hold, frames, as_json)


@app.command()
def plot(
    optim: Optim = ["momentum"],
    problem: Problem = "valley",
    steps: Steps = 120,
    start: Start = None,
    schedule: Schedule = None,
    batch_size: BatchSize = None,
    panels: Panels = None,
    size: Size = "960x540",
    theme: Theme = "light",
    seed: Seed = 0,
    out: Annotated[
        Path | None,
        typer.Option(help=".png, .svg or .pdf to write.  [default: RULE-PROBLEM.png]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a still picture of update rules descending a surface.

    \b
    optiviz plot --optim nesterov --surface beale --out beale.svg
    optiviz plot --optim sgd --optim adagrad --panels path,surface,speed --theme dark
    """
    from optiviz.cli import pictures
    from optiviz.sketch import Sketch

    sketch = Sketch(optim, problem, steps, start, schedule, batch_size, panels, size, theme, seed)
    pictures.plot(sketch, out, as_json)


@app.command("map")
def map_(
    optim: Optim = ["momentum"],
    problem: Problem = "valley",
    x: Annotated[
        str | None, typer.Option(help="Across: lr, or a setting with its range, lr=0.001:1.")
    ] = None,
    y: Annotated[
        str | None, typer.Option(help="Up: such as beta=0:0.99.  [default: beta, beta1 or rho]")
    ] = None,
    basins: Annotated[
        bool, typer.Option("--basins", help="Map which minimum each start leads to.")
    ] = False,
    rates: Annotated[
        bool, typer.Option("--rates", help="Map the final loss over lr, for one rule or several.")
    ] = False,
    steps: Annotated[
        int | None, typer.Option(help="How many steps.  [default: 500; else 300]")
    ] = None,
    points: Annotated[
        int | None, typer.Option(help="How many values along a side.  [default: 100; else 200]")
    ] = None,
    start: Start = None,
    size: Size = "960x540",
    theme: Theme = "light",
    seed: Seed = 0,
    out: Annotated[
        Path | None,
        typer.Option(help=".png, .svg or .pdf to write.  [default: RULE-PROBLEM-map.png]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a map: how soon settings converge, where starts lead, or which rates work.

    \b
    optiviz map --problem valley --optim momentum --x lr --y beta
    optiviz map --problem himmelblau --optim adam --basins
    optiviz map --problem rosenbrock --optim sgd --optim momentum --optim adam --rates
    """
    from optiviz.cli import maps

    job = maps.Job(optim, problem, x, y, basins, rates, steps, points, start, size, theme, seed)
    maps.draw(job, out, as_json)


@app.command("list")
def listnames(
    what: Annotated[
        str | None,
        typer.Argument(help="optimizers, surfaces, schedules, panels or themes; all if left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List what can be named, with a line about each.

    \b
    optiviz list
    optiviz list surfaces --json
    """
    from optiviz.cli import listing

    listing.show(what, as_json)
