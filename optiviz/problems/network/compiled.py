"""The compiled pass of a few samples through a network: what `layers.Pass` does with NumPy.

With few samples NumPy spends its time on starting routines rather than in them, and images are
mostly zeros, which a matrix product does not notice. Here terms that are zero are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from optiviz.fast import compiler
from optiviz.problems.base import Array

# Sums may be taken in any order, as BLAS does, but NaN and infinity keep their meaning.
compiled = compiler("contract", "reassoc", "nsz")


class CompiledPass:
    """The arrays for batches of m samples, and the sweep over them."""

    def __init__(self, m: int, sizes: Sequence[int], biases: bool, dtype: DTypeLike) -> None:
        self.m = m
        self.x = np.empty((m, sizes[0]), dtype)
        self._shape = np.array(sizes), biases
        self._rows = sum(sizes[:-1]) + biases * (len(sizes) - 1)
        self._outputs = np.empty(m * sum(sizes[1:]), dtype)
        self._deltas = np.empty_like(self._outputs)

    def gradient(
        self, w: Array, x: Array, y: Array, g: Array, filled: Array | None = None
    ) -> float:
        """The mean loss; its gradient is written into `g`.

        Args:
            filled: which rows of `g` may hold anything but zeros, see `row_ends`: what it says of
                `g` as it was, it says of `g` as it is afterwards. By default all may.
        """
        if filled is None:
            filled = np.ones(self._rows, np.bool_)
        how = *self._shape, self._outputs, self._deltas
        return float(_gradient(x, y, w, g, *how, filled))


@compiled
def _gradient(
    x: Array,
    y: Array,
    w: Array,
    g: Array,
    sizes: Array,
    biases: bool,
    outputs: Array,
    deltas: Array,
    filled: Array,
) -> Any:
    loss = _forward(x, y, w, sizes, biases, outputs, deltas)
    _backward(x, w, g, sizes, biases, outputs, deltas, filled)
    return loss


@compiled
def _forward(
    x: Array, y: Array, w: Array, sizes: Array, biases: bool, outputs: Array, deltas: Array
) -> Any:
    """The mean loss; leaves aₗ in `outputs` and δ_L at the end of `deltas`."""
    m, begin, at = len(x), 0, 0
    a = x
    for layer in range(1, len(sizes)):
        n, k = sizes[layer - 1], sizes[layer]
        out = outputs[at : at + m * k].reshape((m, k))
        _product(a, w[begin : begin + n * k].reshape((n, k)), out, np.ones(m, np.bool_))
        begin += n * k
        if biases:
            out += w[begin : begin + k]
            begin += k
        if layer < len(sizes) - 1:
            for s in range(m):
                for j in range(k):
                    if out[s, j] < 0:  # noqa: PLR1730  # NaN stays NaN
                        out[s, j] = 0
        a = out
        at += m * k
    return _softmax_loss(a, y, deltas[at - a.size : at].reshape(a.shape))


@compiled
def _softmax_loss(z: Array, y: Array, delta: Array) -> Any:
    """The mean of -log softmax(z)_y, and δ = (softmax(z) - onehot(y))/m."""
    m, classes = z.shape
    loss = 0.0
    for s in range(m):
        top, total = z[s].max(), 0.0
        for j in range(classes):
            delta[s, j] = np.exp(z[s, j] - top)
            total += delta[s, j]
        loss += np.log(total) - (z[s, y[s]] - top)
        for j in range(classes):
            delta[s, j] /= total * m
        delta[s, y[s]] -= 1 / m
    return loss / m


@compiled
def _backward(
    x: Array,
    w: Array,
    g: Array,
    sizes: Array,
    biases: bool,
    outputs: Array,
    deltas: Array,
    filled: Array,
) -> None:
    """∂Wₗ = aₗ₋₁ᵀδₗ, ∂bₗ = Σ δₗ and δₗ₋₁ = δₗWₗᵀ ⊙ (aₗ₋₁ > 0), from the last layer to the first."""
    m, end, at, row = len(x), len(w), len(outputs), len(filled)
    for layer in range(len(sizes) - 1, 0, -1):
        n, k = sizes[layer - 1], sizes[layer]
        at -= m * k
        d = deltas[at : at + m * k].reshape((m, k))
        if biases:
            end, row = end - k, row - 1
            g[end : end + k] = 0
            for s in range(m):
                g[end : end + k] += d[s]
        end, row = end - n * k, row - n
        a = x if layer == 1 else outputs[at - m * n : at].reshape((m, n))
        grad = g[end : end + n * k].reshape((n, k))
        some = m if d.any() else 0  # none in a network that has collapsed
        if some == 1:
            _outer(a, d, grad, filled[row : row + n])
        else:
            _product(a[:some].T, d[:some], grad, filled[row : row + n])
        if layer > 1:
            weights = w[end : end + n * k].reshape((n, k))
            _through_relu(a, d, weights, deltas[at - m * n : at].reshape((m, n)))


@compiled
def _kept(values: Array, kept: Array) -> int:
    """Write the indices of what is not 0 to `kept`; how many there are.

    There is no branch in it, since a processor would often guess wrong which way it goes.
    """
    count = 0
    for i in range(len(values)):
        kept[count] = i
        count += values[i] != 0
    return count


@compiled
def _outer(a: Array, delta: Array, out: Array, filled: Array) -> None:
    """out ← aᵀ @ delta of a single sample; see `_product`."""
    for i in range(len(out)):
        if a[0, i] != 0:
            for j in range(out.shape[1]):
                out[i, j] = a[0, i] * delta[0, j]
            filled[i] = True
        elif filled[i]:
            out[i] = 0
            filled[i] = False


@compiled
def _through_relu(a: Array, delta: Array, weights: Array, out: Array) -> None:
    """out ← delta @ weightsᵀ where a > 0, and 0 elsewhere."""
    m, n = a.shape
    width = weights.shape[1]
    kept = np.empty(n + 1, np.int64)
    for s in range(m):
        for i in range(n):
            out[s, i] = 0
        for k in range(_kept(a[s], kept)):
            i = kept[k]
            total = delta[s, 0] * weights[i, 0]
            for j in range(1, width):
                total += delta[s, j] * weights[i, j]
            out[s, i] = total


@compiled
def _product(x: Array, weights: Array, out: Array, filled: Array) -> None:
    """out ← x @ weights, by the rows of `weights` whose factor is not 0, four rows at a time.

    Rows of zeros that are not `filled`, so are zeros already, are not written again.
    """
    m, n = x.shape
    width = weights.shape[1]
    kept = np.empty(n + 1, np.int64)
    for s in range(m):
        count = _kept(x[s], kept)
        if count == 0:
            if filled[s]:
                out[s], filled[s] = 0, False
            continue
        filled[s], first = True, kept[0]
        factor = x[s, first]
        for j in range(width):
            out[s, j] = factor * weights[first, j]
        for k in range(1, count - 3, 4):
            p, q, r, t = kept[k], kept[k + 1], kept[k + 2], kept[k + 3]
            fp, fq, fr, ft = x[s, p], x[s, q], x[s, r], x[s, t]
            for j in range(width):
                two = fp * weights[p, j] + fq * weights[q, j]
                out[s, j] += two + (fr * weights[r, j] + ft * weights[t, j])
        for k in range(count - (count - 1) % 4, count):
            p = kept[k]
            fp = x[s, p]
            for j in range(width):
                out[s, j] += fp * weights[p, j]
