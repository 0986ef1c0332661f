"""Which rules PyTorch has too, and with which arguments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from walks import Row, torch_walk

from optiviz.optim import (
    LBFGS,
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

# Our rule, the class in torch.optim, its arguments. Rules without arguments hold the defaults.
TORCH: dict[str, tuple[Optimizer, str, dict[str, Any]]] = {
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
    # Settings that few use.
    "momentum-forgetful": (
        Momentum(lr=5e-4, beta=0.0, form="outside"),
        "SGD",
        {"lr": 5e-4, "momentum": 0.0},
    ),
    "nesterov-heavy": (
        Nesterov(lr=5e-5, beta=0.99, weight_decay=0.3),
        "SGD",
        {"lr": 5e-5, "momentum": 0.99, "nesterov": True, "weight_decay": 0.3},
    ),
    "rmsprop-forgetful": (
        RMSProp(lr=0.002, beta=0.0, eps=0.1),
        "RMSprop",
        {"lr": 0.002, "alpha": 0.0, "eps": 0.1},
    ),
    "adamw-forgetful": (
        AdamW(lr=0.05, beta1=0.0, weight_decay=5.0),
        "AdamW",
        {"lr": 0.05, "betas": (0.0, 0.999), "weight_decay": 5.0},
    ),
    "nadam-heavy": (
        Nadam(lr=0.02, momentum_decay=0.0, beta1=0.5, eps=0.1),
        "NAdam",
        {"lr": 0.02, "momentum_decay": 0.0, "betas": (0.5, 0.999), "eps": 0.1},
    ),
    "lbfgs": (
        LBFGS(lr=0.02, history=2, search="none"),
        "LBFGS",
        {"lr": 0.02, "history_size": 2, "max_iter": 1},
    ),
    "lbfgs-long": (
        LBFGS(lr=0.05, history=30, search="none"),
        "LBFGS",
        {"lr": 0.05, "history_size": 30, "max_iter": 1},
    ),
}

# PyTorch's weight decay of these is a penalty, which joins the gradient.
DECAYED = (
    *("sgd", "momentum-outside", "nesterov-outside", "adagrad", "rmsprop", "adadelta"),
    *("adam", "amsgrad", "nadam", "radam"),
)
TORCH |= {
    f"{row}-decay": (
        replace(TORCH[row][0], weight_decay=0.7),
        TORCH[row][1],
        TORCH[row][2] | {"weight_decay": 0.7},
    )
    for row in DECAYED
}

ROWS = {
    row: Row(rule, "torch", torch_walk("torch.optim", name, **arguments))
    for row, (rule, name, arguments) in TORCH.items()
}
