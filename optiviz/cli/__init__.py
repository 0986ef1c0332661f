"""The command line: each command reads its words here and delegates.

The modules that do the work are imported by the command that needs them, so that `--help` is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from optiviz.errors import UserError

app = typer.Typer(
    name="optiviz",
    help="See how optimisers work: paths on loss surfaces, as pictures that move.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts three times as fast
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit status 2."""
    try:
        app()
    except UserError as error:
        print(f"optiviz: {error}", file=sys.stderr)
        sys.exit(2)


def _names(*chosen: str) -> Callable[[], list[str]]:
    """The names in some registries, read only when the shell asks to complete one."""

    def complete() -> list[str]:
        from optiviz.cli.listing import registries

        every = registries()
        return [name for registry in chosen for name in every[registry]]

    return complete


def _data() -> list[str]:
    """The data sets' names."""
    from optiviz.problems import DATASETS

    return list(DATASETS)


Optim = Annotated[
    list[str],
    typer.Option(
        help="An update rule, as name or name:key=value,…; repeat it to overlay several.",
        autocompletion=_names("optimizers"),
    ),
]
Problem = Annotated[
    str,
    typer.Option(
        "--surface",
        "--problem",
        help="What to descend, as name or name:key=value,…; see `list`.",
        autocompletion=_names("surfaces", "problems"),
    ),
]
Steps = Annotated[int, typer.Option(help="How many steps to take.")]
Start = Annotated[
    str | None, typer.Option(help="Where to start, as x,y.  [default: the surface's own]")
]
Schedule = Annotated[
    str | None,
    typer.Option(
        help="How every η decays, as name or name:key=value,…  [default: it does not]",
        autocompletion=_names("schedules"),
    ),
]
BatchSize = Annotated[
    int | None,
    typer.Option(help="Samples a step, where the problem has data.  [default: all of them]"),
]
Panels = Annotated[
    str | None,
    typer.Option(
        help="What to show, separated by commas.  [default: path,loss, and data if any]",
        autocompletion=_names("panels"),
    ),
]
Size = Annotated[str, typer.Option(help="Width and height in pixels.")]
Theme = Annotated[str, typer.Option(help="The look.", autocompletion=_names("themes"))]
Seed = Annotated[int, typer.Option(help="What random numbers come from.")]
Sizes = Annotated[str, typer.Option(help="The widths of the network's layers.")]
Biases = Annotated[bool, typer.Option("--biases", help="Give the layers biases.")]
Json = Annotated[bool, typer.Option("--json", help="Print a summary that programs can read.")]


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
            help="Where to write: .gif, .webp, .apng or .mp4.  [default: RULE-PROBLEM.gif]"
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
    """
    from optiviz.cli import pictures

    job = pictures.Job(
        optim, problem, steps, start, schedule, batch_size, panels, size, theme, seed
    )
    pictures.animate(job, out, fps, hold, frames, as_json)


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

    job = pictures.Job(
        optim, problem, steps, start, schedule, batch_size, panels, size, theme, seed
    )
    pictures.plot(job, out, as_json)


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


@app.command()
def gradcheck(
    samples: Annotated[
        int, typer.Option(help="How many samples, each by itself: the first ones of MNIST.")
    ] = 1,
    eps: Annotated[float, typer.Option(help="ε, by how much each weight is changed.")] = 1e-5,
    seed: Seed = 0,
    sizes: Sizes = "784,300,100,100,10",
    biases: Biases = False,
    theme: Theme = "light",
    size: Size = "960x540",
    out: Annotated[Path, typer.Option(help=".png, .svg or .pdf to write.")] = Path("gradcheck.png"),
    as_json: Json = False,
) -> None:
    """Check backpropagation against differences of the loss, for every weight.

    \b
    optiviz gradcheck
    optiviz gradcheck --samples 10 --eps 1e-4 --biases --out gradients.svg
    """
    from optiviz.cli import gradients

    gradients.gradcheck(samples, eps, seed, sizes, biases, theme, size, out, as_json)


@app.command("list")
def list_names(
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


@app.command()
def train(
    context: typer.Context,
    optim: Annotated[
        str,
        typer.Option(
            help="The update rule, as name or name:key=value,…",
            autocompletion=_names("optimizers"),
        ),
    ] = "sgd",
    lr: Annotated[
        float | None, typer.Option(help="η.  [default: 0.1, or 0.001 for rules like Adam]")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Samples an update.")] = 100,
    epochs: Annotated[int, typer.Option(help="Passes over the training set.")] = 10,
    seed: Seed = 0,
    schedule: Schedule = None,
    schedule_per: Annotated[str, typer.Option(help="What the schedule counts: epoch, step.")] = (
        "epoch"
    ),
    sizes: Annotated[
        str | None, typer.Option(help="Widths of all layers.  [default: 784,300,100,100,10]")
    ] = None,
    biases: Annotated[bool, typer.Option("--biases", help="Give the layers biases.")] = False,
    init: Annotated[str, typer.Option(help="First weights: glorot or he.")] = "glorot",
    dtype: Annotated[str, typer.Option(help="float32 or float64.")] = "float32",
    dataset: Annotated[
        str, typer.Option(help="mnist, fashion-mnist or cifar10.", autocompletion=_data)
    ] = "mnist",
    data_dir: Annotated[
        Path | None, typer.Option(help="Where its files are.  [default: the usual place]")
    ] = None,
    validation: Annotated[
        int, typer.Option(help="Split off so many of the last training samples.")
    ] = 0,
    eval_every: Annotated[
        int | None, typer.Option(help="Updates between evaluations.  [default: an epoch]")
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Stop after so many evaluations without a smaller validation loss."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Directory to write.  [default: runs/RULE-DATA-SEED]")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a run that is there.")
    ] = False,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with the stopped or killed run in this directory.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a network on images and write the directory of its run.

    \b
    optiviz train --optim adam --lr 0.001 --batch-size 100 --epochs 10 --seed 0
    optiviz train --optim momentum:beta=0.9 --lr 0.01 --schedule linear:end=0.0001 --batch-size 10
    optiviz train --validation 10000 --patience 3 --epochs 50 --out early
    optiviz train --resume early
    """
    from optiviz.cli import training

    if resume is not None:
        training.resume(resume, training.given(context), as_json)
        return
    words = {"data_dir": None if data_dir is None else str(data_dir)}
    own = {k: v for k, v in context.params.items() if k in training.OPTIONS}
    training.start(training.Job(**own | words), out, overwrite, as_json)
