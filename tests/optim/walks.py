"""Where a rule takes the weights of three problems: one of ours, or one of another library."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from optiviz.optim import Optimizer

STEPS = 100
EVERY = 10
LOOKING = ("SAM", "LBFGS")  # the classes for PyTorch that ask for the loss again

_random = np.random.default_rng(7)
_CURVATURES = np.geomspace(1, 100, 1000)
_MIRROR = _random.standard_normal(1000)
_MIRROR /= np.linalg.norm(_MIRROR)

STARTS = {
    "rosenbrock": np.array([-1.5, 2.0]),
    # Farther from 0 than a hundred steps reach: an adaptive rule jumps to and fro about a
    # minimum, where rounding grows with every step until no two programs agree.
    "quadratic": _random.choice([-1, 1], 1000) * _random.uniform(6, 16, 1000),
    "network": np.random.default_rng(5).normal(size=22),
}
_INPUTS = np.random.default_rng(6).normal(size=(64, 2))
_TARGETS = np.stack([_INPUTS.prod(axis=1), np.sin(2 * _INPUTS[:, 0])], axis=1)


def rosenbrock(w: np.ndarray) -> np.ndarray:
    """The gradient of (1 - x)² + 100(y - x²)²."""
    x, y = w
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


def quadratic(w: np.ndarray) -> np.ndarray:
    """The gradient of ½wᵀQDQw: curvatures from 1 to 100 along axes of its own."""
    return _mirror(_CURVATURES * _mirror(w))


def _mirror(w: np.ndarray) -> np.ndarray:
    return w - 2 * (_MIRROR @ w) * _MIRROR


def network(w: np.ndarray) -> np.ndarray:
    """The gradient of half the squared errors of a network 2-4-2 with tanh, on 64 samples."""
    hidden, error = _errors(w)
    back = error @ w[12:20].reshape(4, 2).T * (1 - hidden**2)
    parts = _INPUTS.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)
    return np.concatenate([part.ravel() for part in parts])


def _errors(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the hidden layer says, and by how much the answers are wrong."""
    first, bias, second, last = layers(w)
    hidden = np.tanh(_INPUTS @ first + bias)
    return hidden, hidden @ second + last - _TARGETS


def layers(x: np.ndarray) -> list[np.ndarray]:
    """The matrices (inputs, outputs) and the biases of the network 2-4-2."""
    return [x[:8].reshape(2, 4), x[8:12], x[12:20].reshape(4, 2), x[20:]]


GRADIENTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "rosenbrock": rosenbrock,
    "quadratic": quadratic,
    "network": network,
}
VALUES: dict[str, Callable[[np.ndarray], Any]] = {
    "rosenbrock": lambda w: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2,
    "quadratic": lambda w: w @ quadratic(w) / 2,
    "network": lambda w: np.square(_errors(w)[1]).sum() / 2,
}
# The path of a library's rule: the weights after every tenth step, of the problem so named.
Walk = Callable[[str], np.ndarray]
Look = Callable[[np.ndarray, np.ndarray], Any]
Blocks = Callable[[np.ndarray], list[np.ndarray]]


@dataclass(frozen=True)
class Row:
    """A rule of ours beside the same of a library.

    Attributes:
        rule: ours; library: the package that has the other; walk: its path; problems: on which.
    """

    rule: Optimizer
    library: str
    walk: Walk
    problems: tuple[str, ...] = tuple(GRADIENTS)


def look_of(problem: str) -> Look:
    """The loss of a problem at w, whose gradient is written into `out`."""

    def look(w: np.ndarray, out: np.ndarray) -> Any:
        out[:] = GRADIENTS[problem](w)
        return VALUES[problem](w)

    return look


def blocks_of(problem: str) -> Blocks:
    """The matrices and vectors that a problem's weights are."""
    return layers if problem == "network" else lambda x: [x]


def our_path(rule: Optimizer, problem: str) -> np.ndarray:
    """The weights after every tenth step of one of our rules."""
    given = {"look": look_of(problem), "blocks": blocks_of(problem)}
    own = {name: given[name] for name in rule.extras}
    w = STARTS[problem].copy()
    state = rule.init(w, given["blocks"]) if "blocks" in own else rule.init(w)

    def step(t: int) -> None:
        rule.step(w, GRADIENTS[problem](w), state, t, **own)

    return np.array(list(kept(w, step)))


def torch_walk(
    home: str,
    name: str,
    blocks: bool = False,
    group: Mapping[str, Any] = MappingProxyType({}),
    **arguments: Any,
) -> Walk:
    """The path of a rule for PyTorch, whose parameter is the vector of all, or each of the blocks.

    Args:
        home: where it is; name: its class; arguments: of the class.
        blocks: whether every block is a parameter.
        group: what stands beside the parameters.
    """

    def walk(problem: str) -> np.ndarray:
        torch = importlib.import_module("torch")
        w = STARTS[problem].copy()
        parts: Blocks = blocks_of(problem) if blocks else lambda x: [x]
        own = [torch.nn.Parameter(torch.from_numpy(part)) for part in parts(w)]  # w's memory
        rule = getattr(importlib.import_module(home), name)([{"params": own, **group}], **arguments)
        if hasattr(rule, "train"):
            rule.train()

        def closure() -> Any:
            for parameter, slope in zip(own, parts(GRADIENTS[problem](w)), strict=True):
                parameter.grad = torch.from_numpy(slope)
            return torch.tensor(VALUES[problem](w))

        def step(t: int) -> None:
            closure()
            rule.step(*([closure] if name in LOOKING else []))

        # NAdam keeps its product of μ in the default type, whatever the type of the weights.
        default = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            return np.array(list(kept(w, step)))
        finally:
            torch.set_default_dtype(default)

    return walk


def optax_walk(make: Callable[[Any], Any], blocks: bool = False, **extras: Any) -> Walk:
    """The path of one of optax's transformations, made from the module.

    Args:
        make: what gives the transformation.
        blocks: whether it steps a list of blocks, or one vector.
        extras: what each update is given beside the weights, made from the look of the problem.
    """

    def walk(problem: str) -> np.ndarray:
        jax, optax = importlib.import_module("jax"), importlib.import_module("optax")
        importlib.import_module("optax.contrib")
        with jax.enable_x64(True):
            rule, w = make(optax), STARTS[problem].copy()
            parts: Blocks = blocks_of(problem) if blocks else lambda x: [x]

            def sent(x: np.ndarray) -> Any:
                arrays = [jax.numpy.asarray(part.copy()) for part in parts(x)]
                return arrays if blocks else arrays[0]

            state = rule.init(sent(w))
            update = rule.update if extras else jax.jit(rule.update)
            given = {name: one(look_of(problem)) for name, one in extras.items()}

            def step(t: int) -> None:
                nonlocal state
                updates, state = update(sent(GRADIENTS[problem](w)), state, sent(w), **given)
                for part, added in zip(parts(w), updates if blocks else [updates], strict=True):
                    part += np.asarray(added)

            return np.array(list(kept(w, step)))

    return walk


def kept(w: np.ndarray, step: Callable[[int], None]) -> Iterator[np.ndarray]:
    for t in range(STEPS):
        step(t)
        if (t + 1) % EVERY == 0:
            yield w.copy()


def digest(path: np.ndarray, problem: str) -> np.ndarray:
    """The part of a path worth keeping: of more than two parameters the end, or some of it."""
    return path if problem == "rosenbrock" else path[-1, :: 25 if problem == "quadratic" else 1]
