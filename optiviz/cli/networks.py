"""The commands on networks: gradcheck, train."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.app import app
from optiviz.cli.options import (
    Biases,
    Json,
    Schedule,
    Seed,
    Size,
    Sizes,
    Theme,
    data_sets,
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
        str, typer.Option(help="mnist, fashion-mnist or cifar10.", autocompletion=data_sets)
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
    from optiviz.runs.job import Job

    if resume is not None:
        training.resume(resume, training.given(context), as_json)
        return
    words = {"data_dir": None if data_dir is None else str(data_dir)}
    own = {k: v for k, v in context.params.items() if k in training.OPTIONS}
    training.start(Job(**own | words), out, overwrite, as_json)
