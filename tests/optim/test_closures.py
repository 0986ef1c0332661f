"""Rules of frameworks that ask for the loss elsewhere, against the frameworks' own loops."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from optiviz import UserError, descend, optim, surfaces, train
from optiviz.problems import MLP

ROSENBROCK = surfaces["rosenbrock"]
START = np.array([-1.5, 2.0])
needs_torch = pytest.mark.skipif(not find_spec("torch"), reason="needs torch")
needs_optax = pytest.mark.skipif(not find_spec("optax"), reason="needs optax")


def torchs(steps: int, **options: Any) -> np.ndarray:
    """Where PyTorch's own L-BFGS goes, with a closure that somebody writes by hand."""
    import torch  # noqa: PLC0415

    w = torch.nn.Parameter(torch.tensor(START))
    rule = torch.optim.LBFGS([w], **options)

    def closure() -> Any:
        rule.zero_grad()
        loss = (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2
        loss.backward()
        return loss

    path = [START]
    for _ in range(steps):
        rule.step(closure)
        path.append(w.detach().numpy().copy())
    return np.array(path)


@needs_torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("lr=0.1,max_iter=1,history_size=3", {"lr": 0.1, "max_iter": 1, "history_size": 3}),
        (
            "lr=1,max_iter=3,line_search_fn=strong_wolfe",
            {"lr": 1, "max_iter": 3, "line_search_fn": "strong_wolfe"},
        ),
    ],
)
def test_torchs_lbfgs_is_given_its_closure(words: str, options: dict[str, Any]) -> None:
    run = descend(ROSENBROCK, f"torch:LBFGS:{words}", START, steps=12)
    np.testing.assert_allclose(run.w, torchs(12, **options), rtol=1e-9)


@needs_torch
@pytest.mark.filterwarnings("ignore")
def test_ours_is_torchs_through_the_same_door() -> None:
    theirs = descend(ROSENBROCK, "torch:LBFGS:lr=0.1,max_iter=1,history_size=3", START, steps=60)
    ours = descend(ROSENBROCK, optim.LBFGS(0.1, history=3, search="none"), START, steps=60)
    np.testing.assert_allclose(ours.w, theirs.w, rtol=1e-9)


@needs_torch
@pytest.mark.filterwarnings("ignore")
def test_a_network_is_looked_at_on_the_batch_of_the_step() -> None:
    """Its search of the whole gradient never goes up, and gets below what SGD does."""
    rng = np.random.default_rng(0)
    net = MLP(rng.normal(size=(60, 4)), rng.integers(0, 2, 60), (4, 5, 2), dtype=np.float64)
    rule = "torch:LBFGS:lr=1,max_iter=10,line_search_fn=strong_wolfe"
    losses = [
        train(net, net, optim.parse(words), epochs=5, batch_size=60).history["test_loss"]
        for words in (rule, "sgd:lr=0.5")
    ]
    assert (np.diff(losses[0]) < 0).all()
    assert losses[0][-1] < 0.95 * losses[1][-1]


@needs_torch
@pytest.mark.filterwarnings("ignore")
def test_what_grows_cannot_be_resumed() -> None:
    rule = optim.parse("torch:LBFGS")
    state = rule.init(START)
    rule.step(START.copy(), START, state, 0, lambda w, out: 0.0)
    with pytest.raises(UserError, match="LBFGS remembers what optiviz does not save"):
        rule.step(START.copy(), START, type(state)(state), 1, lambda w, out: 0.0)


@needs_optax
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_optaxs_lbfgs_is_given_its_value_function() -> None:
    import jax  # noqa: PLC0415
    import optax  # noqa: PLC0415

    def loss(w: Any) -> Any:
        return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2

    with jax.enable_x64(True):
        rule, w = optax.lbfgs(), jax.numpy.asarray(START)
        state, path = rule.init(w), [START]
        both = jax.value_and_grad(loss)

        @jax.jit
        def step(w: Any, state: Any) -> Any:
            value, g = both(w)
            updates, state = rule.update(g, state, w, value=value, grad=g, value_fn=loss)
            return w + updates, state

        for _ in range(15):
            w, state = step(w, state)
            path.append(np.asarray(w))
    run = descend(ROSENBROCK, "optax:lbfgs", START, steps=15)
    np.testing.assert_allclose(run.w, path, rtol=1e-6, atol=1e-9)
