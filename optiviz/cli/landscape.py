"""`optiviz landscape`: from words to trajectories on a plane to a file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.brought import FREE, Asked, draw_brought
from optiviz.cli.completion import several
from optiviz.cli.options import (
    Activation,
    Biases,
    DataDir,
    DataSet,
    Init,
    Json,
    Optim,
    Real,
    Samples,
    Schedule,
    Seed,
    Size,
    Theme,
    Whole,
    Widths,
    given,
    path_words,
)
from optiviz.cli.output import print_json
from optiviz.cli.progress import progress
from optiviz.errors import UserError
from optiviz.words import pair, whole

if TYPE_CHECKING:
    from optiviz.problems.network.slice import Slice
    from optiviz.runs import Run
    from optiviz.training.recipe import Recipe

POINTS = 60  # of each trajectory that are shown


def landscape(
    context: typer.Context,
    optim: Optim = ["sgd:lr=0.1", "momentum:lr=0.05", "adam:lr=0.001"],
    updates: Annotated[int, Whole(help="How many updates each rule makes.")] = 600,
    batch_size: Samples = 100,
    images: Annotated[
        int | None,
        Whole(help="Training samples whose mean loss is the surface.  [default: 2000, or all]"),
    ] = None,
    directions: Annotated[
        str, typer.Option(help="What spans the plane: pca, or random (filter-normalised).")
    ] = "pca",
    range_: Annotated[
        float | None,
        Real(
            "--range",
            help="How far random directions go to each side, in lengths of the filters.  "
            "[default: 1]",
        ),
    ] = None,
    weights: Annotated[
        list[Path] | None,
        typer.Option(
            help="Instead: draw trained weights, .npz or .pt files; more may follow each other."
        ),
    ] = None,
    more: Annotated[
        list[Path] | None, typer.Argument(help="Further files, after --weights.", metavar="[FILES]")
    ] = None,
    panels: Annotated[
        str, typer.Option(help="What to show.", autocompletion=several("panels"))
    ] = "path,truth",
    schedule: Schedule = None,
    sizes: Widths = None,
    biases: Biases = False,
    init: Init = "glorot",
    activation: Activation = "relu",
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
    optiviz landscape --weights runs/sgd-mnist-0/weights.npz mine.pt --out between.png
    """
    if weights or more:
        return _brought(context, weights or [], more or [])
    from threadpoolctl import threadpool_limits

    from optiviz import views
    from optiviz.problems.network.slice import SIDE
    from optiviz.training.recipe import Recipe
    from optiviz.views.files.animate import FRAMED, STILL, check_ending

    recipe = Recipe(
        optim=optim[0],  # which stands for the others
        lr=None,
        batch_size=batch_size,
        epochs=1,
        seed=seed,
        schedule=schedule,
        sizes=sizes,
        biases=biases,
        init=init,
        activation=activation,
        dataset=dataset,
        data_dir=path_words(data_dir),
        compiled=False,
    )
    began = time.perf_counter()
    target = check_ending(out, (*FRAMED, *STILL))
    pixels = pair("size", size, "x", whole)
    with threadpool_limits(1):
        plane, runs = _trained(recipe, optim, updates, images, directions, range_, as_json)
        with progress(" points", total=SIDE**2, quiet=as_json) as plane.on_progress:
            shown = [name.strip() for name in panels.split(",")]
            picture = views.Picture(plane, runs, panels=shown, theme=theme, size=pixels)
            (views.plot if target.suffix.lower() in STILL else views.animate)(picture, target)
    seconds = time.perf_counter() - began
    if as_json:
        told = {"explained": plane.directions.explained, "runs": list(map(_outcome, runs))}
        print_json({"path": str(target.resolve()), "seconds": round(seconds, 3)} | told)
        return
    print("\n".join(map(_told, runs, picture.labels)))
    print(f"Wrote {target} ({updates} updates, {seconds:.1f} s)")


def _told(run: Run, label: str) -> str:
    """How a trajectory ended, in words."""
    true, below = run.slots["true_loss"][-1], run.loss[-1]
    return f"{label}: loss {true:.4g}, of the slice below it {below:.4g}"


def _brought(context: typer.Context, weights: Sequence[Path], more: Sequence[Path]) -> None:
    """Draw checkpoints that somebody brings."""
    params, also = context.params, given(context, *FREE)
    if not weights:
        raise UserError(f"{more[0]}: name files of weights after --weights.")
    typed = given(context)
    draw_brought(
        Asked(
            files=[*weights, *more],
            images=params["images"],
            reach=params["range_"],
            activation=params["activation"] if "--activation" in typed else None,
            dataset=params["dataset"],
            data_dir=path_words(params["data_dir"]),
            seed=params["seed"],
            size=params["size"],
            theme=params["theme"],
            out=Path(params["out"] if "--out" in typed else "landscape.png"),
            as_json=params["as_json"],
        ),
        also,
    )


def _trained(
    recipe: Recipe,
    optim: Sequence[str],
    updates: int,
    images: int | None,
    directions: str,
    reach: float | None,
    quiet: bool,
) -> tuple[Slice, list[Run]]:
    from optiviz.runs.inputs import as_rule
    from optiviz.training.landscape import IMAGES
    from optiviz.training.landscape import landscape as trajectories
    from optiviz.training.recipe import data_of

    data = data_of(recipe)
    images = min(IMAGES, len(data.x_train)) if images is None else images
    if not 1 <= images <= len(data.x_train):
        raise UserError(f"images must be from 1 to {len(data.x_train)}, got {images}.")
    network = recipe.networks(data)[0]
    shown = network.on(data.x_train[:images], data.y_train[:images])
    rules = [as_rule(network, text, recipe.schedule) for text in optim]
    total = len(rules) * updates
    with progress(" updates", quiet=quiet) as show:
        return trajectories(
            network,
            shown,
            rules,
            updates=updates,
            points=min(POINTS, updates),
            batch_size=recipe.batch_size,
            seed=recipe.seed,
            directions=directions,
            reach=reach,
            on_progress=lambda done: show(done, total),
        )


def _outcome(run: Run) -> dict[str, Any]:
    losses = {"loss": float(run.slots["true_loss"][-1]), "slice_loss": float(run.loss[-1])}
    return {"optimizer": run.optimizer, "settings": run.settings} | losses
