"""The products of a first layer whose inputs are mostly zeros, for batches of many samples.

    z = xW    ∂W = xᵀδ

Both are sums of the rows of a matrix, each times a number of x, and only the numbers that are not
zero are looked at: of MNIST's, a fifth. They are listed once, for all samples. Rows are added up in
registers, strip by strip, and only so many of them at a time that their strips stay in the nearest
cache.

Every sum is taken in the order of its terms, whatever the machine and the number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from optiviz.fast import compiler
from optiviz.lines import zeros
from optiviz.problems.base import Array
from optiviz.strips import STRIP, add, load, store

compiled = compiler()
ROWS = 112  # of a strip each, that fit into the nearest cache beside the sums


class Terms(NamedTuple):
    """Which columns, of 2¹⁶ at most, each row of a matrix has numbers in that are not zero.

    Row r's, from column `ROWS`·p to before `ROWS`·(p + 1), are those from parts[r, p] to before
    parts[r, p + 1].
    """

    columns: Array
    numbers: Array
    parts: Array

    @classmethod
    def room(cls, rows: int, columns: int, most: int, dtype: DTypeLike) -> Terms:
        """Room for `most` numbers of a matrix, and for one that is looked at in vain."""
        parts = np.empty((rows, -(-columns // ROWS) + 1), np.uint64)
        return cls(np.empty(most + 1, np.uint16), np.empty(most, dtype), parts)


def terms_of(x: Array) -> Terms:
    """What is not zero in the samples `(N, inputs)`."""
    (rows, columns), flat = x.shape, x.reshape(-1)
    bits = flat.view(f"i{x.itemsize}")  # of -0.0, too, not all are 0: it counts as a number
    terms = Terms.room(rows, columns, int(np.count_nonzero(bits)), x.dtype)
    _list(flat, bits, columns, *terms)
    return terms


class SparseInputs:
    """Batches of m of the samples whose terms are given, and the two products with them."""

    def __init__(self, m: int, n: int, samples: Terms) -> None:
        self._data, dtype = samples, samples.numbers.dtype
        self._samples = Terms.room(m, n, m * n, dtype)
        self._inputs = Terms.room(n, m, m * n, dtype)
        self._room = zeros((1, ROWS * STRIP), dtype)[0]

    def forward(self, batch: Array, weights: Array, out: Array) -> None:
        """out ← x @ weights, x being the samples of these indices."""
        _gather(tuple(self._data), batch, *self._samples)
        _sum_rows(*self._samples, weights, out, self._room)

    def gradient(self, delta: Array, out: Array) -> None:
        """out ← xᵀ @ delta, with the x of the last `forward`."""
        _turn(*self._samples, *self._inputs)
        _sum_rows(*self._inputs, delta, out, self._room)


@compiled
def _list(flat: Array, bits: Array, n: int, columns: Array, numbers: Array, parts: Array) -> None:
    """Find out what is not 0 in rows of n; whole numbers are sooner compared with 0.

    There is no branch in it, since a processor would often guess wrong which way it goes.
    """
    at, width = np.uint64(0), np.uint64(n)
    for row in range(len(parts)):
        begin, first = np.uint64(row) * width, at
        for part in range(parts.shape[1] - 1):
            parts[row, part] = at
            left = np.uint64(part * ROWS)
            for column in range(left, min(left + np.uint64(ROWS), width)):
                columns[at] = column
                at += np.uint64(bits[begin + column] != 0)
        parts[row, -1] = at
        for k in range(first, at):
            numbers[k] = flat[begin + np.uint64(columns[k])]


@compiled
def _gather(
    data: tuple[Array, ...], batch: Array, columns: Array, numbers: Array, parts: Array
) -> None:
    """The terms of some rows one after another, so that they come into the cache but once."""
    every_column, every_number, every_part = data
    at, last = np.uint64(0), parts.shape[1] - 1
    for row in range(len(batch)):
        there = every_part[batch[row]]
        for part in range(last + 1):
            parts[row, part] = at + (there[part] - there[0])
        for k in range(there[0], there[last]):
            columns[at], numbers[at] = every_column[k], every_number[k]
            at += np.uint64(1)


@compiled
def _turn(
    columns: Array, numbers: Array, parts: Array, rows: Array, turned: Array, by_column: Array
) -> None:
    """The same terms by columns: each has room for a number in every row."""
    m, last = np.uint64(len(parts)), by_column.shape[1] - 1
    for column in range(np.uint64(len(by_column))):
        by_column[column, last] = column * m
    for row in range(m):
        if row % np.uint64(ROWS) == 0:
            by_column[:, row // np.uint64(ROWS)] = by_column[:, last]
        for k in range(parts[row, 0], parts[row, -1]):
            at = by_column[columns[k], last]
            rows[at], turned[at] = row, numbers[k]
            by_column[columns[k], last] = at + np.uint64(1)


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
        for part in range(parts.shape[1] - 1):
            top = np.uint64(part * ROWS)
            for k in range(min(np.uint64(ROWS), n - top)):
                store(room, k * wide, load(source, (top + k) * width + begin))
            for row in range(np.uint64(len(out))):
                at = row * width + begin
                sums = load(target, at) if part > 0 else zero
                for k in range(parts[row, part], parts[row, part + 1]):
                    place = (np.uint64(columns[k]) - top) * wide
                    sums = add(sums, numbers[k], load(room, place))
                store(target, at, sums)
