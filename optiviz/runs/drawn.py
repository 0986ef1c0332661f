"""What a run has to be drawn beside its path: its rule's own marks, and where it was clipped."""

from __future__ import annotations

from functools import cache

import numpy as np

from optiviz.optim import OPTIMIZERS, Optimizer
from optiviz.optim.drawn import Drawn, Seen, Tried
from optiviz.runs.ahead import held
from optiviz.runs.once import once
from optiviz.runs.record import Array, Run
from optiviz.runs.symbols import in_symbols, met, shortened

CLIPPED = "gradient clipped"
PARTS = {"singular", "true_loss"}  # slots of what is a part of a run, or its shadow


def drawn(run: Run) -> tuple[Drawn, ...]:
    """The marks of a single run's rule, none of a rule that is not ours; and the points whose
    gradient was clipped.

    >>> from optiviz import descend
    >>> [mark.words for mark in drawn(descend("valley", "prodigy:clip=1", steps=5))]
    ['radius d: at least so far, it finds, is the minimum', 'gradient clipped']
    """
    found = once(_seen, run)
    return (*(found[0].drawn(found[1]) if found else ()), *_clipped(run))


def _clipped(run: Run) -> tuple[Drawn, ...]:
    """Crosses where it was; none of a part of a run or its shadow, whose own length is not it."""
    plane = run.w.shape[1:] == (2,) and run.steps and not PARTS & run.slots.keys()
    if not plane or not (cut := shortened(run)).any():
        return ()
    tips = np.where(np.append(cut, False)[:, None], run.w, np.nan)
    return (Tried(CLIPPED, "accent", tips[:, None], crossed=True),)


def divisor(run: Run) -> Array | None:
    """By what every step was divided, `(T, P)` or `(T, P, P)`; None for rules that do not."""
    found = once(_seen, run)
    return found[0].divisor(found[1]) if found else None


def _seen(run: Run) -> tuple[Optimizer, Seen] | None:
    """The rule of a run and what the run holds of it; None for a part of a run or its shadow, which
    has slots of its own or lacks some: the rule has seen more than it tells."""
    kind = OPTIMIZERS.get(run.optimizer)
    if kind is None or kind.matrices or run.w.ndim != 2 or not run.steps:
        return None
    rule = kind(**held(run))
    own = {name for name in rule.init(run.w[0]) if not name.startswith("_")}
    if own != set(run.slots):
        return None
    found = cache(lambda: in_symbols(run)[1])
    return rule, Seen(run.w, met(run), run.slots, run.hyper, lambda name: found()[name])
