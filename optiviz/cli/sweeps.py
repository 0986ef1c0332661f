"""The command on many trainings: sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.app import app
from optiviz.cli.options import (
    DataDir,
    DataSet,
    Dtype,
    Epochs,
    Init,
    Jobs,
    Json,
    Samples,
    Schedule,
    SchedulePer,
    Size,
    Theme,
    Widths,
    names,
)


@app.command()
def sweep(
    context: typer.Context,
    optim: Annotated[
        list[str],
        typer.Option(
            help="Update rules, sgd,momentum,adam or repeated with settings of their own.",
            autocompletion=names("optimizers"),
        ),
    ] = ["sgd,momentum,adam"],
    grid: Annotated[
        list[str] | None,
        typer.Option(help="A setting and its values, lr=0.1,0.01; repeat it for others."),
    ] = None,
    tune: Annotated[
        int, typer.Option(help="Search with so many trials for each rule, instead of a grid.")
    ] = 0,
    objective: Annotated[
        str, typer.Option(help="What the search improves: val_loss or val_accuracy.")
    ] = "val_loss",
    seeds: Annotated[int, typer.Option(help="How many seeds for each setting.")] = 1,
    seed: Annotated[int, typer.Option(help="The first of the seeds.")] = 0,
    batch_size: Samples = 100,
    epochs: Epochs = 1,
    schedule: Schedule = None,
    schedule_per: SchedulePer = "epoch",
    sizes: Widths = None,
    biases: Annotated[bool, typer.Option("--biases", help="Give the layers biases.")] = False,
    init: Init = "glorot",
    dtype: Dtype = "float32",
    dataset: DataSet = "mnist",
    data_dir: DataDir = None,
    validation: Annotated[
        int | None,
        typer.Option(help="Training samples to split off.  [default: 10000 with --tune, else 0]"),
    ] = None,
    jobs: Jobs = None,
    storage: Annotated[
        str | None,
        typer.Option(
            help="An Optuna storage that machines share, postgresql://host/name.  [default: a "
            "file in the directory]"
        ),
    ] = None,
    size: Size = "960x540",
    theme: Theme = "light",
    out: Annotated[
        Path | None, typer.Option(help="Directory to write.  [default: runs/sweep-RULES]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train with every setting of a grid, or search for the best ones, and tell which work.

    The same command goes on with a sweep that was stopped, and joins one that is under way.

    \b
    optiviz sweep --grid lr=0.1,0.01,0.001 --grid batch_size=10,100 --optim sgd,adam --seeds 3
    optiviz sweep --tune 30 --optim momentum,adam --epochs 3 --seeds 5 --jobs 2
    optiviz sweep --grid lr=0.1,0.01 --storage postgresql://user@host/sweeps
    """
    from optiviz.cli import sweeping, training

    words = {"data_dir": None if data_dir is None else str(data_dir)}
    own = {k: v for k, v in context.params.items() if k in training.OPTIONS}
    split_off = validation if validation is not None else 10_000 if tune else 0
    rest = {"optim": "sgd", "lr": None, "eval_every": None, "patience": None}
    plan = sweeping.plan(
        own | words | rest | {"validation": split_off}, optim, grid or [], seeds, tune, objective
    )
    sweeping.run(plan, jobs, storage, out, sweeping.looks(theme, size), as_json)
