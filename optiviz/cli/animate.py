"""`optiviz animate`: from words to runs to a moving picture."""

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
    Real,
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


def animate(
    optim: Optim = ["momentum"],
    problem: Problem = "valley",
    steps: Steps = None,
    start: Start = None,
    schedule: Schedule = None,
    batch_size: BatchSize = None,
    panels: Panels = None,
    fps: Annotated[
        float,
        Real(help="Frames per second, also of those that --frames asks for: 40 at 8 move for 5 s."),
    ] = 25,
    frames: Annotated[
        int | None,
        Whole(
            help="How many frames, whatever --fps is.  [default: those of about five seconds; at a "
            "low --fps still one for each of up to 160 steps, so the film is longer]"
        ),
    ] = None,
    hold_first: Annotated[float, Real(help="Seconds that the first frame stands.")] = 1,
    hold_last: Annotated[float, Real(help="Seconds that the last frame stands.")] = 3,
    loop: Annotated[int, Whole(help="How often the film is shown, 0 for ever.")] = 0,
    size: Size = "960x540",
    theme: Theme = "auto",
    text: Text = 1.0,
    bounds: BoundsOf = None,
    transparent: Transparent = False,
    hero: Hero = None,
    alone: Alone = False,
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
    from optiviz import views
    from optiviz.sketch import Sketch
    from optiviz.views.files.animate import MOVING, check_ending

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
    target = check_ending(out or Path(f"{sketch.name()}.gif"), MOVING)
    picture = sketch.picture(target.suffix)
    count = views.animate(
        picture,
        target,
        fps=fps,
        frames=frames,
        hold_first=hold_first,
        hold_last=hold_last,
        loop=loop,
        transparent=transparent,
        quiet=as_json,
    )
    report(picture, target, count, began, as_json)
