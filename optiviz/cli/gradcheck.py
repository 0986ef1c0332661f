"""`optiviz gradcheck`: is backpropagation right, for every weight of the network?"""

from __future__ import annotations

import sys
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optiviz.cli.options import Biases, Json, Real, Seed, Size, Sizes, Theme, Whole, look_of
from optiviz.cli.progress import progress
from optiviz.errors import UserError

if TYPE_CHECKING:
    from optiviz.problems import MLP
    from optiviz.training.gradcheck import GradientCheck


BYTES = 20  # a weight, of what a training may have: a check keeps more of each


def gradcheck(
    samples: Annotated[
        int, Whole(help="How many samples, each by itself: the first ones of MNIST.")
    ] = 1,
    eps: Annotated[float, Real(help="ε, by how much each weight is changed.")] = 1e-5,
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
    from optiviz.training.gradcheck import EPS, check_gradient, error_curve
    from optiviz.training.recipe import widths
    from optiviz.views.charts.gradients import plot_gradients
    from optiviz.views.files.animate import STILL, check_ending

    target = check_ending(out, STILL)
    look = look_of(theme, size)
    problem = _network(samples, widths(sizes), biases)
    w, chosen = problem.start(seed), range(samples)
    total, done = samples * (1 + len(EPS)), count(1)
    quiet = as_json or not sys.stderr.isatty()
    with progress("check", total=total, quiet=quiet, desc="gradcheck") as show:

        def tell() -> None:
            show(next(done))

        check = check_gradient(problem, w, chosen, eps, tell)
        curve = error_curve(problem, w, chosen, on_sample=tell)
    words = "1 sample" if samples == 1 else f"{samples} samples"
    title = f"Backpropagation against differences: {_grouped(problem.size)} weights, {words}"
    plot_gradients(check, curve, target, title=title, **look)
    _report(problem, check, curve, target, samples, seed, as_json)


def _network(samples: int, sizes: tuple[int, ...], biases: bool) -> MLP:
    from optiviz.problems import MLP, load
    from optiviz.training.recipe import affordable

    data = load("mnist")
    if not 1 <= samples <= len(data.x_train):
        raise UserError(f"samples must be from 1 to {len(data.x_train)}, got {samples}.")
    if sizes[0] != data.x_train.shape[1] or sizes[-1] != len(data.classes):
        raise UserError(
            f"sizes must begin with {data.x_train.shape[1]} pixels and end with "
            f"{len(data.classes)} classes, got {','.join(map(str, sizes))}."
        )
    affordable(sizes, biases, BYTES)
    return MLP(data.x_train[:samples], data.y_train[:samples], sizes, biases=biases)


def _report(
    problem: MLP,
    check: GradientCheck,
    curve: list[GradientCheck],
    path: Path,
    samples: int,
    seed: int,
    as_json: bool,
) -> None:
    import json

    from optiviz.training.gradcheck import METHODS

    if as_json:
        facts = {"path": str(path.resolve()), "weights": problem.size, "samples": samples}
        facts |= {"sizes": problem.sizes, "biases": problem.biases, "seed": seed}
        points = [{"eps": p.eps, "mean": p.mean, "worst": p.worst} for p in curve]
        plain = {k: v for k, v in asdict(check).items() if k != "counts"}
        print(json.dumps({**facts, **plain, "curve": points}))
        return
    print(f"{'difference':<12}{'mean error':>12}{'worst error':>13}{'s per sample':>14}")
    for name in METHODS:
        numbers = f"{check.mean[name]:>12.2e}{check.worst[name]:>13.2e}"
        print(f"{name:<12}{numbers}{check.seconds_by[name]:>14.3f}")
    print(
        f"{_grouped(check.compared)} of {_grouped(check.compared + check.both_zero)} derivatives "
        f"compared at ε = {check.eps:g}; the others are 0 both ways"
    )
    if not check.compared:
        print("No unit is on for these samples: take another seed, wider layers or more samples.")
    print(f"Wrote {path}")


def _grouped(n: int) -> str:
    return f"{n:,}".replace(",", " ")
