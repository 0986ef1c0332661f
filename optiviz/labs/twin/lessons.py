"""The lessons of the twin lab, and what decides them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from optiviz.labs.twin.form import from_query
from optiviz.lessons.live import Judge, Live, read_live
from optiviz.lessons.reader import HERE
from optiviz.problems.base import Array
from optiviz.training.twin import Twins
from optiviz.views.twin import limit_of

FOLDER = HERE / "twin"
SOON, TURNS = 3, 4  # updates until a rise; times that λ crosses its limit in the later half


def lessons() -> tuple[Live, ...]:
    """The lessons, all of whose settings the lab has; each trains one network."""
    return read_live(FOLDER, JUDGE, lambda link: from_query(link)[1])


def crossings(made: Twins) -> int:
    """How often λ goes past what the rate stands, one way or the other, in the later half."""
    above = _ratios(made) > 1
    return int(np.count_nonzero(np.diff(above)))


def _ratios(made: Twins) -> Array:
    """Each λ of the later half to the limit there."""
    late = made.at >= (len(made.loss) - 1) / 2
    rates = np.append(made.lr, made.lr[-1])[made.at]
    stands = limit_of(made.rule, 1.0) or np.nan
    found: Array = (made.curvatures[:, 0] * rates / stands)[late]
    return found


def _rises(made: Twins) -> int:
    return made.rises or 10**9


def _trembles(made: Twins) -> bool:
    return made.rises is not None and bool(made.loss[-1] < made.loss[0])


def _one(condition: Callable[[Twins], bool]) -> Callable[[Sequence[Twins]], bool]:
    return lambda runs: condition(runs[0])


JUDGE: Judge[Twins] = Judge(
    ranks={},
    conditions={
        "never rises": _one(lambda made: made.rises is None),
        "rises at once": _one(lambda made: _rises(made) <= SOON),
        "rises later": _one(lambda made: SOON < _rises(made) < 10**9),
        "rises, and learns": _one(_trembles),
        "rises, and does not learn": _one(lambda made: bool(made.loss[-1] >= made.loss[0])),
        "λ stays above": _one(lambda made: bool((_ratios(made) > 1).all())),
        "λ stays below": _one(lambda made: bool((_ratios(made) < 1).all())),
        "λ goes to and fro": _one(lambda made: crossings(made) >= TURNS),
    },
)
