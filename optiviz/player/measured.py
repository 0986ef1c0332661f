"""What was measured on the way of a run, of a network or of the ground, as the player's columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from optiviz.problems.base import Array, Plane
from optiviz.runs.record import Run
from optiviz.views.scene import sharpness, trained
from optiviz.views.scene.contents import Contents

OWN = {"true_loss": {"truth", "network-loss"}, "accuracy": {"accuracy"}}  # by slot, who shows it


def measured(
    run: Run, problem: Plane, panels: Sequence[str], first: bool = True
) -> Iterator[tuple[str, Array]]:
    """The columns that some panels need: a network's own numbers, how sharply the ground bends,
    and of the first run what is of a whole matrix."""
    for slot, shown in OWN.items():
        if slot in run.slots and shown & set(panels):
            yield slot, run.slots[slot].astype("<f4")
    if "network-loss" in panels and trained.held(run) is not None:
        yield "holds", run.slots["holds"].astype("<f4")
    if "truth" in panels and "true_loss" in run.slots:
        yield "below", run.loss.astype("<f4")
    if "singular" in panels and "singular" in run.slots and first:
        yield from zip(("most", "least"), run.slots["singular"].T.astype("<f4"), strict=True)
    if "sharpness" in panels:
        yield "sharpness", sharpness.sharpness(run, problem).astype("<f4")
        if (most := sharpness.stands(run)) is not None:
            yield "stands", most.astype("<f4")


def titles(picture: Contents) -> dict[str, Any]:
    """What the picture is called, and those panels whose titles say what is drawn; of every run the
    name of the limit that it is the first to have."""
    runs = picture.runs
    names = {one.runs[0]: one.name for one in sharpness.limits(runs)}
    return {
        "title": picture.title,
        "lossTitle": "Loss above minimum" if picture.problem.floor() else "Loss",
        "sharpnessTitle": sharpness.title(runs),
        "limits": [names.get(nth, "") for nth in range(len(runs))],
        "networkTitle": trained.title(runs),
    }
