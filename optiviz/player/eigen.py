"""What the player is told of the axes of the curvature, for its panel along them."""

from __future__ import annotations

from typing import Any

import numpy as np

from optiviz.problems.base import Array
from optiviz.runs.modes import EDGE, Modes, modes
from optiviz.runs.once import once
from optiviz.views.picture import Picture
from optiviz.views.scene.eigen import NEAR_ONE, reach

Columns = list[tuple[str, Array]]


def along(picture: Picture) -> tuple[dict[str, Any], list[tuple[dict[str, Any], Columns]]]:
    """The axes that are drawn on the plane, and of every run its facts and columns.

    A run's columns are w − w* along both axes, `c0` and `c1`, and how far the factor of the step
    that leaves each point is above 1, `more0` and `more1`.

    Raises:
        UserError: the problem has no minimum that is known and is curved along both axes.
    """
    found = [once(modes, run, picture.problem) for run in picture.runs]
    lead = found[picture.lead or 0]
    exact = all(one.exact for one in found)
    facts = {"at": lead.at.tolist(), "axes": lead.axes.tolist(), "exact": exact}
    facts |= {"reach": reach(found, picture), "edge": EDGE, "nearOne": NEAR_ONE}
    return {"eigen": facts}, [_run(one) for one in found]


def _run(found: Modes) -> tuple[dict[str, Any], Columns]:
    facts: dict[str, Any] = {"curvatures": found.curvatures.tolist(), "limits": [None, None]}
    if found.limits is not None:
        facts["limits"] = [limit if np.isfinite(limit) else None for limit in found.limits.tolist()]
    columns = [(f"c{axis}", found.along[:, axis]) for axis in range(2)]
    if found.factors is not None:  # the last point has no step of its own: the last one's serves
        more = np.concatenate([found.factors, found.factors[-1:]]) - 1
        columns += [(f"more{axis}", more[:, axis]) for axis in range(2)]
    with np.errstate(over="ignore"):  # a diverged run may leave the single-precision numbers
        return {"eigen": facts}, [(name, values.astype("<f4")) for name, values in columns]
