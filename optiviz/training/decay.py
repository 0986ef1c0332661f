"""Weight decay for any rule, apart from its gradient."""

from __future__ import annotations

from collections.abc import Iterator

from optiviz.errors import UserError, at_least
from optiviz.optim import Foreign, Optimizer, name_of
from optiviz.runs.loop import Point


def check(rule: Optimizer, decay: float) -> None:
    """Refuse a decay that a rule does not take.

    Raises:
        UserError: it is negative, or the rule has one of its own.
    """
    at_least(0, weight_decay=decay)
    if decay and (isinstance(rule, Foreign) or "weight_decay" in rule.settings()):
        name = name_of(rule)
        raise UserError(
            f"{name} has a weight decay of its own: write it among its settings, as "
            f"{name}:weight_decay={decay:g}, and leave out --weight-decay."
        )


def decayed(points: Iterator[Point], rule: Optimizer, decay: float, n: int) -> Iterator[Point]:
    """Hand the points on, and shrink the weights ahead of each step, as AdamW does.

    w ← (1 − ηλ)w, and then the rule's own step with the gradient that was seen before. With plain
    gradient descent that is the penalty λ|w|²/2; other rules do not mix it into what they remember.

    Args:
        points: of a training, from wherever it goes on.
        rule: its update rule, whose η is meant, as its schedule has it.
        decay: λ.
        n: updates in all; nothing is taken from the weights that the last one leaves.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019.
    """
    for point in points:
        yield point
        if point.t < n:
            rates = point.schedules.get("lr")
            point.w *= 1 - float(rule.lr if rates is None else rates[point.t]) * decay
