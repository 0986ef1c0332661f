"""The contract of a problem: a value and a gradient, with or without data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]
Point = tuple[float, float]
Bounds = tuple[Point, Point]
SAME = 1e-6  # of the start's height above the deepest minimum: minima that differ by less are equal


class Problem(ABC):
    """Something to minimise: `value(w)` and its gradient, and the static facts that views draw.

    `w` is a point `(2,)`, a stack `(K, 2)`, or a network's weights `(P,)`; a value has the shape
    of `w` without its last axis. `batch` is an array of sample indices; None means all the data.
    """

    name: str
    title: str
    size: int  # how many parameters: the length of the last axis of w
    dtype: DTypeLike = np.float64
    n_samples: int | None = None
    start: Any  # a good one: `(P,)`, or of a network, by seed
    compiled: bool | None = None  # use compiled kernels: yes, no, or if they can be had
    # Good learning rates by the kind of rule (see `Optimizer.rate`).
    rates: Mapping[str, float]

    def rate(self, kind: str, start: ArrayLike | None = None) -> float | None:
        """The learning rate that suits a kind of rule from a start; None if none is known."""
        return self.rates.get(kind)

    def blocks(self, x: Array) -> list[Array]:
        """The matrices `(…, inputs, outputs)` and vectors of an array laid out as w, as views."""
        return [x]

    @abstractmethod
    def value_and_grad(
        self, w: Array, batch: Array | None = None, out: Array | None = None
    ) -> tuple[Any, Array]:
        """The loss at `w` and its gradient, the latter written into `out` where one is given."""

    def into(self, out: Array) -> Callable[[Array, Any], Any]:
        """A function of w and a batch that gives the loss and writes the gradient into `out`.

        Between its calls nobody else may write there.
        """
        return lambda w, batch: self.value_and_grad(w, batch, out)[0]

    def value(self, w: ArrayLike, batch: Array | None = None) -> Any:
        """The loss at `w`."""
        return self.value_and_grad(inexact(w), batch)[0]


class Plane(Problem):
    """A problem of two parameters, which can be drawn.

    Attributes:
        bounds: ((left, right), (bottom, top)), the part of the plane worth drawing.
        start: a good point to start from; steps: how many show where that leads.
        minima: the known minimisers, all of them within the bounds or none; saddles: the known
            saddle points.
        axes: what the two parameters are called.
        told: whether a picture writes the heights along the contour lines.
        span: the least range of heights that a picture's colours are spread over.
        at: the step of a longer run that each point of a trajectory stands for; empty where a
            trajectory has every step.
    """

    size = 2
    bounds: Bounds
    start: Point
    steps: int = 120
    minima: tuple[Point, ...] = ()
    saddles: tuple[Point, ...] = ()
    axes: tuple[str, str] = ("w₁", "w₂")
    told: bool = False
    span: float = 0.0
    at: tuple[int, ...] = ()

    def floor(self) -> float | None:
        """The least known value, which a loss axis is measured from."""
        return self._floor

    @cached_property
    def _floor(self) -> float | None:
        return float(self.value(np.array(self.minima)).min()) if self.minima else None

    def local(self, minima: Sequence[Point] | None = None) -> tuple[bool, ...]:
        """Which of some minima, by default the known ones, are less deep than another."""
        minima = self.minima if minima is None else minima
        if not minima:
            return ()
        depths = np.array([float(self.value(np.array(point))) for point in minima])
        height = float(self.value(np.array(self.start))) - depths.min()
        return tuple((depths - depths.min() > SAME * abs(height)).tolist())

    def grid(self, points: int = 200) -> tuple[Array, Array, Array]:
        """The bounds sampled: x of shape (n,), y of shape (n,), values of shape (n, n)."""
        x, y = (np.linspace(low, high, points) for low, high in self.bounds)
        return x, y, self.on(x, y)

    def on(self, x: Array, y: Array, batch: Array | None = None) -> Array:
        """Values on the grid of `x` and `y`, rows along y."""
        values: Array = self.value(np.stack(np.meshgrid(x, y), axis=-1), batch)
        return values


def inexact(w: ArrayLike) -> Array:
    """Numbers as an array of floats, which a gradient of the same type can be written into.

    >>> inexact([1, 2]), inexact(np.ones(2, np.float32)).dtype
    (array([1., 2.]), dtype('float32'))
    """
    array = np.asarray(w)
    return array if array.dtype.kind == "f" else array.astype(float)


def same(one: Any, other: Any) -> bool:
    """Whether two things are equal, arrays to the bit and NaN to itself.

    >>> same({"w": np.array([1.0, np.nan])}, {"w": np.array([1.0, np.nan])})
    True
    """
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        alike = getattr(one, "dtype", None) == getattr(other, "dtype", None)
        return alike and np.array_equal(one, other, equal_nan=True)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)
