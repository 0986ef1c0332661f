"""A GIF of the shifting surface: 120 frames at 960 x 540, two rules, batches of eight."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from timing import median, seconds

from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.views import Picture, animate


def main(rounds: int = 5) -> None:
    problem = PROBLEMS["regression"]

    def make(path: Path) -> None:
        runs = race(problem, ["sgd", "momentum"], steps=119, batch_size=8)
        animate(Picture(problem, runs, panels=("path", "data", "loss")), path)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shifting.gif")
        taken = median(seconds(lambda: make(path)) for _ in range(rounds))
        print(f"120 frames  {taken:6.2f} s  {path.stat().st_size / 1e6:6.2f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
