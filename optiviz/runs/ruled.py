"""What a run's rule and its settings say of how it goes on."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from optiviz.optim import OPTIMIZERS
from optiviz.problems.base import Array
from optiviz.runs.ahead import held
from optiviz.runs.record import Run


class Ruled:
    """A run by its rule; what is not known of one that is not ours is taken for the worst."""

    def __init__(self, run: Run) -> None:
        self.run, self.steps, self.third = run, run.steps, max(run.steps // 3, 1)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings of the last step, which are kept."""
        return held(self.run)

    @cached_property
    def lr(self) -> Array:
        """The rate of every step, the greatest where each coordinate has its own."""
        lr: Array = self.run.lr.reshape(self.steps, -1).max(axis=1)
        return lr

    @property
    def held(self) -> bool:
        """Whether the last rate, which is kept, is about that of the steps before."""
        return bool(self.lr[-1] >= 0.8 * self.lr[-2 * self.third :].max())

    @property
    def signs(self) -> bool:
        """Whether its steps have the sign of a mean of slopes, and not its size."""
        return "moment1" in self.run.slots and "moment2" not in self.run.slots

    @property
    def decays(self) -> bool:
        """Whether weights decay, which has a minimum of its own."""
        return bool(np.any(self.settings.get("weight_decay", 0)))

    @property
    def looks(self) -> bool:
        """Whether it steps by slopes from elsewhere, too, which are steep where its own is not."""
        return "look" in getattr(OPTIMIZERS.get(self.run.optimizer), "extras", ())

    @cached_property
    def forgets(self) -> bool:
        """Whether the rule may shake itself loose: not known of a rule that is not ours."""
        rule = OPTIMIZERS.get(self.run.optimizer)
        return rule is None or rule.forgets

    @property
    def beta(self) -> float:
        """How much of its velocity a step keeps."""
        kept = self.settings.get("beta", 0.0) if "velocity" in self.run.slots else 0.0
        return float(np.max(kept))
