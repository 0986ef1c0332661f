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

from optiviz.errors import UserError, needs_extra
from optiviz.files import whole
from optiviz.named import named
from optiviz.problems.base import same
from optiviz.runs.fitting import check
from optiviz.unpack import arrays_of

Array = NDArray[Any]
FORMAT = 1


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """The record of a descent of T steps, from point 0 to point T.

    Row t of every array speaks of the same moment: the point w_t, the loss and gradient there, and
    the slots that the step to w_t left. A run that diverged ends at its last finite point. The
    arrays are read-only, and two runs are equal if all that they hold is.

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
        diverged_at: the step at which the loss passed 10¹² times the first, or what a number can
            hold, -1 for none; `(K,)` for a stack.
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

    def __post_init__(self) -> None:
        found = self.w, self.loss, self.grad, self.diverged_at, self.batch, self.batch_loss
        for array in (*found, *self.slots.values(), *self.hyper.values()):
            if isinstance(array, np.ndarray):
                array.flags.writeable = False

    def _parts(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """What is no array, and every array by the name that it has in a file."""
        facts: dict[str, Any] = {}
        arrays: dict[str, Array] = {}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                arrays[item.name] = value
            elif item.name in ("slots", "hyper"):
                arrays |= {f"{item.name}.{name}": array for name, array in value.items()}
            else:
                facts[item.name] = value
        return facts, arrays

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        (ours, own), (theirs, others) = self._parts(), other._parts()
        return _text(ours) == _text(theirs) and same(own, others)

    __hash__ = None  # type: ignore[assignment]  # arrays have none

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={_brief(value)}" for name, value in self.settings.items())
        first, last = self.loss[0], self.loss[-1]
        if self.w.ndim == 2:
            loss = f"loss {first:.4g} → {last:.4g}"
        else:
            least, most = np.fmin.reduce(last), np.fmax.reduce(last)
            loss = f"{last.size} trajectories, loss {least:.4g} to {most:.4g} at the end"
        return (
            f"Run of {self.optimizer} ({settings}) on {self.problem}\n"
            f"  {loss}; {self.status}\n"
            f"  w {self.w.shape}, slots: {', '.join(self.slots) or 'none'}; seed {self.seed}"
        )

    def _repr_mimebundle_(self, **_: Any) -> Any:
        return named("optiviz.player.notebook:bundle")(self)

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
        """Whether its numbers lasted; on its problem, `verdict` says what became of it.

        >>> from optiviz import descend, optim, surfaces
        >>> descend(surfaces["bowl"], optim.SGD(lr=3.0), steps=80).status
        'diverged at step 21'
        """
        if self.diverged_at.ndim:
            lost = (self.diverged_at >= 0).sum()
            return f"{lost} of {self.diverged_at.size} diverged"
        if self.diverged_at >= 0:
            return f"diverged at step {self.diverged_at}"
        return f"finished after {self.steps} steps"

    @cached_property
    def velocity(self) -> Array:
        """`(T+1, …)`: the step that led to each point, w_t - w_{t-1}; zero at the start."""
        with np.errstate(all="ignore"):  # those of a stack that diverged
            velocity: Array = np.diff(self.w, axis=0, prepend=self.w[:1])
        velocity.flags.writeable = False
        return velocity

    def to_pandas(self) -> Any:
        """The record as a `pandas.DataFrame`, a row for every step (and trajectory of a stack).

        The learning rate and the scheduled settings are those of the step that leaves the point,
        so the last row has none.

        Raises:
            UserError: pandas is missing.

        >>> from optiviz import descend
        >>> list(descend("bowl", "momentum").to_pandas())  # doctest: +SKIP
        ['loss', 'w_1', 'w_2', 'grad_1', 'grad_2', 'velocity_1', 'velocity_2', 'lr']
        """
        try:
            pandas = named("pandas")  # an extra, and slow to import
        except ImportError:
            raise needs_extra("A table of a run", "pandas") from None
        shape = self.w.shape[:-1] if self.w.ndim > 2 else (len(self.w), 1)
        columns = {"loss": self.loss}
        if self.batch_loss is not None:
            columns["batch_loss"] = self.batch_loss
        for name, array in {"w": self.w, "grad": self.grad, **self.slots}.items():
            parts = np.moveaxis(array, -1, 0) if array.shape == self.w.shape else [array]
            columns |= {
                f"{name}_{i}" if len(parts) > 1 else name: part for i, part in enumerate(parts, 1)
            }
        for name, array in self.hyper.items():
            columns[name] = np.full(shape, np.nan)
            columns[name][:-1] = array.reshape(self.steps, -1)
        steps, trajectories = (axis.reshape(-1) for axis in np.indices(shape))
        index = {"step": steps} | ({"trajectory": trajectories} if self.w.ndim > 2 else {})
        rows = {name: array.reshape(-1) for name, array in columns.items()}
        return pandas.DataFrame(index | rows).set_index(list(index))

    def save(self, path: str | Path) -> Path:
        """Write the record to one `.npz` file, whole or not at all.

        Raises:
            UserError: the file cannot be written.
        """
        facts, arrays = self._parts()
        text = _text({"format": FORMAT} | facts)
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
            arrays: dict[str, Any] = arrays_of(Path(path))
            facts = json.loads(str(arrays.pop("facts")))
            if facts.pop("format") != FORMAT:
                raise ValueError("another format")
            check(facts, arrays)
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
    if not dataclasses.is_dataclass(value):
        return repr(value)
    fields = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    return {"schedule": type(value).__name__} | fields


def _text(facts: dict[str, Any]) -> str:
    return json.dumps(facts, default=plain)


def _brief(value: Any) -> str:
    """A setting on one line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else text[:39] + "…"
