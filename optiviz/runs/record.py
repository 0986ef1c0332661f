"""What a run leaves behind: plain arrays, saved without pickle."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.errors import UserError
from optiviz.files import whole

Array = NDArray[Any]
FORMAT = 1


@dataclass(frozen=True)
class Run:
    """The record of a descent of T steps, from point 0 to point T.

    Row t of every array speaks of the same moment: the point w_t, the loss and gradient there, and
    the slots that the step to w_t left. A run that diverged ends at its last finite point.

    Attributes:
        w: `(T+1, …)`, the points.
        loss: `(T+1,)` or `(T+1, K)`.
        grad: `(T+1, …)`, the gradient at each point.
        slots: the rule's arrays by name, each `(T+1, …)`.
        hyper: the learning rate and every scheduled setting as numbers, each `(T, …)`.
        optimizer: the rule's name; settings: its settings; problem: the problem's name.
        seed: what the run's random numbers came from.
        batch: `(T+1, m)`, the indices of the samples at each point, -1 where a batch is short;
            None where every step saw everything. `grad` and `batch_loss` `(T+1, …)` are on the
            batch, `loss` is on all the data.
        diverged_at: the step that left the finite numbers, -1 for none; `(K,)` for a stack.
    """

    w: Array
    loss: Array
    grad: Array
    slots: dict[str, Array]
    hyper: dict[str, Array]
    optimizer: str
    settings: dict[str, Any]
    problem: str
    seed: int
    diverged_at: Array = field(default_factory=lambda: np.array(-1))
    batch: Array | None = None
    batch_loss: Array | None = None

    @property
    def steps(self) -> int:
        """T, the number of steps that the record holds."""
        return len(self.w) - 1

    @property
    def lr(self) -> Array:
        """The learning rate of every step, `(T, …)`."""
        return self.hyper["lr"]

    @property
    def status(self) -> str:
        """What became of the run, in words.

        >>> from optiviz import descend, optim, surfaces
        >>> descend(surfaces["bowl"], optim.SGD(lr=3.0), steps=80).status
        'diverged at step 21'
        """
        if self.diverged_at.ndim:
            return f"{(self.diverged_at >= 0).sum()} of {self.diverged_at.size} diverged"
        if self.diverged_at >= 0:
            return f"diverged at step {self.diverged_at}"
        return f"finished after {self.steps} steps"

    @cached_property
    def velocity(self) -> Array:
        """`(T+1, …)`: the step that led to each point, w_t - w_{t-1}; zero at the start."""
        with np.errstate(all="ignore"):  # those of a stack that diverged
            return np.diff(self.w, axis=0, prepend=self.w[:1])

    def save(self, path: str | Path) -> Path:
        """Write the record to one `.npz` file, whole or not at all.

        Raises:
            UserError: the file cannot be written.
        """
        facts = {"format": FORMAT}
        arrays: dict[str, Array] = {}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                arrays[item.name] = value
            elif item.name in ("slots", "hyper"):
                arrays |= {f"{item.name}.{name}": array for name, array in value.items()}
            else:
                facts[item.name] = value
        text = json.dumps(facts, default=plain)
        with whole(path) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, facts=np.array(text), **arrays)  # type: ignore[arg-type]
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Run:
        """Read a record back, to the same bits.

        Raises:
            UserError: the file is missing, or is no record.
        """
        try:
            with Path(path).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = dict(file)
            facts = json.loads(str(arrays.pop("facts")))
            if facts.pop("format") != FORMAT:
                raise ValueError("another format")
            if any(array.dtype.kind not in "fiu" for array in arrays.values()):
                raise ValueError("something other than numbers")
            if not {"w", "loss", "grad", "diverged_at"} <= set(arrays):
                raise ValueError("an array is missing")
            for group in ("slots", "hyper"):
                keys = [key for key in arrays if key.startswith(f"{group}.")]
                facts[group] = {key.partition(".")[2]: arrays.pop(key) for key in keys}
            return cls(**facts, **arrays)
        except Exception as error:  # a damaged archive may raise nearly anything
            raise UserError(f"{path} is not a run that optiviz saved: {error}.") from None


def plain(value: Any) -> Any:
    """Settings that JSON does not know: arrays as lists, schedules as their names and fields."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    fields = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    return {"schedule": type(value).__name__} | fields
