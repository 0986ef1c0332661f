"""Whether a schedule fits the length of the training that it is for."""

from __future__ import annotations

from collections.abc import Iterable

from optiviz.optim.schedules import Constant, Schedule, Step, WarmUp
from optiviz.training.recipe import Recipe

DIED = 0.01  # of the highest rate: in a hundred epochs as much as in one
HARDLY = 0.9  # of the highest rate: a decay that nobody sees


def misfit(schedule: Schedule, n: int, unit: str = "epoch") -> str:
    """What does not fit, in one sentence; nothing if all is well.

    Args:
        schedule: of η.
        n: the epochs or steps of the training; unit: which of them.

    >>> misfit(WarmUp(then=Constant(0.1), steps=10), 5)
    'The warm-up takes 10 epochs and the training 5: η comes to 50% of its value.'
    >>> misfit(Step(0.1, step_size=2), 5)
    ''
    """
    values = [float(value) for value in schedule.values(n)]
    if isinstance(schedule, Constant) or max(values) == 0:
        return ""
    if isinstance(schedule, WarmUp) and schedule.steps > n:
        return (
            f"The warm-up takes {schedule.steps} {unit}s and the training {n}: η comes to "
            f"{max(values) / schedule.base:.0%} of its value."
        )
    if isinstance(schedule, Step) and schedule.step_size >= n:
        drop = _length(schedule.step_size, unit)
        return f"The first drop of η comes after {drop} and the training ends after {n}."
    return _course(values, max(values) / float(schedule.base), unit)


def _course(values: list[float], share: float, unit: str) -> str:
    """What the values themselves give away, whatever made them."""
    n, top = len(values), max(values)
    within = f"In {_length(n, unit)} the schedule"
    if share < DIED:
        return f"{within} lets η come to {share:.2g} of its value."
    if min(values) == top:
        return f"{within} never changes η."
    last = max(k for k, value in enumerate(values) if value > DIED * top * (1 + 1e-9))
    if 2 * (last + 1) <= n:
        return (
            f"From {unit} {last + 2} of {n} on, the schedule keeps η at a hundredth of its highest "
            "or less: hardly anything is learnt then."
        )
    hardly = values[0] == top and values[-1] > HARDLY * top
    return f"{within} lets η fall to {values[-1] / top:.0%} and no lower." if hardly else ""


def _length(n: int, unit: str) -> str:
    return f"{n} {unit}{'s' * (n > 1)}"


def misfits(recipes: Iterable[Recipe]) -> list[str]:
    """A sentence for everything that does not fit in some trainings on the same data, each once.

    Args:
        recipes: the trainings.

    Raises:
        UserError: words that cannot be read, or a number out of range.
    """
    scheduled = [recipe for recipe in recipes if recipe.schedule is not None]
    if not scheduled:
        return []
    network = scheduled[0].networks()[0]
    found: dict[str, None] = {}
    for recipe in scheduled:
        recipe.check()
        steps = recipe.per_epoch(network) if recipe.schedule_per == "step" else 1
        schedule = recipe.rule(network).schedules()["lr"]
        found[misfit(schedule, recipe.epochs * steps, recipe.schedule_per)] = None
    return [sentence for sentence in found if sentence]
