"""The activations: against PyTorch, against differences, and in everything that a network is."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.problems import MLP
from optiviz.problems.network.activations import ACTIVATIONS, FAR
from optiviz.problems.network.slice import Slice, filtered
from optiviz.problems.network.tangent import Tangent
from optiviz.training.curvature import curvature
from optiviz.training.gradcheck import check_gradient

Z = np.concatenate([np.linspace(-12, 12, 4801), [-1e30, 1e30]])
SIZES = (5, 7, 6, 3)
RNG = np.random.default_rng(4)
X, Y = RNG.standard_normal((40, SIZES[0])), RNG.integers(0, SIZES[-1], 40)

each = pytest.mark.parametrize("name", ACTIVATIONS)
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


def network(name: str, **how: object) -> MLP:
    how = {"dtype": "float64", "biases": True} | how
    return MLP(X, Y, SIZES, activation=name, **how)


def away(mlp: MLP) -> np.ndarray:
    w = mlp.start(0) + 0.1 * np.random.default_rng(1).standard_normal(mlp.size)
    return w.astype(mlp.dtype)


def theirs(name: str):
    torch = pytest.importorskip("torch")
    return getattr(torch, name, None) or getattr(torch.nn.functional, name)


@each
@each_dtype
def test_values_and_slopes_are_those_of_pytorch(name: str, dtype: str) -> None:
    f = theirs(name)
    import torch  # noqa: PLC0415

    own, z = ACTIVATIONS[name], Z.astype(dtype)
    at = torch.tensor(z, requires_grad=True)
    a = f(at)
    a.sum().backward()
    exact = {"float32": 1e-6, "float64": 1e-12}[dtype]
    assert own.of(z) == pytest.approx(a.detach().numpy(), rel=exact, abs=exact)
    assert own.of(z).dtype == own.slope(z).dtype == z.dtype
    assert own.slope(z) == pytest.approx(at.grad.numpy(), rel=exact, abs=exact)
    delta = np.ones_like(z)
    own.back(delta, own.of(z), z, np.empty(z.shape, own.kind or dtype))
    assert delta == pytest.approx(at.grad.numpy(), rel=exact, abs=exact)


@each
def test_bends_are_the_slopes_of_slopes(name: str) -> None:
    own, z, h = ACTIVATIONS[name], np.linspace(-7, 7, 1000), 1e-5
    bend = own.bend(z)
    expected = (own.slope(z + h) - own.slope(z - h)) / (2 * h)
    assert (np.zeros_like(z) if bend is None else bend) == pytest.approx(expected, abs=1e-9)


def test_what_is_no_number_stays_none() -> None:
    for own in ACTIVATIONS.values():
        assert np.isnan(own.of(np.array([np.nan, 1.0]))).tolist() == [True, False]
    gelu = ACTIVATIONS["gelu"]
    assert gelu.of(np.array([-FAR - 1, FAR, FAR + 1])) == pytest.approx(
        [0, FAR, FAR + 1], abs=1e-16
    )
    exact = [z * 0.5 * math.erfc(-z / math.sqrt(2)) for z in Z[1:-2].tolist()]
    assert gelu.of(Z[1:-2]) == pytest.approx(exact, abs=2e-14)


@each
@each_dtype
@pytest.mark.parametrize("m", [1, 5, 40])
def test_the_gradient_is_that_of_autograd(name: str, dtype: str, m: int) -> None:
    f = theirs(name)
    import torch  # noqa: PLC0415

    mlp = network(name, dtype=dtype)
    w = away(mlp)
    layers = [
        [torch.tensor(p, requires_grad=True) for p in layer] for layer in mlp.layers(w.copy())
    ]
    a = torch.tensor(mlp.x[:m])
    for nth, (matrix, bias) in enumerate(layers):
        a = (f(a) if nth else a) @ matrix + bias
    expected = torch.nn.functional.cross_entropy(a, torch.tensor(mlp.y[:m]))
    expected.backward()
    loss, g = mlp.value_and_grad(w, np.arange(m))
    flat = np.concatenate([p.grad.numpy().ravel() for layer in layers for p in layer])
    exact = {"float32": 1e-6, "float64": 1e-12}[dtype]
    assert loss == pytest.approx(expected.item(), rel=exact)
    assert g == pytest.approx(flat, abs=exact * max(1, np.abs(flat).max()))
    assert mlp.value(w, np.arange(m)) == pytest.approx(loss, rel=exact)


@each
def test_the_check_of_gradients_knows_it(name: str) -> None:
    mlp = network(name)
    assert check_gradient(mlp, away(mlp), range(3)).mean["central"] < 1e-7


@each
def test_hessian_products_and_pytorch_agree(name: str) -> None:
    f = theirs(name)
    import torch  # noqa: PLC0415

    mlp = network(name, biases=False)
    w = away(mlp)
    x, y = torch.tensor(mlp.x), torch.tensor(mlp.y)

    def loss(flat):
        a, begin = x, 0
        for nth, (i, o) in enumerate(itertools.pairwise(SIZES)):
            a = (f(a) if nth else a) @ flat[begin : begin + i * o].reshape(i, o)
            begin += i * o
        return torch.nn.functional.cross_entropy(a, y)

    hessian = torch.autograd.functional.hessian(loss, torch.tensor(w)).numpy()
    v = np.random.default_rng(5).standard_normal(mlp.size)
    assert Tangent(mlp, w).product(v) == pytest.approx(hessian @ v, rel=1e-6, abs=1e-9)
    found = curvature(mlp, w, 2).values
    assert found == pytest.approx(np.linalg.eigvalsh(hessian)[:-3:-1], rel=1e-6)


@each
@pytest.mark.parametrize("biases", [False, True])
def test_products_agree_with_differences(name: str, biases: bool) -> None:
    mlp, h = network(name, biases=biases), 1e-6
    w, v = away(mlp), np.random.default_rng(5).standard_normal(mlp.size)
    expected = (mlp.value_and_grad(w + h * v)[1] - mlp.value_and_grad(w - h * v)[1]) / (2 * h)
    found = Tangent(mlp, w)
    assert found.product(v) == pytest.approx(expected, rel=1e-6, abs=1e-6 * np.abs(expected).max())
    assert found.gradient() == pytest.approx(mlp.value_and_grad(w)[1], rel=1e-10, abs=1e-15)


@each
def test_a_slice_is_of_the_same_network(name: str) -> None:
    mlp = network(name)
    plane = Slice(mlp, filtered(mlp, away(mlp)), ((-1, 1), (-1, 1)))
    for point in ([0.0, 0.0], [0.4, -0.7]):
        assert plane.value(np.array(point)) == pytest.approx(mlp.value(plane.weights(point)))


@each
def test_what_it_suits_keeps_the_size_of_the_signal(name: str) -> None:
    suits = ACTIVATIONS[name].suits
    mlp = MLP(RNG.standard_normal((50, 300)), [0] * 50, [300] * 6, init=suits, activation=name)
    a = mlp.x
    sizes = []
    for layer in mlp.layers(mlp.start(0)):
        z = a @ layer.weights
        sizes.append(z.std())
        a = mlp.act.of(z)
    assert 0.3 < sizes[-1] / sizes[0] < 2


def test_the_compiled_pass_is_for_relu_alone() -> None:
    assert not network("tanh").compiled
    with pytest.raises(UserError, match="is for relu, not gelu: leave compiled out"):
        network("gelu", compiled=True)
    with pytest.raises(UserError, match=r"Unknown activation 'geul'\. Did you mean 'gelu'"):
        network("geul")
    assert network("gelu").on(X, Y).activation == "gelu"
