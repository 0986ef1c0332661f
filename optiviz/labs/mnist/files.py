"""What can be taken away of runs, as bytes."""

from __future__ import annotations

import csv
import io

import numpy as np

from optiviz.labs.mnist.facts import sizes_of
from optiviz.labs.mnist.race import Lane
from optiviz.training.train import COLUMNS


def table(lanes: list[Lane]) -> bytes:
    """The evaluations of some runs as CSV; of a run that was kept, what was kept of them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["run", "command", *COLUMNS])
    for lane in lanes:
        for row in lane.rows:
            values = (row.get(name, "") for name in COLUMNS)
            writer.writerow([lane.key, lane.recipe.command(), *values])
    return text.getvalue().encode()


def weights(lane: Lane) -> bytes:
    """The weights of a run, as `optiviz train` writes them."""
    file = io.BytesIO()
    np.savez(file, w=np.asarray(lane.w), sizes=sizes_of(lane), biases=lane.recipe.biases)
    return file.getvalue()
