"""What a network sees: digits with its guesses, the wrong ones first, and its first layer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from optiviz.labs.server.data import mnist
from optiviz.problems import MLP
from optiviz.problems.base import Array

LOOKED_AT = 1000  # test images; all of them would take ten times as long
SHOWN = 30  # digits
UNITS = 40  # of the first layer


@lru_cache(maxsize=1)
def _viewer(sizes: tuple[int, ...]) -> MLP:
    """A network of these widths to look with, apart from those that are being trained."""
    data = mnist()
    return MLP(data.x_test[:LOOKED_AT], data.y_test[:LOOKED_AT], sizes, compiled=False)


def inked(images: Array) -> bytes:
    """Images as bytes, 255 for full ink."""
    found: bytes = np.rint(images * 255).astype(np.uint8).tobytes()
    return found


def look(w: Array, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Digits and first-layer weights as bytes, with what is written beside them.

    Args:
        w: `(P,)`, the weights.
        sizes: the widths of the network's layers.

    Returns:
        `images` `(SHOWN, 784)` bytes, with `labels` and `told` (the probability of every digit) of
        each, the surest mistakes first and then what is least sure; `wrong` out of `of` images;
        `weights` `(units, 784)` bytes with 128 for zero, on one scale.
    """
    viewer = _viewer(sizes)
    probabilities = viewer.probabilities(w)
    guesses, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = guesses != viewer.y
    first = np.lexsort((np.where(wrong, -sure, sure), ~wrong))[:SHOWN]
    matrix = viewer.layers(w)[0].weights[:, :UNITS]
    scale = max(float(np.abs(matrix).max()), 1e-12)
    return {
        "images": inked(viewer.x[first]),
        "labels": viewer.y[first].tolist(),
        "told": [[round(float(p), 4) for p in row] for row in probabilities[first]],
        "wrong": int(wrong.sum()),
        "of": len(viewer.y),
        "weights": np.rint(128 + 127 * matrix.T / scale).astype(np.uint8).tobytes(),
        "units": matrix.shape[1],
        "all_units": sizes[1],
    }
