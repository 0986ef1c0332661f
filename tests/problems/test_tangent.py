"""A network to first order: products with its Hessian, and the slopes of its samples."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.problems import MLP
from optiviz.problems.network import tangent
from optiviz.problems.network.tangent import Tangent
from optiviz.training.curvature import curvature

SIZES = [(3, 2), (3, 5, 2), (4, 7, 6, 3)]


def network(sizes: tuple[int, ...] = SIZES[2], biases: bool = True, n: int = 40) -> MLP:
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((n, sizes[0])), rng.integers(0, sizes[-1], n)
    return MLP(x, y, sizes, biases=biases, dtype="float64")


def away(mlp: MLP, seed: int = 1) -> np.ndarray:
    """Weights that are nowhere special, biases neither."""
    return mlp.start(0) + 0.1 * np.random.default_rng(seed).standard_normal(mlp.size)


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("sizes", SIZES)
def test_products_agree_with_differences(sizes: tuple[int, ...], biases: bool) -> None:
    mlp = network(sizes, biases)
    w, v = away(mlp), np.random.default_rng(5).standard_normal(mlp.size)
    found = Tangent(mlp, w)
    h = 1e-6
    expected = (mlp.value_and_grad(w + h * v)[1] - mlp.value_and_grad(w - h * v)[1]) / (2 * h)
    assert found.product(v) == pytest.approx(expected, rel=1e-6, abs=1e-6 * np.abs(expected).max())
    assert found.gradient() == pytest.approx(mlp.value_and_grad(w)[1], rel=1e-12, abs=1e-15)


def test_the_slopes_are_those_of_each_sample() -> None:
    mlp = network()
    w, v = away(mlp), away(mlp, 9)
    each = [mlp.value_and_grad(w, np.array([i]))[1] @ v for i in range(mlp.n_samples)]
    assert Tangent(mlp, w).slopes(v) == pytest.approx(each, rel=1e-10)


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_largest_curvatures_are_those_of_the_whole_matrix(k: int, biases: bool) -> None:
    mlp = network(biases=biases)
    w = away(mlp)
    product = Tangent(mlp, w).product
    matrix = np.stack([product(row) for row in np.eye(mlp.size)])
    assert matrix == pytest.approx(matrix.T, abs=1e-12)
    found = curvature(mlp, w, k)
    assert found.values == pytest.approx(np.linalg.eigvalsh(matrix)[::-1][:k], rel=1e-6)
    assert found.vectors @ found.vectors.T == pytest.approx(np.eye(k), abs=1e-8)
    assert found.vectors @ matrix == pytest.approx(found.values[:, None] * found.vectors, abs=1e-5)


def test_pytorch_has_the_same_hessian() -> None:
    torch = pytest.importorskip("torch")
    mlp = network(biases=False)
    w = away(mlp)
    x, y = torch.tensor(mlp.x), torch.tensor(mlp.y)

    def loss(flat):
        a, begin = x, 0
        for nth, (i, o) in enumerate(zip(mlp.sizes, mlp.sizes[1:], strict=False)):
            a = (torch.relu(a) if nth else a) @ flat[begin : begin + i * o].reshape(i, o)
            begin += i * o
        return torch.nn.functional.cross_entropy(a, y)

    hessian = torch.autograd.functional.hessian(loss, torch.tensor(w)).numpy()
    found = curvature(mlp, w, 2)
    assert found.values == pytest.approx(np.linalg.eigvalsh(hessian)[:-3:-1], rel=1e-6)


class Counted(np.ndarray):
    """An array whose products of matrices are counted, and those of all that comes of it."""

    flops = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **how):
        plain = [np.asarray(one) for one in inputs]
        if ufunc is np.matmul:
            Counted.flops += plain[0].size * plain[1].shape[1]
        if out:
            how["out"] = tuple(np.asarray(one) for one in out)
        made = getattr(ufunc, method)(*plain, **how)
        return made.view(Counted) if isinstance(made, np.ndarray) else made


def test_a_product_costs_no_more_than_four_gradients() -> None:
    mlp = network((30, 20, 20, 10), n=50)
    mlp.x = mlp.x.view(Counted)
    w, costs = mlp.start(0), []
    Counted.flops = 0
    found = Tangent(mlp, w)
    found.gradient()
    costs.append(Counted.flops)
    found.product(w)
    costs.append(Counted.flops - costs[0])
    first, others = 50 * 30 * 20, 50 * (20 * 20 + 20 * 10)
    assert costs[0] == 2 * first + 3 * others
    assert costs[1] <= 4 * costs[0]
    assert costs[1] == 2 * first + 6 * others


def test_a_guess_finds_the_same_in_no_more_products() -> None:
    mlp = network()
    w = away(mlp)
    first = curvature(mlp, w)
    again = curvature(mlp, w, guess=first.vectors[0])
    assert again.values == pytest.approx(first.values, rel=1e-6)
    assert curvature(mlp, w).values.tolist() == first.values.tolist(), "the same bits"


def test_a_network_that_died_is_flat() -> None:
    mlp = network(biases=False)
    found = curvature(mlp, np.zeros(mlp.size), 3)
    assert found.values == pytest.approx(np.zeros(3), abs=1e-12)
    assert found.vectors @ found.vectors.T == pytest.approx(np.eye(3), abs=1e-8)


def test_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    mlp = network()
    for k in (0, 21):
        with pytest.raises(UserError, match=f"k must be from 1 to 20, got {k}"):
            curvature(mlp, away(mlp), k)
    monkeypatch.setattr(tangent, "MOST", 39)
    with pytest.raises(UserError, match="at most 39 samples, got 40"):
        curvature(mlp, away(mlp))
