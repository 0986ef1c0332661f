"""What is said of twins: what the valley promises, what the network did, and where they part."""

from __future__ import annotations

from typing import Any

import numpy as np

from optiviz.maps.theory import limit
from optiviz.optim import Optimizer, name_of
from optiviz.problems.planes.regression import Valleys
from optiviz.runs import Run
from optiviz.runs.verdict import verdict
from optiviz.training.twin import Twins
from optiviz.views.numbers import number
from optiviz.views.picture import Picture
from optiviz.views.scene.sharpness import LIMITS

PANELS = ("path", "network-loss", "sharpness", "accuracy")
NAMES = ("the toy", "the network")
# Of a rule's limit of η, the formula: what a rate stands, with η and λ in each other's places.
FORMULAS = {name: words.replace("η", "λ") for name, words in LIMITS.items()}


def picture(valley: Valleys, run: Run, shadow: Run, **how: Any) -> Picture:
    """Both on the valley, and the network's loss, accuracy and sharpness beside them."""
    return Picture(valley, [run, shadow], PANELS, labels=NAMES, **how)


def limit_of(rule: Optimizer, sharpness: float) -> float | None:
    """The rate from which on a rule is unstable along a curvature; None if theory knows none."""
    return limit(name_of(rule), rule.settings(), sharpness)


def toy_words(made: Twins, look: int, valley: Valleys, run: Run) -> str:
    """What the valley of a look makes of a run's rate, and what the run did there."""
    sharpness, at = float(made.curvatures[look, 0]), int(made.at[look])
    stands = limit(run.optimizer, run.settings, sharpness)
    first = f"The valley of update {at} bends with λ = {number(sharpness, 3)}"
    did = f"What the toy did: {verdict(run, valley).text}."
    if stands is None:
        return f"{first}, which alone gives no limit of η for {run.optimizer}. {did}"
    begins, still = ("begins", "at first ") if np.ptp(run.lr) else ("is", "")
    below = run.lr[0] < stands
    side = "below" if below else "beyond"
    fade = "fade" if run.batch is None else "do not grow"  # batches keep them up
    rate = f"η {begins} {side} its limit {FORMULAS[run.optimizer]} = {number(stands, 3)}"
    return f"{first}: {rate}, so {still}its swings {fade if below else 'grow'}. {did}"


def network_words(made: Twins) -> str:
    """What the network has done by now: its loss, its accuracy, and when it first trembled."""
    low, high = (number(float(loss), 3) for loss in made.loss[[0, -1]])
    if len(made.loss) == 1:
        return f"The network stands at its start: its loss is {low}."
    share = number(100 * float(made.accuracy[-1]), 3)
    rise = made.rises
    trembles = "has not risen" if rise is None else f"first rose at update {rise}"
    passed = _passed(made)
    return (
        f"The network's loss went from {low} to {high} and {trembles}{passed}. "
        f"It gets {share} % right."
    )


def _passed(made: Twins) -> str:
    """When the network's λ first was beyond what its rate stands: that it trembles, predicted."""
    stands = limit_of(made.rule, 1.0)
    if stands is None:
        return ""
    rates = np.append(made.lr, made.lr[-1])[made.at]
    beyond = made.at[made.curvatures[:, 0] * rates > stands]
    formula = LIMITS[name_of(made.rule)]
    if not len(beyond):
        return f"; its λ never was beyond {formula}"
    return f"; its λ was beyond {formula} first at update {int(beyond[0])}"


def both_words(made: Twins, look: int) -> str:
    """Whether the network trains in a look's valley, as far as it has come."""
    first, last = made.holds(look)
    gone = min(int(np.searchsorted(made.at, last, side="right")), len(made.at) - 1)
    then, away, now = (number(float(made.curvatures[i, 0]), 3) for i in (look, gone, -1))
    end = len(made.loss) - 1
    if limit_of(made.rule, 1.0) is None:
        name = name_of(made.rule)
        return f"For {name} λ gives no limit of η: this toy does not say when its network trembles."
    if not end:
        return "What the toy does is what this valley predicts: train, and see."
    if last >= int(made.at[-1]):
        since = "all the way" if not first else f"from update {first} on"
        return f"This valley predicts {since}: λ is within a fifth of its {then}."
    while_ = f"at update {first}" if first == last else f"from update {first} to {last}"
    ends = "" if away == now else f"; at update {int(made.at[-1])} it is {now}"
    return (
        f"This valley predicts {while_}, no longer since update {int(made.at[gone])}: λ moved from "
        f"{then} to {away}{ends}."
    )


def told(made: Twins, look: int, valley: Valleys, run: Run) -> dict[str, Any]:
    """All of it, one sentence or two for each."""
    return {
        "toy": toy_words(made, look, valley, run),
        "network": network_words(made),
        "both": both_words(made, look),
    }
