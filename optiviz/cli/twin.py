"""`optiviz twin`: a network beside the valley of its own two sharpest directions."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.completion import one
from optiviz.cli.options import (
    Activation,
    Biases,
    DataDir,
    DataSet,
    Init,
    Json,
    Schedule,
    Seed,
    Size,
    Text,
    Theme,
    Whole,
    Widths,
    path_words,
)
from optiviz.cli.output import print_json
from optiviz.cli.progress import progress
from optiviz.errors import UserError
from optiviz.words import pair, whole

if TYPE_CHECKING:
    from optiviz.problems.planes.regression import Valleys
    from optiviz.runs import Run
    from optiviz.training.twin import Twins


def twin(
    optim: Annotated[
        str,
        typer.Option(
            help="The update rule of both: name or name:key=value,…",
            autocompletion=one("optimizers"),
        ),
    ] = "sgd:lr=0.1",
    schedule: Schedule = None,
    updates: Annotated[int, Whole(help="How many updates both make.")] = 100,
    batch_size: Annotated[
        int | None, Whole(help="Samples an update, for both the same.  [default: all]")
    ] = None,
    images: Annotated[
        int, Whole(help="Training samples, over all of which the curvature is measured.")
    ] = 500,
    at: Annotated[
        int | None,
        Whole(
            help="The update at which the valley is measured.  "
            "[default: where the curvature has settled]"
        ),
    ] = None,
    sizes: Widths = None,
    biases: Biases = False,
    init: Init = "glorot",
    activation: Activation = "relu",
    dataset: DataSet = "mnist",
    data_dir: DataDir = None,
    seed: Seed = 0,
    text: Text = 1.0,
    size: Size = "960x540",
    theme: Theme = "light",
    out: Annotated[
        Path, typer.Option(help=".gif, .webp, .apng, .mp4, .html, .png, .svg or .pdf to write.")
    ] = Path("twin.gif"),
    as_json: Json = False,
) -> None:
    """Show a network beside its twin: the valley of its own two sharpest directions.

    Rule, η, batches and seed are the same, so the valley says when the network should tremble; the
    sharpness of the network, which moves, says where that stops being true.

    \b
    optiviz twin
    optiviz twin --optim momentum:lr=0.05 --sizes 784,32,10 --batch-size 50 --at 0 --out twin.png
    """
    from threadpoolctl import threadpool_limits

    from optiviz.training.recipe import Recipe
    from optiviz.training.twin import check_at
    from optiviz.views import twin as views
    from optiviz.views.files.animate import MOVING, STILL, check_ending

    target = check_ending(out, (*MOVING, *STILL))
    check_at(at, updates)
    pixels = pair("size", size, "x", whole)
    recipe = Recipe(
        optim=optim,
        lr=None,
        batch_size=images if batch_size is None else batch_size,
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
    with threadpool_limits(1):
        made = _trained(recipe, updates, images, as_json)
        look = made.look(at)
        valley, run, shadow = _runs(made, look)
        picture = views.picture(valley, run, shadow, theme=theme, size=pixels, text=text)
        picture.save(target)
    facts = _facts(made, look) | {"verdict": picture.verdicts[0]}
    if as_json:
        seconds = round(time.perf_counter() - began, 3)
        print_json({"path": str(target.resolve()), "seconds": seconds} | facts)
        return
    print("\n".join(views.told(made, look, valley, run).values()))
    print(f"Wrote {target} ({updates} updates, {time.perf_counter() - began:.1f} s)")


def _runs(made: Twins, look: int) -> tuple[Valleys, Run, Run]:
    try:
        made.valley(look)
    except UserError as error:
        raise UserError(f"{error} Choose another --at, or none.") from None
    return made.runs(look)


def _trained(recipe: Any, updates: int, images: int, quiet: bool) -> Twins:
    from optiviz.problems import SURFACES
    from optiviz.runs.inputs import as_rule
    from optiviz.runs.loop import rehearse
    from optiviz.training.recipe import data_of
    from optiviz.training.twinning import twins

    data = data_of(recipe)
    if not 1 <= images <= len(data.x_train):
        raise UserError(f"images must be from 1 to {len(data.x_train)}, got {images}.")
    whole_network = recipe.networks(data)[0]
    network = whole_network.on(data.x_train[:images], data.y_train[:images])
    rule = as_rule(network, recipe.optim, recipe.schedule)
    bowl = SURFACES["bowl"]
    rehearse(bowl, rule, bowl.start, 1)  # a valley must suit it, too
    with progress(" updates", quiet=quiet) as show:
        return twins(
            network,
            rule,
            updates=updates,
            batch_size=recipe.batch_size,
            seed=recipe.seed,
            on_progress=show,
        )


def _facts(made: Twins, look: int) -> dict[str, Any]:
    """What both say: the valley of its limit, the network of when it trembled."""
    from optiviz.maps.theory import limit
    from optiviz.optim import name_of

    rule = made.rule
    first, sharp = made.curvatures[look].tolist()[0], made.curvatures[:, 0]
    return {
        "optimizer": name_of(rule),
        "settings": rule.settings(),
        "at": int(made.at[look]),
        "curvatures": made.curvatures[look].tolist(),
        "limit": limit(name_of(rule), rule.settings(), first),
        "sharpness": dict(zip(made.at.tolist(), sharp.tolist(), strict=True)),
        "first_rise": made.rises,
        "holds": list(made.holds(look)),
        "loss": [float(made.loss[0]), float(made.loss[-1])],
        "accuracy": [float(made.accuracy[0]), float(made.accuracy[-1])],
    }
