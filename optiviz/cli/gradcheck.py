"""`optiviz gradcheck`: is backpropagation right, for every weight of the network?"""

from __future__ import annotations

import sys
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.options import (
    Activation,
    Biases,
    DataSet,
    Json,
    Real,
    Seed,
    Size,
    Theme,
    Whole,
    Widths,
    look_of,
)
from optiviz.cli.progress import progress
from optiviz.errors import UserError

if TYPE_CHECKING:
    from optiviz.problems import MLP
    from optiviz.training.gradcheck import GradientCheck


BYTES = 20  # a weight, of what a training may have: a check keeps more of each


def gradcheck(
    samples: Annotated[
        int, Whole(help="How many samples, each by itself: the first ones of the data set.")
    ] = 1,
    eps: Annotated[float, Real(help="ε, by how much each weight is changed.")] = 1e-5,
    seed: Seed = 0,
    sizes: Widths = None,
    biases: Biases = False,
    activation: Activation = "relu",
    dataset: DataSet = "mnist",
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
    from optiviz.views.charts.gradients import plot_gradients
    from optiviz.views.files.animate import STILL, check_ending

    target = check_ending(out, STILL)
    look = look_of(theme, size)
    problem = _network(samples, sizes, biases, activation, dataset)
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


def _network(samples: int, sizes: str | None, biases: bool, activation: str, dataset: str) -> MLP:
    from optiviz.problems import MLP, load
    from optiviz.training.recipe import affordable, widths, widths_for

    if sizes is not None:
        widths(sizes)  # a mistake in words is told before the data are read
    data = load(dataset)
    if not 1 <= samples <= len(data.x_train):
        raise UserError(f"samples must be from 1 to {len(data.x_train)}, got {samples}.")
    chosen = widths_for(data, sizes)
    affordable(chosen, biases, BYTES)
    how: Any = {"biases": biases, "activation": activation}
    return MLP(data.x_train[:samples], data.y_train[:samples], chosen, **how)


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
        facts |= {"activation": problem.activation}
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
