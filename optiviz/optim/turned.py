"""What full-matrix rules divide a point's steps by: an ellipse of past slopes that turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optiviz.optim.base import Array, Optimizer
from optiviz.optim.drawn import Drawn, Oval, Seen


@dataclass(frozen=True)
class Turned(Optimizer):
    """A rule that divides the steps of a vector by the matrix (Σggᵀ + εI)^½.

    It has the setting ε; one that makes the root anew every so many steps says so.
    """

    def divisor(self, seen: Seen) -> Array | None:
        settings: dict[str, Any] = self.settings()
        slopes, eps, every = seen.g[:-1], settings["eps"], settings.get("every", 1)
        grams = np.cumsum(slopes[:, :, None] * slopes[:, None, :], axis=0)
        values, axes = np.linalg.eigh(grams + eps * np.eye(slopes.shape[-1]))
        roots = axes * np.sqrt(np.maximum(values, eps))[:, None, :] @ axes.swapaxes(-1, -2)
        steps = np.arange(len(roots))
        found: Array = roots[steps - steps % every]
        return found

    def drawn(self, seen: Seen) -> tuple[Drawn, ...]:
        found = np.asarray(self.divisor(seen))
        axes = np.concatenate([np.zeros_like(found[:1]), found])  # nothing is gathered at the start
        return (Oval("√Σggᵀ: where it is long, steps are cut", "run", seen.w, axes),)
