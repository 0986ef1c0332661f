"""Whether a network can learn yet: how many images pass it a gradient."""

from __future__ import annotations

import numpy as np

from optiviz.problems import MLP
from optiviz.problems.base import Array

SAME = 1e-6  # difference of probabilities between images
FEW_IMAGES = 0.01  # of the images: no more need pass a gradient in a network that has collapsed


def alive(network: MLP, w: Array, first: Array) -> float:
    """The share of the images that pass a gradient, where they are few; else 1.

    They are those of which the network says something else than of most, if these pass none.

    Args:
        network: on its training set; w: `(P,)`.
        first: some images; if it does not say the same of these, the others are not looked at.
    """
    if _unlike(network.probabilities(w, first)).mean() > FEW_IMAGES:
        return 1.0
    unlike = _unlike(network.probabilities(w))
    share = float(unlike.mean())
    if share > FEW_IMAGES:
        return 1.0
    gradient = network.value_and_grad(w, np.flatnonzero(~unlike))[1]
    return 1.0 if any(layer.weights.any() for layer in network.layers(gradient)) else share


def _unlike(probabilities: Array) -> Array:
    """Of which images a network says something else than of most, `(N,)`."""
    away = np.abs(probabilities - np.median(probabilities, axis=0)).max(axis=1)
    unlike: Array = away > SAME
    return unlike
