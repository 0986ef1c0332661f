"""`optiviz gradcheck`: is backpropagation right, for every weight of the network?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from optiviz.errors import UserError
from optiviz.problems import MLP, load
from optiviz.training.gradcheck import EPS, METHODS, GradientCheck, check_gradient, error_curve
from optiviz.views.charts.gradients import plot_gradients
from optiviz.views.files.animate import STILL, check_ending
from optiviz.views.frame import Frame
from optiviz.words import pair


def widths(text: str) -> tuple[int, ...]:
    """The widths of layers from words such as 784,300,100,100,10.

    Raises:
        UserError: something that is not whole numbers with commas between.

    >>> widths("784,30,10")
    (784, 30, 10)
    """
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        message = f"sizes must be whole numbers with commas between, got {text!r}."
        raise UserError(message) from None


def gradcheck(
    samples: int,
    eps: float,
    seed: int,
    sizes: str,
    biases: bool,
    theme: str,
    size: str,
    out: Path,
    as_json: bool,
) -> None:
    """Check, draw and report."""
    target = check_ending(out, STILL)
    pixels = pair("size", size, "x", int)
    Frame(theme, pixels)  # a mistake in the picture is told before the work
    problem = _network(samples, widths(sizes), biases)
    w, chosen = problem.start(seed), range(samples)
    total = samples * (1 + len(EPS))
    with tqdm(total=total, desc="gradcheck", unit="check", disable=as_json or None) as bar:
        check = check_gradient(problem, w, chosen, eps, bar.update)
        curve = error_curve(problem, w, chosen, on_sample=bar.update)
    words = "1 sample" if samples == 1 else f"{samples} samples"
    title = f"Backpropagation against differences: {_grouped(problem.size)} weights, {words}"
    plot_gradients(check, curve, target, title=title, theme=theme, size=pixels)
    _report(problem, check, curve, target, samples, seed, as_json)


def _network(samples: int, sizes: tuple[int, ...], biases: bool) -> MLP:
    data = load("mnist")
    if not 1 <= samples <= len(data.x_train):
        raise UserError(f"samples must be from 1 to {len(data.x_train)}, got {samples}.")
    if sizes[0] != data.x_train.shape[1] or sizes[-1] != len(data.classes):
        raise UserError(
            f"sizes must begin with {data.x_train.shape[1]} pixels and end with "
            f"{len(data.classes)} classes, got {','.join(map(str, sizes))}."
        )
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
    print(f"Wrote {path}")


def _grouped(n: int) -> str:
    return f"{n:,}".replace(",", " ")
