"""Which rules PyTorch has too, and the script that records where its own take the weights.

After adding a row to `ROWS`, run `python tests/optim/record_torch.py` where torch is installed:
it writes `torch_reference.npz`, with which the comparison also runs where torch is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.optim import (
    SGD,
    Adadelta,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    Momentum,
    Nadam,
    Nesterov,
    Optimizer,
    RAdam,
    RMSProp,
)

REFERENCE = Path(__file__).with_name("torch_reference.npz")
STEPS = 100
EVERY = 10

# Our rule, the class in torch.optim, its arguments. Rules without arguments hold the defaults.
ROWS: dict[str, tuple[Optimizer, str, dict[str, Any]]] = {
    "sgd": (SGD(lr=5e-4), "SGD", {"lr": 5e-4}),
    "momentum-outside": (
        Momentum(lr=5e-4, beta=0.8, form="outside"),
        "SGD",
        {"lr": 5e-4, "momentum": 0.8},
    ),
    # With a constant rate the three forms take one path, "average" at a rate 1/(1-β) as large.
    "momentum-inside": (Momentum(lr=5e-4), "SGD", {"lr": 5e-4, "momentum": 0.9}),
    "momentum-average": (
        Momentum(lr=5e-3, form="average"),
        "SGD",
        {"lr": 5e-4, "momentum": 0.9},
    ),
    "nesterov-outside": (
        Nesterov(lr=3e-4, beta=0.8, form="outside"),
        "SGD",
        {"lr": 3e-4, "momentum": 0.8, "nesterov": True},
    ),
    "nesterov-inside": (
        Nesterov(lr=3e-4),
        "SGD",
        {"lr": 3e-4, "momentum": 0.9, "nesterov": True},
    ),
    "nesterov-average": (
        Nesterov(lr=3e-3, form="average"),
        "SGD",
        {"lr": 3e-4, "momentum": 0.9, "nesterov": True},
    ),
    "adagrad": (AdaGrad(lr=0.3, eps=1e-3), "Adagrad", {"lr": 0.3, "eps": 1e-3}),
    "adagrad-defaults": (AdaGrad(), "Adagrad", {}),
    "rmsprop": (
        RMSProp(lr=0.02, beta=0.9, eps=1e-3),
        "RMSprop",
        {"lr": 0.02, "alpha": 0.9, "eps": 1e-3},
    ),
    "rmsprop-defaults": (RMSProp(), "RMSprop", {}),
    "rmsprop-centered": (
        RMSProp(lr=0.005, beta=0.95, eps=1e-3, centered=True),
        "RMSprop",
        {"lr": 0.005, "alpha": 0.95, "eps": 1e-3, "centered": True},
    ),
    "adadelta": (
        Adadelta(lr=2.0, rho=0.8, eps=1e-4),
        "Adadelta",
        {"lr": 2.0, "rho": 0.8, "eps": 1e-4},
    ),
    "adadelta-defaults": (Adadelta(), "Adadelta", {}),
    "adam": (
        Adam(lr=0.05, beta1=0.8, beta2=0.95, eps=1e-3),
        "Adam",
        {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3},
    ),
    "adam-defaults": (Adam(), "Adam", {}),
    "amsgrad": (
        AMSGrad(lr=0.05, beta1=0.8, beta2=0.9),
        "Adam",
        {"lr": 0.05, "betas": (0.8, 0.9), "amsgrad": True},
    ),
    "adamw": (
        AdamW(lr=0.05, beta2=0.95, weight_decay=0.3),
        "AdamW",
        {"lr": 0.05, "betas": (0.9, 0.95), "weight_decay": 0.3},
    ),
    "adamw-defaults": (AdamW(), "AdamW", {}),
    "nadam": (
        Nadam(lr=0.05, beta1=0.8, beta2=0.95, momentum_decay=0.05),
        "NAdam",
        {"lr": 0.05, "betas": (0.8, 0.95), "momentum_decay": 0.05},
    ),
    "nadam-defaults": (Nadam(), "NAdam", {}),
    "radam": (
        RAdam(lr=5e-4, beta1=0.8, beta2=0.95, eps=1e-3),
        "RAdam",
        {"lr": 5e-4, "betas": (0.8, 0.95), "eps": 1e-3},
    ),
    "radam-defaults": (RAdam(), "RAdam", {}),
}

# PyTorch's weight decay of these is a penalty, which joins the gradient.
DECAYED = (
    *("sgd", "momentum-outside", "nesterov-outside", "adagrad", "rmsprop", "adadelta"),
    *("adam", "amsgrad", "nadam", "radam"),
)
ROWS |= {
    f"{row}-decay": (
        replace(ROWS[row][0], weight_decay=0.7),
        ROWS[row][1],
        ROWS[row][2] | {"weight_decay": 0.7},
    )
    for row in DECAYED
}

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
    first, second = w[:12].reshape(3, 4), w[12:].reshape(5, 2)
    hidden = np.tanh(_INPUTS @ first[:2] + first[2])
    error = hidden @ second[:4] + second[4] - _TARGETS
    back = error @ second[:4].T * (1 - hidden**2)
    parts = _INPUTS.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)
    return np.concatenate([part.ravel() for part in parts])


GRADIENTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "rosenbrock": rosenbrock,
    "quadratic": quadratic,
    "network": network,
}


def our_path(rule: Optimizer, problem: str) -> np.ndarray:
    """The weights after every tenth step of one of our rules."""
    w = STARTS[problem].copy()
    state = rule.init(w)

    def step(t: int) -> None:
        rule.step(w, GRADIENTS[problem](w), state, t)

    return np.array(list(_kept(w, step)))


def torch_path(name: str, arguments: dict[str, Any], problem: str) -> np.ndarray:
    """The weights after every tenth step of one of PyTorch's rules."""
    import torch  # noqa: PLC0415 - absent where only the recorded numbers are compared

    w = STARTS[problem].copy()
    parameter = torch.nn.Parameter(torch.from_numpy(w))  # shares its memory with w
    rule = getattr(torch.optim, name)([parameter], **arguments)

    def step(t: int) -> None:
        parameter.grad = torch.from_numpy(GRADIENTS[problem](w))
        rule.step()

    # NAdam keeps its product of μ in the default type, whatever the type of the weights.
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return np.array(list(_kept(w, step)))
    finally:
        torch.set_default_dtype(default)


def _kept(w: np.ndarray, step: Callable[[int], None]) -> Iterator[np.ndarray]:
    for t in range(STEPS):
        step(t)
        if (t + 1) % EVERY == 0:
            yield w.copy()


def digest(path: np.ndarray, problem: str) -> np.ndarray:
    """The part of a path worth keeping: of more than two parameters the end, or some of it."""
    return path if problem == "rosenbrock" else path[-1, :: 25 if problem == "quadratic" else 1]


def main() -> None:
    """Write the reference file."""
    numbers = {
        f"{row}/{problem}": digest(torch_path(name, arguments, problem), problem)
        for row, (_, name, arguments) in ROWS.items()
        for problem in GRADIENTS
    }
    np.savez_compressed(REFERENCE, **numbers)


if __name__ == "__main__":
    main()
