"""`optiviz plot`: from words to runs to a still picture."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.options import (
    Alone,
    BatchSize,
    BoundsOf,
    Hero,
    Json,
    Optim,
    Panels,
    Problem,
    Schedule,
    Seed,
    Size,
    Start,
    Steps,
    Text,
    Theme,
    Transparent,
    Whole,
)
from optiviz.cli.output import report


def plot(
    optim: Optim = ["momentum"],
    problem: Problem = "valley",
    steps: Steps = None,
    start: Start = None,
    schedule: Schedule = None,
    batch_size: BatchSize = None,
    panels: Panels = None,
    size: Size = "960x540",
    theme: Theme = "light",
    text: Text = 1.0,
    bounds: BoundsOf = None,
    transparent: Transparent = False,
    hero: Hero = None,
    alone: Alone = False,
    seed: Seed = 0,
    step: Annotated[int | None, Whole(help="The step to show.  [default: the last]")] = None,
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
    from optiviz import views
    from optiviz.sketch import Sketch
    from optiviz.views.files.animate import STILL, check_ending

    began = time.perf_counter()
    sketch = Sketch(
        optim=optim,
        problem=problem,
        steps=steps,
        start=start,
        schedule=schedule,
        batch_size=batch_size,
        panels=panels,
        size=size,
        theme=theme,
        seed=seed,
        text=text,
        bounds=bounds,
        hero=hero,
        alone=alone,
    )
    target = check_ending(out or Path(f"{sketch.name()}.png"), STILL)
    picture = sketch.picture(target.suffix)
    views.plot(picture, target, step, transparent)
    report(picture, target, 1, began, as_json)
