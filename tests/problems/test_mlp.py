"""The network: against PyTorch, against differences, and against everything a user gets wrong."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from optiviz import optim
from optiviz.errors import UserError
from optiviz.optim import schedules, stepper
from optiviz.problems import MLP

SIZES = (12, 9, 7, 4)
RNG = np.random.default_rng(1)
X = RNG.random((40, SIZES[0])) * (RNG.random((40, SIZES[0])) < 0.5)
Y = RNG.integers(0, SIZES[-1], 40)
MATRIX = "full-adagrad"
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}

each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])
each_kind = pytest.mark.parametrize("compiled", [False, True], ids=["numpy", "compiled"])
either_biases = pytest.mark.parametrize("biases", [False, True], ids=["plain", "biases"])


def network(compiled: bool = False, **how: object) -> MLP:
    """A small network; without the compiler, the test of its kernels is skipped."""
    if compiled:
        pytest.importorskip("numba")
    return MLP(X, Y, SIZES, compiled=compiled, **how)


def torch_weights(problem: MLP, w: np.ndarray) -> tuple[list, list]:
    torch = pytest.importorskip("torch")
    layers = problem.layers(w.copy())
    pairs = [
        [torch.tensor(part, requires_grad=True) for part in layer if part is not None]
        for layer in layers
    ]
    return pairs, [part for pair in pairs for part in pair]


def torch_loss(pairs: list, x: np.ndarray, y: np.ndarray):
    import torch  # noqa: PLC0415

    a = torch.tensor(x)
    for index, (matrix, *bias) in enumerate(pairs):
        a = a @ matrix + (bias[0] if bias else 0)
        a = a if index == len(pairs) - 1 else torch.relu(a)
    return torch.nn.functional.cross_entropy(a, torch.tensor(y))


# --- the gradient ---


@each_kind
@each_dtype
@either_biases
@pytest.mark.parametrize("m", [1, 2, 5, 40])
def test_gradient_agrees_with_autograd(m: int, biases: bool, dtype: str, compiled: bool) -> None:
    problem = network(compiled, biases=biases, dtype=dtype, init="he")
    w = problem.start(3)
    batch = np.random.default_rng(m).permutation(40)[:m]
    pairs, flat = torch_weights(problem, w)
    expected = torch_loss(pairs, problem.x[batch], problem.y[batch])
    expected.backward()
    loss, g = problem.value_and_grad(w, batch)
    theirs = np.concatenate([part.grad.numpy().ravel() for part in flat])
    np.testing.assert_allclose(g, theirs, rtol=0, atol=TOLERANCE[dtype] * np.abs(theirs).max())
    assert loss == pytest.approx(expected.item(), rel=TOLERANCE[dtype])


@each_kind
@each_dtype
@pytest.mark.parametrize("rule", ["sgd", "momentum", "adam"])
def test_a_training_step_agrees_with_torch(rule: str, dtype: str, compiled: bool) -> None:
    torch = pytest.importorskip("torch")
    problem = network(compiled, dtype=dtype, biases=True)
    w, batch = problem.start(0), np.arange(5)
    pairs, flat = torch_weights(problem, w)
    theirs = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "adam": lambda p: torch.optim.Adam(p, lr=0.1),
    }[rule](flat)
    ours = optim.parse(rule, lr=0.1)
    g, state = np.empty_like(w), ours.init(w)
    for t in range(3):
        theirs.zero_grad()
        torch_loss(pairs, problem.x[batch], problem.y[batch]).backward()
        theirs.step()
        problem.value_and_grad(w, batch, g)
        ours.step(w, g, state, t)
        there = np.concatenate([part.detach().numpy().ravel() for part in flat])
        np.testing.assert_allclose(w, there, rtol=0, atol=TOLERANCE[dtype])


@each_kind
@either_biases
def test_gradient_agrees_with_differences(biases: bool, compiled: bool) -> None:
    problem = network(compiled, biases=biases, dtype="float64")
    w, eps = problem.start(1), 1e-6
    for batch in (np.array([3]), np.arange(6), slice(2, 30), None):
        g = problem.value_and_grad(w, batch)[1]
        for i in range(0, problem.size, 7):
            d = np.zeros_like(w)
            d[i] = eps
            slope = (problem.value(w + d, batch) - problem.value(w - d, batch)) / (2 * eps)
            assert slope == pytest.approx(g[i], rel=1e-5, abs=1e-9)


@each_kind
def test_both_passes_agree_on_the_whole_network(compiled: bool) -> None:
    rng = np.random.default_rng(0)
    x = (rng.random((40, 784)) * (rng.random((40, 784)) < 0.2)).astype(np.float32)
    y = rng.integers(0, 10, 40)
    problem, plain = MLP(x, y), MLP(x, y, compiled=False)
    assert problem.size == 276_200
    w = problem.start(0)
    for m in (1, 3, 10, 40):
        loss, g = problem.value_and_grad(w, np.arange(m))
        loss_plain, g_plain = plain.value_and_grad(w, np.arange(m))
        assert loss == pytest.approx(loss_plain, rel=1e-6)
        np.testing.assert_allclose(g, g_plain, rtol=0, atol=2e-6 * np.abs(g_plain).max())


# --- memory ---


@either_biases
def test_layers_are_views_of_one_vector(biases: bool) -> None:
    problem = network(biases=biases)
    w = problem.start(0)
    parts = [part for layer in problem.layers(w) for part in layer if part is not None]
    assert sum(part.size for part in parts) == w.size == problem.size
    assert all(np.shares_memory(part, w) for part in parts)
    w *= 2
    assert np.array_equal(np.concatenate([part.ravel() for part in parts]), w)


@each_kind
def test_the_gradient_goes_where_it_is_told(compiled: bool) -> None:
    problem = network(compiled)
    w, out = problem.start(0), np.full(problem.size, np.nan, np.float32)
    for batch in (np.array([1]), np.arange(8), None):
        assert problem.value_and_grad(w, batch, out)[1] is out
        assert np.isfinite(out).all()
        np.testing.assert_array_equal(out, problem.value_and_grad(w, batch)[1])


@each_kind
def test_weights_that_change_in_place_are_seen(compiled: bool) -> None:
    problem = network(compiled)
    w, batch = problem.start(0), np.arange(3)
    before = problem.value_and_grad(w, batch)[0]
    w *= 0.5
    fresh = network(compiled).value_and_grad(w.copy(), batch)[0]
    assert problem.value_and_grad(w, batch)[0] == fresh != before


@each_kind
def test_batches_of_all_kinds_are_the_same_batch(compiled: bool) -> None:
    problem = network(compiled, dtype="float64")
    w = problem.start(0)
    for part in (slice(4, 9), slice(7, 8), slice(30, None), slice(None, None, -3)):
        indices = np.arange(40)[part]
        np.testing.assert_allclose(
            problem.value_and_grad(w, part)[1], problem.value_and_grad(w, indices)[1], rtol=1e-12
        )
        assert problem.value(w, part) == pytest.approx(problem.value(w, indices))
    np.testing.assert_array_equal(
        problem.value_and_grad(w)[1], problem.value_and_grad(w, slice(None))[1]
    )


def test_large_batches_go_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = network(dtype="float64")
    w, backwards = problem.start(0), np.arange(40)[::-1]
    parts = (None, slice(1, 38), slice(37, 3, -2), slice(None, None, -1), backwards)
    whole = [(*problem.value_and_grad(w, p), problem.accuracy(w, p)) for p in parts]
    probabilities, evaluation = problem.probabilities(w), problem.evaluate(w)
    monkeypatch.setattr("optiviz.problems.network.mlp.PIECE", 7)
    np.testing.assert_allclose(problem.probabilities(w), probabilities, rtol=1e-12)
    assert problem.evaluate(w) == pytest.approx(evaluation, rel=1e-12)
    for part, (loss, g, accuracy) in zip(parts, whole, strict=True):
        found, gradient = problem.value_and_grad(w, part)
        assert found == pytest.approx(loss, rel=1e-12)
        np.testing.assert_allclose(gradient, g, rtol=1e-9, atol=1e-14)
        assert problem.value(w, part) == pytest.approx(loss, rel=1e-12)
        assert problem.accuracy(w, part) == pytest.approx(accuracy)


# --- start, prediction, stability ---


@pytest.mark.parametrize(("init", "spread"), [("glorot", 2 / 1300), ("he", 2 / 800)])
def test_start_has_the_spread_of_its_init(init: str, spread: float) -> None:
    problem = MLP(np.ones((1, 800)), [0], (800, 500), init=init, biases=True)
    layer = problem.layers(problem.start(0))[0]
    assert layer.weights.var() == pytest.approx(spread, rel=0.02)
    assert layer.biases is not None
    assert not layer.biases.any()
    np.testing.assert_array_equal(problem.start(5), problem.start(5))
    assert (problem.start(5) != problem.start(6)).any()


def test_predictions_come_from_probabilities() -> None:
    problem = network()
    w = problem.start(0)
    p = problem.probabilities(w)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(problem.predict(w), p.argmax(axis=1))
    assert problem.accuracy(w) == pytest.approx(np.mean(problem.predict(w) == Y))
    np.testing.assert_array_equal(problem.predict(w, X[3:5]), problem.predict(w)[3:5])
    test = problem.on(X[:10], Y[:10])
    assert test.value(w) == pytest.approx(problem.value(w, slice(0, 10)), rel=1e-6)


@each_kind
@each_dtype
def test_large_scores_do_not_overflow(dtype: str, compiled: bool) -> None:
    problem = network(compiled, dtype=dtype)
    w = problem.start(0) * dtype_scale(dtype)
    for batch in (np.array([0]), np.arange(30)):
        loss, g = problem.value_and_grad(w, batch)
        assert np.isfinite(loss)
        assert np.isfinite(g).all()


def dtype_scale(dtype: str) -> np.floating:
    """So large that exp of a score overflows."""
    return np.dtype(dtype).type(300 if dtype == "float32" else 3000)


@each_kind
def test_weights_that_are_lost_give_a_loss_that_says_so(compiled: bool) -> None:
    problem = network(compiled)
    w = problem.start(0)
    w[0] = np.nan
    used = np.flatnonzero(X[:, 0])[:3]
    with np.errstate(invalid="ignore"):
        assert np.isnan(problem.value_and_grad(w, used)[0])


@each_kind
def test_training_lowers_the_loss_and_repeats_to_the_bit(compiled: bool) -> None:
    ends = []
    for _ in range(2):
        problem = network(compiled)
        w, rule = problem.start(0), optim.Adam(lr=0.01)
        g, state = np.empty_like(w), rule.init(w)
        order = np.random.default_rng(0).permutation(40)
        for t in range(400):
            first = 4 * t % 40
            problem.value_and_grad(w, order[first : first + 4], g)
            rule.step(w, g, state, t)
        ends.append(w)
    np.testing.assert_array_equal(*ends)
    assert problem.value(w) < 0.2
    assert problem.accuracy(w) > 0.9


# --- errors ---


@pytest.mark.parametrize(
    ("x", "y", "how", "message"),
    [
        (X, Y[:-1], {}, r"y must be 40 whole numbers, got int64 of shape \(39,\)"),
        (X, Y * 1.0, {}, "y must be 40 whole numbers, got float64"),
        (X, np.where(np.arange(40) == 5, 4, Y), {}, r"from 0 to 3, but y\[5\] is 4"),
        (X, np.where(np.arange(40) == 6, -1, Y), {}, r"from 0 to 3, but y\[6\] is -1"),
        (X[:, :-1], Y, {}, r"x must have shape \(N, 12\)"),
        (X[:0], Y[:0], {}, "N of 1 or more"),
        (np.where(np.arange(40)[:, None] == 7, np.nan, X), Y, {}, "sample 7 holds NaN"),
        (np.where(np.arange(40)[:, None] == 8, -np.inf, X), Y, {}, "sample 8 holds NaN or inf"),
        (X, Y, {"sizes": (12,)}, "2 or more widths"),
        (X, Y, {"sizes": (12, 0, 4)}, "2 or more widths of at least 1"),
        (X, Y, {"init": "zero"}, "init must be glorot or he, got 'zero'"),
        (X, Y, {"dtype": "int32"}, "dtype must be float32 or float64, got int32"),
    ],
)
def test_bad_data_is_refused(x: np.ndarray, y: np.ndarray, how: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        MLP(x, y, **({"sizes": SIZES} | how))


@each_kind
@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (np.array([], int), "at least 1 sample"),
        (slice(5, 5), "at least 1 sample"),
        (np.array([40]), "indices from 0 to 39, got 40"),
        (np.array([-41, 0, 1]), "indices from 0 to 39, got -41"),
        (np.arange(39, 50), "indices from 0 to 39, got 40"),
    ],
)
def test_bad_batches_are_refused(batch: object, message: str, compiled: bool) -> None:
    problem = network(compiled)
    for call in (problem.value_and_grad, problem.value, problem.accuracy):
        with pytest.raises(UserError, match=message):
            call(problem.start(0), batch)


def test_weights_of_another_network_are_refused() -> None:
    problem = network()
    for w in (problem.start(0)[:-1], problem.start(0).astype(float), np.zeros(2 * problem.size)):
        with pytest.raises(UserError, match="one contiguous float32 array of shape"):
            problem.value_and_grad(w)


def test_a_missing_compiler_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optiviz.fast.find_spec", lambda name: None)
    assert not MLP(X, Y, SIZES).compiled
    with pytest.raises(UserError, match=r'pip install .*"numba>=.*'):
        MLP(X, Y, SIZES, compiled=True)


# --- steps through large arrays ---


@each_dtype
@pytest.mark.parametrize("kind", ["blocks", "compiled"])
@pytest.mark.parametrize(
    "text",
    [
        # Without those that look at more than a gradient, and one of P×P numbers.
        *(n for n, r in optim.OPTIMIZERS.items() if not r.extras and n != MATRIX),
        *("momentum:form=outside", "momentum:form=average", "rmsprop:centered=true"),
        *("adam:eps=1e-3", "adam:eps_inside_root=true", "adamw:weight_decay=0.3"),
    ],
)
def test_large_steps_are_the_rule_to_the_bit(text: str, kind: str, dtype: str) -> None:
    if kind == "compiled":
        pytest.importorskip("numba")
    rule, rng = optim.parse(text), np.random.default_rng(0)
    w = rng.normal(size=70_001).astype(dtype)
    v, g = w.copy(), np.empty_like(w)
    state, plain = rule.init(w), rule.init(v)
    step = stepper(rule, w, g, state, compiled=kind == "compiled")
    for t in range(5):
        g[:] = rng.normal(size=g.size)
        step(t)
        rule.step(v, g, plain, t)
        np.testing.assert_array_equal(w, v)
    for name in rule.slots:
        np.testing.assert_array_equal(state[name], plain[name])


def test_a_rule_of_ones_own_gets_the_whole_array() -> None:
    class Clipped(optim.SGD):
        def step(self, w, g, state, t):
            super().step(w, g / np.linalg.norm(g), state, t)

    w = np.zeros(100_000)
    rule = Clipped(lr=1.0)
    stepper(rule, w, np.ones_like(w), rule.init(w))(0)
    assert np.linalg.norm(w) == pytest.approx(1)


@pytest.mark.parametrize("compiled", [False, True])
def test_what_has_faded_does_not_slow_the_processor(compiled: bool) -> None:
    if compiled:
        pytest.importorskip("numba")
    w, rule = np.ones(50_000, np.float32), optim.Momentum(lr=0.1)
    g, state = np.ones_like(w), rule.init(w)
    step = stepper(rule, w, g, state, compiled)
    step(0)
    g[:] = 0
    for t in range(1, 2000):
        step(t)
        faded = (state["velocity"] != 0) & (np.abs(state["velocity"]) < np.finfo("f4").tiny)
        assert not faded.any()
    assert not state["velocity"].any()


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "adamw", "nadam", "lion"])
def test_a_rate_for_every_weight_of_a_large_network(name: str, compiled: bool) -> None:
    if compiled:
        pytest.importorskip("numba")
    rng = np.random.default_rng(0)
    w, g = rng.normal(size=(2, 70_001))
    rates = rng.uniform(0.01, 0.1, w.size)
    for lr in (rates, schedules.Constant(rates)):
        rule, plain, ours = (
            optim.OPTIMIZERS[name](lr=lr),
            optim.OPTIMIZERS[name](lr=rates),
            w.copy(),
        )
        step = stepper(rule, ours, g, rule.init(ours), compiled)
        vars(rule)["lr"] = rates  # as the loop does before a step
        step(0)
        alone = w.copy()
        plain.step(alone, g, plain.init(alone), 0)
        np.testing.assert_array_equal(ours, alone)


def test_settings_may_change_between_large_steps() -> None:
    w = np.zeros(50_000)
    rule = optim.SGD(lr=1.0)
    step = stepper(rule, w, np.ones_like(w), rule.init(w))
    step(0)
    object.__setattr__(rule, "lr", 0.5)
    step(1)
    assert w[0] == w[-1] == -1.5


def test_importing_the_network_does_not_import_the_compiler() -> None:
    import subprocess  # noqa: PLC0415

    code = "import sys, optiviz.problems, optiviz.optim; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
