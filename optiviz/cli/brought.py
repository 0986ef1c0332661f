"""`optiviz landscape --weights`: checkpoints that somebody brings, on a slice of the loss."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optiviz.cli.options import look_of
from optiviz.cli.output import print_json
from optiviz.cli.progress import progress
from optiviz.errors import UserError

if TYPE_CHECKING:
    from optiviz.problems import Dataset
    from optiviz.problems.base import Array
    from optiviz.problems.network.slice import Slice

FREE = (
    *("weights", "more", "images", "range_", "activation", "dataset", "data_dir", "seed"),
    *("size", "theme", "out", "as_json"),
)
MOST = 12  # files
BARRIER = 1.1  # times the higher end, above which the way between two is a barrier
WAY = 21  # points on it


@dataclass(frozen=True)
class Asked:
    """What was asked for; see `landscape`."""

    files: Sequence[Path]
    images: int | None
    reach: float | None
    activation: str | None
    dataset: str
    data_dir: str | None
    seed: int
    size: str
    theme: str
    out: Path
    as_json: bool


def draw_brought(asked: Asked, also: Sequence[str]) -> None:
    """Read the files, lay the plane, draw it, and say what each holds.

    Args:
        asked: what was asked for.
        also: the options that were typed beside.
    """
    from threadpoolctl import threadpool_limits

    from optiviz.problems import load
    from optiviz.problems.network.slice import SIDE, Slice
    from optiviz.training import brought
    from optiviz.training.through import through
    from optiviz.views.charts.checkpoints import plot_checkpoints
    from optiviz.views.files.animate import STILL, check_ending

    _check(asked, also)
    began, target = time.perf_counter(), check_ending(asked.out, STILL)
    look = look_of(asked.theme, asked.size)
    data = load(asked.dataset, asked.data_dir)
    ends = data.x_train.shape[1], len(data.classes)
    found = [brought.read(path, *ends) for path in asked.files]
    shown, test = _networks(data, asked.images, brought.joined(found, asked.activation))
    names = _apart([one.name for one in found])
    points = [one.flat(shown) for one in found]
    with threadpool_limits(1):
        span, bounds = through(shown, points, names, asked.seed, asked.reach or 1.0)
        with progress(" points", total=SIDE**2, quiet=asked.as_json) as show:
            plane = Slice(shown, span, bounds, on_progress=show)
            rows = [_row(*one, shown, test) for one in zip(names, found, points, strict=True)]
            said = _finding(plane, names, rows)
            words = [f"{r['name']}\nloss {r['loss']:.3g}, test {r['accuracy']:.1%}" for r in rows]
            title = f"{', '.join(names)} on a slice of {shown.title}'s loss"
            at, text = span.project(_stack(points)), {"title": title, "note": said}
            plot_checkpoints(plane, at, words, target, **text, **look)
    seconds = time.perf_counter() - began
    if asked.as_json:
        facts = {"path": str(target.resolve()), "seconds": round(seconds, 3), "weights": rows}
        print_json(facts | {"explained": span.explained, "text": said})
        return
    for row in rows:
        print(_told(row))
    print(said)
    print(f"Wrote {target} ({seconds:.1f} s)")


def _check(asked: Asked, also: Sequence[str]) -> None:
    from optiviz.training.landscape import FARTHEST, LEAST

    if also:
        raise UserError(f"--weights trains nothing: leave out {', '.join(also)}.")
    if len(asked.files) > MOST:
        raise UserError(f"--weights takes at most {MOST} files, got {len(asked.files)}.")
    if asked.reach is not None and len(asked.files) > 1:
        raise UserError("--range is for one file; more decide themselves how far the plane goes.")
    if asked.reach is not None and not LEAST <= asked.reach <= FARTHEST:
        raise UserError(f"range must be from {LEAST:g} to {FARTHEST:g}, got {asked.reach:g}.")
    if asked.seed < 0:
        raise UserError(f"seed must be at least 0, got {asked.seed}.")


def _networks(data: Dataset, images: int | None, how: dict[str, Any]) -> tuple[Any, Any]:
    """The network on the samples whose loss is drawn, and on the test set."""
    from optiviz.problems import MLP
    from optiviz.problems.data.dataset import title_of
    from optiviz.training.landscape import IMAGES
    from optiviz.training.recipe import affordable

    n = min(IMAGES, len(data.x_train)) if images is None else images
    if not 1 <= n <= len(data.x_train):
        raise UserError(f"images must be from 1 to {len(data.x_train)}, got {n}.")
    affordable(how["sizes"], how["biases"], 4)
    named: dict[str, Any] = {"name": data.name, "title": title_of(data.name), "compiled": False}
    network = MLP(data.x_train[:n], data.y_train[:n], **how, **named)
    return network, network.on(data.x_test, data.y_test)


def _stack(points: Sequence[Array]) -> Any:
    import numpy as np

    return np.array(points, np.float64)


def _apart(names: Sequence[str]) -> list[str]:
    """Names that tell files apart, short enough for a picture."""
    cut = [name if len(name) <= 28 else f"{name[:27]}…" for name in names]
    return [
        name if cut.count(name) == 1 else f"{name} {cut[: i + 1].count(name)}"
        for i, name in enumerate(cut)
    ]


def _row(name: str, one: Any, w: Array, shown: Any, test: Any) -> dict[str, Any]:
    return {
        "name": name,
        "sizes": one.sizes,
        "biases": one.biases,
        "activation": shown.activation,
        "turned": one.turned,
        "loss": shown.value(w),
        "accuracy": test.accuracy(w),
    }


def _told(row: dict[str, Any]) -> str:
    """A file in a line."""
    biases = " with biases" if row["biases"] else ""
    turned = "; its matrices are (outputs, inputs), as PyTorch's, and were turned"
    return (
        f"{row['name']}: {','.join(map(str, row['sizes']))}{biases}, {row['activation']}: loss "
        f"{row['loss']:.4g}, test accuracy {row['accuracy']:.2%}{turned if row['turned'] else ''}"
    )


def _finding(plane: Slice, names: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    """What the picture shows."""
    import numpy as np

    explained = plane.directions.explained
    if explained is not None and len(rows) > 3:
        return (
            f"The plane nearest to all: it holds {sum(explained):.0%} of their squared distances "
            f"from {names[0]}. They lie beside it, and each is told its own loss."
        )
    if explained is not None:
        return "The plane goes through all three."
    if len(rows) == 1:
        return "Two random directions, each unit's part of them as long as the unit's own weights."
    way = np.stack([np.linspace(0, 1, WAY), np.zeros(WAY)], axis=1)
    top, high = float(np.max(plane.value(way))), max(row["loss"] for row in rows)
    if not top > BARRIER * high:
        return f"No barrier: straight from {names[0]} to {names[1]} the loss stays below {top:.3g}."
    return (
        f"A barrier: straight from {names[0]} to {names[1]} the loss climbs to {top:.3g}, so they "
        "lie in different valleys, as far as a straight line can tell."
    )
