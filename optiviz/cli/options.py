"""The options that several commands share, and how the shell completes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer


def names(*chosen: str) -> Callable[[], list[str]]:
    """The names in some registries, read only when the shell asks to complete one."""

    def complete() -> list[str]:
        from optiviz.cli.listing import registries

        every = registries()
        return [name for registry in chosen for name in every[registry]]

    return complete


def data_sets() -> list[str]:
    """The data sets' names."""
    from optiviz.problems import DATASETS

    return list(DATASETS)


def labs() -> list[str]:
    """The labs' names."""
    from optiviz.labs.server.serve import APPS

    return list(APPS)


def gallery_scripts() -> list[str]:
    """The names of the gallery's scripts."""
    from optiviz.gallery.scripts import scripts

    return list(scripts())


Optim = Annotated[
    list[str],
    typer.Option(
        help="An update rule: name, name:key=value,… or torch:AdamW; repeat it to overlay several.",
        autocompletion=names("optimizers"),
    ),
]
Problem = Annotated[
    str,
    typer.Option(
        "--surface",
        "--problem",
        help="What to descend: name, name:key=value,… or a formula in x and y; see `list`.",
        autocompletion=names("surfaces", "problems"),
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
        autocompletion=names("schedules"),
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
        autocompletion=names("panels"),
    ),
]
Size = Annotated[str, typer.Option(help="Width and height in pixels.")]
Theme = Annotated[str, typer.Option(help="The look.", autocompletion=names("themes"))]
Seed = Annotated[int, typer.Option(help="What random numbers come from.")]
Sizes = Annotated[str, typer.Option(help="The widths of the network's layers.")]
Biases = Annotated[bool, typer.Option("--biases", help="Give the layers biases.")]
Json = Annotated[bool, typer.Option("--json", help="Print a summary that programs can read.")]
Init = Annotated[str, typer.Option(help="First weights: glorot or he.")]
Dtype = Annotated[str, typer.Option(help="float32 or float64.")]
Widths = Annotated[
    str | None, typer.Option(help="Widths of all layers.  [default: 784,300,100,100,10]")
]
Samples = Annotated[int, typer.Option("--batch-size", help="Samples an update.")]
Epochs = Annotated[int, typer.Option(help="Passes over the training set.")]
SchedulePer = Annotated[str, typer.Option(help="What the schedule counts: epoch, step.")]
DataSet = Annotated[
    str, typer.Option(help="mnist, fashion-mnist or cifar10.", autocompletion=data_sets)
]
DataDir = Annotated[
    Path | None, typer.Option(help="Where its files are.  [default: the usual place]")
]
EvalEvery = Annotated[int | None, typer.Option(help="Updates between evaluations.")]
Jobs = Annotated[int | None, typer.Option(help="How many processes.  [default: one a core]")]
