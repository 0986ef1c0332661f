"""Rules that look elsewhere or know the layers, on a surface and a network, and their peers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from record_torch import STARTS, _kept, rosenbrock

from optiviz.optim import LBFGS, SAM, FullAdaGrad, Muon, Optimizer, Shampoo
from optiviz.problems import MLP

_random = np.random.default_rng(2)
NET = MLP(
    _random.normal(size=(40, 6)),
    _random.integers(0, 3, 40),
    sizes=(6, 5, 3),
    biases=True,
    dtype=np.float64,
)


class Surface:
    """Rosenbrock's, which forms no matrix."""

    start = STARTS["rosenbrock"]

    @staticmethod
    def look(w: np.ndarray, out: np.ndarray) -> float:
        out[:] = rosenbrock(w)
        return float((1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2)

    @staticmethod
    def blocks(x: np.ndarray) -> list[np.ndarray]:
        return [x]


class Network:
    """Two layers of float64."""

    start = NET.start(1)
    blocks = staticmethod(NET.blocks)

    @staticmethod
    def look(w: np.ndarray, out: np.ndarray) -> float:
        return NET.value_and_grad(w, None, out)[0]


PROBLEMS: dict[str, Any] = {"rosenbrock": Surface, "network": Network}
Walk = Callable[[Any], np.ndarray]


def our_walk(rule: Optimizer, problem: Any) -> np.ndarray:
    """The weights after every tenth step of one of our rules."""
    given = {"look": problem.look, "blocks": problem.blocks}
    own = {name: given[name] for name in rule.extras}
    w = problem.start.copy()
    g = np.empty_like(w)
    state = rule.init(w, problem.blocks) if "blocks" in own else rule.init(w)

    def step(t: int) -> None:
        problem.look(w, g)
        rule.step(w, g, state, t, **own)

    return np.array(list(_kept(w, step)))


def torch_walk(home: str, name: str, whole: bool = False, **arguments: Any) -> Walk:
    """The path of a rule for PyTorch, whose parameters are the blocks, or the vector of all."""

    def walk(problem: Any) -> np.ndarray:
        torch = importlib.import_module("torch")
        given = {k: torch.optim.SGD if v == "SGD" else v for k, v in arguments.items()}
        w = problem.start.copy()
        g = np.empty_like(w)
        parts = [w] if whole else problem.blocks(w)
        own = [torch.nn.Parameter(torch.from_numpy(part)) for part in parts]
        rule = getattr(importlib.import_module(home), name)(own, **given)

        def closure() -> Any:
            loss = problem.look(w, g)
            slopes = [g] if whole else problem.blocks(g)
            for parameter, slope in zip(own, slopes, strict=True):
                parameter.grad = torch.from_numpy(slope.copy())
            return torch.tensor(loss, dtype=torch.float64)

        def step(t: int) -> None:
            closure()
            rule.step(closure)

        return np.array(list(_kept(w, step)))

    return walk


def optax_walk(make: Callable[[Any], Any]) -> Walk:
    """The path of one of optax's transformations on the list of blocks."""

    def walk(problem: Any) -> np.ndarray:
        jax, optax = importlib.import_module("jax"), importlib.import_module("optax")
        importlib.import_module("optax.contrib")
        with jax.enable_x64(True):
            rule, w = make(optax), problem.start.copy()
            g = np.empty_like(w)

            def parts(x: np.ndarray) -> list[Any]:
                return [jax.numpy.asarray(part.copy()) for part in problem.blocks(x)]

            state, update = rule.init(parts(w)), jax.jit(rule.update)

            def step(t: int) -> None:
                nonlocal state
                problem.look(w, g)
                updates, state = update(parts(g), state, parts(w))
                for part, added in zip(problem.blocks(w), updates, strict=True):
                    part += np.asarray(added)

            return np.array(list(_kept(w, step)))

    return walk


def optax_sam(rho: float, *given: float) -> Walk:
    """The path of optax's SAM around its SGD."""

    def walk(problem: Any) -> np.ndarray:
        jax, optax = importlib.import_module("jax"), importlib.import_module("optax")
        contrib = importlib.import_module("optax.contrib")
        with jax.enable_x64(True):
            uphill = optax.chain(contrib.normalize(), optax.sgd(rho))
            rule = contrib.sam(optax.sgd(*given), uphill, opaque_mode=True)
            w = problem.start.copy()
            g = np.empty_like(w)
            state = rule.init(jax.numpy.asarray(w.copy()))

            def there(at: Any, _: int) -> Any:
                out = np.empty_like(w)
                problem.look(np.array(at), out)
                return jax.numpy.asarray(out)

            def step(t: int) -> None:
                nonlocal state
                problem.look(w, g)
                here = (jax.numpy.asarray(x.copy()) for x in (g, w))
                slope, at = here
                updates, state = rule.update(slope, state, at, grad_fn=there)
                w[...] += np.asarray(updates)

            return np.array(list(_kept(w, step)))

    return walk


def exact(walk: Walk) -> Walk:
    """The path of pytorch_optimizer's SAM with ‖g‖ in float64.

    Its get_global_gradient_norm sums the squares into a float32, whose 6·10⁻⁸ move the probe.
    """

    def walked(problem: Any) -> np.ndarray:
        torch, home = (
            importlib.import_module("torch"),
            importlib.import_module(f"{PO}.optimizer.sam"),
        )

        def squares(groups: Any, **_: Any) -> Any:
            slopes = (p.grad for group in groups for p in group["params"])
            return torch.stack([slope.square().sum() for slope in slopes]).sum().reshape(1)

        kept = home.get_global_gradient_norm
        home.get_global_gradient_norm = squares
        try:
            return walk(problem)
        finally:
            home.get_global_gradient_norm = kept

    return walked


def muon(**options: Any) -> Walk:
    return optax_walk(lambda o: o.contrib.muon(**options))


PO = "pytorch_optimizer"
BOTH = tuple(PROBLEMS)
# Our rule, the problems, the library that it is compared with, and that library's path.
ROWS: dict[str, tuple[Optimizer, tuple[str, ...], str, Walk]] = {
    "sam/optax": (SAM(lr=4e-4, rho=0.1, beta=0.5), BOTH, "optax", optax_sam(0.1, 4e-4, 0.5)),
    "sam-defaults/optax": (SAM(lr=5e-4), BOTH, "optax", optax_sam(0.05, 5e-4)),
    "sam/pytorch_optimizer": (
        SAM(lr=4e-4, rho=0.1, beta=0.5, weight_decay=0.3),
        BOTH,
        PO,
        exact(
            torch_walk(
                PO, "SAM", base_optimizer="SGD", rho=0.1, lr=4e-4, momentum=0.5, weight_decay=0.3
            )
        ),
    ),
    "lbfgs": (
        LBFGS(lr=0.1, history=3, search="none"),
        BOTH,
        "torch",
        torch_walk("torch.optim", "LBFGS", True, lr=0.1, history_size=3, max_iter=1),
    ),
    "full-adagrad": (
        FullAdaGrad(lr=0.3, eps=1e-3),
        BOTH,
        PO,
        torch_walk(PO, "Shampoo", True, lr=0.3, matrix_eps=1e-3),
    ),
    "shampoo": (
        Shampoo(lr=0.2, eps=1e-4),
        BOTH,
        PO,
        torch_walk(PO, "Shampoo", lr=0.2, matrix_eps=1e-4),
    ),
    "muon-defaults": (Muon(), ("network",), "optax", muon(learning_rate=0.02)),
    "muon": (
        Muon(lr=0.01, beta=0.8, rounds=3, scale="rms", weight_decay=0.1),
        ("network",),
        "optax",
        muon(learning_rate=0.01, beta=0.8, ns_steps=3, consistent_rms=0.2, weight_decay=0.1),
    ),
    "muon-plain": (
        Muon(lr=0.01, nesterov=False),
        ("network",),
        "optax",
        muon(learning_rate=0.01, nesterov=False),
    ),
}
