"""`optiviz landscape`: from words to trajectories on a plane to a file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from optiviz import views
from optiviz.errors import UserError
from optiviz.problems.network.slice import SIDE, Slice
from optiviz.runs.inputs import as_rule
from optiviz.runs.record import Run, plain
from optiviz.training.landscape import landscape
from optiviz.training.recipe import Recipe, data_of
from optiviz.views import Picture
from optiviz.views.files.animate import MOVING, STILL, check_ending
from optiviz.words import pair

POINTS = 60  # of each trajectory that are shown


def draw(
    recipe: Recipe,
    optim: Sequence[str],
    updates: int,
    images: int,
    directions: str,
    look: dict[str, str],
    out: Path,
    as_json: bool,
) -> None:
    """Train, lay the plane, and write the picture: one that moves or one that stands still."""
    began = time.perf_counter()
    target = check_ending(out, (*MOVING, *STILL))
    size = pair("size", look["size"], "x", int)
    with threadpool_limits(1):
        plane, runs = _trained(recipe, optim, updates, images, directions, as_json)
        with _bar(SIDE**2, " points", as_json) as plane.on_progress:
            panels = [name.strip() for name in look["panels"].split(",")]
            picture = Picture(plane, runs, panels=panels, theme=look["theme"], size=size)
            if target.suffix in MOVING:
                views.animate(picture, target)
            else:
                views.plot(picture, target)
    seconds = time.perf_counter() - began
    if as_json:
        facts = {"path": str(target.resolve()), "seconds": round(seconds, 3)}
        facts |= {"explained": plane.directions.explained, "runs": list(map(_outcome, runs))}
        print(json.dumps(facts, ensure_ascii=False, default=plain))
        return
    for run, label in zip(runs, picture.labels, strict=True):
        true, below = run.slots["true_loss"][-1], run.loss[-1]
        print(f"{label}: loss {true:.4g}, of the slice below it {below:.4g}")
    print(f"Wrote {target} ({updates} updates, {seconds:.1f} s)")


def _trained(
    recipe: Recipe, optim: Sequence[str], updates: int, images: int, directions: str, quiet: bool
) -> tuple[Slice, list[Run]]:
    data = data_of(recipe)
    if not 1 <= images <= len(data.x_train):
        raise UserError(f"images must be from 1 to {len(data.x_train)}, got {images}.")
    network = recipe.networks(data)[0]
    shown = network.on(data.x_train[:images], data.y_train[:images])
    rules = [as_rule(network, text, recipe.schedule) for text in optim]
    with _bar(len(rules) * updates, " updates", quiet) as show:
        return landscape(
            network,
            shown,
            rules,
            updates=updates,
            points=min(POINTS, updates),
            batch_size=recipe.batch_size,
            seed=recipe.seed,
            directions=directions,
            on_progress=show,
        )


@contextmanager
def _bar(total: int, unit: str, quiet: bool) -> Iterator[Callable[[int], object]]:
    with tqdm(total=total, unit=unit, file=sys.stderr, disable=quiet) as bar:
        yield lambda done: bar.update(done - bar.n)


def _outcome(run: Run) -> dict[str, Any]:
    losses = {"loss": float(run.slots["true_loss"][-1]), "slice_loss": float(run.loss[-1])}
    return {"optimizer": run.optimizer, "settings": run.settings} | losses
