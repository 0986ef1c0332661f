"""`optiviz train`: from words to a trained network and the directory of its run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.completion import one
from optiviz.cli.lr_range import FREE, range_test
from optiviz.cli.options import (
    Activation,
    Biases,
    DataDir,
    DataSet,
    Dtype,
    Epochs,
    EvalEvery,
    Init,
    Json,
    Over,
    Overwrite,
    Patience,
    Real,
    Samples,
    Schedule,
    SchedulePer,
    Seed,
    Validation,
    WeightDecay,
    Whole,
    Widths,
    check_over,
    given,
    path_words,
)
from optiviz.cli.output import print_json, remark, show_data, stopped
from optiviz.cli.progress import progress
from optiviz.errors import UserError

if TYPE_CHECKING:
    from optiviz.training.kept import Kept
    from optiviz.training.train import Row, Training


def train(
    context: typer.Context,
    optim: Annotated[
        str,
        typer.Option(
            help="The update rule, as name or name:key=value,…",
            autocompletion=one("optimizers"),
        ),
    ] = "sgd",
    lr: Annotated[
        float | None, Real(help="η.  [default: 0.02, or 0.001 for rules like Adam]")
    ] = None,
    batch_size: Samples = 100,
    epochs: Epochs = 10,
    seed: Seed = 0,
    schedule: Schedule = None,
    schedule_per: SchedulePer = "epoch",
    sizes: Widths = None,
    biases: Biases = False,
    init: Init = "glorot",
    activation: Activation = "relu",
    dtype: Dtype = "float32",
    dataset: DataSet = "mnist",
    data_dir: DataDir = None,
    validation: Validation = 0,
    eval_every: EvalEvery = None,
    patience: Patience = None,
    weight_decay: WeightDecay = 0.0,
    threads: Annotated[
        int,
        Whole(help="For the products of matrices; more than 1 is faster on an idle machine."),
    ] = 1,
    lr_range: Annotated[
        str | None,
        typer.Option(help="Instead: test which η suits, growing it from low to high, as 1e-5:1."),
    ] = None,
    over: Over = "epochs",
    out: Annotated[
        Path | None, typer.Option(help="Directory to write.  [default: runs/RULE-DATA-SEED]")
    ] = None,
    overwrite: Overwrite = False,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Go on with the stopped or killed run in this directory; longer with --epochs."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a network on images and write the directory of its run.

    \b
    optiviz train --optim adam --lr 0.001 --batch-size 100 --epochs 10 --seed 0
    optiviz train --optim momentum:beta=0.9 --lr 0.01 --schedule linear:end=0.0001 --batch-size 10
    optiviz train --validation 10000 --patience 3 --epochs 50 --out early
    optiviz train --lr-range 1e-5:1
    optiviz train --resume early
    optiviz train --resume runs/adam-mnist-0 --epochs 20
    """
    from optiviz.files import held
    from optiviz.training.interrupt import interruptible
    from optiviz.training.kept import Kept
    from optiviz.training.recipe import Recipe

    recipe = Recipe(
        optim=optim,
        lr=lr,
        batch_size=batch_size,
        epochs=epochs,
        seed=seed,
        schedule=schedule,
        schedule_per=schedule_per,
        sizes=sizes,
        biases=biases,
        init=init,
        activation=activation,
        dtype=dtype,
        dataset=dataset,
        data_dir=path_words(data_dir),
        validation=validation,
        eval_every=eval_every,
        patience=patience,
        weight_decay=weight_decay,
        threads=threads,
    )
    if lr_range is not None:
        also = given(context, *FREE)
        range_test(recipe, lr_range, out, overwrite, as_json, also)
        return
    check_over(over)
    path = resume or out or recipe.name()
    begin: Callable[[], Kept] = partial(Kept.begin, recipe, path, overwrite)
    if resume is not None:
        begin = _resumed(context, resume, epochs)
    with interruptible() as interrupted, held(path):
        _go(begin(), interrupted, over, as_json)


def _resumed(context: typer.Context, path: Path, epochs: int) -> Callable[[], Kept]:
    """How a run goes on: to its own end, or longer where that is asked for."""
    from optiviz.training.kept import Kept
    from optiviz.training.longer import rounding

    if others := given(context, "resume", "over", "as_json", "epochs"):
        raise UserError(f"--resume goes on as the run began: leave out {', '.join(others)}.")
    longer = "--epochs" in given(context)

    def begin() -> Kept:
        work = Kept.resume(path, epochs if longer else None)
        if longer and (said := rounding(work.recipe, work.networks[0])):
            print(said, file=sys.stderr)
        return work

    return begin


def _go(work: Kept, interrupted: list[int], over: str, as_json: bool) -> None:
    """Train, draw the curves and report."""
    from optiviz.views.charts.curves import plot_training

    path = work.directory.path
    remark([work.recipe])
    show_data(work.recipe, as_json)
    with progress(" updates", total=work.total, begun=work.begun, quiet=as_json) as show:
        done = work.train(
            lambda step, figures: show(step, words=_words(figures)), stop=lambda: bool(interrupted)
        )
    if len(done.history["step"]):
        plot_training(done, path / "curves.png", over=over)
    facts = work.finish(done)
    _report(done, path, facts, as_json)


def _words(figures: Row) -> str:
    """The loss and the accuracy, as far as they are known."""
    known = (("loss", "train_loss"), ("accuracy", "test_accuracy"))
    return ", ".join(f"{word}={figures[name]:.4f}" for word, name in known if name in figures)


def _report(done: Training, path: Path, facts: dict[str, Any], as_json: bool) -> None:
    """Say what became of the run; 130 if Ctrl-C ended it."""
    from optiviz.training.outcome import End

    if as_json:
        print_json({"path": str(path.resolve())} | facts)
    else:
        last = {name: values[-1] for name, values in done.history.items() if len(values)}
        if last:
            print(
                f"epoch {last['epoch']:g}: training loss {last['train_loss']:.4g}, "
                f"test loss {last['test_loss']:.4g}, test accuracy {last['test_accuracy']:.4f}"
            )
        print(done.outcome.text)
        print(f"Wrote {path} ({done.steps} updates, {done.updates_per_second:.0f} a second)")
    if done.outcome.stopped is End.INTERRUPTED:
        stopped(f"Stopped at update {done.steps}. To go on: optiviz train --resume {path}")
