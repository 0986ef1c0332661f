"""`optiviz sweep`: from words to the directory of a sweep."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.completion import several
from optiviz.cli.options import (
    Activation,
    Biases,
    DataDir,
    DataSet,
    Dtype,
    Epochs,
    FirstSeed,
    Init,
    Jobs,
    Json,
    Look,
    Samples,
    Schedule,
    SchedulePer,
    Size,
    Theme,
    Whole,
    Widths,
    look_of,
    path_words,
)
from optiviz.cli.output import print_json, remark, show_data, stopped
from optiviz.cli.progress import progress
from optiviz.errors import UserError
from optiviz.words import guess, listed, number, slug, whole

if TYPE_CHECKING:
    from optiviz.studies.sweep.plan import Plan
    from optiviz.studies.sweep.sweep import Sweep

HEADS = ("optimiser", "settings", "test accuracy", "test loss", "seeds", "seconds", "verdict")


def sweep(
    optim: Annotated[
        list[str],
        typer.Option(
            help="Update rules, sgd,momentum,adam or repeated with settings of their own.",
            autocompletion=several("optimizers"),
        ),
    ] = ["sgd,momentum,adam"],
    grid: Annotated[
        list[str] | None,
        typer.Option(
            help="A setting and its values, lr=0.1,0.01 or schedule=constant,linear; repeat it."
        ),
    ] = None,
    tune: Annotated[
        int, Whole(help="Search with so many trials for each rule, instead of a grid.")
    ] = 0,
    objective: Annotated[
        str, typer.Option(help="What the search improves: val_loss or val_accuracy.")
    ] = "val_loss",
    seeds: Annotated[int, Whole(help="How many seeds for each setting.")] = 1,
    seed: FirstSeed = 0,
    batch_size: Samples = 100,
    epochs: Epochs = 1,
    schedule: Schedule = None,
    schedule_per: SchedulePer = "epoch",
    sizes: Widths = None,
    biases: Biases = False,
    init: Init = "glorot",
    activation: Activation = "relu",
    dtype: Dtype = "float32",
    dataset: DataSet = "mnist",
    data_dir: DataDir = None,
    validation: Annotated[
        int | None,
        Whole(help="Training samples to split off.  [default: 10000 with --tune, else 0]"),
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
    from optiviz.studies.sweep.plan import Plan
    from optiviz.training.recipe import Recipe

    recipe = Recipe(
        optim="sgd",
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
        validation=validation if validation is not None else 10_000 if tune else 0,
    )
    plan = Plan(
        recipe=recipe,
        optimizers=tuple(dict.fromkeys(rule for text in optim for rule in listed(text))),
        grid=_axes(grid or []),
        seeds=seeds,
        tune=tune,
        objective=objective,
    )
    _run(plan, jobs, storage, out, look_of(theme, size), as_json)


def _axes(grid: list[str]) -> dict[str, tuple[Any, ...]]:
    """The settings of a grid, each with the values to try, none of them twice.

    >>> _axes(["lr=0.1,0.01,0.1", "batch-size=10"])
    {'lr': (0.1, 0.01), 'batch_size': (10,)}
    """
    from optiviz.studies.sweep.plan import WHOLE

    axes: dict[str, tuple[Any, ...]] = {}
    for text in grid:
        name, equals, words = (part.strip() for part in text.partition("="))
        name = name.replace("-", "_")
        read = partial(number, name, kind=whole) if name in WHOLE else guess
        values = tuple(read(word.strip()) for word in words.split(",") if word.strip())
        if not (name and equals and values):
            raise UserError(f"Cannot read --grid {text!r}: write it as name=value,value.")
        if name in axes:
            raise UserError(f"--grid names {name} twice.")
        axes[name] = tuple(dict.fromkeys(values))
    return axes


def _run(
    plan: Plan, jobs: int | None, storage: str | None, out: Path | None, look: Look, as_json: bool
) -> None:
    """Carry the plan out, and write and print what it found."""
    from optiviz.files import held
    from optiviz.studies.pool import cores
    from optiviz.studies.sweep.claims import require
    from optiviz.studies.sweep.kept import RUNS
    from optiviz.studies.sweep.sweep import Sweep
    from optiviz.studies.sweep.sweep import sweep as carry_out

    require()
    plan.check()
    remark(cell.recipe for cell in plan.cells())
    processes = cores(jobs)
    path = out or Path("runs") / f"sweep-{slug(*plan.optimizers)}"
    where = storage or path / "sweep.db"
    if storage:
        Sweep(plan, storage)  # one that cannot be reached is told before a directory is made
    with held(path):  # no longer than that: others may join
        _take(path, plan)
    last = ""

    def heard(words: str) -> None:
        nonlocal last
        last = words

    try:
        with progress(" trainings", quiet=as_json) as show:
            done = carry_out(
                plan,
                where,
                runs=path / RUNS,
                jobs=processes,
                on_progress=lambda finished, total: show(finished, total, last),
                on_seen=heard,
            )
    except KeyboardInterrupt:
        stopped("Stopped. To go on, give the same command again.")
    _report(done, path, look, as_json)


def _take(path: Path, plan: Plan) -> None:
    """Write down in an empty directory what is swept, or go on with this very sweep."""
    from optiviz.files import FORMAT, empty, read_json, write_json, writing
    from optiviz.training.recipe import INNER

    file = path / "sweep.json"
    if file.exists():
        if read_json(file, version=None).get("name") != plan.name:
            raise UserError(f"{path} holds another sweep: choose another --out.")
        return
    with writing(path):
        if not empty(path):
            raise UserError(f"{path} is not empty: choose another --out.")
    recipe = {k: v for k, v in vars(plan.recipe).items() if k not in ("optim", "lr", *INNER)}
    write_json(file, vars(plan) | {"format": FORMAT, "name": plan.name, "recipe": recipe})


def _report(done: Sweep, path: Path, look: Look, as_json: bool) -> None:
    from optiviz.files import write_text
    from optiviz.studies.sweep import findings as tables
    from optiviz.studies.table import markdown

    results, searched = done.results(), done.searched()
    table = tables.table(results)
    tables.write(path, "table", table)
    tables.write(path, "trials", results)
    if searched:
        tables.write(path, "search", searched)
    show_data(done.plan.recipe, as_json)
    lines = markdown([HEADS, *map(_cells, table)])
    whole_trials = [row for row in searched if row["state"] == "complete"]
    strips = tables.strips(whole_trials or table, "val_accuracy" if searched else "test_accuracy")
    lines += ["", *(f"{strip.optimizer}: {strip}" for strip in strips)] if strips else []
    write_text(path / "table.md", "\n".join(lines) + "\n")
    _draw(done.plan, table, searched, strips, path, look)
    if as_json:
        words = {strip.optimizer: str(strip) for strip in strips}
        print_json({"path": str(path.resolve()), "table": table, "works": words})
        return
    print("\n".join(lines))
    print(f"Wrote {path}: tables, trials, curves and pictures")


def _draw(
    plan: Plan, table: list[Any], searched: list[Any], strips: list[Any], path: Path, look: Look
) -> None:
    """A map for every rule, and the rates that work for all."""
    from optiviz.problems.data.dataset import title_of
    from optiviz.views.charts import sweep as views

    data = title_of(plan.recipe.dataset)
    taken: set[str] = set()
    span = views.span([row["test_accuracy"] for row in table])
    for text in plan.optimizers:
        name = slug(text) if slug(text) not in taken else f"{slug(text)}.{len(taken) + 1}"
        taken.add(name)
        title, target = f"{text} on {data}", path / f"heat-{name}.png"
        if searched:
            own = [row for row in searched if row["optimizer"] == text]
            if any(row["settings"] for row in own):
                views.plot_trials(own, target, title=title, column="val_accuracy", **look)
            continue
        rows = [row for row in table if row["optimizer"] == text]
        if len(rows) > 1:
            views.plot_heat(rows, target, title=title, span=span, **look)
    if strips:
        title = f"Learning rates on {data}" + (", trials of the search" if searched else "")
        views.plot_strips(strips, path / "sensitivity.png", title=title, **look)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    from optiviz.studies.sweep.findings import in_words

    seeds = str(row["seeds"])
    if row["diverged"]:
        seeds += f", {row['diverged']} diverged"
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
    accuracy = _spread(row["test_accuracy"], row["test_accuracy_sd"], 100, 2, " %")
    loss = _spread(row["test_loss"], row["test_loss_sd"], 1, 4, "")
    settings = in_words(row["settings"])
    return (f"`{row['optimizer']}`", settings, accuracy, loss, seeds, seconds, row["verdict"])


def _spread(mean: float | None, sd: float | None, factor: float, digits: int, unit: str) -> str:
    """A mean with its deviation, if there are enough to have one."""
    if mean is None:
        return "–"
    around = "" if sd is None else f" ± {factor * sd:.{digits}f}"
    return f"{factor * mean:.{digits}f}{around}{unit}"
