"""Rules that PyTorch lacks in float64, and the libraries that have them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from walks import GRADIENTS, STARTS, VALUES, Look, Row, Walk, kept, optax_walk, torch_walk

from optiviz.optim import (
    ADOPT,
    LBFGS,
    SAM,
    FullAdaGrad,
    Lion,
    Muon,
    Prodigy,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
    Shampoo,
    SignSGD,
)

PO, FREE = "pytorch_optimizer", "schedulefree"
ON_MATRICES, SMALL = ("network",), ("rosenbrock", "network")


def sam(rho: float, *given: float) -> Walk:
    """The path of optax's SAM around its SGD."""

    def made(optax: Any) -> Any:
        uphill = optax.chain(optax.contrib.normalize(), optax.sgd(rho))
        return optax.contrib.sam(optax.sgd(*given), uphill, opaque_mode=True)

    def there(look: Look) -> Callable[[Any, int], Any]:
        def slope(at: Any, _: int) -> Any:
            out = np.empty(at.shape)
            look(np.array(at), out)
            return importlib.import_module("jax").numpy.asarray(out)

        return slope

    return optax_walk(made, grad_fn=there)


def exact(walk: Walk) -> Walk:
    """The path of pytorch_optimizer's SAM with ‖g‖ in float64.

    Its get_global_gradient_norm sums the squares into a float32, whose 6·10⁻⁸ move the probe.
    """

    def walked(problem: str) -> np.ndarray:
        torch, home = map(importlib.import_module, ("torch", f"{PO}.optimizer.sam"))

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


def searched(lr: float, history: int) -> Walk:
    """The path of optax's two loops and its backtracking.

    Its own first step is at most 1 long in the 2-norm; here it is η in the 1-norm, as ours.
    """

    def walk(problem: str) -> np.ndarray:
        jax, optax = importlib.import_module("jax"), importlib.import_module("optax")
        with jax.enable_x64(True):
            value, slope, w = VALUES[problem], GRADIENTS[problem], STARTS[problem].copy()
            g = slope(w)
            first = lr * min(1, 1 / np.abs(g).sum()) / min(1, 1 / np.linalg.norm(g))
            rates = optax.join_schedules([lambda t: first, lambda t: lr], [1])
            search = optax.scale_by_backtracking_linesearch(
                30,
                decrease_factor=0.5,
                increase_factor=np.inf,  # back to 1 at every step
            )
            rule = optax.chain(
                optax.scale_by_lbfgs(history), optax.scale_by_learning_rate(rates), search
            )
            state = rule.init(jax.numpy.asarray(w.copy()))
            update = jax.jit(
                lambda g, state, w: rule.update(g, state, w, value=value(w), grad=g, value_fn=value)
            )

            def step(t: int) -> None:
                nonlocal state
                g, here = (jax.numpy.asarray(x) for x in (slope(w), w.copy()))
                updates, state = update(g, state, here)
                w[...] += np.asarray(updates)

            return np.array(list(kept(w, step)))

    return walk


def muon(**options: Any) -> Walk:
    """The path of optax's Muon on the layers."""
    return optax_walk(lambda o: o.contrib.muon(**options), blocks=True)


def sam_of_torch(**options: float) -> Walk:
    """The path of pytorch_optimizer's SAM around PyTorch's SGD."""

    def walk(problem: str) -> np.ndarray:
        base = importlib.import_module("torch").optim.SGD
        return torch_walk(PO, "SAM", base_optimizer=base, **options)(problem)

    return walk


ROWS: dict[str, Row] = {
    "signsgd/optax": Row(SignSGD(lr=0.02), "optax", optax_walk(lambda o: o.sign_sgd(0.02))),
    "signum/pytorch_optimizer": Row(
        SignSGD(lr=0.02, beta=0.7),
        PO,
        torch_walk(PO, "SignSGD", lr=0.02, momentum=0.7),
    ),
    "adopt/optax": Row(
        ADOPT(lr=0.05, beta1=0.8, beta2=0.95, eps=1e-3),
        "optax",
        optax_walk(lambda o: o.contrib.adopt(0.05, b1=0.8, b2=0.95, eps=1e-3)),
    ),
    "adopt-defaults/optax": Row(ADOPT(), "optax", optax_walk(lambda o: o.contrib.adopt(0.001))),
    "schedule-free-sgd/optax": Row(
        ScheduleFreeSGD(lr=5e-4, beta=0.8),
        "optax",
        optax_walk(lambda o: o.contrib.schedule_free_sgd(5e-4, b1=0.8)),
    ),
    "schedule-free-sgd/schedulefree": Row(
        ScheduleFreeSGD(lr=5e-4),
        FREE,
        torch_walk(FREE, "SGDScheduleFree", lr=5e-4, momentum=0.9, foreach=False),
    ),
    "schedule-free-adamw/schedulefree": Row(
        ScheduleFreeAdamW(lr=0.01, beta1=0.8, beta2=0.95, eps=1e-3, weight_decay=0.3),
        FREE,
        torch_walk(
            FREE, "AdamWScheduleFree", lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3
        ),
    ),
    "schedule-free-adamw-defaults/schedulefree": Row(
        ScheduleFreeAdamW(),
        FREE,
        torch_walk(FREE, "AdamWScheduleFree"),
    ),
    "schedule-free-adamw/optax": Row(
        ScheduleFreeAdamW(lr=0.01, beta1=0.8, beta2=0.95, weight_decay=0.3),
        "optax",
        optax_walk(
            lambda o: o.contrib.schedule_free_adamw(0.01, b1=0.8, b2=0.95, weight_decay=0.3)
        ),
    ),
    "prodigy/optax": Row(
        Prodigy(lr=0.5, beta1=0.8, beta2=0.95, d0=1e-3, bias_correction=True, weight_decay=0.1),
        "optax",
        optax_walk(lambda o: o.contrib.prodigy(0.5, (0.8, 0.95), estim_lr0=1e-3, weight_decay=0.1)),
    ),
    "prodigy/prodigyopt": Row(
        Prodigy(lr=0.5, beta1=0.8, beta2=0.95, d0=1e-3, weight_decay=0.1),
        "prodigyopt",
        torch_walk("prodigyopt", "Prodigy", lr=0.5, betas=(0.8, 0.95), d0=1e-3, weight_decay=0.1),
    ),
    "prodigy-defaults/prodigyopt": Row(
        Prodigy(), "prodigyopt", torch_walk("prodigyopt", "Prodigy")
    ),
    # --- with settings that few use ---
    "lion/optax": Row(
        Lion(lr=0.003, beta1=0.3, beta2=0.95, weight_decay=0.5),
        "optax",
        optax_walk(lambda o: o.lion(0.003, b1=0.3, b2=0.95, weight_decay=0.5)),
    ),
    "signum-decay/pytorch_optimizer": Row(
        SignSGD(lr=0.02, beta=0.99, weight_decay=0.5),
        PO,
        torch_walk(PO, "SignSGD", lr=0.02, momentum=0.99, weight_decay=0.5),
    ),
    "schedule-free-sgd-decay/schedulefree": Row(
        ScheduleFreeSGD(lr=5e-4, beta=0.5, weight_decay=0.5),
        FREE,
        torch_walk(FREE, "SGDScheduleFree", lr=5e-4, momentum=0.5, weight_decay=0.5),
    ),
    # --- that look elsewhere ---
    "sam/optax": Row(SAM(lr=4e-4, rho=0.1, beta=0.5), "optax", sam(0.1, 4e-4, 0.5)),
    "sam-defaults/optax": Row(SAM(lr=5e-4), "optax", sam(0.05, 5e-4)),
    "sam-still/optax": Row(SAM(lr=4e-4, rho=0.0, beta=0.9), "optax", sam(0.0, 4e-4, 0.9)),
    "sam-far/optax": Row(SAM(lr=1e-4, rho=1.0), "optax", sam(1.0, 1e-4)),
    "sam/pytorch_optimizer": Row(
        SAM(lr=4e-4, rho=0.1, beta=0.5, weight_decay=0.3),
        PO,
        exact(sam_of_torch(rho=0.1, lr=4e-4, momentum=0.5, weight_decay=0.3)),
    ),
    # Where the slope bends down, it keeps pairs that ours and PyTorch's leave out.
    "lbfgs-searched/optax": Row(
        LBFGS(lr=4.0),
        "optax",
        searched(4.0, 10),
        ("quadratic",),  # of 100 steps it halves 98
    ),
    # --- that know the matrices ---
    "full-adagrad": Row(
        FullAdaGrad(lr=0.3, eps=0.1), PO, torch_walk(PO, "Shampoo", lr=0.3, matrix_eps=0.1), SMALL
    ),
    "full-adagrad-defaults": Row(
        FullAdaGrad(), PO, torch_walk(PO, "Shampoo", lr=0.01), ("rosenbrock",)
    ),
    "full-adagrad-decay": Row(
        FullAdaGrad(lr=0.05, eps=10.0, weight_decay=0.5),
        PO,
        torch_walk(PO, "Shampoo", lr=0.05, matrix_eps=10.0, weight_decay=0.5),
        SMALL,
    ),
    "shampoo": Row(
        Shampoo(lr=0.2, eps=1e-4),
        PO,
        torch_walk(PO, "Shampoo", True, lr=0.2, matrix_eps=1e-4),
        SMALL,
    ),
    "shampoo-defaults": Row(Shampoo(), PO, torch_walk(PO, "Shampoo", True, lr=0.01), SMALL),
    # Its count begins at 1 and its roots at 0, so that it stands still until they are made; here
    # its count begins at 0.
    "shampoo-seldom": Row(
        Shampoo(lr=0.01, eps=0.1, every=7, weight_decay=0.5),
        PO,
        torch_walk(
            *(PO, "Shampoo", True, {"step": -1}),
            **{"lr": 0.01, "matrix_eps": 0.1, "weight_decay": 0.5},
            preconditioning_compute_steps=7,
        ),
        SMALL,
    ),
    "muon-defaults": Row(Muon(), "optax", muon(learning_rate=0.02), ON_MATRICES),
    "muon": Row(
        Muon(lr=0.01, beta=0.8, rounds=3, scale="rms", weight_decay=0.1),
        "optax",
        muon(learning_rate=0.01, beta=0.8, ns_steps=3, consistent_rms=0.2, weight_decay=0.1),
        ON_MATRICES,
    ),
    "muon-plain": Row(
        Muon(lr=0.01, nesterov=False),
        "optax",
        muon(learning_rate=0.01, nesterov=False),
        ON_MATRICES,
    ),
    "muon-forgetful": Row(
        Muon(lr=0.01, beta=0.0, nesterov=False, rounds=1),
        "optax",
        muon(learning_rate=0.01, beta=0.0, nesterov=False, ns_steps=1),
        ON_MATRICES,
    ),
    "muon-slow": Row(
        Muon(lr=0.01, beta=0.99, rounds=10, weight_decay=2.0),
        "optax",
        muon(learning_rate=0.01, beta=0.99, ns_steps=10, weight_decay=2.0),
        ON_MATRICES,
    ),
}
