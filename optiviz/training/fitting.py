"""Whether a checkpoint from a file fits the training that is to go on from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optiviz.optim import Optimizer
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.training.train import COLUMNS


def check(
    arrays: Mapping[str, Array], slots: Mapping[str, Array], network: MLP, rule: Optimizer, n: int
) -> None:
    """Refuse what no training of this network with this rule keeps.

    A slot that is missing would go on from zero, which is another training.

    Args:
        arrays: by name, as `RunDirectory.save` writes them; slots: the rule's.
        network, rule, n: what is trained, how, and for how many updates.

    Raises:
        ValueError: in half a sentence.
    """
    w = np.zeros(network.size, network.dtype)
    # The loop lays all out like w but what begins with _, which it leaves as the rule made it.
    given = {"blocks": network.blocks} if "blocks" in rule.extras else {}
    made = {k: v if k.startswith("_") else w for k, v in rule.init(w, **given).items()}
    made.pop("_scratch", None)
    _alike(slots, made, "slots")
    evaluations = len(arrays["rows"]) if "rows" in arrays else 0
    wanted = {
        "w": w,
        "best": w,
        "numbers": np.empty(2),
        "counts": np.empty(2, int),
        "rows": np.empty((evaluations, len(COLUMNS))),
    }
    if "layers" in arrays:  # as in all that were written since they are seen
        wanted["layers"] = np.empty((len(arrays["layers"]), 1 + 2 * (len(network.sizes) - 1)))
    _alike(arrays, wanted, "arrays")
    if not all(np.isfinite(arrays[name]).all() for name in ("w", "best", "numbers")):
        raise ValueError("its numbers are not finite")
    step, count = arrays["counts"].tolist()
    evaluated = np.concatenate([[0], arrays["rows"][:, COLUMNS.index("step")]])
    if (evaluated % 1 != 0).any() or (np.diff(evaluated) <= 0).any() or step > n:
        raise ValueError(f"its evaluations and its {step} updates are not those of {n}")
    if "layers" in arrays and not np.isin(arrays["layers"][:, 0], evaluated[1:]).all():
        raise ValueError("its layers were seen at other updates than it was evaluated")
    if not 0 <= count == step - evaluated[-1] or arrays["numbers"][1] < 0:
        raise ValueError("its counts are out of bounds")


def _alike(found: Mapping[str, Array], wanted: Mapping[str, Array], kind: str) -> None:
    """Refuse other names, shapes or types than those wanted."""
    if found.keys() != wanted.keys():
        there, needed = (", ".join(sorted(one)) or "none" for one in (found, wanted))
        raise ValueError(f"its {kind} are {there}, not {needed}")
    for name, array in wanted.items():
        one = found[name]
        if (one.shape, one.dtype) != (array.shape, array.dtype):
            raise ValueError(f"{name} is of shape {one.shape} and type {one.dtype}")
