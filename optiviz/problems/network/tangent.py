"""A network at one point of its weights: products with its Hessian, slopes of its samples."""

from __future__ import annotations

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array
from optiviz.problems.network.layers import Layer, layers_of
from optiviz.problems.network.mlp import MLP

MOST = 10_000  # samples, whose activations are all kept


class Tangent:
    """The loss of all of a network's samples about weights w, along any direction v of theirs.

    With R{x} the derivative of x along v:

    R{zₗ} = R{aₗ₋₁}Wₗ + aₗ₋₁Vₗ    R{aₗ} = R{zₗ} ⊙ f'(zₗ)    R{p} = p ⊙ (R{z} - Σ p R{z})
    Hv:  R{∂Wₗ} = R{aₗ₋₁}ᵀδₗ + aₗ₋₁ᵀR{δₗ}
    R{δₗ₋₁} = (R{δₗ}Wₗᵀ + δₗVₗᵀ) ⊙ f'(zₗ₋₁) + δₗWₗᵀ ⊙ f''(zₗ₋₁) ⊙ R{zₗ₋₁}

    A product costs six products of matrices a layer, two gradients; what it shares with the next
    one is kept.

    Args:
        network: of ReLUs, on at most 10 000 samples.
        w: `(P,)`.

    Raises:
        UserError: too many samples.

    >>> mlp = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 3, 2), dtype="float64")
    >>> w, v = mlp.start(seed=0), mlp.start(seed=1)
    >>> by_differences = (mlp.value_and_grad(w + 1e-6 * v)[1] - mlp.value_and_grad(w)[1]) / 1e-6
    >>> np.allclose(Tangent(mlp, w).product(v), by_differences, atol=1e-5)
    True

    Pearlmutter, Fast Exact Multiplication by the Hessian, 1994.
    """

    def __init__(self, network: MLP, w: Array) -> None:
        if network.n_samples > MOST:
            raise UserError(f"Curvature takes at most {MOST} samples, got {network.n_samples}.")
        self.network, self.layers = network, network.layers(w)
        self.inputs, self.slopes_of, sums = [network.x], [], []  # of each layer; f' of its sums
        for layer in self.layers[:-1]:
            z = self.inputs[-1] @ layer.weights + (0 if layer.biases is None else layer.biases)
            sums.append(z)
            self.slopes_of.append(network.act.slope(z))
            self.inputs.append(network.act.of(z))
        last = self.layers[-1]
        z = self.inputs[-1] @ last.weights + (0 if last.biases is None else last.biases)
        z = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = z / z.sum(axis=1, keepdims=True)
        delta = self.p.copy()
        delta[np.arange(len(delta)), network.y] -= 1
        self.misses = delta  # p - onehot(y), of each sample
        self.deltas = [delta / network.n_samples]
        self.bends: list[Array | None] = []  # δₗWₗᵀ ⊙ f'' below each layer but the first
        for layer, slope, z in zip(
            self.layers[:0:-1], self.slopes_of[::-1], sums[::-1], strict=True
        ):
            back, bend = self.deltas[0] @ layer.weights.T, network.act.bend(z)
            self.bends.insert(0, None if bend is None else back * bend)
            self.deltas.insert(0, back * slope)

    def gradient(self) -> Array:
        """The gradient of the mean loss, `(P,)`."""
        found = np.empty(self.network.size, self.network.dtype)
        for out, a, delta in zip(self._views(found), self.inputs, self.deltas, strict=True):
            np.matmul(a.T, delta, out=out.weights)
            if out.biases is not None:
                np.sum(delta, axis=0, out=out.biases)
        return found

    def slopes(self, v: Array) -> Array:
        """How each sample's own loss changes along v: `(N,)`."""
        slopes: Array = (self.misses * self._forward(v)[1][-1]).sum(axis=1)
        return slopes

    def product(self, v: Array) -> Array:
        """Hv, `(P,)`: how the gradient of the mean loss changes along v."""
        found = np.empty(self.network.size, self.network.dtype)
        moved, sums = self._forward(v)
        z = sums[-1]
        delta = self.p * (z - (self.p * z).sum(axis=1, keepdims=True)) / self.network.n_samples
        outs, steps = self._views(found), self._views(v)
        for nth in range(len(outs) - 1, -1, -1):
            np.matmul(self.inputs[nth].T, delta, out=outs[nth].weights)
            if nth:
                outs[nth].weights[...] += moved[nth].T @ self.deltas[nth]
            if (biases := outs[nth].biases) is not None:
                np.sum(delta, axis=0, out=biases)
            if nth:
                delta = delta @ self.layers[nth].weights.T + self.deltas[nth] @ steps[nth].weights.T
                delta *= self.slopes_of[nth - 1]
                if (bend := self.bends[nth - 1]) is not None:
                    delta += bend * sums[nth - 1]
        return found

    def _forward(self, v: Array) -> tuple[list[Array], list[Array]]:
        """R{a} before each layer, the inputs' being 0, and R{z} of each."""
        moved, sums = [np.zeros(1)], []
        for nth, (layer, step) in enumerate(zip(self.layers, self._views(v), strict=True)):
            z = self.inputs[nth] @ step.weights
            if nth:
                z += moved[nth] @ layer.weights
            if step.biases is not None:
                z += step.biases
            sums.append(z)
            if nth < len(self.slopes_of):
                moved.append(z * self.slopes_of[nth])
        return moved, sums

    def _views(self, flat: Array) -> list[Layer]:
        return layers_of(flat, self.network.sizes, self.network.biases)
