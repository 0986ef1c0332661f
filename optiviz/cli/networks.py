"""The commands on networks: gradcheck, train, compare, landscape."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from optiviz.cli.app import app
from optiviz.cli.options import (
    Biases,
    DataDir,
    DataSet,
    Dtype,
    Epochs,
    EvalEvery,
    Init,
    Jobs,
    Json,
    Optim,
    Samples,
    Schedule,
    SchedulePer,
    Seed,
    Size,
    Sizes,
    Theme,
    Widths,
    names,
)


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


@app.command()
def train(
    context: typer.Context,
    optim: Annotated[
        str,
        typer.Option(
            help="The update rule, as name or name:key=value,…",
            autocompletion=names("optimizers"),
        ),
    ] = "sgd",
    lr: Annotated[
        float | None, typer.Option(help="η.  [default: 0.1, or 0.001 for rules like Adam]")
    ] = None,
    batch_size: Samples = 100,
    epochs: Epochs = 10,
    seed: Seed = 0,
    schedule: Schedule = None,
    schedule_per: SchedulePer = "epoch",
    sizes: Widths = None,
    biases: Biases = False,
    init: Init = "glorot",
    dtype: Dtype = "float32",
    dataset: DataSet = "mnist",
    data_dir: DataDir = None,
    validation: Annotated[
        int, typer.Option(help="Split off so many of the last training samples.")
    ] = 0,
    eval_every: EvalEvery = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Stop after so many evaluations without a smaller validation loss."),
    ] = None,
    threads: Annotated[
        int,
        typer.Option(
            help="For the products of matrices; more than 1 is faster on an idle machine."
        ),
    ] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Directory to write.  [default: runs/RULE-DATA-SEED]")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
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
    from optiviz.training.recipe import Recipe

    if resume is not None:
        training.resume(resume, training.given(context), as_json)
        return
    words = {"data_dir": None if data_dir is None else str(data_dir)}
    own = {k: v for k, v in context.params.items() if k in training.OPTIONS}
    training.start(Recipe(**own | words), out, overwrite, as_json)


@app.command()
def compare(
    context: typer.Context,
    optim: Optim = ["sgd:lr=0.1", "momentum:lr=0.01,beta=0.9", "adam:lr=0.001"],
    batch_size: Samples = 100,
    epochs: Epochs = 5,
    seeds: Annotated[int, typer.Option(help="How many seeds for each rule.")] = 3,
    seed: Annotated[int, typer.Option(help="The first of the seeds.")] = 0,
    schedule: Schedule = None,
    schedule_per: SchedulePer = "epoch",
    sizes: Widths = None,
    biases: Biases = False,
    init: Init = "glorot",
    dtype: Dtype = "float32",
    dataset: DataSet = "mnist",
    data_dir: DataDir = None,
    eval_every: EvalEvery = None,
    jobs: Jobs = None,
    size: Size = "960x540",
    theme: Theme = "light",
    out: Annotated[
        Path | None, typer.Option(help="Directory to write.  [default: runs/compare-RULES]")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with the stopped or killed one in this directory.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a network with several rules and seeds, and write tables, curves and a race.

    A seed gives all rules the same first weights and the same batches.

    \b
    optiviz compare
    optiviz compare --optim sgd:lr=0.1 --optim adam --epochs 10 --seeds 5 --out compared
    optiviz compare --resume compared
    """
    from optiviz.cli import comparing, training
    from optiviz.training.recipe import Recipe

    look = comparing.looks(theme, size)
    if resume is not None:
        free = ("--jobs", "--size", "--theme")
        others = [name for name in training.given(context) if name not in free]
        done = comparing.resume(resume, jobs, others, quiet=as_json)
    else:
        words: dict[str, Any] = {"data_dir": None if data_dir is None else str(data_dir)}
        words |= {"optim": optim[0], "lr": None}
        own = {k: v for k, v in context.params.items() if k in training.OPTIONS}
        done = comparing.start(
            Recipe(**own | words), optim, seeds, jobs, out, overwrite, quiet=as_json
        )
    comparing.report(done, look, as_json)


@app.command()
def landscape(
    context: typer.Context,
    optim: Optim = ["sgd:lr=0.1", "momentum:lr=0.05", "adam:lr=0.001"],
    updates: Annotated[int, typer.Option(help="How many updates each rule makes.")] = 600,
    batch_size: Samples = 100,
    images: Annotated[
        int, typer.Option(help="Training samples whose mean loss is the surface.")
    ] = 2000,
    directions: Annotated[
        str, typer.Option(help="What spans the plane: pca, or random (filter-normalised).")
    ] = "pca",
    panels: Annotated[str, typer.Option(help="What to show.")] = "path,truth",
    schedule: Schedule = None,
    sizes: Widths = None,
    biases: Biases = False,
    init: Init = "glorot",
    dataset: DataSet = "mnist",
    data_dir: DataDir = None,
    seed: Seed = 0,
    size: Size = "960x540",
    theme: Theme = "light",
    out: Annotated[
        Path, typer.Option(help=".gif, .webp, .apng, .mp4, .png, .svg or .pdf to write.")
    ] = Path("landscape.gif"),
    as_json: Json = False,
) -> None:
    """Draw trajectories of a network on a plane through its weights.

    The plane is a slice: the trajectories run beside it, so their own loss is drawn, too.

    \b
    optiviz landscape
    optiviz landscape --optim sgd --optim adam --panels surface,truth --out relief.png
    """
    from optiviz.cli import slicing, training
    from optiviz.training.recipe import Recipe

    words: dict[str, Any] = {"data_dir": None if data_dir is None else str(data_dir)}
    words |= {"optim": optim[0], "lr": None, "epochs": 1, "compiled": False}
    own = {k: v for k, v in context.params.items() if k in training.OPTIONS}
    recipe = Recipe(**own | words)
    look = {"panels": panels, "size": size, "theme": theme}
    slicing.draw(recipe, optim, updates, images, directions, look, out, as_json)
