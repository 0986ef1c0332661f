"""Fully connected layers: views of a flat vector, and one pass forward and back through them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from optiviz.problems.base import Array
from optiviz.problems.network.activations import ACTIVATIONS

if TYPE_CHECKING:
    from optiviz.problems.network.sparse import SparseInputs

# Up to this many multiplications a BLAS product needs no packing of its operands, which for a
# handful of rows costs more than the product itself. Measured with OpenBLAS on AVX-512; elsewhere
# the pieces cost next to nothing.
UNPACKED = 400_000
FEW_ROWS = 16


class Layer(NamedTuple):
    """What belongs to one layer, as views of a flat vector of weights or of a gradient."""

    weights: Array  # (inputs, outputs)
    biases: Array | None  # (outputs,)


def count(sizes: Sequence[int], biases: bool) -> int:
    """P, the number of weights and biases in layers of these widths."""
    return sum(i * o + o * biases for i, o in itertools.pairwise(sizes))


def layers_of(w: Array, sizes: Sequence[int], biases: bool) -> list[Layer]:
    """The layers in `w` of shape `(P,)`: for each its matrix row by row, then its biases.

    >>> w = np.arange(6.0)
    >>> layers_of(w, sizes=(2, 3), biases=False)[0].weights[1, 0]
    np.float64(3.0)
    """
    found, begin = [], 0
    for inputs, outputs in itertools.pairwise(sizes):
        middle = begin + inputs * outputs
        end = middle + outputs * biases
        weights = w[begin:middle].reshape(inputs, outputs)
        found.append(Layer(weights, w[middle:end] if biases else None))
        begin = end
    return found


def row_ends(sizes: Sequence[int], biases: bool) -> Array:
    """Where the rows of all layers in `w` end; a layer's biases are its last row.

    >>> row_ends((2, 3, 1), biases=True)
    array([ 3,  6,  9, 10, 11, 12, 13])
    """
    widths = ([outputs] * (inputs + biases) for inputs, outputs in itertools.pairwise(sizes))
    return np.cumsum(list(itertools.chain(*widths)))


class Pass:
    """The arrays that m samples need on their way forward and back, made once and used again.

    a₀ = x    zₗ = aₗ₋₁Wₗ + bₗ    aₗ = f(zₗ)    p = softmax(z_L)
    δ_L = (p - onehot(y))/m    δₗ₋₁ = δₗWₗᵀ ⊙ f'(zₗ₋₁)    ∂Wₗ = aₗ₋₁ᵀδₗ    ∂bₗ = Σ δₗ

    Args:
        first: what takes the products with x instead of BLAS; x is then the samples' indices.
    """

    def __init__(
        self,
        m: int,
        sizes: Sequence[int],
        dtype: DTypeLike,
        activation: str = "relu",
        first: SparseInputs | None = None,
    ) -> None:
        self.m, self._activation, self._first_layer = m, ACTIVATIONS[activation], first
        # A product with one inner term (∂W of a single sample) never reaches BLAS and is ten times
        # slower than one with two, so a single sample gets a row of zeros for company.
        rows = max(m, 2)
        self._padded = [np.zeros((rows, n), dtype) for n in sizes]
        self._deltas = [np.zeros((rows, n), dtype) for n in sizes[1:-1]] + self._padded[-1:]
        self._rooms = [np.empty((m, n), self._activation.kind or dtype) for n in sizes[1:-1]]
        self.x = self._padded[0][:m]
        self._outputs = [a[:m] for a in self._padded[1:]]
        inner = self._activation.inner
        self._sums = [np.empty_like(a) if inner else a for a in self._outputs[:-1]]
        self._first = np.arange(m) * sizes[-1]  # where each row of z begins in memory
        self._top = np.empty((m, 1), dtype)
        self._parts = [
            np.empty((_pieces(m, i, o), m, o), dtype) for i, o in itertools.pairwise(sizes)
        ]

    def scores(self, layers: Sequence[Layer], x: Array) -> Array:
        """z, `(m, classes)`: the weighted sums of the last layer for the samples `(m, inputs)`."""
        a, last = x, len(layers) - 1
        for index, (layer, out) in enumerate(zip(layers, self._outputs, strict=True)):
            if self._first_layer and index == 0:
                self._first_layer.forward(x, layer.weights, out)
            else:
                _product(a, layer.weights, out, self._parts[index])
            if layer.biases is not None:
                out += layer.biases
            if index < last:
                if self._activation.inner:
                    self._sums[index][:] = out
                self._activation.forward(out)
            a = out
        return a

    def probabilities(self, layers: Sequence[Layer], x: Array) -> Array:
        """softmax(z), `(m, classes)`, in memory that the next pass writes over."""
        z = self.scores(layers, x)
        z -= np.maximum.reduce(z, axis=1, keepdims=True, out=self._top)
        np.exp(z, out=z)
        z /= np.add.reduce(z, axis=1, keepdims=True, out=self._top)
        return z

    def loss(self, layers: Sequence[Layer], x: Array, y: Array) -> float:
        """The mean of -log softmax(z)_y for the samples `(m, inputs)` and classes `(m,)`."""
        return self.loss_of(self.scores(layers, x), y)

    def loss_of(self, z: Array, y: Array) -> float:
        """The mean of -log softmax(z)_y = log Σ exp(z - max z) - (z_y - max z), over z's memory."""
        z -= np.maximum.reduce(z, axis=1, keepdims=True, out=self._top)
        wanted = z.reshape(-1).take(self._first + y)
        np.exp(z, out=z)
        total = np.add.reduce(z, axis=1, keepdims=True, out=self._top)
        return float(np.add.reduce(np.log(total[:, 0]) - wanted)) / self.m

    def gradient(
        self, layers: Sequence[Layer], x: Array, y: Array, grads: Sequence[Layer]
    ) -> float:
        """The mean loss; its gradient is written into the views `grads`."""
        loss = self.loss(layers, x, y)
        delta = self._outputs[-1]  # holds exp(z - max z), and becomes δ_L
        self._top *= self.m
        delta /= self._top
        delta.reshape(-1)[self._first + y] -= 1 / self.m
        if self.m == 1:
            self.x[:] = x  # a slice of the data has no row of zeros below it
        for index in range(len(layers) - 1, -1, -1):
            whole = self._deltas[index]
            if self._first_layer and index == 0:
                self._first_layer.gradient(whole[: self.m], grads[0].weights)
            else:
                before = x if index == 0 and self.m > 1 else self._padded[index]
                np.matmul(before.T, whole, out=grads[index].weights)
            if (bias := grads[index].biases) is not None:
                np.add.reduce(whole, axis=0, out=bias)
            if index:
                delta = np.matmul(
                    whole[: self.m], layers[index].weights.T, out=self._deltas[index - 1][: self.m]
                )
                before = self._outputs[index - 1]
                self._activation.back(delta, before, self._sums[index - 1], self._rooms[index - 1])
        return loss


def _pieces(m: int, inputs: int, outputs: int) -> int:
    """Into how many parts the inner sum of a product is split (1: not at all)."""
    if not 1 < m <= FEW_ROWS:  # a single row is a matrix-vector product, which packs nothing
        return 1
    fit = (k for k in range(1, inputs + 1) if inputs % k == 0)
    return next(k for k in fit if m * (inputs // k) * outputs <= UNPACKED or k == inputs)


def _product(a: Array, weights: Array, out: Array, parts: Array) -> None:
    """a @ weights, as the sum of len(parts) products over parts of the inner index."""
    pieces, m, outputs = parts.shape
    if pieces == 1:
        np.matmul(a, weights, out=out)
        return
    left = a.reshape(m, pieces, -1).transpose(1, 0, 2)
    np.matmul(left, weights.reshape(pieces, -1, outputs), out=parts)
    np.add.reduce(parts, axis=0, out=out)
