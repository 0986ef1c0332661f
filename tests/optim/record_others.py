"""Rules that PyTorch lacks in float64, against the libraries that have them.

After adding a row to `ROWS`, run `python tests/optim/record_others.py` where optax,
`pytorch_optimizer`, `schedulefree` and `prodigyopt` are installed: it writes
`other_references.npz`, with which the comparison also runs where they are absent.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from record_torch import GRADIENTS, STARTS, _kept, digest

from optiviz.optim import (
    ADOPT,
    Optimizer,
    Prodigy,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
    SignSGD,
)

REFERENCE = Path(__file__).with_name("other_references.npz")
Walk = Callable[[str], np.ndarray]


def torch_walk(home: str, name: str, **arguments: Any) -> Walk:
    """The path of a rule that a library has for PyTorch."""

    def walk(problem: str) -> np.ndarray:
        torch = importlib.import_module("torch")
        w = STARTS[problem].copy()
        parameter = torch.nn.Parameter(torch.from_numpy(w))
        rule = getattr(importlib.import_module(home), name)([parameter], **arguments)
        if hasattr(rule, "train"):
            rule.train()

        def step(t: int) -> None:
            parameter.grad = torch.from_numpy(GRADIENTS[problem](w))
            rule.step()

        return np.array(list(_kept(w, step)))

    return walk


def optax_walk(make: Callable[[Any], Any]) -> Walk:
    """The path of one of optax's transformations, made from the module."""

    def walk(problem: str) -> np.ndarray:
        jax, optax = importlib.import_module("jax"), importlib.import_module("optax")
        importlib.import_module("optax.contrib")
        with jax.enable_x64(True):
            rule = make(optax)
            w = STARTS[problem].copy()
            state = rule.init(jax.numpy.asarray(w.copy()))

            def step(t: int) -> None:
                nonlocal state
                g, here = (jax.numpy.asarray(x) for x in (GRADIENTS[problem](w), w.copy()))
                updates, state = rule.update(g, state, here)
                w[...] += np.asarray(updates)

            return np.array(list(_kept(w, step)))

    return walk


PO, FREE = "pytorch_optimizer", "schedulefree"
# Our rule, the library that it is compared with, and that library's path.
ROWS: dict[str, tuple[Optimizer, str, Walk]] = {
    "signsgd/optax": (SignSGD(lr=0.02), "optax", optax_walk(lambda o: o.sign_sgd(0.02))),
    "signum/pytorch_optimizer": (
        SignSGD(lr=0.02, beta=0.7),
        PO,
        torch_walk(PO, "SignSGD", lr=0.02, momentum=0.7),
    ),
    "adopt/optax": (
        ADOPT(lr=0.05, beta1=0.8, beta2=0.95, eps=1e-3),
        "optax",
        optax_walk(lambda o: o.contrib.adopt(0.05, b1=0.8, b2=0.95, eps=1e-3)),
    ),
    "adopt-defaults/optax": (ADOPT(), "optax", optax_walk(lambda o: o.contrib.adopt(0.001))),
    "schedule-free-sgd/optax": (
        ScheduleFreeSGD(lr=5e-4, beta=0.8),
        "optax",
        optax_walk(lambda o: o.contrib.schedule_free_sgd(5e-4, b1=0.8)),
    ),
    "schedule-free-sgd/schedulefree": (
        ScheduleFreeSGD(lr=5e-4),
        FREE,
        torch_walk(FREE, "SGDScheduleFree", lr=5e-4, momentum=0.9, foreach=False),
    ),
    "schedule-free-adamw/schedulefree": (
        ScheduleFreeAdamW(lr=0.01, beta1=0.8, beta2=0.95, eps=1e-3, weight_decay=0.3),
        FREE,
        torch_walk(
            FREE, "AdamWScheduleFree", lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3
        ),
    ),
    "schedule-free-adamw-defaults/schedulefree": (
        ScheduleFreeAdamW(),
        FREE,
        torch_walk(FREE, "AdamWScheduleFree"),
    ),
    "schedule-free-adamw/optax": (
        ScheduleFreeAdamW(lr=0.01, beta1=0.8, beta2=0.95, weight_decay=0.3),
        "optax",
        optax_walk(
            lambda o: o.contrib.schedule_free_adamw(0.01, b1=0.8, b2=0.95, weight_decay=0.3)
        ),
    ),
    "prodigy/optax": (
        Prodigy(lr=0.5, beta1=0.8, beta2=0.95, d0=1e-3, bias_correction=True, weight_decay=0.1),
        "optax",
        optax_walk(lambda o: o.contrib.prodigy(0.5, (0.8, 0.95), estim_lr0=1e-3, weight_decay=0.1)),
    ),
    "prodigy/prodigyopt": (
        Prodigy(lr=0.5, beta1=0.8, beta2=0.95, d0=1e-3, weight_decay=0.1),
        "prodigyopt",
        torch_walk("prodigyopt", "Prodigy", lr=0.5, betas=(0.8, 0.95), d0=1e-3, weight_decay=0.1),
    ),
    "prodigy-defaults/prodigyopt": (Prodigy(), "prodigyopt", torch_walk("prodigyopt", "Prodigy")),
}


def main() -> None:
    """Write the reference file."""
    numbers = {
        f"{row}/{problem}": digest(walk(problem), problem)
        for row, (_, _, walk) in ROWS.items()
        for problem in GRADIENTS
    }
    np.savez_compressed(REFERENCE, **numbers)


if __name__ == "__main__":
    main()
