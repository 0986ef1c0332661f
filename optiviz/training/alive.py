"""Whether a network can learn yet: how many images get an answer of their own."""

from __future__ import annotations

import numpy as np

from optiviz.problems import MLP
from optiviz.problems.base import Array

SAME = 1e-6  # difference of probabilities between images
FEW_IMAGES = 0.01  # of the images: no more need pass a gradient in a network that has collapsed
SOME_IMAGES = 0.05  # of the images: where no more are told from the others, that is worth a word


def alive(network: MLP, w: Array, first: Array) -> tuple[float, float]:
    """The shares of the images that are told from most, and that pass a gradient.

    Each is 1 unless it is small; the second one, unless none but the images of the first do.

    Args:
        network: on its training set; w: `(P,)`.
        first: some images; if it does not say the same of these, the others are not looked at.
    """
    if _unlike(network.probabilities(w, first)).mean() > 2 * SOME_IMAGES:
        return 1.0, 1.0
    unlike = _unlike(network.probabilities(w))
    share = float(unlike.mean())
    if share > SOME_IMAGES:
        return 1.0, 1.0
    gradient = network.value_and_grad(w, np.flatnonzero(~unlike))[1]
    learns = any(layer.weights.any() for layer in network.layers(gradient))
    return share, 1.0 if learns else share


def _unlike(probabilities: Array) -> Array:
    """Of which images a network says something else than of most, `(N,)`."""
    away = np.abs(probabilities - np.median(probabilities, axis=0)).max(axis=1)
    unlike: Array = away > SAME
    return unlike
