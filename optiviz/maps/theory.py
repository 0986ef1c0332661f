"""What is known about gradient descent on a quadratic before a step is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optiviz.optim import SGD, Momentum, Optimizer
from optiviz.optim.shared import clips, decays
from optiviz.problems.base import Problem

# Rules whose step is a gradient, or the running mean of gradients, divided by past slopes.
DIVIDING = ("adagrad", "rmsprop", "full-adagrad", "shampoo", "adam", "amsgrad", "adamw")


@dataclass(frozen=True)
class Theory:
    """Gradient descent with momentum on a quadratic whose curvatures λ lie in [low, high].

    It converges where η < 2(1+β)/λ_max. The rate of a direction is √β as long as
    β ≥ (1-√(ηλ))², so the best β for an η is the greatest of those bounds. The best of all is
    η* = 4/(√λ_max+√λ_min)², β* = ((√κ-1)/(√κ+1))², with κ = λ_max/λ_min.

    >>> Theory(1.0, 4.0).limit(beta=0.0)
    0.5

    Polyak 1964.
    """

    low: float
    high: float

    def limit(self, beta: Any) -> Any:
        """The rate from which on it diverges: 2(1+β)/λ_max."""
        return 2 * (1 + beta) / self.high

    def best_beta(self, lr: Any) -> Any:
        """The β that converges fastest for a given η: max over λ of (1-√(ηλ))²."""
        ends = (np.square(1 - np.sqrt(np.multiply(lr, end))) for end in (self.low, self.high))
        return np.maximum(*ends)

    @property
    def best(self) -> tuple[float, float]:
        """η* and β*."""
        low, high = np.sqrt(self.low), np.sqrt(self.high)
        return float(4 / (low + high) ** 2), float(((high - low) / (high + low)) ** 2)


def limit(name: str, settings: Mapping[str, Any], curvature: float) -> float | None:
    """The constant rate from which on a rule is unstable along a curvature; None if not known.

    2/λ for plain descent, 2(1+β)/λ for momentum, 2(1+β)/((1+2β)λ) for Nesterov's.

    >>> limit("momentum", {"beta": 0.9}, curvature=3.8)
    1.0
    """
    altered = settings.get("weight_decay") or settings.get("clip")
    if name not in ("sgd", "momentum", "nesterov") or altered:
        return None
    beta = settings.get("beta", 0.0)
    share = 1 - beta if settings.get("form") == "average" else 1.0
    if not isinstance(beta, float) or not curvature * share > 0:
        return None
    return 2 * (1 + beta) / (curvature * share * (1 + 2 * beta * (name == "nesterov")))


def preconditioned(name: str, settings: Mapping[str, Any]) -> float | None:
    """η times the largest curvature of H/(√s + ε) from which on a rule is unstable, were s to
    stand still; None if not known.

    2 where the step has no momentum, 2(1+β₁)/(1-β₁) for Adam's averaged gradient.

    >>> round(preconditioned("adam", {"beta1": 0.9}), 6)
    38.0

    Cohen et al. 2022.
    """
    beta1 = settings.get("beta1", 0.0)
    known = name in DIVIDING and not settings.get("weight_decay") and not settings.get("cautious")
    return 2 * (1 + beta1) / (1 - beta1) if known and isinstance(beta1, float) else None


def theory(problem: Problem, rule: Optimizer) -> Theory | None:
    """What is known of a rule on a problem: only plain descent and the heavy ball on quadratics.

    >>> from optiviz import optim, surfaces
    >>> theory(surfaces["valley"], optim.Momentum()).limit(beta=0.5)
    0.15
    >>> theory(surfaces["valley"], optim.Adam())
    """
    curvatures = getattr(problem, "curvatures", None)
    plain = type(rule) is SGD or (type(rule) is Momentum and rule.form != "average")
    plain = plain and not (decays(rule) or clips(rule))
    return Theory(*curvatures) if curvatures and plain else None
