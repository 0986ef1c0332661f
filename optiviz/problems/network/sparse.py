"""The products of a first layer whose inputs are mostly zeros, for batches of many samples.

    z = xW    ∂W = xᵀδ

Both are sums of the rows of a matrix, each times a number of x, and only the numbers that are not
zero are looked at: of MNIST's, a fifth. Rows are added up in registers, strip by strip, and only so
many of them at a time that their strips stay in the nearest cache.

Every sum is taken in the order of its terms, whatever the machine and the number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from optiviz.fast import compiler
from optiviz.problems.base import Array
from optiviz.strips import STRIP, add, load, store

compiled = compiler()
ROWS = 112  # of a strip each, that fit into the nearest cache beside the sums
LINE = 64  # bytes; what does not begin at a multiple of it is read twice


class SparseInputs:
    """Batches of m samples with n inputs each, and the two products with them."""

    def __init__(self, m: int, n: int, dtype: DTypeLike) -> None:
        self._samples, self._inputs = _Terms(m, n, (n, 1), dtype), _Terms(n, m, (1, n), dtype)
        self._room = _aligned(ROWS * STRIP, np.dtype(dtype))
        self._x = self._room[:0]

    def forward(self, x: Array, weights: Array, out: Array) -> None:
        """out ← x @ weights."""
        self._x = x.reshape(-1)
        self._samples.add_up(self._x, weights, out, self._room)

    def gradient(self, delta: Array, out: Array) -> None:
        """out ← xᵀ @ delta, with the x of the last `forward`."""
        self._inputs.add_up(self._x, delta, out, self._room)


class _Terms:
    """Which columns each row of a matrix has numbers in that are not zero.

    Row r's, from column `ROWS`·p to before `ROWS`·(p + 1), are those from parts[p, r] to
    parts[p + 1, r]. In memory its rows are steps[0] numbers apart, its columns steps[1].
    """

    def __init__(self, rows: int, columns: int, steps: tuple[int, int], dtype: DTypeLike) -> None:
        self._columns = np.empty(rows * columns + 1, np.uint32)
        self._numbers = np.empty(rows * columns, dtype)
        self._parts = np.zeros((-(-columns // ROWS) + 1, rows), np.uint64)
        self._shape = np.array((columns, *steps), np.uint64)

    def add_up(self, flat: Array, matrix: Array, out: Array, room: Array) -> None:
        """out ← the matrix of `flat` @ matrix."""
        bits = flat.view(f"i{flat.itemsize}")  # whole numbers are sooner compared with 0
        _list(flat, bits, self._shape, self._columns, self._numbers, self._parts)
        _sum_rows(self._columns, self._numbers, self._parts, matrix, out, room)


def _aligned(n: int, dtype: np.dtype[Any]) -> Array:
    """Room for n numbers that begins where a line of the cache does."""
    room = np.empty(n * dtype.itemsize + LINE, np.uint8)
    begin = -room.ctypes.data % LINE
    return room[begin : begin + n * dtype.itemsize].view(dtype)


@compiled
def _list(
    flat: Array, bits: Array, shape: Array, columns: Array, numbers: Array, parts: Array
) -> None:
    """Find out what is not 0.

    There is no branch in it, since a processor would often guess wrong which way it goes.
    """
    n, down, across = shape
    at = np.uint64(0)
    for row in range(parts.shape[1]):
        first = np.uint64(row) * down
        for part in range(len(parts) - 1):
            parts[part, row] = at
            begin = np.uint64(part * ROWS)
            for column in range(begin, min(begin + np.uint64(ROWS), n)):
                columns[at] = column
                at += np.uint64(bits[first + column * across] != 0)
        parts[-1, row] = at
        for k in range(parts[0, row], at):
            numbers[k] = flat[first + columns[k] * across]


@compiled
def _sum_rows(
    columns: Array, numbers: Array, parts: Array, matrix: Array, out: Array, room: Array
) -> None:
    """Row r of `out` is the sum of the rows of `matrix` that r's list names, times its numbers."""
    wide, width, n = np.uint64(STRIP), np.uint64(matrix.shape[1]), np.uint64(len(matrix))
    source, target = matrix.reshape(-1), out.reshape(-1)
    zero = load(np.zeros(STRIP, matrix.dtype), np.uint64(0))
    for left in range(0, matrix.shape[1], STRIP):
        begin = np.uint64(min(left, matrix.shape[1] - STRIP))  # the last strip overlaps another
        for part in range(len(parts) - 1):
            top = np.uint64(part * ROWS)
            for k in range(min(np.uint64(ROWS), n - top)):
                store(room, k * wide, load(source, (top + k) * width + begin))
            for row in range(np.uint64(len(out))):
                at = row * width + begin
                sums = load(target, at) if part > 0 else zero
                for k in range(parts[part, row], parts[part + 1, row]):
                    place = (np.uint64(columns[k]) - top) * wide
                    sums = add(sums, numbers[k], load(room, place))
                store(target, at, sums)
