"""Is backpropagation right? Every weight of a network, against differences of the loss."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optiviz.errors import UserError
from optiviz.problems.network.activations import Activation
from optiviz.problems.network.layers import Layer
from optiviz.problems.network.mlp import MLP

Float = NDArray[np.float64]
METHODS = ("forward", "backward", "central")
EPS = (1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
# The edges of the bins that relative errors are counted in; what is below the first counts there.
EDGES = np.logspace(-16, 0, 65)
NOTHING = "The differences are no numbers: take an ε near 1e-5."
# So many changed weights are tried at once: their activations stay in the cache.
CHUNK = 4096


@dataclass(frozen=True)
class GradientCheck:
    """How far differences of the loss are from backpropagation, over all weights and samples.

    The error of a weight is |n - a| / (|n| + |a|), with n the difference quotient and a the
    derivative: 0 for agreement, 1 for a wrong sign or a lost derivative. Where both are exactly 0
    (the pixel is 0, or the unit is off) there is nothing to compare: these weights count as
    `both_zero`, and not in the mean, which they would flatter.

    Attributes:
        eps: ε, by how much a weight was changed.
        mean, worst: the relative error by method, over `compared` pairs of weight and sample.
        compared, both_zero: how many pairs were compared, and how many were 0 twice.
        seconds: the time per sample, for all weights and all methods.
        seconds_by: by method, the time per sample of the losses that it needs for all weights.
        counts: by method, how many errors lie in each bin of `EDGES`.
    """

    eps: float
    mean: dict[str, float]
    worst: dict[str, float]
    compared: int
    both_zero: int
    seconds: float
    seconds_by: dict[str, float] = field(compare=False)
    counts: dict[str, NDArray[np.int64]] = field(repr=False, compare=False)


def check_gradient(
    problem: MLP,
    w: ArrayLike,
    samples: Sequence[int] = (0,),
    eps: float = 1e-5,
    on_sample: Callable[[], object] | None = None,
) -> GradientCheck:
    """Compare ∂loss/∂w from backpropagation with differences of the loss, in float64.

    forward (L(w+ε) - L(w))/ε    backward (L(w) - L(w-ε))/ε    central (L(w+ε) - L(w-ε))/2ε

    A weight from unit i to unit j moves only the sum z_j, by ε·a_i. So the layers below need no
    second look, the next layer gets one row of its matrix added, and the tails of all weights of
    a layer are matrix products with many rows.

    Args:
        problem: the network and its data.
        w: `(P,)`, the weights at which to check.
        samples: indices of the samples, each checked by itself.
        eps: ε > 0; 1e-5 balances truncation (∝ ε² for central) and round-off (∝ 1/ε).
        on_sample: called after every sample, to show progress.

    Raises:
        UserError: no samples, an index out of range, an ε that is not positive and finite, or
            a network without a derivative that is not 0.

    >>> toy = MLP([[0.5, -1.0]], [0], sizes=(2, 3, 2), biases=True)
    >>> check_gradient(toy, toy.start(seed=1)).mean["central"] < 1e-6
    True

    LeCun et al. 1998, "Efficient BackProp"; Baydin et al. 2018, section 2.1.
    """
    if not 0 < eps < np.inf:
        raise UserError(f"eps must be above 0 and finite, got {eps:g}.")
    if not len(samples) or not all(-1 < s < problem.n_samples for s in samples):
        raise UserError(
            f"samples must be one or more indices from 0 to {problem.n_samples - 1}, "
            f"got {list(samples)}."
        )
    chosen = np.asarray(samples)
    exact = MLP(
        problem.x[chosen],
        problem.y[chosen],
        problem.sizes,
        biases=problem.biases,
        dtype=np.float64,
        compiled=problem.compiled,
        activation=problem.activation,
    )
    weights = np.array(w, np.float64)
    exact.value_and_grad(weights, slice(0, 1))  # a first call may have to compile
    begin = time.perf_counter()
    tally, times = _Tally(), dict.fromkeys(METHODS, 0.0)
    for row in range(len(chosen)):
        with np.errstate(all="ignore"):  # an ε may be as small or as large as a number can be
            tally.add(_errors(exact, weights, row, eps, times))
        if on_sample:
            on_sample()
    compared = {name: tally.compared(name) for name in METHODS}
    if not all(compared.values()) and exact.value_and_grad(weights)[1].any():
        raise UserError(NOTHING)
    seconds = (time.perf_counter() - begin) / len(chosen)
    return GradientCheck(
        eps=eps,
        mean={name: total / max(compared[name], 1) for name, total in tally.total.items()},
        worst=tally.worst,
        compared=compared["central"],
        both_zero=exact.size * len(chosen) - compared["central"],
        seconds=seconds,
        seconds_by={name: total / len(chosen) for name, total in times.items()},
        counts=tally.counts,
    )


class _Tally:
    """What is kept of the errors of one sample after the other, by method."""

    def __init__(self) -> None:
        self.total, self.worst = dict.fromkeys(METHODS, 0.0), dict.fromkeys(METHODS, 0.0)
        self.counts = {name: np.zeros(len(EDGES) - 1, np.int64) for name in METHODS}

    def add(self, errors: dict[str, Float]) -> None:
        """Take in the errors of a sample; NaN is none."""
        for name, every in errors.items():
            values = every[~np.isnan(every)]
            self.total[name] += float(values.sum())
            self.worst[name] = max(self.worst[name], float(values.max(initial=0)))
            self.counts[name] += _counts(values)

    def compared(self, name: str) -> int:
        """How many errors there are."""
        return int(self.counts[name].sum())


def error_curve(
    problem: MLP,
    w: ArrayLike,
    samples: Sequence[int] = (0,),
    eps: Sequence[float] = EPS,
    on_sample: Callable[[], object] | None = None,
) -> list[GradientCheck]:
    """The check at many ε: the error falls with ε while truncation rules, then round-off lifts it.

    Arguments and errors as for `check_gradient`; `eps` are the ε, smallest first by default.

    >>> toy = MLP([[0.5, -1.0]], [0], sizes=(2, 3, 2))
    >>> curve = error_curve(toy, toy.start(seed=1), eps=(1e-12, 1e-5, 1e-1))
    >>> curve[1].mean["central"] < min(curve[0].mean["central"], curve[2].mean["central"])
    True
    """
    return [check_gradient(problem, w, samples, value, on_sample) for value in eps]


def _counts(errors: Float) -> NDArray[np.int64]:
    """How many errors lie in each bin."""
    return np.histogram(np.clip(errors, EDGES[0], EDGES[-1]), EDGES)[0]


def _errors(
    problem: MLP, w: Float, row: int, eps: float, times: dict[str, float]
) -> dict[str, Float]:
    """The relative error of every weight for one sample, NaN where both derivatives are 0.

    The seconds that each method's losses took are added to `times`.
    """
    derivative = problem.value_and_grad(w, slice(row, row + 1))[1]
    plus, minus = np.empty_like(w), np.empty_like(w)
    base = 0.0
    for sign, losses, name in ((eps, plus, "forward"), (-eps, minus, "backward")):
        begin = time.perf_counter()
        base = _losses_after(problem, w, row, sign, losses)
        for method in (name, "central"):
            times[method] += time.perf_counter() - begin
    quotients = {
        "forward": (plus - base) / eps,
        "backward": (base - minus) / eps,
        "central": (plus - minus) / (2 * eps),
    }
    return {  # 0/0 is the NaN that says both are 0
        name: np.abs(n - derivative) / (np.abs(n) + np.abs(derivative))
        for name, n in quotients.items()
    }


def _losses_after(problem: MLP, w: Float, row: int, change: float, out: Float) -> float:
    """Write to `out` the loss after each weight alone has changed; return the loss before."""
    layers, places = problem.layers(w), problem.layers(out)
    f = problem.act
    inputs, sums = _sweep(layers, f, problem.x[row])
    y = int(problem.y[row])
    base = float(_losses(layers, f, len(layers) - 1, sums[-1][None], y)[0])
    for index, (a, place) in enumerate(zip(inputs, places, strict=True)):
        place.weights[:] = _moved(layers, f, index, sums, change * a, y, base)
        if place.biases is not None:
            place.biases[:] = _moved(layers, f, index, sums, np.array([change]), y, base)[0]
    return base


def _sweep(layers: Sequence[Layer], f: Activation, x: Float) -> tuple[list[Float], list[Float]]:
    """What goes into every layer, and the weighted sums that it makes."""
    inputs, sums = [x], []
    for layer in layers:
        sums.append(_weighted(layer, inputs[-1]))
        inputs.append(f.of(sums[-1]))
    return inputs[:-1], sums


def _weighted(layer: Layer, a: Float) -> Float:
    z: Float = a @ layer.weights
    return z if layer.biases is None else z + layer.biases


def _moved(
    layers: Sequence[Layer],
    f: Activation,
    index: int,
    sums: list[Float],
    shifts: Float,
    y: int,
    base: float,
) -> Float:
    """The losses, `(shifts, units)`, after each shift of each weighted sum of a layer alone."""
    z, last = sums[index], index == len(layers) - 1
    after = z + shifts[:, None]
    change = after - z if last else f.of(after) - f.of(z)
    losses = np.full(change.shape, base)
    # Where nothing changes (a pixel of 0, a unit that stays off), the loss is known already.
    shift, unit = np.nonzero(change)
    for begin in range(0, len(unit), CHUNK):
        i, j = shift[begin : begin + CHUNK], unit[begin : begin + CHUNK]
        if last:
            now = np.repeat(z[None], len(j), axis=0)
            now[np.arange(len(j)), j] = after[i, j]
            losses[i, j] = _losses(layers, f, index, now, y)
        else:
            following = layers[index + 1].weights[j]
            following *= change[i, j][:, None]
            following += sums[index + 1]
            losses[i, j] = _losses(layers, f, index + 1, following, y)
    return losses


def _losses(layers: Sequence[Layer], f: Activation, index: int, z: Float, y: int) -> Float:
    """The losses of many rows of weighted sums of one layer."""
    for layer in layers[index + 1 :]:
        z = _weighted(layer, f.of(z))
    z = z - z.max(axis=1, keepdims=True)
    losses: Float = np.log(np.exp(z).sum(axis=1)) - z[:, y]
    return losses
