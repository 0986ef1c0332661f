"""A fully connected network on labelled data, all its weights in one flat vector."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from optiviz.errors import UserError, at_least
from optiviz.fast import wanted
from optiviz.problems.base import Array, Problem, inexact
from optiviz.problems.network.activations import ACTIVATIONS
from optiviz.problems.network.layers import Layer, Pass, count, layers_of, row_ends
from optiviz.problems.network.samples import classes_at, classes_of, samples_of

Batch = Array | slice | None  # sample indices, a slice of the samples, or all of them
# Larger batches go through in pieces, so that what they leave on the way stays in the cache.
PIECE = 1000
# A compiled pass beats the products of BLAS while m times the share of inputs that are not zero is
# below this: on MNIST, where a fifth are not, up to a batch of 26. Measured with two threads.
FEW = 5.0
# With fewer inputs than this that are not zero, and a first layer of this width, a compiled product
# that leaves out the others beats BLAS on larger batches, too; it numbers so many inputs at most.
SPARSE, NARROW, LISTED = 0.3, 64, 2**16
RATES = {"gradient": 0.02, "unit": 0.001}  # the learning rates of rules that are given none
# Kept passes: a batch size, the remainder of an epoch, the evaluation and its remainder.
KEPT = 4
KEPT_ARRAYS = ("_passes", "_compiled_passes", "_views", "_terms")  # not for a pickle


class MLP(Problem):
    """A network of fully connected layers, as a problem of P parameters.

    a₀ = x    aₗ = f(aₗ₋₁Wₗ + bₗ)    z = a_{L-1}W_L + b_L    loss = mean of -log softmax(z)_y

    Args:
        x: `(N, inputs)`, the samples; finite.
        y: `(N,)`, their classes as whole numbers from 0.
        sizes: the widths of all layers, from the inputs to the classes.
        biases: whether layers have biases bₗ; none by default.
        init: "glorot" draws weights from U(-r, r) with r² = 6/(inputs + outputs), "he" from
            N(0, 2/inputs); biases start at 0.
        activation: f, one of `ACTIVATIONS`; "he" suits relu and gelu, "glorot" tanh and sigmoid.
        dtype: float32 or float64.
        compiled: use the compiled pass for small batches: True, False, or if the extra `fast` is
            there (None); it agrees with the other to rounding. There is one for relu alone, whose
            zeros it leaves out.
        name, title: what the problem is called.

    Raises:
        UserError: data that is not finite or does not fit the sizes, a class out of range, or a
            missing extra.

    The arrays of a pass are kept for the next one, so one instance serves one thread at a time.

    >>> mlp = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 3, 2))
    >>> w = mlp.start(seed=0)
    >>> loss, gradient = mlp.value_and_grad(w, batch=np.array([1]))
    >>> gradient.shape == w.shape == (mlp.size,) == (12,)
    True

    Rumelhart, Hinton & Williams 1986; Glorot & Bengio 2010; He et al. 2015.
    """

    n_samples: int

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        sizes: Sequence[int] = (784, 300, 100, 100, 10),
        *,
        biases: bool = False,
        init: str = "glorot",
        activation: str = "relu",
        dtype: DTypeLike = np.float32,
        compiled: bool | None = None,
        name: str = "mnist",
        title: str = "MNIST",
    ) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            raise UserError(f"sizes must be 2 or more widths of at least 1, got {tuple(sizes)}.")
        if init not in ("glorot", "he"):
            raise UserError(f"init must be glorot or he, got {init!r}.")
        if str(np.dtype(dtype)) not in ("float32", "float64"):
            raise UserError(f"dtype must be float32 or float64, got {np.dtype(dtype)}.")
        self.name, self.title = name, title
        self.rates = RATES
        self.sizes, self.biases, self.init = tuple(sizes), biases, init
        self.act, self.activation = ACTIVATIONS[activation], activation
        self.dtype = np.dtype(dtype)
        self.x = samples_of(x, self.sizes[0], self.dtype)
        self.y = classes_of(y, len(self.x), self.sizes[-1])
        self.n_samples = len(self.x)
        self.size = count(self.sizes, biases)
        filled = int(np.count_nonzero(self.x[:2000])) / self.x[:2000].size
        self.few = FEW / max(filled, 1e-6)
        if compiled and activation != "relu":
            raise UserError(f"The compiled pass is for relu, not {activation}: leave compiled out.")
        self.compiled = activation == "relu" and wanted(compiled)
        self.sparse = self.compiled and filled < SPARSE and self.sizes[1] >= NARROW
        self.sparse = self.sparse and self.sizes[0] <= LISTED
        self._forget()

    def _forget(self) -> None:
        self._passes: dict[tuple[int, bool], Pass] = {}
        self._compiled_passes: dict[int, Any] = {}
        self._views: dict[str, tuple[Array, list[Layer]]] = {}
        self._terms: Any = None  # of the samples, that are not zero

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in vars(self).items() if k not in KEPT_ARRAYS}

    def __setstate__(self, facts: dict[str, Any]) -> None:
        vars(self).update(facts)
        self._forget()

    def on(self, x: ArrayLike, y: ArrayLike) -> MLP:
        """The same network on other data, such as a test set."""
        how: dict[str, Any] = {"biases": self.biases, "init": self.init, "dtype": self.dtype}
        how |= {"compiled": self.compiled, "name": self.name, "title": self.title}
        how |= {"activation": self.activation}
        return MLP(x, y, self.sizes, **how)

    def start(self, seed: int = 0) -> Array:
        """Initial weights `(P,)`; a seed gives the same ones in either precision."""
        at_least(0, seed=seed)
        rng = np.random.default_rng(seed)
        w = np.zeros(self.size, self.dtype)
        for layer in self.layers(w):
            inputs, outputs = shape = layer.weights.shape
            if self.init == "glorot":
                bound = math.sqrt(6 / (inputs + outputs))
                layer.weights[:] = rng.uniform(-bound, bound, shape)
            else:
                layer.weights[:] = rng.normal(0, math.sqrt(2 / inputs), shape)
        return w

    def layers(self, w: Array) -> list[Layer]:
        """Every layer's matrix `(inputs, outputs)` and biases, as views of `w` or a gradient."""
        if w.shape != (self.size,) or w.dtype != self.dtype or not w.flags.c_contiguous:
            raise UserError(
                f"The weights of this network are one contiguous {self.dtype} array of shape "
                f"({self.size},), got {w.dtype} of shape {w.shape}."
            )
        return layers_of(w, self.sizes, self.biases)

    def value_and_grad(
        self, w: Array, batch: Batch = None, out: Array | None = None
    ) -> tuple[float, Array]:
        """The mean loss of a batch and its gradient `(P,)`, the latter into `out` where given.

        Args:
            w: `(P,)`.
            batch: an array of sample indices, a slice, or None for all samples.
            out: `(P,)`, contiguous.

        Raises:
            UserError: an empty batch, an index out of range, or a wrong shape.
        """
        if out is None:
            out = np.empty(self.size, self.dtype)
        layers, grads = self._layers("w", w), self._layers("out", out)
        m = self._size(batch)
        if self.compiled and m <= self.few:
            few = self._compiled_pass(m)
            return few.gradient(w, *self._take(batch, few.x), out), out
        if m <= PIECE:
            a = self._pass(m, self.sparse)
            taken = self._listed(batch) if self.sparse else self._take(batch, a.x)
            return a.gradient(layers, *taken, grads), out
        loss, part = 0.0, np.empty_like(out)
        out[:] = 0
        for share, piece in self._pieces(batch, m):
            loss += share * self.value_and_grad(w, piece, part)[0]
            part *= share
            out += part
        return loss, out

    def into(self, out: Array) -> Callable[[Array, Batch], float]:
        """See `Problem.into`; for a few samples, zeros that stand in `out` are not written anew.

        Of the function, `rows` says which rows of `out` are not all zeros, and where each ends.
        """
        ends = row_ends(self.sizes, self.biases)
        filled = np.ones(len(ends), np.bool_)

        def write(w: Array, batch: Batch) -> float:
            m = self._size(batch)
            if not self.compiled or m > self.few:
                filled[:] = True
                return self.value_and_grad(w, batch, out)[0]
            self._layers("w", w)
            few = self._compiled_pass(m)
            loss: float = few.gradient(w, *self._take(batch, few.x), out, filled)
            return loss

        vars(write)["rows"] = filled, ends
        return write

    def value(self, w: ArrayLike, batch: Batch = None) -> float:
        """The mean loss of a batch, or of all samples."""
        flat = inexact(w)
        loss: float = self._mean(batch, lambda a, x, y: a.m * a.loss(self._layers("w", flat), x, y))
        return loss

    def accuracy(self, w: Array, batch: Batch = None) -> float:
        """The share of a batch, or of all samples, whose likeliest class is theirs; in [0, 1]."""

        def hits(a: Pass, x: Array, y: Array) -> float:
            likeliest = a.scores(self._layers("w", w), x).argmax(axis=1)
            return int(np.count_nonzero(likeliest == y))

        accuracy: float = self._mean(batch, hits)
        return accuracy

    def evaluate(self, w: Array) -> tuple[float, float]:
        """The mean loss and the accuracy on all samples, in one pass over them."""

        def both(a: Pass, x: Array, y: Array) -> Array:
            z = a.scores(self._layers("w", w), x)
            hits = np.count_nonzero(z.argmax(axis=1) == y)
            return np.array([a.m * a.loss_of(z, y), hits])

        loss, accuracy = self._mean(None, both)
        return float(loss), round(accuracy * self.n_samples) / self.n_samples

    def probabilities(self, w: Array, x: ArrayLike | None = None) -> Array:
        """softmax(z), `(N, classes)`, for other samples or for the problem's own."""
        samples = self.x if x is None else samples_of(x, self.sizes[0], self.dtype)
        layers = self._layers("w", w)
        parts = [samples[begin : begin + PIECE] for begin in range(0, len(samples), PIECE)]
        return np.concatenate([self._pass(len(p)).probabilities(layers, p).copy() for p in parts])

    def blocks(self, x: Array) -> list[Array]:
        """Every layer's matrix `(inputs, outputs)` and biases `(outputs,)`, as views of `x`."""
        return [part for layer in self.layers(x) for part in layer if part is not None]

    def predict(self, w: Array, x: ArrayLike | None = None) -> Array:
        """The likeliest class, `(N,)`, of other samples or of the problem's own."""
        found: Array = self.probabilities(w, x).argmax(axis=1)
        return found

    def _layers(self, role: str, w: Array) -> list[Layer]:
        """The layers of an array that is most often the one of the last call."""
        known = self._views.get(role)
        if known is None or known[0] is not w:
            known = self._views[role] = (w, self.layers(w))
        return known[1]

    def _pass(self, m: int, sparse: bool = False) -> Pass:
        if (m, sparse) not in self._passes:
            if len(self._passes) == KEPT:
                del self._passes[next(iter(self._passes))]
            first = self._sparse_inputs(m) if sparse else None
            self._passes[m, sparse] = Pass(m, self.sizes, self.dtype, self.activation, first)
        return self._passes[m, sparse]

    def _sparse_inputs(self, m: int) -> Any:
        from optiviz.problems.network.sparse import SparseInputs, terms_of  # noqa: PLC0415  # imports Numba

        if self._terms is None:
            self._terms = terms_of(self.x)
        return SparseInputs(m, self.sizes[0], self._terms)

    def _compiled_pass(self, m: int) -> Any:
        if m not in self._compiled_passes:
            from optiviz.problems.network.compiled import CompiledPass  # noqa: PLC0415  # imports Numba

            self._compiled_passes[m] = CompiledPass(m, self.sizes, self.biases, self.dtype)
        return self._compiled_passes[m]

    def _size(self, batch: Batch) -> int:
        if batch is None:
            return self.n_samples
        m = len(range(*batch.indices(self.n_samples)) if isinstance(batch, slice) else batch)
        if m == 0:
            raise UserError("A batch must hold at least 1 sample, got none.")
        return m

    def _take(self, batch: Batch, out: Array) -> tuple[Array, Array]:
        """The samples and classes of a batch; indices are gathered into `out`."""
        if batch is None:
            return self.x, self.y
        if isinstance(batch, slice):
            return np.ascontiguousarray(self.x[batch]), np.ascontiguousarray(self.y[batch])
        y = classes_at(self.y, batch)
        # The indices are known to be good, and any mode but "raise" writes straight into `out`.
        return self.x.take(batch, axis=0, out=out, mode="wrap"), y

    def _listed(self, batch: Batch) -> tuple[Array, Array]:
        """The indices and classes of a batch."""
        if not isinstance(batch, np.ndarray):
            batch = np.arange(self.n_samples)[slice(None) if batch is None else batch]
        return batch, classes_at(self.y, batch)

    def _pieces(self, batch: Batch, m: int) -> Iterator[tuple[float, Batch]]:
        """The pieces of a batch, each with its share of the samples."""
        for begin in range(0, m, PIECE):
            end = min(begin + PIECE, m)
            if isinstance(batch, np.ndarray):
                yield (end - begin) / m, batch[begin:end]
            else:
                own = range(self.n_samples)[slice(None) if batch is None else batch][begin:end]
                stop = own.stop if own.stop >= 0 else None
                yield (end - begin) / m, slice(own.start, stop, own.step)

    def _mean(self, batch: Batch, of: Callable[[Pass, Array, Array], Any]) -> Any:
        """The mean over a batch of what a pass sums up for each piece."""
        m: int = self._size(batch)
        total: Any = 0.0
        for _, piece in self._pieces(batch, m):
            a = self._pass(self._size(piece))
            total += of(a, *self._take(piece, a.x))
        return total / m
