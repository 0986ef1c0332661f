"""`optiviz compare`: from words to the directory of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.options import (
    Activation,
    Biases,
    DataDir,
    DataSet,
    Dtype,
    Epochs,
    EvalEvery,
    FirstSeed,
    Init,
    Jobs,
    Json,
    Look,
    Optim,
    Over,
    Overwrite,
    Patience,
    Samples,
    Schedule,
    SchedulePer,
    Size,
    Theme,
    Validation,
    WeightDecay,
    Whole,
    Widths,
    check_over,
    given,
    look_of,
    path_words,
)
from optiviz.cli.output import print_json, remark, show_data, stopped
from optiviz.cli.progress import progress
from optiviz.errors import UserError
from optiviz.words import slug

if TYPE_CHECKING:
    from optiviz.studies.compare import Comparison


def compare(
    context: typer.Context,
    optim: Optim = ["sgd:lr=0.1", "momentum:lr=0.01,beta=0.9", "adam:lr=0.001"],
    batch_size: Samples = 100,
    epochs: Epochs = 5,
    seeds: Annotated[int, Whole(help="How many seeds for each rule.")] = 3,
    seed: FirstSeed = 0,
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
    jobs: Jobs = None,
    over: Over = "epochs",
    size: Size = "960x540",
    theme: Theme = "light",
    out: Annotated[
        Path | None, typer.Option(help="Directory to write.  [default: runs/compare-RULES]")
    ] = None,
    overwrite: Overwrite = False,
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
    from optiviz.studies import compare as studies
    from optiviz.training.recipe import Recipe

    look = look_of(theme, size)
    check_over(over)
    if resume is not None:
        if others := given(context, "resume", "as_json", "jobs", "over", "size", "theme"):
            raise UserError(f"--resume goes on as it was begun: leave out {', '.join(others)}.")
        path, begin = resume, partial(studies.resume, resume)
    else:
        recipe = Recipe(
            optim=optim[0],
            lr=None,
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
        )
        remark(replace(recipe, optim=rule) for rule in optim)
        path = out or Path("runs") / f"compare-{slug(*optim)}"
        begin = partial(studies.compare, recipe, optim, seeds, path, overwrite=overwrite)
    done = _go(begin, path, jobs, as_json)
    show_data(done.recipe, as_json)
    _report(done, look, over, as_json)


def _go(begin: Callable[..., Comparison], path: Path, jobs: int | None, quiet: bool) -> Comparison:
    """Train, and say how to go on if that is broken off."""
    from optiviz.studies.pool import cores

    last = ""

    def heard(words: str) -> None:
        nonlocal last
        last = f"{words}, "

    try:
        with progress(" updates", quiet=quiet) as show:
            return begin(
                jobs=cores(jobs),
                on_progress=lambda step, total, n: show(step, total, f"{last}trainings done={n}"),
                on_seen=heard,
            )
    except KeyboardInterrupt:
        stopped(f"Stopped. To go on: optiviz compare --resume {path}")


def _report(comparison: Comparison, look: Look, over: str, as_json: bool) -> None:
    """Write the table and the pictures, and print the table."""
    from optiviz.files import write_text
    from optiviz.studies.compare import GOAL
    from optiviz.studies.table import markdown
    from optiviz.views.charts.comparison import animate_comparison, plot_comparison

    path = comparison.path
    table = comparison.table()
    goal = f"epochs to {GOAL:.0%}"
    heads = ("optimiser", "test accuracy", "test loss", "seconds", goal, "verdict")
    lines = markdown([heads, *map(_cells, table)])
    write_text(path / "table.md", "\n".join(lines) + "\n")
    if drawn := any(len(h["step"]) for one in comparison.contestants for h in one.histories):
        for ending in (".png", ".svg"):
            plot_comparison(comparison, path / f"curves{ending}", over=over, **look)
        animate_comparison(comparison, path / "race.gif", over=over, **look, quiet=as_json)
    if as_json:
        print_json({"path": str(path.resolve()), "table": table})
        return
    print("\n".join(lines))
    print(f"Wrote {path}: table, metrics{', curves and race.gif' if drawn else ''}")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    from optiviz.views.charts.comparison import accuracy

    spread = "" if row["test_loss_sd"] is None else f" ± {row['test_loss_sd']:.4f}"
    epochs = "never" if row["epochs_to_goal"] is None else f"{row['epochs_to_goal']:.2f}"
    if 0 < row["reached"] < row["seeds"]:
        epochs += f" ({row['reached']} of {row['seeds']} seeds)"
    loss, seconds = f"{row['test_loss']:.4f}{spread}", f"{row['seconds']:.1f}"
    return (f"`{row['optimizer']}`", accuracy(row), loss, seconds, epochs, row["verdict"])
