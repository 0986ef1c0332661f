"""Whole commands from a cold start: `optiviz train` beside a PyTorch and a JAX script.

    python benchmarks/cold.py [--rounds 5]

Each reads MNIST, trains 784-300-100-100-10 by SGD for three epochs of batches of 100, evaluates it
on the test set after every epoch and writes the weights; imports and compilation are included. The
scripts are those in `rivals/`. All use every core, and optiviz also one, as it does unless told
otherwise. They take turns, and the medians are shown.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RIVALS = Path(__file__).parent / "rivals"
TRAIN = "train --optim sgd --lr 0.1 --epochs 3 --batch-size 100 --out run --overwrite"
OPTIVIZ = [str(Path(sys.executable).with_name("optiviz")), *TRAIN.split()]
COMMANDS = {
    "optiviz": [*OPTIVIZ, "--threads", str(os.cpu_count())],
    "one core": OPTIVIZ,
    "PyTorch": [sys.executable, str(RIVALS / "torch_train.py")],
    "JAX": [sys.executable, str(RIVALS / "jax_train.py")],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(parser.parse_args().rounds):
            for name, command in COMMANDS.items():
                begin = time.perf_counter()
                subprocess.run(command, cwd=folder, check=True, capture_output=True)
                times[name].append(time.perf_counter() - begin)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{name:8} {seconds:6.2f} s  {seconds / medians['optiviz']:5.2f} × optiviz")


if __name__ == "__main__":
    main()
