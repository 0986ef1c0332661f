"""The products that leave out zeros, against those of BLAS."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.optim import SGD, Adam
from optiviz.problems import MLP
from optiviz.runs.loop import steps

pytest.importorskip("numba")

from optiviz.problems.network.sparse import ROWS, SparseInputs, terms_of

FINE = {"float32": 1e-6, "float64": 1e-14}
each_dtype = pytest.mark.parametrize(
    "dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)]
)


def some(m: int, n: int, dtype: str, seed: int = 0) -> np.ndarray:
    """A matrix, four fifths of it zeros, with an empty row and an empty column."""
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(m, n)) * (rng.random((m, n)) < 0.2)).astype(dtype)
    x[m // 2], x[:, n // 3] = 0, 0
    return x


@each_dtype
@pytest.mark.parametrize(
    ("m", "n", "width"), [(30, ROWS, 64), (2, 5, 65), (ROWS + 1, 2 * ROWS + 3, 300)]
)
def test_products_are_those_of_blas(m: int, n: int, width: int, dtype: str) -> None:
    rng, data = np.random.default_rng(1), some(2 * m, n, dtype)
    inputs = SparseInputs(m, n, terms_of(data))
    z, g = np.full((m, width), np.nan, dtype), np.full((n, width), np.nan, dtype)
    for _ in range(2):  # the second finds what the first one left
        batch = rng.integers(-2 * m, 2 * m, m)
        x = data[batch]
        w, delta = rng.normal(size=(n, width)).astype(dtype), rng.normal(size=z.shape).astype(dtype)
        inputs.forward(batch, w, z)
        inputs.gradient(delta, g)
        np.testing.assert_allclose(z, x @ w, rtol=0, atol=50 * FINE[dtype])
        np.testing.assert_allclose(g, x.T @ delta, rtol=0, atol=50 * FINE[dtype])


@each_dtype
def test_a_network_takes_them_for_large_batches_of_sparse_images(dtype: str) -> None:
    x, y = some(300, 240, dtype), np.arange(300) % 10
    how = {"sizes": (240, 70, 20, 10), "biases": True, "dtype": dtype}
    sparse, dense = MLP(x, y, **how), MLP(x, y, **how, compiled=False)
    w = sparse.start(0)
    for batch in (np.arange(40, 140), slice(0, 299, 2), None):
        loss, g = sparse.value_and_grad(w, batch)
        expected, there = dense.value_and_grad(w, batch)
        assert loss == pytest.approx(expected, rel=100 * FINE[dtype])
        np.testing.assert_allclose(g, there, rtol=0, atol=10 * FINE[dtype])
        assert {key[1] for key in sparse._passes} == {True}
        # What is measured on a network does not hang on the compiler.
        assert sparse.value(w, batch) == dense.value(w, batch)
        sparse._forget()


@pytest.mark.parametrize(("share", "width"), [(0.9, 70), (0.2, 20)])
def test_blas_has_full_inputs_and_narrow_layers(share: float, width: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.random((100, 50)) * (rng.random((100, 50)) < share)
    network = MLP(x, np.arange(100) % 10, (50, width, 10))
    assert not network.sparse
    network.value_and_grad(network.start(0))
    assert {key[1] for key in network._passes} == {False}


def test_a_lost_weight_is_seen_in_the_sums_that_use_it() -> None:
    x = np.eye(40, 80, dtype=np.float32)
    w, z = np.ones((80, 64), np.float32), np.empty((40, 64), np.float32)
    w[7, 3], w[79, 5] = np.nan, np.nan  # the second has only zeros before it
    SparseInputs(40, 80, terms_of(x)).forward(np.arange(40), w, z)
    assert np.argwhere(np.isnan(z)).tolist() == [[7, 3]]


def test_zeros_that_stand_are_zeros() -> None:
    """Whatever batches come one after another, the gradient is that of an array of its own."""
    network = MLP(some(60, 240, "float32"), np.arange(60) % 10, (240, 70, 20, 10))
    w, out = network.start(0), np.full(network.size, np.nan, np.float32)
    write = network.into(out)
    for batch in ([0], [1], [2, 3], [30], np.arange(50), [4], slice(5, 6), None, [7]):
        loss = write(w, batch if isinstance(batch, slice | None) else np.array(batch))
        there, g = network.value_and_grad(
            w, batch if isinstance(batch, slice | None) else np.array(batch)
        )
        assert (loss, out.tobytes()) == (there, g.tobytes())
    network.value_and_grad(w, np.arange(3), other := np.ones_like(out))
    assert not np.array_equal(out, other)


@pytest.mark.parametrize("biases", [False, True])
def test_a_gradient_tells_which_of_its_rows_are_zeros(biases: bool) -> None:
    """Of a network that has collapsed, all but what the last biases get."""
    x, sizes = some(60, 240, "float32"), (240, 70, 20, 10)
    network = MLP(x, np.arange(60) % 10, sizes, biases=biases, compiled=True)
    w, out = network.start(0), np.empty(network.size, np.float32)
    write = network.into(out)
    filled, ends = write.rows
    for weights in (w, -abs(w), w):
        for batch in ([0], [1], [2, 3, 4], [5]):
            write(weights, np.array(batch))
            assert out.tobytes() == network.value_and_grad(weights, np.array(batch))[1].tobytes()
            held = np.array([part.any() for part in np.split(out, ends[:-1])])
            assert not (held & ~filled).any()
            assert filled.mean() < 0.7
            assert filled.sum() <= 3 or weights is w


def test_a_run_keeps_its_gradient_to_itself() -> None:
    network = MLP(some(60, 240, "float32"), np.arange(60) % 10, (240, 70, 20, 10))
    for point in steps(network, SGD(lr=0.1), network.start(0), 3, batch_size=1):
        with pytest.raises(ValueError, match="read-only"):
            point.g[0] = 1
        assert np.array_equal(point.g, network.value_and_grad(point.w, point.batch)[1])


def test_every_array_of_a_run_begins_a_line_of_the_cache() -> None:
    """Where each register reads two lines, Adam takes three times as long."""
    network = MLP(some(60, 240, "float32"), np.arange(60) % 10, (240, 70, 20, 10))
    point = next(steps(network, Adam(), network.start(0), 3, batch_size=1))
    assert {array.ctypes.data % 64 for array in (point.w, point.g, *point.frame)} == {0}
    assert set(point.rows) == {"moment1", "moment2"}
    assert all(point.state[name].ctypes.data % 64 == 0 for name in point.rows)
