"""How much sooner a sweep is done by two processes than by one.

Trainings of four epochs on MNIST, the same grid each time in a new directory; the time of starting
the processes counts. Run it on a quiet machine of at least two cores.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from timing import median

ROUNDS = 3
GRID = [
    "--optim",
    "sgd,momentum",
    "--grid",
    "lr=0.1,0.03,0.01",
    "--seeds",
    "2",
    "--epochs",
    "4",
    "--json",
]


def seconds(jobs: int) -> float:
    """The time of the whole command."""
    program = Path(sys.executable).with_name("optiviz")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            [program, "sweep", *GRID, "--jobs", str(jobs)],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


def main() -> None:
    pairs = [(seconds(1), seconds(2)) for _ in range(ROUNDS)]
    one, two = (median(side) for side in zip(*pairs, strict=True))
    ratio = median([a / b for a, b in pairs])
    print(f"12 trainings: {one:.1f} s with --jobs 1, {two:.1f} s with --jobs 2: {ratio:.2f} times")


if __name__ == "__main__":
    main()
