"""How sharply a network's loss bends: the largest eigenvalues of its Hessian, by Lanczos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optiviz.errors import UserError
from optiviz.problems.base import Array
from optiviz.problems.network.mlp import MLP
from optiviz.problems.network.tangent import Tangent

MOST = 20  # eigenvalues
ROUNDS = 120  # products at most, where eigenvalues lie close together
EXACT = {"float32": 1e-3, "float64": 1e-8}  # of the largest: what is left of Hv - λv


@dataclass(frozen=True, eq=False)
class Curvature:
    """The largest curvatures of a loss, and along which directions.

    Attributes:
        values: `(k,)`, λ from the largest down: the loss bends like ½λs² along its direction.
        vectors: `(k, P)`, the directions, of length 1.
        products: how many Hessian-vector products that took.
    """

    values: Array
    vectors: Array
    products: int

    @property
    def sharpness(self) -> float:
        """The largest: gradient descent is stable there while η < 2/λ."""
        return float(self.values[0])


def curvature(
    network: MLP, w: Array, k: int = 2, *, guess: Array | None = None, seed: int = 0
) -> Curvature:
    """The k largest eigenvalues of the Hessian of the mean loss of all of a network's samples.

    Lanczos: in an orthonormal basis Q of v, Hv, H²v, … the Hessian is the tridiagonal T = QᵀHQ,
    whose outer eigenvalues soon are those of H.

    Args:
        network: on at most 10 000 samples, which cost a product's time each; see `MLP.on`.
        w: `(P,)`, its weights.
        k: how many, from 1 to 20.
        guess: `(P,)`, a direction to begin with, such as one found a few updates ago.
        seed: what the first direction comes from if there is no guess.

    Raises:
        UserError: a k or a number of samples out of range.

    >>> mlp = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 3, 2), dtype="float64")
    >>> found = curvature(mlp, mlp.start(seed=0), k=2)
    >>> found.values.shape, found.vectors.shape, bool(found.values[0] >= found.values[1])
    ((2,), (2, 12), True)

    Lanczos 1950; Ghorbani, Krishnan & Xiao, Neural Net Optimization via Hessian Eigenvalue Density,
    2019.
    """
    if not 1 <= k <= min(MOST, network.size):
        raise UserError(f"k must be from 1 to {min(MOST, network.size)}, got {k}.")
    tangent = Tangent(network, w)
    rng = np.random.default_rng(seed)
    first = rng.standard_normal(network.size)
    if guess is not None:  # with a little of everything, or what it lacks is never found
        first = guess / np.linalg.norm(guess) + 0.1 * first / np.linalg.norm(first)
    exact = EXACT[str(np.dtype(network.dtype))]
    return _lanczos(tangent.product, first.astype(network.dtype), k, exact)


def _lanczos(product: Callable[[Array], Array], first: Array, k: int, exact: float) -> Curvature:
    """The k largest eigenvalues, every new direction made orthogonal to all the ones before."""
    rounds = min(ROUNDS, len(first))
    basis = np.empty((rounds, len(first)), first.dtype)
    tri = np.zeros((rounds, rounds))
    basis[0] = first / np.linalg.norm(first)
    for n in range(rounds):
        q = product(basis[n])
        tri[n, n] = np.dot(basis[n], q)
        q, length = _apart(q, basis[: n + 1])
        values, vectors = np.linalg.eigh(tri[: n + 1, : n + 1])
        left = np.abs(length * vectors[-1, -k:])  # |Hv - λv| of the k largest
        enough = n + 1 >= k and left.max() <= exact * np.abs(values).max()
        if enough or n + 1 == rounds:
            break
        tri[n, n + 1] = tri[n + 1, n] = length
        if not length:  # all that the first direction leads to is found: any other will do
            q, length = _apart(np.roll(first, n + 1), basis[: n + 1])
        basis[n + 1] = q / length
    order = slice(None, -k - 1, -1)
    return Curvature(values[order], vectors[:, order].T @ basis[: n + 1], n + 1)


def _apart(q: Array, basis: Array) -> tuple[Array, float]:
    """What of q is orthogonal to a basis, and its length: 0 where that is but rounding."""
    whole = float(np.linalg.norm(q))
    for _ in range(2):  # once leaves rounding that grows
        q = q - (basis @ q) @ basis
    length = float(np.linalg.norm(q))
    return q, length if length > 10 * np.finfo(q.dtype).eps * whole else 0.0
